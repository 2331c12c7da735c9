use super::*;
use crate::config::fixture::{GOOD, read};

fn locales(login: &str) -> Locales {
    read(&format!("session.secrets = ['{GOOD}']\n[login]\n{login}")).login.locales
}

fn chosen<'a>(locales: &'a Locales, header: &str) -> Option<&'a str> {
    locales.accepted(header).map(|locale| locale.lang())
}

#[test]
fn a_browser_gets_the_language_that_it_prefers_of_those_that_there_are() {
    let all = locales("");
    assert_eq!(chosen(&all, "es-MX,es;q=0.9,en;q=0.8"), Some("es"));
    assert_eq!(chosen(&all, "it,ja;q=0.9,CA;q=0.3"), Some("ca"));
    assert_eq!(chosen(&all, "it, *;q=0.1"), Some("en"));
    assert_eq!(chosen(&all, "it"), None);
    assert_eq!(chosen(&all, "en-US,en;q=0.9,es;q=0.8"), Some("en"));
    assert_eq!(chosen(&locales("languages = [\"pt-BR\", \"es\"]"), "pt"), Some("pt-BR"));
    assert_eq!(chosen(&locales("languages = [\"es\"]"), "de"), None);
}

#[test]
fn a_person_chooses_by_name_where_there_is_a_choice() {
    let all = locales("");
    let choices = &all.named("fr").unwrap().words().choices;
    assert_eq!(choices.iter().map(|(tag, _)| tag.as_str()).collect::<Vec<_>>(), ["en", "es", "ca", "fr", "de", "pt"]);
    assert_eq!(choices[1].1, "Español");
    assert!(locales("languages = [\"es\"]").standard().words().choices.is_empty());
    assert_eq!(all.named("xx"), None);
}

#[test]
fn a_failure_is_told_in_the_language() {
    let all = locales("");
    let failure = all.named("de").unwrap().failure(ErrorCode::Locked);
    assert_eq!(failure.message, "Dieses Konto kann sich zurzeit nicht anmelden.");
    assert_eq!(all.standard().failure(ErrorCode::Locked), SignInFailure::new(ErrorCode::Locked));
}
