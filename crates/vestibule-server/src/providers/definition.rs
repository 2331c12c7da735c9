//! Built-in definitions: providers as data. Any key of the configuration goes before theirs.

/// A provider that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Definition {
    /// What `preset` calls it, and its id where none is set.
    pub name: &'static str,
    /// What would stand in one of `[[providers]]`, in TOML.
    pub text: &'static str,
}

macro_rules! definitions {
    ($($name:literal),* $(,)?) => {
        /// Every definition.
        pub const DEFINITIONS: &[Definition] =
            &[$(Definition { name: $name, text: include_str!(concat!("definitions/", $name, ".toml")) }),*];
    };
}

definitions! {
    "apple", "auth0", "discord", "facebook", "github", "gitlab", "google", "keycloak", "linkedin", "microsoft", "okta",
    "spotify", "x",
}

impl Definition {
    /// The definition of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let name = if name == "twitter" { "x" } else { name };
        DEFINITIONS.iter().copied().find(|definition| definition.name == name)
    }
}
