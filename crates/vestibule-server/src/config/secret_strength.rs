//! Whether a sealing secret can be trusted, and making one that can.
//!
//! A secret that somebody typed is guessable, and the seal is only as good as its secret (ASVS 11.5.1, 13.2.3; the
//! example keys of other libraries were found in production sites). No rule can prove that bytes are random; these
//! refuse what people do write.

use std::collections::BTreeSet;

use crate::secret::Secret;

/// Every secret that the documentation shows. Anything that contains one of them, in whatever case, is refused.
pub const EXAMPLES: [&str; 2] =
    ["replace-this-with-the-output-of-vestibule-app-secret", "put-the-output-of-vestibule-app-secret-here"];

const FEWEST_BYTES: usize = 32;
const FEWEST_DIFFERENT_BYTES: usize = 10;
const LONGEST_BLOCK: usize = 16;
const SHORTEST_RUN: usize = 8;

/// Why a secret is refused. Remedy for each: use the output of `vestibule-app secret`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Weakness {
    /// It is, or contains, an example of the documentation.
    #[error("is an example of the documentation")]
    Example,
    /// It is shorter than 32 bytes.
    #[error("has {0} bytes, fewer than 32")]
    Short(usize),
    /// It uses fewer than 10 different bytes.
    #[error("has {0} different bytes, fewer than 10")]
    Monotonous(usize),
    /// The whole text is one block of at most 16 bytes, repeated (the last time perhaps cut off).
    #[error("is one short block, repeated")]
    Repeated,
    /// Eight or more characters in a row follow each other in the alphabet or in counting.
    #[error("has a run of the alphabet or of digits, of 8 characters or more")]
    Run,
}

/// Refuses a secret that could be guessed (SE-05).
///
/// # Errors
/// The first [`Weakness`] found; it does not repeat the secret.
pub fn check(secret: &Secret) -> Result<(), Weakness> {
    let text = secret.expose();
    let bytes = text.as_bytes();
    let lower_case = zeroize::Zeroizing::new(text.to_ascii_lowercase());
    if EXAMPLES.iter().any(|example| lower_case.contains(example)) {
        return Err(Weakness::Example);
    }
    if bytes.len() < FEWEST_BYTES {
        return Err(Weakness::Short(bytes.len()));
    }
    let different = bytes.iter().collect::<BTreeSet<_>>().len();
    if different < FEWEST_DIFFERENT_BYTES {
        return Err(Weakness::Monotonous(different));
    }
    if (1..=LONGEST_BLOCK).any(|block| bytes.iter().zip(bytes.iter().skip(block)).all(|(one, next)| one == next)) {
        return Err(Weakness::Repeated);
    }
    if has_run(bytes) {
        return Err(Weakness::Run);
    }
    Ok(())
}

/// `abcdefgh`, `STUVWXYZ`, `01234567`: each byte the one after its neighbour, all of one kind.
fn has_run(bytes: &[u8]) -> bool {
    let kind = |byte: u8| match byte {
        b'a'..=b'z' => 1,
        b'A'..=b'Z' => 2,
        b'0'..=b'9' => 3,
        _ => 0,
    };
    let mut length = 1;
    for (byte, next) in bytes.iter().zip(bytes.iter().skip(1)) {
        let follows = kind(*byte) != 0 && kind(*byte) == kind(*next) && byte.checked_add(1) == Some(*next);
        length = if follows { length + 1 } else { 1 };
        if length >= SHORTEST_RUN {
            return true;
        }
    }
    false
}

/// A new secret: 32 bytes of the operating system's randomness, as 64 hexadecimal digits, which need no quoting
/// in any shell or file.
///
/// # Panics
/// If the operating system gives no randomness; nothing could be sealed then.
#[must_use = "the secret is shown once and kept nowhere"]
pub fn generate_secret() -> Secret {
    generate_with(|bytes| {
        #[expect(clippy::expect_used, reason = "without randomness nothing can be sealed")]
        getrandom::fill(bytes).expect("the operating system gives randomness");
    })
}

/// Draws until the drawn secret passes [`check`]: about one in a hundred million does not.
fn generate_with(mut fill: impl FnMut(&mut [u8; 32])) -> Secret {
    loop {
        let mut bytes = zeroize::Zeroizing::new([0; 32]);
        fill(&mut bytes);
        let mut text = String::with_capacity(2 * bytes.len());
        for byte in bytes.iter() {
            for digit in [byte >> 4, byte & 0xf] {
                text.extend(char::from_digit(digit.into(), 16));
            }
        }
        let secret = Secret::new(text);
        if check(&secret).is_ok() {
            return secret;
        }
    }
}

#[cfg(test)]
mod tests;
