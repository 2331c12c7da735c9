//! JSON, read through one reader.
//!
//! serde writes a parser for every pair of a type and a source, and a browser pays for each. Here the text becomes a
//! [`Value`] first, by one parser that everything shares, and the value becomes the type.

use bytes::Bytes;
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use server_fn::{ContentType, Decodes, Encodes, Format, FormatType};

/// A value that is read as the module says, and written as it is.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct ViaValue<T>(pub(crate) T);

impl<'de, T: DeserializeOwned> Deserialize<'de> for ViaValue<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        T::deserialize(value).map(Self).map_err(D::Error::custom)
    }
}

/// The encoding of our server functions' answers: JSON.
#[derive(Debug)]
pub struct LeanJson;

impl ContentType for LeanJson {
    const CONTENT_TYPE: &'static str = "application/json";
}

impl FormatType for LeanJson {
    const FORMAT_TYPE: Format = Format::Text;
}

impl<T: Serialize> Encodes<T> for LeanJson {
    type Error = serde_json::Error;

    fn encode(output: &T) -> Result<Bytes, Self::Error> {
        serde_json::to_vec(output).map(Bytes::from)
    }
}

impl<T: DeserializeOwned> Decodes<T> for LeanJson {
    type Error = serde_json::Error;

    fn decode(bytes: Bytes) -> Result<T, Self::Error> {
        T::deserialize(serde_json::from_slice::<Value>(&bytes)?)
    }
}
