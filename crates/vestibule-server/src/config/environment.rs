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
/// What stands at the top of the configuration.
const TOP: [&str; 12] = [
    "environment",
    "server",
    "session",
    "login",
    "providers",
    "upstream",
    "limits",
    "proxy",
    "api",
    "store",
    "log",
    "app",
];
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
        } else if let Some(meant) = meant(name) {
            report.variable(name, "sets nothing: it has one underscore where two belong", format!("write {meant}"));
        }
    }
    // A whole table first, then its single keys, whatever order the environment has.
    ours.sort_by(|(one, ..), (other, ..)| (one.len(), one).cmp(&(other.len(), other)));
    for (parts, name, value) in ours {
        set(table, &parts, name, parse(value), report);
    }
}

/// What somebody meant who wrote one underscore for two: `VESTIBULE_SERVER_ADDRESS` is no key of ours, and would be ignored
/// in silence. Other names that begin like it are left alone.
fn meant(name: &str) -> Option<String> {
    let rest = name.strip_prefix(HALF_PREFIX)?;
    let (top, key) = rest.split_once('_').unwrap_or((rest, ""));
    let is_ours = TOP.contains(&top.to_ascii_lowercase().as_str());
    let key = key.trim_start_matches('_');
    match (top, key) {
        ("ENVIRONMENT", "") => Some([PREFIX, top].concat()),
        (_, "") => None,
        _ => is_ours.then(|| [PREFIX, top, "__", key].concat()),
    }
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
