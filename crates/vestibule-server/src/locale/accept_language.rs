//! `Accept-Language`, read (RFC 9110 §12.5.4).

/// As many ranges as any browser sends; what follows is not read.
const MOST_RANGES: usize = 32;

/// The ranges, the most wanted first; those of the same weight in the header's order. What is not wanted (`q=0`), or
/// cannot be read, is left out.
pub(super) fn preferred(header: &str) -> impl Iterator<Item = &str> {
    let mut ranges: Vec<(u16, &str)> = header.split(',').take(MOST_RANGES).filter_map(range).collect();
    ranges.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    ranges.into_iter().map(|(_, tag)| tag)
}

/// A range and its weight in thousandths.
fn range(text: &str) -> Option<(u16, &str)> {
    let mut parts = text.split(';').map(str::trim);
    let tag = parts.next().filter(|tag| !tag.is_empty())?;
    let weight = match parts.next() {
        None => 1_000,
        Some(parameter) => {
            let (name, value) = parameter.split_once('=')?;
            let value: f32 = value.trim().parse().ok().filter(|_| name.trim().eq_ignore_ascii_case("q"))?;
            (0.0..=1.0).contains(&value).then_some((value * 1_000.0) as u16)?
        }
    };
    (weight > 0).then_some((weight, tag))
}

#[cfg(test)]
mod tests;
