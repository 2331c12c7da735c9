use vestibule_core::{ErrorCode, Text};

use super::*;
use crate::config::fixture::{GOOD, mistakes, read as read_config};

fn locales(login: &str) -> Locales {
    read_config(&format!("session.secrets = ['{GOOD}']\n[login]\n{login}")).login.locales
}

fn tags(locales: &Locales) -> Vec<&str> {
    locales.all().map(|locale| locale.lang()).collect()
}

#[test]
fn six_languages_come_along_and_any_may_be_first() {
    assert_eq!(tags(&locales("")), ["en", "es", "ca", "fr", "de", "pt"]);
    assert_eq!(tags(&locales("languages = ['ca', 'en']")), ["ca", "en"]);
    assert_eq!(locales("languages = ['ca']").standard().login_form().title, "Inicia la sessió");
}

#[test]
fn the_form_is_in_the_language_where_its_words_are_ours() {
    let all = locales(
        "remember = true\nfields = [{ name = 'email', type = 'email' }, { name = 'club', label = 'Club' }, \
         { name = 'password', type = 'password' }]",
    );
    let form = all.named("de").unwrap().login_form();
    let labels: Vec<_> = form.fields.iter().map(|field| field.label.as_str()).collect();
    assert_eq!((form.title.as_str(), labels), ("Anmelden", vec!["E-Mail", "Club", "Passwort"]));
    let step = form.second_step.as_ref().unwrap();
    assert_eq!((step.title.as_str(), step.fields[0].label.as_str()), ("Noch ein Schritt", "Einmalcode"));
}

#[test]
fn a_language_of_ones_own_words_goes_before_those_of_all_and_both_before_ours() {
    let all = locales(
        "title = 'Sign in with Marxan'\nlinks = [{ label = 'Help', href = '/help' }]\n\
         [login.text]\nsign_in = 'Enter'\nlocked = 'Closed.'\n\
         [login.text.es]\ntitle = 'Entrar en Marxan'\nsign_in = 'Entrar'\nsecond_step_title = 'El código'\n\
         labels = { username = 'Socio', otp = 'Código' }\nplaceholders = { username = '123' }\nlinks = { '/help' = 'Ayuda' }",
    );
    let of = |tag: &str| all.named(tag).unwrap();
    assert_eq!(
        (of("es").text(Text::SignIn), of("fr").text(Text::SignIn), of("en").text(Text::SignIn)),
        ("Entrar", "Enter", "Enter")
    );
    assert_eq!((of("es").message(ErrorCode::Locked), of("es").text(Text::SignOut)), ("Closed.", "Cerrar sesión"));
    let form = of("es").login_form();
    assert_eq!((form.title.as_str(), form.links[0].label.as_str()), ("Entrar en Marxan", "Ayuda"));
    assert_eq!((form.fields[0].label.as_str(), form.fields[0].placeholder.as_str()), ("Socio", "123"));
    let step = form.second_step.as_ref().unwrap();
    assert_eq!((step.title.as_str(), step.fields[0].label.as_str()), ("El código", "Código"));
    assert_eq!(of("fr").login_form().title, "Sign in with Marxan");
}

#[test]
fn a_language_that_does_not_come_along_brings_its_words() {
    let all = locales("[login.text.it]\nlanguage = 'Italiano'\nsign_in = 'Accedi'");
    assert_eq!(tags(&all), ["en", "es", "ca", "fr", "de", "pt", "it"]);
    let italian = all.named("it").unwrap();
    assert_eq!((italian.text(Text::SignIn), italian.text(Text::SignOut)), ("Accedi", "Sign out"));
    assert_eq!(tags(&locales("languages = ['it']\n[login.text.it]\nsign_in = 'Accedi'")), ["it"]);
}

#[test]
fn every_mistake_is_found() {
    assert_eq!(
        mistakes(
            "[login]\nlanguages = ['en', 'english', 'en', 'it']\n[login.text]\nsignin = 'x'\nsign_out = ' '\nlocked = 3\n\
             [login.text.es]\ntitel = 'x'\nlabels = { usernam = 'x', password = 3 }\nlinks = { '/x' = 'y' }"
        ),
        [
            "Leptos.toml: login.text.sign_out: is empty — write the text, or remove the key",
            "Leptos.toml: login.text.locked: is an integer, not a text — write it in quotation marks",
            "Leptos.toml: login.text.signin: is not a known key — did you mean `sign_in`?",
            "Leptos.toml: login.text.es.labels.password: is not a text of at most 200 characters on one line — \
             write it in quotation marks",
            "Leptos.toml: login.text.es.labels.usernam: is not a known key — did you mean `username`?",
            "Leptos.toml: login.text.es.links./x: is not a known key — remove it",
            "Leptos.toml: login.text.es.titel: is not a known key — did you mean `title`?",
            "Leptos.toml: login.languages[1]: english is not a language's tag — write one such as \"es\" or \"pt-BR\"",
            "Leptos.toml: login.languages[2]: en is named twice — remove one of them",
            "Leptos.toml: login.languages[3]: there are no words in it — write them as [login.text.it]; \
             these come along: en, es, ca, fr, de, pt",
            "Leptos.toml: login.text.es: is not among the languages of the page — add \"es\" to login.languages",
        ]
    );
    assert_eq!(
        mistakes("login.languages = []"),
        ["Leptos.toml: login.languages: is empty — name a language, such as \"en\", or remove it"]
    );
}
