//! Presets: contracts of well-known APIs, as data. Any key of the configuration goes before that of the preset.

use toml::Table;

/// An API whose contract is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// What `upstream.preset` calls it.
    pub name: &'static str,
    /// The contract: what would stand in `[upstream]`, in TOML.
    pub text: &'static str,
}

/// Every preset.
pub const PRESETS: [Preset; 6] = [
    Preset { name: "marxan", text: include_str!("presets/marxan.toml") },
    Preset { name: "djoser", text: include_str!("presets/djoser.toml") },
    Preset { name: "fastapi-users", text: include_str!("presets/fastapi-users.toml") },
    Preset { name: "feathers", text: include_str!("presets/feathers.toml") },
    Preset { name: "directus", text: include_str!("presets/directus.toml") },
    Preset { name: "strapi", text: include_str!("presets/strapi.toml") },
];

impl Preset {
    /// The preset of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        PRESETS.into_iter().find(|preset| preset.name == name)
    }

    /// Puts the contract under what is configured. Tables are joined key by key, but for a `body`, which is one value:
    /// whoever writes one writes all of it.
    pub(crate) fn put_under(self, configured: &mut Table) {
        // Read by every test; a preset that is no TOML supplies nothing.
        put_under(configured, self.text.parse().unwrap_or_default());
    }
}

/// Puts a table under another, key by key; a `body` is one value.
pub(crate) fn put_under(configured: &mut Table, preset: Table) {
    for (key, value) in preset {
        match (configured.get_mut(&key), value) {
            (Some(toml::Value::Table(configured)), toml::Value::Table(value)) if key != "body" => {
                put_under(configured, value);
            }
            (Some(_), _) => {}
            (None, value) => _ = configured.insert(key, value),
        }
    }
}

#[cfg(test)]
mod tests;
