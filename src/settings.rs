//! `[app]` of the configuration: this application's own settings.

use std::time::Duration;

use serde::Deserialize;
use serde::de::{Deserializer, Error};
use vestibule_server::config::parse_duration;

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Settings {
    /// How long the access tokens of the embedded demo API live, to see tokens renewed and sessions end without waiting.
    #[serde(deserialize_with = "lifetime")]
    pub(crate) demo_access_lifetime: Option<Duration>,
}

fn lifetime<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let lifetime = parse_duration(&text).ok().filter(|life| life.as_secs() > 0);
    lifetime.map(Some).ok_or_else(|| D::Error::custom("not a duration such as 10s"))
}
