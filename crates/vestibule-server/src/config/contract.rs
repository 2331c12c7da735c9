//! `[upstream]`: handed to the contract's own settings, with every mistake of their shape found and named.

use serde::de::DeserializeOwned;
use toml::{Table, Value};
use vestibule_core::LoginForm;

use super::mistake::shown;
use super::report::Report;
use super::section::{Section, kind};
use crate::secret::Secret;
use crate::upstream::{Contract, ContractSettings, PRESETS, Preset};

const NAME: &str = "upstream";
/// No configuration has more; it ends the search for further mistakes in one that is far from what is expected.
const MOST_MISTAKES: usize = 100;
const BASE_URL: &str = "base_url";
const PRESET: &str = "preset";
const VERIFY: &str = "upstream.token.verify";
/// The keys of `upstream.token.verify` that name a file.
const FILES_OF_VERIFY: [&str; 2] = ["upstream.token.verify.secret_file", "upstream.token.verify.public_key_file"];
/// Stands in where `base_url` is missing, so that the rest of the section is checked in the same run.
const STAND_IN: &str = "https://upstream.invalid";

/// The contract, or `None` where `base_url` is not set: development then uses the embedded API.
pub(crate) fn read(section: Section, form: &LoginForm, production: bool, report: &mut Report) -> Option<Contract> {
    let mut table = section.into_table();
    let is_set = table.contains_key(BASE_URL);
    let key = format!("{NAME}.{BASE_URL}");
    const MEND: &str = "set the API's address, such as \"https://api.example.org\"";
    if !is_set && production {
        report.add(&key, "is missing, and production has no embedded API", MEND);
    } else if !is_set && !table.is_empty() {
        report.add(&key, "is missing, while other keys of [upstream] are set", format!("{MEND}, or remove them"));
    }
    supply_preset(&mut table, report);
    if !is_set {
        if table.is_empty() {
            return None;
        }
        table.insert(BASE_URL.to_owned(), STAND_IN.into());
    }
    let settings: ContractSettings = settings(NAME, &[PRESET], table, report)?;
    let contract = settings.contract(form, production, &mut |key: String, text: String| {
        if key == VERIFY && FILES_OF_VERIFY.iter().any(|file_key| report.names(file_key)) {
            // The file that could not be read was the key that seems to be missing.
            return;
        }
        let within = key.strip_prefix("upstream.").unwrap_or(&key);
        report.add_text(&format!("{NAME}.{within}"), &text);
    });
    let contract = contract.filter(|_| is_set);
    if let (Some(contract), Some(step)) = (&contract, &form.second_step)
        && contract.asks_for_second_step()
        && !contract.takes_second_step(step)
    {
        let names: Vec<_> = step.fields.iter().map(|field| format!("{{{}}}", field.name)).collect();
        let mend = format!("add a place for {} to upstream.sign_in.body, such as \"/otp\"", names.join(" or "));
        // Whoever cannot send it may still want to say that it is asked for.
        report.warn("upstream.sign_in.mfa", "asks for a second step that upstream.sign_in.body does not send", mend);
    }
    contract
}

/// Refuses the secret of the API's tokens among those that seal sessions: who knows it, and the API does, could then make
/// sessions of this application.
pub(crate) fn tell_keys_apart(contract: Option<&Contract>, secrets: &[Secret], report: &mut Report) {
    let verify = contract.and_then(Contract::verify);
    if verify.is_some_and(|verify| secrets.iter().any(|secret| verify.is_signed_with(secret.expose()))) {
        report.add(
            &format!("{VERIFY}.secret"),
            "is also one of session.secrets: the key that signs the API's tokens is the API's, the one that seals sessions \
             is this application's alone",
            "make another for session.secrets with `vestibule-app secret`",
        );
    }
}

/// Puts the contract that `upstream.preset` names under the keys that stand there.
fn supply_preset(table: &mut Table, report: &mut Report) {
    let key = format!("{NAME}.{PRESET}");
    match table.remove(PRESET) {
        None => {}
        Some(Value::String(name)) => match Preset::named(&name) {
            Some(preset) => preset.put_under(table),
            None => {
                let names: Vec<_> = PRESETS.iter().map(|preset| format!("\"{}\"", preset.name)).collect();
                let what = format!("{} is not a preset", shown(&name));
                report.add(&key, what, format!("write {}, or describe the API by the other keys", names.join(" or ")));
            }
        },
        Some(other) => {
            report.add(&key, format!("is {}, not a text", kind(&other)), "write it in quotation marks");
        }
    }
}

/// Reads the table of a name into a type of its own. serde stops at the first mistake, so each offending value is taken
/// out and the rest is read again. `more`: keys of the table that are known besides.
pub(super) fn settings<T: DeserializeOwned>(
    name: &str,
    more: &[&str],
    mut table: Table,
    report: &mut Report,
) -> Option<T> {
    let mut clean = true;
    for _ in 0..MOST_MISTAKES {
        match serde_path_to_error::deserialize::<_, T>(Value::Table(table.clone())) {
            Ok(settings) => return clean.then_some(settings),
            Err(error) => {
                clean = false;
                let steps: Vec<Step> = error.path().iter().filter_map(Step::of).collect();
                if !describe(name, more, error.inner().message(), steps, &mut table, report) {
                    return None;
                }
            }
        }
    }
    None
}

/// One step of the way to a value.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    Key(String),
    Index(usize),
}

impl Step {
    fn of(segment: &serde_path_to_error::Segment) -> Option<Self> {
        match segment {
            serde_path_to_error::Segment::Map { key } => Some(Self::Key(key.clone())),
            serde_path_to_error::Segment::Seq { index } => Some(Self::Index(*index)),
            _ => None,
        }
    }
}

/// Tells of one mistake and takes its value out of the table; false if it could not be taken out.
fn describe(
    section: &str,
    more: &[&str],
    message: &str,
    mut steps: Vec<Step>,
    table: &mut Table,
    report: &mut Report,
) -> bool {
    let message = message.lines().next().unwrap_or_default();
    if let Some((name, mut expected)) = unknown(message, "unknown field `") {
        let key = Step::Key(name.to_owned());
        // The path ends at the table or at the key itself, whichever serde had reached.
        if steps.last() != Some(&key) {
            steps.push(key);
        }
        if steps.len() == 1 {
            expected.extend(more);
        }
        report.unknown(&full_key(section, &steps), name, &expected);
        return remove(table, &steps);
    }
    let key = full_key(section, &steps);
    if let Some((_, expected)) = unknown(message, "unknown variant `") {
        let words: Vec<String> = expected.iter().map(|word| format!("\"{word}\"")).collect();
        report.add(&key, "is not a choice", format!("write {}", words.join(" or ")));
    } else if let Some(name) = message.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`')) {
        report.add(&format!("{key}.{name}"), "is missing", "set it");
    } else if let (true, Some((_, expected))) = (message.starts_with("invalid "), message.rsplit_once(", expected ")) {
        // What stands before quotes the value, which may be a secret, and may have these words itself.
        // serde's word for it.
        let expected = if expected == "a sequence" { "a list, in [ and ]" } else { expected };
        report.add(&key, "is not of the expected kind", format!("write {expected}"));
    } else if message.starts_with("data did not match any variant") {
        report.add(&key, "is not of the expected shape", "see this key in the documentation of the configuration");
    } else {
        report.add_text(&key, message);
    }
    remove(table, &steps)
}

fn full_key(section: &str, steps: &[Step]) -> String {
    steps.iter().fold(section.to_owned(), |key, step| match step {
        Step::Key(name) => format!("{key}.{name}"),
        Step::Index(index) => format!("{key}[{index}]"),
    })
}

/// serde's "unknown field `x`, expected one of `a`, `b`": the name, and what was expected.
fn unknown<'a>(message: &'a str, start: &str) -> Option<(&'a str, Vec<&'a str>)> {
    let (name, rest) = message.strip_prefix(start)?.split_once('`')?;
    Some((name, rest.split('`').skip(1).step_by(2).collect()))
}

/// Takes out the value at the end of `steps`. Of a list the whole goes, so that the numbers of its other items stay
/// true; and where the last steps lead nowhere, so does the part that they start from.
fn remove(table: &mut Table, steps: &[Step]) -> bool {
    let [Step::Key(key), rest @ ..] = steps else { return false };
    let taken_below = match (table.get_mut(key), rest) {
        (Some(toml::Value::Table(inner)), [_, ..]) => remove(inner, rest),
        _ => false,
    };
    taken_below || table.remove(key).is_some()
}

#[cfg(test)]
mod tests;
