//! The login form as it was posted.

use std::collections::BTreeMap;
use std::fmt;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use url::form_urlencoded;
use vestibule_core::{ErrorCode, FieldKind, LoginForm, wire};
use zeroize::Zeroizing;

/// As many fields as anybody could mean.
const MOST_FIELDS: usize = 64;
/// The largest body of a sign-in, in bytes.
pub const MOST_BYTES: usize = 16 * 1_024;

/// Reads a body of at most so many bytes.
///
/// # Errors
/// [`ErrorCode::TooLarge`] beyond them; [`ErrorCode::Malformed`] for one whose framing breaks, such as a chunk without a size.
pub async fn read(body: Body, most: usize) -> Result<Bytes, ErrorCode> {
    let (mut chunks, mut bytes) = (body.into_data_stream(), BytesMut::new());
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| ErrorCode::Malformed)?;
        if chunk.len() > most - bytes.len() {
            return Err(ErrorCode::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}

/// A url-encoded login form, read: every key at most once (ASVS 15.3.7), all text UTF-8.
pub struct SubmittedForm {
    fields: BTreeMap<String, Zeroizing<String>>,
    callback_url: Option<String>,
}

impl fmt::Debug for SubmittedForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SubmittedForm").field("fields", &self.fields.keys()).finish_non_exhaustive()
    }
}

impl SubmittedForm {
    /// Reads a body of `application/x-www-form-urlencoded`.
    ///
    /// # Errors
    /// [`ErrorCode::Malformed`] for a key given twice, text that is not UTF-8, or too many fields;
    /// [`ErrorCode::TooLarge`] beyond [`MOST_BYTES`].
    pub fn parse(body: &[u8]) -> Result<Self, ErrorCode> {
        if body.len() > MOST_BYTES {
            return Err(ErrorCode::TooLarge);
        }
        // The parser puts U+FFFD for bytes that are not UTF-8. A password that was changed on the way is a wrong
        // password, so such bytes are refused, whether raw or percent-encoded. A callback URL that was changed leads to
        // a page of this site that is not there: no reason to turn a sign-in away.
        for pair in body.split(|byte| *byte == b'&') {
            let callback = pair.split(|byte| *byte == b'=').next() == Some(wire::CALLBACK_URL.as_bytes());
            if !callback && percent_encoding::percent_decode(pair).decode_utf8().is_err() {
                return Err(ErrorCode::Malformed);
            }
        }
        Self::from_pairs(form_urlencoded::parse(body).map(|(name, value)| (name.into_owned(), value.into_owned())))
    }

    /// Takes fields that were read already.
    ///
    /// # Errors
    /// [`ErrorCode::Malformed`] for a key given twice or too many fields.
    pub fn from_pairs(pairs: impl IntoIterator<Item = (String, String)>) -> Result<Self, ErrorCode> {
        let mut form = Self { fields: BTreeMap::new(), callback_url: None };
        for (name, value) in pairs {
            if name == wire::CALLBACK_URL {
                form.callback_url.get_or_insert(value);
            } else if form.fields.len() == MOST_FIELDS || form.fields.insert(name, Zeroizing::new(value)).is_some() {
                return Err(ErrorCode::Malformed);
            }
        }
        Ok(form)
    }

    /// A field's text.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(|text| text.as_str())
    }

    /// Where the person wants to go after signing in; not yet made safe. Given twice, the first counts.
    #[must_use]
    pub fn callback_url(&self) -> Option<&str> {
        self.callback_url.as_deref()
    }

    /// Whether a longer session was asked for.
    #[must_use]
    pub fn remember(&self) -> bool {
        self.get(wire::REMEMBER) == Some("on")
    }

    /// Whether it is the form of the second step.
    #[must_use]
    pub fn is_second_step(&self) -> bool {
        self.get(wire::SECOND_STEP) == Some("on")
    }

    /// Whether every session of the person is to end, in the form that signs out.
    #[must_use]
    pub fn everywhere(&self) -> bool {
        self.get(wire::EVERYWHERE) == Some("on")
    }

    /// What the person typed and would not want to type again: every declared field but the password.
    #[must_use]
    pub fn typed(&self, form: &LoginForm) -> BTreeMap<String, String> {
        let kept = form.fields.iter().filter(|field| field.kind != FieldKind::Password);
        kept.filter_map(|field| Some((field.name.clone(), self.get(&field.name)?.to_owned()))).collect()
    }
}

#[cfg(test)]
mod tests;
