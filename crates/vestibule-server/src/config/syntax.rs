//! The file's text as TOML; where it is none, the line and column of each place that is not.

use std::path::Path;

use toml::Table;
use toml::de::{DeTable, Error};

use super::mistake::{Mistake, Mistakes};

/// Reads the file's text.
pub(crate) fn parse(text: &str, path: &Path) -> Result<Table, Mistakes> {
    toml::from_str(text).map_err(|first| {
        let (_, mut errors) = DeTable::parse_recoverable(text);
        if errors.is_empty() {
            errors.push(first);
        }
        let mut lines = Vec::new();
        let mut mistakes = Vec::new();
        for error in &errors {
            let (line, column) = position(text, error);
            // One broken line often breaks several rules.
            if !lines.contains(&line) {
                lines.push(line);
                mistakes.push(mistake(path, line, column, error));
            }
        }
        Mistakes::new(mistakes)
    })
}

/// The parser's own message describes the grammar; it does not quote the line, which may hold a secret.
fn mistake(path: &Path, line: usize, column: usize, error: &Error) -> Mistake {
    let place = format!("line {line}, column {column}");
    let what = format!("is not TOML: {}", error.message().lines().next().unwrap_or_default());
    Mistake::new(path.display().to_string(), place, what, "mend that line; texts stand in quotation marks")
}

/// Line and column, both from 1, the column in characters.
fn position(text: &str, error: &Error) -> (usize, usize) {
    let offset = error.span().map_or(0, |span| span.start);
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |part| part.chars().count()) + 1;
    (line, column)
}

#[cfg(test)]
mod tests;
