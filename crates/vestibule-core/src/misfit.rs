//! What serde says of a value that does not fit its type, without the value.

/// serde's message about a value that does not fit, without the value: a profile and an API's answer are personal, and
/// messages end in logs and on pages.
///
/// serde quotes what it found in two ways (``invalid type: string "…"``, ``invalid type: integer `…` ``, ``unknown variant
/// `…` ``); all of that goes. Names of members and what was expected come from the type, and stay. Of a message that is
/// not serde's own, everything between the first quotation mark or backtick and the last goes.
///
/// ```
/// use vestibule_core::without_values;
///
/// assert_eq!(without_values("invalid type: integer `4917`, expected a string"), "invalid type: integer, expected a string");
/// assert_eq!(without_values("unknown variant `root`, expected `user` or `admin`"), "unknown variant, expected `user` or `admin`");
/// assert_eq!(without_values("missing field `email`"), "missing field `email`");
/// ```
#[must_use]
pub fn without_values(message: &str) -> String {
    let of_a_member = ["missing field `", "unknown field `", "duplicate field `"];
    if of_a_member.iter().any(|start| message.starts_with(start)) {
        return message.to_owned();
    }
    let of_a_value = ["invalid type: ", "invalid value: ", "unknown variant `"];
    if of_a_value.iter().any(|start| message.starts_with(start)) {
        // The last of these words: a value may hold them too.
        let what = [", expected ", ", there are no variants"].iter().filter_map(|words| message.rfind(words)).max();
        let (found, expected) = message.split_at(what.unwrap_or(message.len()));
        return format!("{}{expected}", before_quotation(found));
    }
    let marks = message.find(MARKS).zip(message.rfind(MARKS));
    // Both marks are one byte long. Behind a single one, everything may be the value.
    let rest = match marks {
        Some((first, last)) if first < last => message.get(last + 1..).unwrap_or_default(),
        _ => "",
    };
    format!("{}{rest}", before_quotation(message))
}

const MARKS: [char; 2] = ['"', '`'];

fn before_quotation(text: &str) -> &str {
    text.split(MARKS).next().unwrap_or_default().trim_end()
}

#[cfg(test)]
mod tests;
