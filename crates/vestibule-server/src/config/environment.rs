//! The environment over the file: `VESTIBULE__SESSION__IDLE=1h` sets `session.idle`.
//!
//! Names are upper case, with two underscores between the parts. A value is TOML where it parses (`true`, `10`,
//! `["a", "b"]`, `{ "x-api-key" = "…" }`) and a text otherwise, so that `1h` needs no quotation marks. The parts of a
//! list cannot be named; a list is set whole.

use toml::{Table, Value};

use super::report::Report;
use super::section::kind;

/// What the name of every such variable begins with.
pub(crate) const PREFIX: &str = "VESTIBULE__";
/// How it begins where somebody wrote one underscore for two.
const HALF_PREFIX: &str = "VESTIBULE_";
const FILE_SUFFIX: &str = "_file";

/// Puts the values of the variables into the configuration, over those of the file.
pub(crate) fn overlay(table: &mut Table, variables: &[(String, String)], report: &mut Report) {
    let mut ours: Vec<(Vec<String>, &str, &str)> = Vec::new();
    for (name, value) in variables {
        if let Some(rest) = name.strip_prefix(PREFIX) {
            match parts(rest) {
                Ok(parts) => ours.push((parts, name, value)),
                Err(what) => report.variable(name, what, "write VESTIBULE__SECTION__KEY, all in upper case"),
            }
        }
    }
    // A whole table first, then its single keys, whatever order the environment has.
    ours.sort_by(|(one, ..), (other, ..)| (one.len(), one).cmp(&(other.len(), other)));
    for (parts, name, value) in ours {
        set(table, &parts, name, parse(value), report);
    }
}

/// Tells of variables that set nothing, since somebody wrote one underscore for two: `VESTIBULE_SERVER_ADDRESS` would be ignored
/// in silence. `top`: what stands at the top of the configuration. It stops nothing, since others make names like that, too.
pub(crate) fn tell_misspelt(variables: &[(String, String)], top: &[&str], report: &mut Report) {
    for (name, _) in variables {
        if let Some(meant) = meant(name, top) {
            report.warn(name, "sets nothing: it has one underscore where two belong", format!("write {meant}"));
        }
    }
}

fn meant(name: &str, top: &[&str]) -> Option<String> {
    let rest = name.strip_prefix(HALF_PREFIX).filter(|rest| !rest.starts_with('_'))?;
    let (section, key) = rest.split_once('_').unwrap_or((rest, ""));
    if !top.contains(&section.to_ascii_lowercase().as_str()) || is_of_a_service(key) {
        return None;
    }
    match (section, key.trim_start_matches('_')) {
        ("ENVIRONMENT", "") => Some([PREFIX, section].concat()),
        (_, "") => None,
        (_, key) => Some([PREFIX, section, "__", key].concat()),
    }
}

/// Kubernetes and Docker tell every program where the services are, by the names of each: of one that is called vestibule-app,
/// its host and ports stand in names that begin like ours.
fn is_of_a_service(key: &str) -> bool {
    let parts: Vec<&str> = key.split('_').collect();
    let is_number = |text: &str| text.starts_with(|it: char| it.is_ascii_digit());
    parts.last() == Some(&"PORT")
        || parts.windows(2).any(|pair| match pair {
            ["SERVICE", "HOST" | "PORT"] => true,
            ["PORT", number] => is_number(number),
            _ => false,
        })
}

fn parts(rest: &str) -> Result<Vec<String>, &'static str> {
    if rest.split("__").any(str::is_empty) {
        Err("names no key")
    } else if !rest.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_') {
        Err("is not written in upper case")
    } else {
        Ok(rest.split("__").map(str::to_ascii_lowercase).collect())
    }
}

fn parse(value: &str) -> Value {
    use serde::Deserialize;

    toml::de::ValueDeserializer::parse(value)
        .and_then(Value::deserialize)
        .unwrap_or_else(|_| Value::String(value.to_owned()))
}

fn set(root: &mut Table, parts: &[String], variable: &str, value: Value, report: &mut Report) {
    let Some((last, sections)) = parts.split_last() else { return };
    let mut table = root;
    let mut reached = String::new();
    for section in sections {
        if !reached.is_empty() {
            reached.push('.');
        }
        reached.push_str(section);
        match table.entry(section.clone()).or_insert_with(|| Value::Table(Table::new())) {
            Value::Table(inner) => table = inner,
            other => {
                let what = format!("names a part of {reached}, which is {}", kind(other));
                report.variable(variable, what, "set the whole value with one variable, or in the file");
                return;
            }
        }
    }
    let key = parts.join(".");
    // The environment wins over the file in whichever of the two forms either is written: KEY or KEY_file.
    let other_form = match last.strip_suffix(FILE_SUFFIX) {
        Some(plain) => plain.to_owned(),
        None => format!("{last}{FILE_SUFFIX}"),
    };
    let other_key = [sections, std::slice::from_ref(&other_form)].concat().join(".");
    if sections.first().is_some_and(|section| section != "app") && !report.is_from_variable(&other_key) {
        table.remove(&other_form);
    }
    table.insert(last.clone(), value);
    report.came_from_variable(&key, variable);
}

#[cfg(test)]
mod tests;
