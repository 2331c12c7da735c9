//! What is left of a life, in words.

/// The two largest units of what is left: `1 h 59 min`, `59 min 3 s`, `3 s`; `expired` at the end.
pub(super) fn remaining(seconds: i64) -> String {
    if seconds <= 0 {
        return "expired".to_owned();
    }
    let units = [("d", seconds / 86_400), ("h", seconds / 3_600 % 24), ("min", seconds / 60 % 60), ("s", seconds % 60)];
    let mut text = String::new();
    for (unit, count) in units.into_iter().skip_while(|(_, count)| *count == 0).take(2) {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&count.to_string());
        text.push(' ');
        text.push_str(unit);
    }
    text
}

#[cfg(test)]
mod tests;
