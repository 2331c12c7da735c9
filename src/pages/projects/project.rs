//! A project, as far as the page knows one, in whichever of the usual shapes an API gives it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A project.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Project {
    pub(super) name: String,
    pub(super) description: Option<String>,
}

/// What the form sends.
#[derive(Debug, Serialize)]
pub(super) struct NewProject {
    pub(super) name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) description: String,
}

impl Project {
    /// The projects in an answer: a list, or a list under `data`; whatever has no name is left out.
    pub(super) fn all(answer: &Value) -> Vec<Self> {
        let list = answer.as_array().or_else(|| answer.get("data")?.as_array());
        list.into_iter().flatten().filter_map(Self::of).collect()
    }

    fn of(value: &Value) -> Option<Self> {
        // JSON:API puts the members of a resource under `attributes`.
        let members = value.get("attributes").unwrap_or(value);
        let text = |name: &str| members.get(name)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        Some(Self { name: text("name")?, description: text("description") })
    }
}

/// What an API said of one field of the form, in a body like `{"errors": {"name": "…"}}` (or a list of texts, or the
/// same without `errors`), or in the errors of JSON:API, which point to the field.
pub(super) fn problem_of(problem: &Value, field: &str) -> Option<String> {
    let errors = problem.get("errors").unwrap_or(problem);
    let said = match errors {
        Value::Object(fields) => fields.get(field)?,
        Value::Array(errors) => errors.iter().find_map(|error| {
            let pointer = error.pointer("/source/pointer")?.as_str()?;
            (pointer.rsplit('/').next() == Some(field)).then(|| error.get("detail").or(error.get("title")))?
        })?,
        _ => return None,
    };
    said.as_str().or_else(|| said.get(0)?.as_str()).map(str::to_owned)
}

#[cfg(test)]
mod tests;
