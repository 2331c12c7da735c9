//! Reads one table of the configuration key by key, so that every mistake in it is found, not the first only.

use std::time::Duration;

use toml::{Table, Value};

use super::duration::parse_duration;
use super::mistake::shown;
use super::report::Report;

/// A table that is being read. Each reader takes its key out; [`Section::finish`] refuses what is left.
#[derive(Debug)]
pub(crate) struct Section {
    name: String,
    table: Table,
    known: Vec<&'static str>,
}

impl Section {
    /// The table at `name` (empty for the whole file).
    pub(crate) fn new(name: impl Into<String>, table: Table) -> Self {
        Self { name: name.into(), table, known: Vec::new() }
    }

    /// The name of the table.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The full name of a key of this table, such as `session.idle`.
    pub(crate) fn key(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) }
    }

    /// Whether `key` is set, to whatever.
    pub(crate) fn holds(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// The value at `key` as it stands.
    pub(crate) fn take(&mut self, key: &'static str) -> Option<Value> {
        self.known.push(key);
        self.table.remove(key)
    }

    pub(crate) fn text(&mut self, key: &'static str, report: &mut Report) -> Option<String> {
        match self.take(key)? {
            Value::String(text) => Some(text),
            other => {
                report.add(&self.key(key), format!("is {}, not a text", kind(&other)), "write it in quotation marks");
                None
            }
        }
    }

    /// A text that a person reads: without control characters, and of a length that a page can take.
    pub(crate) fn words(&mut self, key: &'static str, longest: usize, report: &mut Report) -> Option<String> {
        let text = self.text(key, report)?;
        if text.chars().any(char::is_control) {
            report.add(&self.key(key), "holds a control character", "write it as one line of plain text");
            return None;
        }
        if text.chars().count() > longest {
            report.add(&self.key(key), format!("is longer than {longest} characters"), "shorten it");
            return None;
        }
        Some(text)
    }

    pub(crate) fn flag(&mut self, key: &'static str, report: &mut Report) -> Option<bool> {
        match self.take(key)? {
            Value::Boolean(flag) => Some(flag),
            other => {
                report.add(
                    &self.key(key),
                    format!("is {}", kind(&other)),
                    "write true or false, without quotation marks",
                );
                None
            }
        }
    }

    pub(crate) fn duration(&mut self, key: &'static str, report: &mut Report) -> Option<Duration> {
        match self.take(key)? {
            Value::String(text) => match parse_duration(&text) {
                Ok(duration) => Some(duration),
                Err(error) => {
                    report.add_text(&self.key(key), &format!("{} {error}", shown(&text)));
                    None
                }
            },
            other => {
                let mend = "write an integer and ms, s, m, h or d in quotation marks, such as \"2h\"";
                report.add(&self.key(key), format!("is {}, not a duration", kind(&other)), mend);
                None
            }
        }
    }

    /// One of a few words.
    pub(crate) fn choice<T: Copy>(
        &mut self,
        key: &'static str,
        choices: &[(&str, T)],
        report: &mut Report,
    ) -> Option<T> {
        let text = self.text(key, report)?;
        let chosen = choices.iter().find(|(word, _)| *word == text).map(|(_, choice)| *choice);
        if chosen.is_none() {
            let words: Vec<String> = choices.iter().map(|(word, _)| format!("\"{word}\"")).collect();
            report.add(
                &self.key(key),
                format!("{} is not a choice", shown(&text)),
                format!("write {}", words.join(" or ")),
            );
        }
        chosen
    }

    /// A list of texts. What is wrong with single ones is told by their number, never by their value.
    pub(crate) fn texts(&mut self, key: &'static str, report: &mut Report) -> Option<Vec<String>> {
        let full_key = self.key(key);
        let items = self.list(key, "[\"…\"]", report)?;
        let mut texts = Vec::with_capacity(items.len());
        for (index, item) in items.into_iter().enumerate() {
            match item {
                Value::String(text) => texts.push(text),
                other => {
                    let what = format!("is {}, not a text", kind(&other));
                    report.add(&format!("{full_key}[{index}]"), what, "write it in quotation marks");
                }
            }
        }
        Some(texts)
    }

    /// A list of tables, each to be read as a section of its own.
    pub(crate) fn tables(&mut self, key: &'static str, report: &mut Report) -> Option<Vec<Section>> {
        let full_key = self.key(key);
        let items = self.list(key, &format!("[{{ … }}], or [[{full_key}]] over it"), report)?;
        let mut sections = Vec::with_capacity(items.len());
        for (index, item) in items.into_iter().enumerate() {
            let name = format!("{full_key}[{index}]");
            match item {
                Value::Table(table) => sections.push(Section::new(name, table)),
                other => report.add(&name, format!("is {}, not a table", kind(&other)), "write { key = value, … }"),
            }
        }
        Some(sections)
    }

    /// A table below this one; an empty one where it does not stand.
    pub(crate) fn section(&mut self, key: &'static str, report: &mut Report) -> Section {
        let name = self.key(key);
        let table = match self.take(key) {
            None => Table::new(),
            Some(Value::Table(table)) => table,
            Some(other) => {
                let mend = format!("write [{name}] and its keys below it");
                report.add(&name, format!("is {}, not a table", kind(&other)), mend);
                Table::new()
            }
        };
        Section::new(name, table)
    }

    /// The whole table, when its keys are free or read by somebody else.
    pub(crate) fn into_table(self) -> Table {
        self.table
    }

    /// The keys that were asked for.
    pub(crate) fn known(&self) -> &[&'static str] {
        &self.known
    }

    /// Refuses every key that nobody asked for.
    pub(crate) fn finish(self, report: &mut Report) {
        for name in self.table.keys() {
            report.unknown(&self.key(name), name, &self.known);
        }
    }

    fn list(&mut self, key: &'static str, form: &str, report: &mut Report) -> Option<Vec<Value>> {
        match self.take(key)? {
            Value::Array(items) => Some(items),
            other => {
                report.add(&self.key(key), format!("is {}, not a list", kind(&other)), format!("write {form}"));
                None
            }
        }
    }
}

/// What a value is, in words; never the value.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "a text",
        Value::Integer(_) => "an integer",
        Value::Float(_) => "a number with a fraction",
        Value::Boolean(_) => "true or false",
        Value::Datetime(_) => "a date or time",
        Value::Array(_) => "a list",
        Value::Table(_) => "a table",
    }
}
