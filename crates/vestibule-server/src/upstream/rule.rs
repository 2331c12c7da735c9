//! Rules: how the contract tells what an answer means.

use http::StatusCode;
use serde_json::Value;

use super::pointer::Pointer;

/// Recognises an answer by its status and, if it says so, by what stands in its body.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// The answer's status.
    pub status: StatusCode,
    /// Where something must stand in the body.
    pub pointer: Option<Pointer>,
    /// What must stand there (or be the whole body, without a pointer), type included; any value but null if not set.
    pub equals: Option<Value>,
}

impl Rule {
    /// A rule for a status alone.
    #[must_use]
    pub const fn status(status: StatusCode) -> Self {
        Self { status, pointer: None, equals: None }
    }

    /// Whether it asks for more than a status.
    pub(crate) const fn looks_into_body(&self) -> bool {
        self.pointer.is_some() || self.equals.is_some()
    }

    /// Whether the answer is what this rule means. A body that is no JSON has nothing at any pointer.
    #[must_use]
    pub fn matches(&self, status: StatusCode, body: Option<&Value>) -> bool {
        if self.status != status {
            return false;
        }
        if !self.looks_into_body() {
            return true;
        }
        let found = body.and_then(|body| self.pointer.as_ref().map_or(Some(body), |pointer| pointer.find(body)));
        match &self.equals {
            Some(expected) => found == Some(expected),
            None => found.is_some_and(|value| !value.is_null()),
        }
    }
}

/// Whether one of the rules matches.
pub(crate) fn any_matches(rules: &[Rule], status: StatusCode, body: Option<&Value>) -> bool {
    rules.iter().any(|rule| rule.matches(status, body))
}

#[cfg(test)]
mod tests;
