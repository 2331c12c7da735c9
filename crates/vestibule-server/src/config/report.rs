//! Collects mistakes while a configuration is read, and remembers which values came from the environment.

use std::collections::BTreeMap;
use std::path::Path;

use super::mistake::{Mistake, Mistakes};
use super::suggestion::closest;

/// The mistakes so far, and where values came from, so that a mistake names what the operator wrote.
#[derive(Debug)]
pub(crate) struct Report {
    path: String,
    mistakes: Vec<Mistake>,
    warnings: Vec<Mistake>,
    /// Key to the environment variable that set it.
    variables: BTreeMap<String, String>,
    /// Key to the `…_file` key that named the file its value was read from.
    files: BTreeMap<String, String>,
}

impl Report {
    pub(crate) fn new(path: &Path) -> Self {
        Self {
            path: path.display().to_string(),
            mistakes: Vec::new(),
            warnings: Vec::new(),
            variables: BTreeMap::new(),
            files: BTreeMap::new(),
        }
    }

    /// `key` has the value that the environment variable gave.
    pub(crate) fn came_from_variable(&mut self, key: &str, variable: &str) {
        self.variables.insert(key.to_owned(), variable.to_owned());
    }

    pub(crate) fn is_from_variable(&self, key: &str) -> bool {
        self.variables.contains_key(key)
    }

    /// `key` has the value that was read from the file named at `file_key`.
    pub(crate) fn came_from_file(&mut self, key: &str, file_key: &str) {
        self.files.insert(key.to_owned(), file_key.to_owned());
    }

    /// The value at `key` (such as `session.idle` or `login.fields[0].name`) is wrong.
    pub(crate) fn add(&mut self, key: &str, what: impl Into<String>, mend: impl Into<String>) {
        let place = self.files.get(key).cloned().unwrap_or_else(|| key.to_owned());
        let variables = self.variable_of(&place).into_iter().collect();
        self.mistakes.push(Mistake::new(&self.path, place, what, mend).from_variables(variables));
    }

    /// Whether something is wrong with `key` itself.
    pub(crate) fn names(&self, key: &str) -> bool {
        self.mistakes.iter().any(|mistake| mistake.place() == key)
    }

    /// Like [`Report::add`], for a text that already joins what is wrong and its mend with a dash.
    pub(crate) fn add_text(&mut self, key: &str, text: &str) {
        match text.split_once(" — ") {
            Some((what, mend)) => self.add(key, what, mend),
            None => self.add(key, text, "see this key in the documentation of the configuration"),
        }
    }

    /// There is no key of this name; `known` are those that may stand beside it.
    pub(crate) fn unknown(&mut self, key: &str, name: &str, known: &[&str]) {
        let below = format!("{key}.");
        let variables = match self.variable_of(key) {
            Some(variable) => vec![variable],
            None => {
                self.variables.iter().filter(|(set, _)| set.starts_with(&below)).map(|(_, by)| by.clone()).collect()
            }
        };
        let mend = match closest(name, known) {
            _ if name == "environment" && key != name => {
                "it stands at the top of the file, before the first [section]".to_owned()
            }
            Some(meant) => format!("did you mean `{meant}`?"),
            None if known.is_empty() => "remove it".to_owned(),
            None => format!("remove it; known here: {}", known.join(", ")),
        };
        let place = self.files.get(key).cloned().unwrap_or_else(|| key.to_owned());
        self.mistakes.push(Mistake::new(&self.path, place, "is not a known key", mend).from_variables(variables));
    }

    /// An environment variable is wrong by itself.
    pub(crate) fn variable(&mut self, name: &str, what: impl Into<String>, mend: impl Into<String>) {
        self.mistakes.push(Mistake::new(&self.path, name, what, mend));
    }

    /// Something about `key` should be known, and stops nothing.
    pub(crate) fn warn(&mut self, key: &str, what: impl Into<String>, mend: impl Into<String>) {
        self.warnings.push(Mistake::new(&self.path, key, what, mend));
    }

    pub(crate) fn take_warnings(&mut self) -> Vec<Mistake> {
        std::mem::take(&mut self.warnings)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.mistakes.is_empty()
    }

    /// `value` if nothing was wrong, else every mistake.
    pub(crate) fn finish<T>(self, value: T) -> Result<T, Mistakes> {
        if self.mistakes.is_empty() { Ok(value) } else { Err(Mistakes::new(self.mistakes)) }
    }

    /// The variable that set `key`, or the list or table that `key` is a part of.
    fn variable_of(&self, key: &str) -> Option<String> {
        let mut part = key;
        loop {
            if let Some(variable) = self.variables.get(part) {
                return Some(variable.clone());
            }
            part = part.get(..part.rfind(['.', '['])?)?;
        }
    }
}
