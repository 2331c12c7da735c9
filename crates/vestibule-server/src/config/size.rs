//! Sizes as an operator writes them: an integer and `B`, `KiB`, `MiB` or `GiB`.

/// A text that is no size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not a size — write an integer and B, KiB, MiB or GiB, such as \"10MiB\"")]
pub struct InvalidSize;

/// Reads a size, in bytes.
///
/// ```
/// use vestibule_server::config::parse_size;
///
/// assert_eq!(parse_size("10MiB"), Ok(10 * 1024 * 1024));
/// assert!(parse_size("10 MB").is_err());
/// ```
///
/// # Errors
/// [`InvalidSize`] for any other text, and for more than a `u64` holds.
pub fn parse_size(text: &str) -> Result<u64, InvalidSize> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits).ok_or(InvalidSize)?;
    let bytes: u64 = match unit {
        "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return Err(InvalidSize),
    };
    number.parse::<u64>().ok().and_then(|number| number.checked_mul(bytes)).ok_or(InvalidSize)
}

#[cfg(test)]
mod tests;
