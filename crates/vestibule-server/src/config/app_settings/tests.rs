use serde::Deserialize;

use crate::config::{Config, Source};

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    support: String,
    #[serde(default)]
    plans: Vec<Plan>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Plan {
    seats: u32,
}

fn settings(toml: &str) -> Result<Settings, String> {
    let config = Config::read(&Source::of_text(toml)).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    config.app_settings().map_err(|mistakes| mistakes.to_string())
}

#[test]
fn the_application_s_settings_have_a_type_of_their_own() {
    let read = settings("[app]\nsupport = 'help@example.com'\nplans = [{ seats = 3 }]");
    assert_eq!(read, Ok(Settings { support: "help@example.com".to_owned(), plans: vec![Plan { seats: 3 }] }));
}

#[test]
fn the_environment_goes_before_the_file_here_too() {
    let source = Source::of_text("app.support = 'a'").with_variable("VESTIBULE__APP__SUPPORT", "b");
    let read: Settings = Config::read(&source).unwrap().app_settings().unwrap();
    assert_eq!(read.support, "b");
}

/// LG-01: a setting may be a secret.
#[test]
fn what_does_not_fit_is_named_by_its_key_and_without_its_value() {
    let cases = [
        ("", "Leptos.toml: app: missing field `support` — "),
        ("app.support = 47114711", "Leptos.toml: app.support: invalid type: integer, expected a string — "),
        (
            "[app]\nsupport = 'a'\nplans = [{ seats = 1 }, { seats = 'canary' }]",
            "Leptos.toml: app.plans[1].seats: invalid type: string, expected u32 — ",
        ),
        ("[app]\nsupport = 'a'\nplan = 'canary'", "Leptos.toml: app.plan: unknown field `plan`, expected "),
    ];
    for (toml, line) in cases {
        let mistakes = settings(toml).unwrap_err();
        assert!(mistakes.starts_with(line), "{mistakes}");
        assert!(
            !mistakes.contains("canary") && !mistakes.contains("4711") && mistakes.lines().count() == 1,
            "{mistakes}"
        );
    }
}
