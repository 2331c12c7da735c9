//! Which key was probably meant, when one is not known.

/// The candidate that is nearest to `name` in spelling, if one is near enough to be a slip of the hand.
pub(crate) fn closest<'a>(name: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let allowed = (name.chars().count() / 3).clamp(1, 3);
    candidates
        .iter()
        .map(|candidate| (distance(name, candidate), *candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// How many single letters must be put in, taken out or exchanged, or two neighbours swapped, to turn one into the
/// other (the optimal string alignment), whatever their case.
fn distance(from: &str, to: &str) -> usize {
    let from: Vec<char> = from.chars().flat_map(char::to_lowercase).collect();
    let to: Vec<char> = to.chars().flat_map(char::to_lowercase).collect();
    let mut rows: Vec<Vec<usize>> = vec![(0..=to.len()).collect()];
    let at = |rows: &[Vec<usize>], row: usize, column: usize| rows.get(row).and_then(|row| row.get(column)).copied();
    for (row, letter) in from.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, other) in to.iter().enumerate() {
            let diagonal = at(&rows, row, column).map(|cost| cost + usize::from(letter != other));
            let above = at(&rows, row, column + 1).map(|cost| cost + 1);
            let left = current.last().map(|cost| cost + 1);
            let is_swap =
                row > 0 && column > 0 && from.get(row - 1) == Some(other) && to.get(column - 1) == Some(letter);
            let swapped = if is_swap { at(&rows, row - 1, column - 1).map(|cost| cost + 1) } else { None };
            current.extend([diagonal, above, left, swapped].into_iter().flatten().min());
        }
        rows.push(current);
    }
    at(&rows, from.len(), to.len()).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests;
