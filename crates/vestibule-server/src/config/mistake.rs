//! What is wrong with a configuration, in lines that an operator can act on.

use std::fmt;

/// One thing that is wrong: where, what, and how to mend it. Shown as one line that begins with the file's path:
///
/// ```text
/// Leptos.toml: session.idle: 3x is not a duration — write an integer and ms, s, m, h or d, such as "2h"
/// ```
///
/// No line holds a secret: values of secret keys are never shown, and of others only short ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    path: String,
    place: String,
    variables: Vec<String>,
    what: String,
    mend: String,
}

impl Mistake {
    /// A mistake of the configuration at `path`: `place` is a key (`session.idle`), a line and column, or the name of
    /// an environment variable.
    pub fn new(
        path: impl Into<String>,
        place: impl Into<String>,
        what: impl Into<String>,
        mend: impl Into<String>,
    ) -> Self {
        Self { path: path.into(), place: place.into(), variables: Vec::new(), what: what.into(), mend: mend.into() }
    }

    /// The same mistake, made in these environment variables; the line names them.
    #[must_use]
    pub fn from_variables(mut self, variables: Vec<String>) -> Self {
        self.variables = variables;
        self
    }

    /// Where it is: a key such as `session.idle`, a line and column, or the name of an environment variable.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let variables = match self.variables.as_slice() {
            [] => String::new(),
            names => format!(" (from {})", names.join(", ")),
        };
        let line = format!("{}: {}{variables}: {} — {}", self.path, self.place, self.what, self.mend);
        f.write_str(&one_line(&line))
    }
}

/// Everything that is wrong with a configuration; at least one thing. `Display` writes one line each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistakes(Vec<Mistake>);

impl Mistakes {
    /// These mistakes, in order, each once.
    #[must_use]
    pub(crate) fn new(all: Vec<Mistake>) -> Self {
        let mut once: Vec<Mistake> = Vec::with_capacity(all.len());
        for mistake in all {
            if !once.contains(&mistake) {
                once.push(mistake);
            }
        }
        Self(once)
    }

    /// Each mistake, in the order of the sections.
    pub fn iter(&self) -> impl Iterator<Item = &Mistake> {
        self.0.iter()
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, mistake) in self.0.iter().enumerate() {
            if number > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{mistake}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Mistakes {}

/// A value of the configuration as a mistake may show it: short, on one line. Long texts are described by their length
/// only, so that a secret which was put in the wrong place (at least 32 bytes, if it is any good) does not come out.
pub(crate) fn shown(value: &str) -> String {
    match value.len() {
        0 => "an empty text".to_owned(),
        1..32 => one_line(value),
        bytes => format!("this text of {bytes} bytes"),
    }
}

fn one_line(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut line, character| {
        if character.is_control() || matches!(character, '\u{2028}' | '\u{2029}') {
            line.extend(character.escape_default());
        } else {
            line.push(character);
        }
        line
    })
}
