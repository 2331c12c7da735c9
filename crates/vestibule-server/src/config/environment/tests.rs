use super::*;
use crate::config::fixture::{self, GOOD, mistakes_of};
use crate::config::{Config, Source, TokenExposure};

fn source(text: &str) -> Source {
    Source::of_text(format!("session.secrets = ['{GOOD}']\n{text}"))
}

fn read(source: &Source) -> Config {
    Config::read(source).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

#[test]
fn a_variable_wins_over_the_file() {
    let config = read(
        &source("session.idle = '10m'\nlogin.title = 'From the file'")
            .with_variable("VESTIBULE__SESSION__IDLE", "20m")
            .with_variable("VESTIBULE__SESSION__ACCESS_TOKEN", "server-only")
            .with_variable("VESTIBULE__SERVER__PUBLIC_URL", "https://app.example.org")
            .with_variable("VESTIBULE__ENVIRONMENT", "development"),
    );
    assert_eq!(config.session.idle.as_secs(), 1_200);
    assert_eq!(config.session.access_token, TokenExposure::ServerOnly);
    assert_eq!(config.server.public_url.as_str(), "https://app.example.org/");
    assert_eq!(config.login.form().title, "From the file");
}

#[test]
fn a_value_is_toml_where_it_parses_and_a_text_otherwise() {
    for (text, value) in [
        ("true", Value::Boolean(true)),
        ("10", Value::Integer(10)),
        ("\"10\"", Value::String("10".into())),
        ("'10'", Value::String("10".into())),
        ("[\"a\", 'b']", Value::Array(vec!["a".into(), "b".into()])),
        ("{ a = 1 }", Value::Table(Table::from_iter([("a".to_owned(), Value::Integer(1))]))),
        ("12h", Value::String("12h".into())),
        ("https://a.example", Value::String("https://a.example".into())),
        ("Sign in", Value::String("Sign in".into())),
        ("'unfinished", Value::String("'unfinished".into())),
        ("#1d6fdc", Value::String("#1d6fdc".into())),
        ("", Value::String(String::new())),
        ("1\nother = 2", Value::String("1\nother = 2".into())),
        ("a]\n[session]", Value::String("a]\n[session]".into())),
    ] {
        assert_eq!(parse(text), value, "{text}");
    }
}

#[test]
fn lists_are_set_whole() {
    let config = read(
        &source("")
            .with_variable("VESTIBULE__SESSION__SECRETS", format!("['{}']", fixture::OTHER))
            .with_variable("VESTIBULE__SERVER__TRUSTED_ORIGINS", "['https://a.example', 'https://b.example']"),
    );
    assert_eq!(config.session.secrets, [crate::secret::Secret::new(fixture::OTHER)]);
    assert_eq!(config.server.trusted_origins, ["https://a.example", "https://b.example"]);
}

#[test]
fn the_tables_of_a_list_are_not_reached() {
    let text = "login.links = [{ label = 'Help', href = '/help' }]";
    assert_eq!(
        mistakes_of(&source(text).with_variable("VESTIBULE__LOGIN__LINKS__0__LABEL", "Hilfe")),
        ["Leptos.toml: VESTIBULE__LOGIN__LINKS__0__LABEL: names a part of login.links, which is a list — \
         set the whole value with one variable, or in the file"]
    );
}

#[test]
fn a_whole_table_gives_way_to_its_single_keys() {
    let source = source("")
        .with_variable("VESTIBULE__LOG__LEVEL", "debug")
        .with_variable("VESTIBULE__LOG", "{ level = 'trace', format = 'json' }");
    let log = read(&source).log;
    assert_eq!((log.level.as_str(), log.format), ("debug", crate::config::LogFormat::Json));
}

#[test]
fn an_unknown_name_is_refused_and_named() {
    for (name, value, expected) in [
        (
            "VESTIBULE__SESSION__IDEL",
            "1h",
            "Leptos.toml: session.idel (from VESTIBULE__SESSION__IDEL): is not a known key — did you mean `idle`?",
        ),
        (
            "VESTIBULE__SESION__IDLE",
            "1h",
            "Leptos.toml: sesion (from VESTIBULE__SESION__IDLE): is not a known key — did you mean `session`?",
        ),
        (
            "VESTIBULE__PUBLIC_URL",
            "https://a.example",
            "Leptos.toml: public_url (from VESTIBULE__PUBLIC_URL): is not a known key — \
             remove it; known here: environment, server, session, providers, login, upstream, limits, proxy, api, store, log, app",
        ),
        (
            "VESTIBULE__UPSTREAM__BASE_ULR",
            "https://a.example",
            "Leptos.toml: upstream.base_ulr (from VESTIBULE__UPSTREAM__BASE_ULR): is not a known key — \
             did you mean `base_url`?",
        ),
    ] {
        let lines = mistakes_of(&source("upstream.base_url = 'https://api.example'").with_variable(name, value));
        assert_eq!(lines, [expected]);
    }
}

#[test]
fn a_wrong_value_names_its_variable() {
    let source = source("session.idle = '10m'")
        .with_variable("VESTIBULE__SESSION__IDLE", "3x")
        .with_variable("VESTIBULE__LOGIN__TITLE", "2024")
        .with_variable("VESTIBULE__LOGIN__FIELDS", "[{ name = 'password', type = 'pasword' }]");
    assert_eq!(
        mistakes_of(&source),
        [
            "Leptos.toml: session.idle (from VESTIBULE__SESSION__IDLE): 3x is not a duration — \
         write an integer and ms, s, m, h or d, such as \"2h\"",
            "Leptos.toml: login.title (from VESTIBULE__LOGIN__TITLE): is an integer, not a text — write it in quotation marks",
            "Leptos.toml: login.fields[0].type (from VESTIBULE__LOGIN__FIELDS): pasword is not a choice — \
         write \"text\" or \"email\" or \"tel\" or \"password\"",
            "Leptos.toml: login.fields (from VESTIBULE__LOGIN__FIELDS): has 0 fields of type \"password\" — declare exactly one",
        ]
    );
}

#[test]
fn a_name_in_another_form_is_refused() {
    for name in ["VESTIBULE__", "VESTIBULE____IDLE", "VESTIBULE__SESSION__", "VESTIBULE__SESSION____IDLE"] {
        assert_eq!(
            mistakes_of(&source("").with_variable(name, "1h")),
            [format!("Leptos.toml: {name}: names no key — write VESTIBULE__SECTION__KEY, all in upper case")]
        );
    }
    for name in ["VESTIBULE__session__idle", "VESTIBULE__SESSION__IDLÉ", "VESTIBULE__SESSION__A-B"] {
        assert_eq!(
            mistakes_of(&source("").with_variable(name, "1h")),
            [format!(
                "Leptos.toml: {name}: is not written in upper case — write VESTIBULE__SECTION__KEY, all in upper case"
            )]
        );
    }
}

#[test]
fn other_variables_are_no_concern_of_ours() {
    read(
        &source("")
            .with_variable("VESTIBULE_CONFIG", "x")
            .with_variable("VESTIBULE_X", "1")
            .with_variable("PATH", "/bin"),
    );
}

/// The environment replaces a secret of the file in whichever form it is written.
#[test]
fn a_file_variable_replaces_the_value_of_the_file_and_the_other_way_round() {
    let folder = fixture::folder();
    std::fs::write(folder.path().join("keys"), fixture::OTHER).unwrap();
    let by_file = folder
        .source(&format!("session.secrets = ['{GOOD}']"))
        .with_variable("VESTIBULE__SESSION__SECRETS_FILE", "keys");
    assert_eq!(read(&by_file).session.secrets, [crate::secret::Secret::new(fixture::OTHER)]);
    let by_value = folder
        .source("session.secrets_file = 'absent'")
        .with_variable("VESTIBULE__SESSION__SECRETS", format!("['{GOOD}']"));
    assert_eq!(read(&by_value).session.secrets, [crate::secret::Secret::new(GOOD)]);
    let both = by_value.with_variable("VESTIBULE__SESSION__SECRETS_FILE", "keys");
    assert_eq!(
        mistakes_of(&both),
        ["Leptos.toml: session.secrets_file (from VESTIBULE__SESSION__SECRETS_FILE): stands beside `secrets` — \
         keep one of the two"]
    );
}

#[test]
fn the_applications_own_settings_take_any_key() {
    let config = read(
        &source("app.support = 'help@example.com'\napp.logo_file = '/logo.svg'")
            .with_variable("VESTIBULE__APP__LIMIT", "3")
            .with_variable("VESTIBULE__APP__LOGO", "x")
            .with_variable("VESTIBULE__APP__NESTED__KEY", "v"),
    );
    assert_eq!(config.app["support"].as_str(), Some("help@example.com"));
    assert_eq!(config.app["logo_file"].as_str(), Some("/logo.svg"));
    assert_eq!(config.app["limit"].as_integer(), Some(3));
    assert_eq!(config.app["nested"]["key"].as_str(), Some("v"));
}

/// LG-01
#[test]
fn no_secret_of_the_environment_comes_out() {
    let source = source("")
        .with_variable("VESTIBULE__SESSION__SECRETS", "canary-CANARY-0")
        .with_variable("VESTIBULE__SESSION__SECRET", "canary-CANARY-1")
        .with_variable("VESTIBULE__UPSTREAM__CLIENT__SECRET", "[\"canary-CANARY-2\"]")
        .with_variable("VESTIBULE__UPSTREAM__HEADERS", "canary-CANARY-3")
        .with_variable("VESTIBULE__UPSTREAM", "canary-CANARY-4");
    let lines = mistakes_of(&source).join("\n");
    assert!(!lines.to_lowercase().contains("canary"), "{lines}");
    let debug = format!("{source:?}");
    assert!(!debug.to_lowercase().contains("canary"), "{debug}");
}

/// It would start with the defaults, and nobody would know why.
#[test]
fn one_underscore_for_two_is_told() {
    let warnings = |name: &str| read(&source("").with_variable(name, "x")).warnings;
    for (name, meant) in [
        ("VESTIBULE_ENVIRONMENT", "VESTIBULE__ENVIRONMENT"),
        ("VESTIBULE_SERVER__PUBLIC_URL", "VESTIBULE__SERVER__PUBLIC_URL"),
        ("VESTIBULE_SERVER_ADDRESS", "VESTIBULE__SERVER__ADDRESS"),
        ("VESTIBULE_LIMITS_ACCOUNT", "VESTIBULE__LIMITS__ACCOUNT"),
    ] {
        let said: Vec<_> = warnings(name).iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            [format!("Leptos.toml: {name}: sets nothing: it has one underscore where two belong — write {meant}")]
        );
    }
    for name in [
        "VESTIBULE_APP",
        "VESTIBULE_CONFIG",
        "VESTIBULE_CACHE",
        "VESTIBULE_PORT_80_TCP",
        "VESTIBULE_SERVICE_HOST",
        "VESTIBULE_APP_SERVICE_HOST",
        "VESTIBULE_APP_SERVICE_PORT_HTTP",
        "VESTIBULE_APP_PORT",
        "VESTIBULE_APP_PORT_8080_TCP_ADDR",
        "VESTIBULE_API_MAIN_PORT_8080_TCP",
    ] {
        assert!(warnings(name).is_empty(), "{name}");
    }
}
