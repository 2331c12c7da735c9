//! Durations as an operator writes them: `500ms`, `30s`, `15m`, `2h`, `7d`.

use std::fmt;
use std::time::Duration;

use serde::de::{self, Deserialize, Deserializer, Visitor};

use super::mistake::shown;

/// Longer than any setting needs, and short enough that no sum with a date overflows: a hundred years.
const LONGEST: Duration = Duration::from_secs(36_500 * 86_400);
const FORM: &str = "write an integer and ms, s, m, h or d, such as \"2h\"";

/// A text that is not a duration. `Display` says what is wrong and how to mend it; it does not repeat the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDuration {
    /// Not an integer and one of the units. Remedy: write one such as `2h`.
    #[error("is not a duration — {FORM}")]
    Form,
    /// More than a hundred years. Remedy: a shorter one.
    #[error("is longer than a hundred years — write a shorter duration, such as \"30d\"")]
    TooLong,
}

/// Reads an integer and a unit: `ms`, `s`, `m`, `h` or `d`, without a space or sign.
///
/// ```
/// use std::time::Duration;
/// use vestibule_server::config::duration::parse_duration;
///
/// assert_eq!(parse_duration("15m"), Ok(Duration::from_secs(900)));
/// assert!(parse_duration("1.5h").is_err());
/// ```
///
/// # Errors
/// [`InvalidDuration`] when it is written in another way or longer than a hundred years.
pub fn parse_duration(text: &str) -> Result<Duration, InvalidDuration> {
    let unit_at = text.find(|character: char| !character.is_ascii_digit()).ok_or(InvalidDuration::Form)?;
    let (digits, unit) = text.split_at(unit_at);
    let millis_per_unit: u64 = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return Err(InvalidDuration::Form),
    };
    if digits.is_empty() {
        return Err(InvalidDuration::Form);
    }
    // All digits: what does not parse is too large for the type.
    let count: u64 = digits.parse().map_err(|_| InvalidDuration::TooLong)?;
    let millis = count.checked_mul(millis_per_unit).ok_or(InvalidDuration::TooLong)?;
    let duration = Duration::from_millis(millis);
    if duration > LONGEST { Err(InvalidDuration::TooLong) } else { Ok(duration) }
}

/// A duration in the form that [`parse_duration`] reads, in the largest unit that needs no fraction.
pub(crate) fn written(duration: Duration) -> String {
    let millis = duration.as_millis();
    for (unit, millis_per_unit) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000)] {
        if millis > 0 && millis.is_multiple_of(millis_per_unit) {
            return format!("{}{unit}", millis / millis_per_unit);
        }
    }
    format!("{millis}ms")
}

/// A [`Duration`] that serde reads from a text such as `"10s"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HumanDuration(pub Duration);

impl<'de> Deserialize<'de> for HumanDuration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = HumanDuration;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a duration: an integer and ms, s, m, h or d, in quotes, such as \"2h\"")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<HumanDuration, E> {
                parse_duration(text).map(HumanDuration).map_err(|error| E::custom(format!("{} {error}", shown(text))))
            }
        }

        deserializer.deserialize_str(Text)
    }
}

#[cfg(test)]
mod tests;
