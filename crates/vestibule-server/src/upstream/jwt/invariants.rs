//! What holds for the hints of every token, and for the end of a token's life that is told in whatever way.
#![allow(clippy::expect_used, reason = "where something does not hold, the tests are to stop")]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::{Hints, hints};
use crate::upstream::Pointer;
use crate::upstream::contract::{Expiry, ExpiryUnit};
use crate::upstream::expiry::{self, Dead};

const NOW: i64 = 1_800_000_000;
/// Ten Julian years in seconds: no token lives longer, whatever it says.
const TEN_YEARS: i64 = 315_576_000;
const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// TK-01, TK-02: a second reading of the token finds the same; a token dies later than now and within ten years, or is dead,
/// or nothing is said of it, which means the end of the session.
///
/// `data`: a token; besides, the payload of one; and besides, an answer that says the expiry.
pub fn jwt_exp(data: &[u8]) {
    let token = String::from_utf8_lossy(data).into_owned();
    let payload = format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(data));
    for token in [token, payload] {
        let again = second_reading(&token).unwrap_or_default();
        assert_eq!(hints(&token), again, "{token}");
        assert_eq!(expires(&Expiry::Jwt, &token, None), rule(again.exp), "{token}");
    }
    let Ok(answer) = serde_json::from_slice::<Value>(data) else { return };
    for pointer in ["", "/exp", "/0"] {
        let pointer = Pointer::parse(pointer).expect("a pointer");
        for unit in [
            ExpiryUnit::Seconds,
            ExpiryUnit::Millis,
            ExpiryUnit::EpochSeconds,
            ExpiryUnit::EpochMillis,
            ExpiryUnit::Rfc3339,
        ] {
            let expiry = Expiry::Pointer { pointer: pointer.clone(), unit };
            let said = expires(&expiry, "opaque", Some(&answer));
            assert!(!matches!(said, Ok(Some(at)) if at <= NOW || at > NOW + TEN_YEARS), "{said:?} of {answer}");
        }
    }
}

fn expires(expiry: &Expiry, token: &str, answer: Option<&Value>) -> Result<Option<i64>, Dead> {
    let expires = expiry::of(expiry, token, answer, NOW * 1_000 + 999);
    expires.map(|expires| expires.map(vestibule_core::Timestamp::as_unix))
}

/// What an `exp` means: none before 2001 or beyond ten years, and a minute for clocks that differ.
fn rule(exp: Option<i64>) -> Result<Option<i64>, Dead> {
    match exp {
        Some(exp) if !(1_000_000_000..=NOW + TEN_YEARS).contains(&exp) => Ok(None),
        Some(exp) if exp <= NOW - 60 => Err(Dead),
        Some(exp) if exp <= NOW => Ok(Some(NOW + 60)),
        exp => Ok(exp),
    }
}

/// Another reader: Base64 letter by letter, numbers by their digits.
fn second_reading(token: &str) -> Option<Hints> {
    let parts: Vec<&str> = token.split('.').collect();
    let [_, payload, _] = parts.as_slice() else { return None };
    let claims: Value = serde_json::from_slice(&base64url(payload)?).ok()?;
    let claims = claims.as_object()?;
    let exp = claims.get("exp").filter(|exp| exp.is_number()).map(Value::to_string).and_then(|digits| {
        let rounded = || digits.parse::<f64>().ok().filter(|exp| exp.abs() < 9.0e15).map(|exp| exp.floor() as i64);
        digits.parse().ok().or_else(rounded)
    });
    let sub = claims.get("sub").and_then(|sub| match sub {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    });
    Some(Hints { exp, sub: sub.filter(|sub| !sub.is_empty()) })
}

/// RFC 4648, section 5, without padding or with; the bits that are left over are zero.
fn base64url(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut bits, mut held) = (Vec::new(), 0_usize, 0);
    for letter in text.trim_end_matches('=').bytes() {
        bits = bits << 6 | ALPHABET.iter().position(|it| *it == letter)?;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(bits >> held).ok()?);
            bits &= (1 << held) - 1;
        }
    }
    (held < 6 && bits == 0).then_some(bytes)
}
