//! `[app]`: the application's own settings, as a type of its own.

use serde::de::DeserializeOwned;
use toml::Value;
use vestibule_core::without_values;

use super::Config;
use super::mistake::{Mistake, Mistakes};

impl Config {
    /// `[app]`, as the application's own type. Read it when the process starts, so that a mistake stops the start and
    /// `--check` finds it, and hand it to the pages with
    /// [`router_with_context`](https://docs.rs/vestibule/latest/vestibule/ssr/fn.router_with_context.html).
    ///
    /// ```
    /// use vestibule_server::config::{Config, Source};
    ///
    /// #[derive(serde::Deserialize)]
    /// #[serde(deny_unknown_fields)]
    /// struct Settings { support: String, #[serde(default)] beta: bool }
    ///
    /// let config = Config::read(&Source::of_text("app.support = 'help@example.com'")).unwrap();
    /// let settings: Settings = config.app_settings().unwrap();
    /// assert_eq!((settings.support.as_str(), settings.beta), ("help@example.com", false));
    ///
    /// let config = Config::read(&Source::of_text("app.support = 7")).unwrap();
    /// let mistakes = config.app_settings::<Settings>().err().unwrap();
    /// assert!(mistakes.to_string().starts_with("Leptos.toml: app.support: invalid type: integer, expected a string"));
    /// ```
    ///
    /// # Errors
    /// The first member that does not fit, by its key. No value is in it: there may be secrets among them.
    pub fn app_settings<T: DeserializeOwned>(&self) -> Result<T, Mistakes> {
        serde_path_to_error::deserialize(Value::Table(self.app.clone())).map_err(|error| {
            let place = match error.path().to_string().as_str() {
                "." => "app".to_owned(),
                path => format!("app.{path}"),
            };
            let what = without_values(error.inner().message());
            let mend = "write what the application expects there";
            Mistakes::new(vec![Mistake::new(self.path.display().to_string(), place, what, mend)])
        })
    }
}

#[cfg(test)]
mod tests;
