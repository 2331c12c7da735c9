//! What holds for every configuration, right or wrong.

use toml::{Table, Value};

use super::report::Report;
use super::{Config, Source, environment};

/// Nothing is there: no file that a configuration names is opened, and no secret of development is found.
const NOWHERE: &str = "/nonexistent";
/// What secrets are made to hold, and what no mistake may show.
const CANARY: &str = "cAnArY-5eCret";
/// Shorter texts may be shown, where they are no secrets: they help to find the place.
const LONGEST_SHOWN: usize = 31;

/// CK-02, LG-01: a configuration is read, or each mistake is told in a line that says how to mend it; neither shows a secret, and
/// no mistake a text that could be one. What was read is read again the same, written otherwise or set by variables.
///
/// `data`: the file; lines that begin with `VESTIBULE` are variables of the environment instead.
pub fn configuration(data: &[u8]) {
    let Ok(data) = std::str::from_utf8(data) else { return };
    let (variables, lines): (Vec<&str>, Vec<&str>) = data.split('\n').partition(|line| line.starts_with("VESTIBULE"));
    let mut source = Source::of_text(lines.join("\n")).with_directory(NOWHERE);
    for (name, value) in variables.iter().filter_map(|line| line.split_once('=')) {
        source = source.with_variable(name, value);
    }
    let Some(table) = whole(&source) else {
        tell(&source, Config::read(&source));
        return;
    };
    if names_a_file(&table) {
        return;
    }
    let read = tell(&source, Config::read(&source));
    if let Some(read) = read {
        assert_eq!(tell(&source, Config::read(&source)).as_ref(), Some(&read));
        for again in [written_anew(&table), as_variables(&table)].into_iter().flatten() {
            assert_eq!(tell(&again, Config::read(&again)).as_ref(), Some(&read), "{:?}", again.text);
        }
    }
    if !data.contains(CANARY) {
        for place in [Place::Front, Place::Back] {
            shows_no_secret(&table, place);
        }
    }
}

/// The whole configuration as a table; `None` where the file is not TOML.
fn whole(source: &Source) -> Option<Table> {
    let mut table = source.text.as_ref()?.parse().ok()?;
    environment::overlay(&mut table, &source.variables, &mut Report::new(&source.path));
    Some(table)
}

/// What was read, in words; where nothing was, its mistakes are looked at.
fn tell(source: &Source, read: Result<Config, super::Mistakes>) -> Option<String> {
    match read {
        Ok(config) => {
            let warnings = config.warnings.iter().map(ToString::to_string);
            warnings.for_each(|line| is_one_line(&line));
            Some(format!("{config:?} {:?}", config.app))
        }
        Err(mistakes) => {
            let said = mistakes.to_string();
            assert_eq!(said.lines().count(), mistakes.iter().count(), "{said}");
            assert!(!said.is_empty(), "{source:?} is wrong, and nobody says why");
            mistakes.iter().for_each(|mistake| is_one_line(&mistake.to_string()));
            None
        }
    }
}

fn is_one_line(line: &str) {
    assert!(line.starts_with("Leptos.toml: ") && line.contains(" — "), "{line}");
    assert!(!line.contains(|letter: char| letter.is_control() || "\u{2028}\u{2029}".contains(letter)), "{line:?}");
}

/// Whether a key could name a file: what a test makes up is not opened.
fn names_a_file(table: &Table) -> bool {
    fn below(value: &Value) -> bool {
        match value {
            Value::Table(table) => names_a_file(table),
            Value::Array(items) => items.iter().any(below),
            _ => false,
        }
    }
    table.iter().any(|(name, value)| name.ends_with("_file") || below(value))
}

/// The same table as the serializer writes it.
fn written_anew(table: &Table) -> Option<Source> {
    Some(Source::of_text(toml::to_string(table).ok()?).with_directory(NOWHERE))
}

/// The same as variables of the environment; `None` for a key that no variable can name.
fn as_variables(table: &Table) -> Option<Source> {
    let is_nameable = |name: &str| {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        !name.is_empty()
            && name.bytes().all(plain)
            && !name.contains("__")
            && !name.ends_with('_')
            && !name.starts_with('_')
    };
    let mut source = Source { text: None, ..Source::of_text("") }.with_directory(NOWHERE);
    for (name, value) in table {
        let upper = name.to_ascii_uppercase();
        match value {
            _ if !is_nameable(name) => return None,
            Value::Table(section) if section.keys().all(|key| is_nameable(key)) && !section.is_empty() => {
                for (key, value) in section {
                    let key = key.to_ascii_uppercase();
                    source = source.with_variable(format!("VESTIBULE__{upper}__{key}"), value.to_string());
                }
            }
            value => source = source.with_variable(format!("VESTIBULE__{upper}"), value.to_string()),
        }
    }
    Some(source)
}

/// Where a canary is put to a text.
#[derive(Clone, Copy)]
enum Place {
    Front,
    Back,
}

/// With a canary in each secret nothing shows it; with one in each long text no mistake does.
fn shows_no_secret(table: &Table, place: Place) {
    for longer_than in [usize::MAX, LONGEST_SHOWN] {
        let mut table = table.clone();
        for (name, value) in table.iter_mut() {
            mark(name, value, place, longer_than);
        }
        let Some(source) = written_anew(&table) else { continue };
        match Config::read(&source) {
            Err(mistakes) => assert!(!mistakes.to_string().contains(CANARY), "{mistakes}"),
            Ok(config) => {
                let warnings: Vec<_> = config.warnings.iter().map(ToString::to_string).collect();
                assert!(!warnings.concat().contains(CANARY), "{warnings:?}");
                assert!(longer_than < usize::MAX || !format!("{config:?}").contains(CANARY), "{config:?}");
            }
        }
    }
}

/// Puts a canary into every text below `key` that is a secret or long.
fn mark(key: &str, value: &mut Value, place: Place, longer_than: usize) {
    match value {
        Value::String(text) if text.len() > longer_than || is_secret(key) => match place {
            Place::Front => text.insert_str(0, CANARY),
            Place::Back => text.push_str(CANARY),
        },
        Value::Array(items) => items.iter_mut().for_each(|item| mark(key, item, place, longer_than)),
        Value::Table(table) => {
            for (name, value) in table.iter_mut() {
                mark(&format!("{key}.{name}"), value, place, longer_than);
            }
        }
        _ => {}
    }
}

/// Whether the values of a key are nobody's business: those that the documentation calls secret, and the constants of
/// headers and bodies.
fn is_secret(key: &str) -> bool {
    const SECRETS: [&str; 7] = [
        "session.secrets",
        "upstream.client.secret",
        "upstream.token.verify.secret",
        "providers.client_secret",
        "providers.signed_secret.private_key",
        "store.url",
        "app",
    ];
    const HOLDERS: [&str; 7] = [
        "app.",
        "upstream.headers.",
        "upstream.sign_in.body.",
        "upstream.profile.body.",
        "upstream.refresh.body.",
        "upstream.sign_out.body.",
        "providers.exchange.body.",
    ];
    SECRETS.contains(&key) || HOLDERS.iter().any(|holder| key.starts_with(holder))
}
