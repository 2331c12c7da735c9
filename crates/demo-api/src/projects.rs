//! The projects of each user: a list to show and a form to fill in.

pub(crate) mod transfer;

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde_json::{Map, Value};

/// How many projects one user may have, so that a forgotten demonstration does not fill the memory.
pub(crate) const MOST: usize = 100;
const LONGEST_NAME: usize = 120;
const LONGEST_DESCRIPTION: usize = 1_000;

/// A project, as it goes over the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Project {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: String,
    /// RFC 3339, UTC.
    pub(crate) created_at: String,
}

/// What somebody asks for: a name of 1 to 120 characters, and perhaps a description of up to 1,000, trimmed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NewProject {
    pub(crate) name: String,
    pub(crate) description: String,
}

impl NewProject {
    /// Reads a body; the error has words for each field that will not do.
    pub(crate) fn read(body: &Value) -> Result<Self, Value> {
        let mut errors = Map::new();
        let name = text(body.get("name"));
        match name.map(|name| name.chars().count()) {
            None | Some(0) => drop(errors.insert("name".to_owned(), "Please give the project a name.".into())),
            Some(length) if length > LONGEST_NAME => {
                errors.insert("name".to_owned(), format!("Please use at most {LONGEST_NAME} characters.").into());
            }
            Some(_) => {}
        }
        let description = match body.get("description") {
            None | Some(Value::Null) => Some(""),
            given => text(given).filter(|text| text.chars().count() <= LONGEST_DESCRIPTION),
        };
        if description.is_none() {
            let words = format!("Please use text of at most {LONGEST_DESCRIPTION} characters.");
            errors.insert("description".to_owned(), words.into());
        }
        match (name, description) {
            (Some(name), Some(description)) if errors.is_empty() => {
                Ok(Self { name: name.to_owned(), description: description.to_owned() })
            }
            _ => Err(errors.into()),
        }
    }
}

fn text(value: Option<&Value>) -> Option<&str> {
    value.and_then(Value::as_str).map(str::trim)
}

/// All projects, by the user's e-mail address, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Projects(Mutex<HashMap<String, Vec<Project>>>);

impl Projects {
    pub(crate) fn of(&self, email: &str) -> Vec<Project> {
        self.all().get(email).cloned().unwrap_or_default()
    }

    /// Those whose name has the text in it, in whatever case.
    pub(crate) fn found(&self, email: &str, search: &str) -> Vec<Project> {
        let search = search.to_lowercase();
        let mut projects = self.of(email);
        projects.retain(|project| project.name.to_lowercase().contains(&search));
        projects
    }

    /// Adds a project; `false` where the user has as many as there may be.
    pub(crate) fn add(&self, email: &str, project: Project) -> bool {
        let mut all = self.all();
        let projects = all.entry(email.to_owned()).or_default();
        let room = projects.len() < MOST;
        if room {
            projects.push(project);
        }
        room
    }

    fn all(&self) -> MutexGuard<'_, HashMap<String, Vec<Project>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
