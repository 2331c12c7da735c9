use serde::Deserialize;

use super::*;
use crate::config::Config;
use crate::config::duration::HumanDuration;
use crate::config::fixture::{self, GOOD, mistakes};

fn upstream(text: &str) -> Option<Contract> {
    fixture::read(&format!("session.secrets = ['{GOOD}']\n{text}")).upstream
}

#[test]
fn without_an_address_development_has_the_embedded_api() {
    assert!(upstream("").is_none());
    assert!(upstream("[upstream]").is_none());
}

#[test]
fn an_address_alone_is_a_contract() {
    let contract = upstream("upstream.base_url = 'https://api.example/v1'").unwrap();
    assert_eq!(contract.base_url().as_str().trim_end_matches('/'), "https://api.example/v1");
}

/// CK-02
#[test]
fn production_has_no_embedded_api() {
    let rest =
        format!("environment = 'production'\nserver.public_url = 'https://a.example'\nsession.secrets = ['{GOOD}']\n");
    assert_eq!(
        mistakes(&rest),
        ["Leptos.toml: upstream.base_url: is missing, and production has no embedded API — \
         set the API's address, such as \"https://api.example.org\""]
    );
    let lines = mistakes(&format!("{rest}upstream.base_url = 'http://api.example'"));
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].starts_with("Leptos.toml: upstream.base_url: is plain http"), "{lines:?}");
    for loopback in ["http://127.0.0.1:7104", "http://[::1]:7104", "http://localhost:7104"] {
        fixture::read(&format!("{rest}upstream.base_url = '{loopback}'"));
    }
}

#[test]
fn a_contract_without_an_address_is_refused_and_still_checked() {
    assert_eq!(
        mistakes("[upstream]\ntimeout = '2s'\nbase = 'https://api.example'\n[upstream.sign_in]\npaht = '/x'"),
        [
            "Leptos.toml: upstream.base_url: is missing, while other keys of [upstream] are set — \
         set the API's address, such as \"https://api.example.org\", or remove them",
            "Leptos.toml: upstream.base: is not a known key — remove it; known here: base_url, headers, accept, auth, client, \
         timeout, connect_timeout, sign_in, profile, refresh, sign_out, expiry, token, preset",
            "Leptos.toml: upstream.sign_in.paht: is not a known key — did you mean `path`?",
        ]
    );
}

#[test]
fn the_contract_is_checked_against_the_login_form() {
    let text = "upstream.base_url = 'https://api.example'\n\
                login.fields = [{ name = 'email' }, { name = 'password', type = 'password' }]\n";
    let lines = mistakes(&format!("session.secrets = ['{GOOD}']\n{text}"));
    assert!(lines[0].starts_with("Leptos.toml: upstream.sign_in.body") && lines[0].contains("{username}"), "{lines:?}");
    let body = "upstream.sign_in.body = { '/email' = '{email}', '/password' = '{password}' }";
    assert!(upstream(&format!("{text}{body}")).is_some());
}

/// LG-01
#[test]
fn a_client_secret_comes_from_a_file_and_never_comes_out() {
    let folder = fixture::folder();
    std::fs::write(folder.path().join("client"), "canary-CANARY\n").unwrap();
    let text = "[upstream]\nbase_url = 'https://api.example'\n[upstream.client]\nauth = 'basic'\nid = 'app'\n";
    let with_file = folder.source(&format!("{text}secret_file = 'client'"));
    let config = Config::read(&with_file).unwrap();
    assert!(!format!("{config:?}").to_lowercase().contains("canary"));
    for wrong in [
        "secret = ['canary-CANARY']",
        "secret = { canary-CANARY = 'x' }",
        "secret = 'canary-CANARY'\nsecret_file = 'client'",
        "secert = 'canary-CANARY'",
        "secret = 'canary\\nCANARY'\nauth_file = 'client'",
    ] {
        let lines = folder.mistakes(&format!("{text}{wrong}")).join("\n");
        assert!(!lines.contains("CANARY'") && !lines.contains("canary-CANARY\""), "{lines}");
        assert!(lines.starts_with("Leptos.toml: upstream.client."), "{lines}");
    }
}

/// LG-01: what a value says is not taken for what was expected in its place.
#[test]
fn a_value_that_speaks_of_what_is_expected_is_not_repeated() {
    let (_, lines) = read_settings("needed = 'x'\ncount = 'a, expected canary'");
    assert_eq!(lines, ["Leptos.toml: upstream.count: is not of the expected kind — write u16"]);
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Settings {
    needed: String,
    #[serde(default)]
    count: u16,
    wait: Option<HumanDuration>,
    kind: Option<Kind>,
    inner: Option<Inner>,
    #[serde(default)]
    rules: Vec<Inner>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
struct Inner {
    status: u16,
    text: String,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Json,
    Form,
}

fn read_settings(text: &str) -> (Option<Settings>, Vec<String>) {
    let mut report = Report::new(std::path::Path::new("Leptos.toml"));
    let read = settings("upstream", &[PRESET], toml::from_str(text).unwrap(), &mut report);
    (read, report.finish(()).err().map(|mistakes| fixture::lines(&mistakes)).unwrap_or_default())
}

#[test]
fn settings_without_a_mistake_are_read() {
    let (read, lines) = read_settings("needed = 'x'\ncount = 3\nwait = '2s'\nkind = 'form'\ninner.status = 401");
    assert!(lines.is_empty(), "{lines:?}");
    assert_eq!(
        read.unwrap(),
        Settings {
            needed: "x".into(),
            count: 3,
            wait: Some(HumanDuration(std::time::Duration::from_secs(2))),
            kind: Some(Kind::Form),
            inner: Some(Inner { status: 401, text: String::new() }),
            rules: Vec::new(),
        }
    );
}

#[test]
fn every_mistake_of_the_shape_is_found_and_no_value_repeated() {
    let (read, lines) = read_settings(
        "needed = 'x'\ncount = 'canary'\nwait = '3x'\nkind = 'canary'\nunknown_key = 'canary'\n\
         [inner]\nstatus = 'canary'\ntxet = 'canary'\n[[rules]]\nstatus = 401\n[[rules]]\nstatus = 70000",
    );
    assert!(read.is_none());
    let mut sorted = lines.clone();
    sorted.sort();
    assert_eq!(
        sorted,
        [
            "Leptos.toml: upstream.count: is not of the expected kind — write u16",
            "Leptos.toml: upstream.inner.status: is not of the expected kind — write u16",
            "Leptos.toml: upstream.inner.txet: is not a known key — did you mean `text`?",
            "Leptos.toml: upstream.kind: is not a choice — write \"json\" or \"form\"",
            "Leptos.toml: upstream.rules[1].status: is not of the expected kind — write u16",
            "Leptos.toml: upstream.unknown_key: is not a known key — \
         remove it; known here: needed, count, wait, kind, inner, rules, preset",
            "Leptos.toml: upstream.wait: 3x is not a duration — write an integer and ms, s, m, h or d, such as \"2h\"",
        ]
    );
}

#[test]
fn a_missing_key_ends_the_search() {
    let (read, lines) = read_settings("count = 'x'");
    assert!(read.is_none());
    assert!(lines.contains(&"Leptos.toml: upstream.needed: is missing — set it".to_owned()), "{lines:?}");
}

#[test]
fn a_value_is_taken_out_wherever_it_stands() {
    let text = "a.b.c = 1\na.b.d = 2\nlist = [{ x = 1 }, { x = 2 }]";
    let key = |name: &str| Step::Key(name.to_owned());
    let after = |steps: &[Step]| {
        let mut table: Table = toml::from_str(text).unwrap();
        let taken = remove(&mut table, steps);
        (taken, toml::to_string(&table).unwrap())
    };
    assert_eq!(after(&[key("a"), key("b"), key("c")]).1, "[a.b]\nd = 2\n\n[[list]]\nx = 1\n\n[[list]]\nx = 2\n");
    assert_eq!(after(&[key("list"), Step::Index(1), key("x")]).1, "[a.b]\nc = 1\nd = 2\n");
    assert_eq!(after(&[key("a"), key("absent"), key("c")]).1, "[[list]]\nx = 1\n\n[[list]]\nx = 2\n");
    assert!(!after(&[]).0 && !after(&[key("absent")]).0 && !after(&[Step::Index(0)]).0);
}

#[test]
fn a_preset_supplies_what_is_not_set() {
    let toml = "upstream = { preset = 'djoser', base_url = 'https://api.example', auth = { scheme = 'Bearer' } }";
    let contract = upstream(toml).unwrap();
    assert_eq!(contract.auth_header(), Some(("authorization", "Bearer")));
    assert_eq!(contract.sign_in().endpoint.path.as_str(), "/auth/jwt/create/");
    assert!(contract.refresh().is_some() && contract.sign_out().is_some());
}

#[test]
fn a_preset_that_is_none_is_named_with_those_that_are() {
    let lines = mistakes("upstream = { preset = 'django', base_url = 'https://api.example' }");
    assert_eq!(
        lines,
        [
            "Leptos.toml: upstream.preset: django is not a preset — write \"marxan\" or \"djoser\" or \"fastapi-users\" or \
             \"feathers\" or \"directus\" or \"strapi\", or describe the API by the other keys"
        ]
    );
    assert!(mistakes("upstream = { preset = 7, base_url = 'https://api.example' }")[0].contains(" upstream.preset: "));
    assert!(
        mistakes("upstream = { preset = 'strapi' }")[0].contains(" upstream.base_url: "),
        "only the address is left"
    );
}

#[test]
fn a_second_step_that_cannot_be_taken_is_told_of() {
    let asking =
        "upstream.base_url = 'https://api.example'\nupstream.sign_in.mfa = [{ status = 401, pointer = '/otp' }]\n";
    let warnings = |text: &str| fixture::read(text).warnings.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        warnings(asking),
        ["Leptos.toml: upstream.sign_in.mfa: asks for a second step that upstream.sign_in.body does not send — \
          add a place for {otp} to upstream.sign_in.body, such as \"/otp\""]
    );
    let sending =
        "upstream.sign_in.body = { '/username' = '{username}', '/password' = '{password}', '/otp' = '{otp}' }\n";
    assert_eq!(warnings(&format!("{asking}{sending}")), Vec::<String>::new());
}
