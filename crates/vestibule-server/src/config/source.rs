//! Where a configuration comes from: the file, its folder, and the environment.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::environment::PREFIX;
use super::mistake::{Mistake, Mistakes};

/// The file that is read when nothing names another: in the working directory, and it may be absent.
pub const DEFAULT_FILE: &str = "Leptos.toml";
/// The environment variable that names another file, which must exist.
pub const FILE_VARIABLE: &str = "VESTIBULE_CONFIG";
/// The address to listen on, as cargo-leptos passes it; `server.address` wins.
pub const SITE_ADDRESS_VARIABLE: &str = "LEPTOS_SITE_ADDR";
/// The folder of the built assets, as cargo-leptos passes it.
pub const SITE_ROOT_VARIABLE: &str = "LEPTOS_SITE_ROOT";

/// Set by cargo-leptos in watch mode: pages then listen for its announcements.
pub const WATCH_VARIABLE: &str = "LEPTOS_WATCH";
/// The port where cargo-leptos announces what it rebuilt.
pub const RELOAD_PORT_VARIABLE: &str = "LEPTOS_RELOAD_PORT";
const BUILD_TOOL_VARIABLES: [&str; 4] =
    [SITE_ADDRESS_VARIABLE, SITE_ROOT_VARIABLE, WATCH_VARIABLE, RELOAD_PORT_VARIABLE];

/// Everything that [`Config::read`](super::Config::read) looks at but for the files that `…_file` keys name and the
/// development secret: nothing of the process itself, so that a test needs no environment of its own.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Source {
    /// The file's path, as the operator named it: each mistake begins with it.
    pub path: PathBuf,
    /// What stands in the file; `None` if there is none.
    pub text: Option<String>,
    /// Environment variables, by name; those that do not concern the configuration are ignored.
    pub variables: Vec<(String, String)>,
    /// The file's folder: relative `…_file` values start from it, and the development secret is kept in it.
    pub directory: PathBuf,
}

impl Source {
    /// A configuration of this text, called `Leptos.toml`, in the working directory and with an empty environment.
    ///
    /// ```
    /// use vestibule_server::config::{Config, Source};
    ///
    /// let source = Source::of_text("[session]\nidle = '3x'");
    /// let mistakes = Config::read(&source).unwrap_err();
    /// assert!(mistakes.to_string().starts_with("Leptos.toml: session.idle: 3x is not a duration"));
    /// ```
    #[must_use]
    pub fn of_text(text: impl Into<String>) -> Self {
        Self { path: DEFAULT_FILE.into(), text: Some(text.into()), variables: Vec::new(), directory: ".".into() }
    }

    /// The same, with one environment variable more.
    #[must_use]
    pub fn with_variable(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    /// The same, in another folder.
    #[must_use]
    pub fn with_directory(mut self, directory: impl Into<PathBuf>) -> Self {
        self.directory = directory.into();
        self
    }

    /// The file and the environment of this process.
    ///
    /// # Errors
    /// [`Mistakes`] if the file that `VESTIBULE_CONFIG` names does not exist, if a file cannot be read, or if a
    /// variable of ours is not UTF-8.
    pub fn of_process() -> Result<Self, Mistakes> {
        // An empty variable is an unset one: that is how container files switch one off.
        let named = env::var_os(FILE_VARIABLE).filter(|name| !name.is_empty()).map(PathBuf::from);
        Self::of_file(named, env::vars_os())
    }

    /// `named` is a file that must exist; without it the default file, which need not.
    fn of_file(
        named: Option<PathBuf>,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self, Mistakes> {
        let path = named.clone().unwrap_or_else(|| DEFAULT_FILE.into());
        let shown_path = path.display().to_string();
        let mut mistakes = Vec::new();
        let text = match fs::read(&path) {
            Ok(bytes) => match String::from_utf8(bytes) {
                Ok(text) => Some(text),
                Err(_) => {
                    mistakes.push(Mistake::new(&shown_path, "the file", "is not UTF-8", "save it as UTF-8 text"));
                    None
                }
            },
            Err(error) if error.kind() == ErrorKind::NotFound && named.is_none() => None,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let mend = "create the file, name another, or unset the variable to read Leptos.toml";
                mistakes.push(Mistake::new(&shown_path, FILE_VARIABLE, "names a file that does not exist", mend));
                None
            }
            Err(error) => {
                let what = format!("cannot be read ({error})");
                mistakes.push(Mistake::new(&shown_path, "the file", what, "let this program's user read it"));
                None
            }
        };
        let mut variables = Vec::new();
        for (name, value) in environment {
            let name = name.to_string_lossy().into_owned();
            if !(name.starts_with(PREFIX) || BUILD_TOOL_VARIABLES.contains(&name.as_str())) {
                continue;
            }
            match value.into_string() {
                Ok(value) => variables.push((name, value)),
                Err(_) => mistakes.push(Mistake::new(&shown_path, name, "is not UTF-8", "set it to UTF-8 text")),
            }
        }
        if mistakes.is_empty() {
            let directory = match path.parent() {
                Some(parent) if parent != Path::new("") => parent.to_owned(),
                _ => ".".into(),
            };
            Ok(Self { path, text, variables, directory })
        } else {
            Err(Mistakes::new(mistakes))
        }
    }

    /// The value of an environment variable; an empty one counts as unset.
    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        let found = self.variables.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }
}

/// Text and variables may hold secrets: only the names come out.
impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self.variables.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Source")
            .field("path", &self.path)
            .field("directory", &self.directory)
            .field("variables", &names)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
