use vestibule_core::{FieldKind, LoginField, SecondStep};

use super::*;
use crate::config::fixture::{GOOD, mistakes, read as read_config};

fn login(text: &str) -> LoginConfig {
    read_config(&format!("session.secrets = ['{GOOD}']\n{text}")).login
}

#[test]
fn everything_has_a_default() {
    let config = login("");
    let form = config.form();
    assert_eq!(form.title, "Sign in");
    assert_eq!(config.messages, Messages::Neutral);
    assert!(!form.remember && form.links.is_empty() && form.logo.is_none() && form.accent.is_none());
    let fields: Vec<_> =
        form.fields.iter().map(|field| (&*field.name, field.kind, &*field.autocomplete, field.required)).collect();
    assert_eq!(
        fields,
        [("username", FieldKind::Text, "username", true), ("password", FieldKind::Password, "current-password", true),]
    );
}

#[test]
fn every_key_is_read() {
    let config = login(
        r##"
        [login]
        title = "Sign in with Marxan"
        remember = true
        messages = "upstream"
        logo = "/logo.svg"
        accent = "#1D6fdc"
        links = [{ label = "Forgotten password?", href = "https://example.org/reset?from=login" }]
        [[login.fields]]
        name = "email"
        label = "E-mail"
        type = "email"
        placeholder = "ana@example.com"
        autocomplete = "section-a email"
        required = false
        [[login.fields]]
        name = "password"
        type = "password"
        "##,
    );
    assert_eq!(
        *config.form(),
        LoginForm {
            page: "/login".to_owned(),
            title: "Sign in with Marxan".into(),
            fields: vec![
                LoginField {
                    name: "email".into(),
                    label: "E-mail".into(),
                    kind: FieldKind::Email,
                    placeholder: "ana@example.com".into(),
                    autocomplete: "section-a email".into(),
                    required: false,
                },
                LoginField {
                    name: "password".into(),
                    label: "Password".into(),
                    kind: FieldKind::Password,
                    placeholder: String::new(),
                    autocomplete: "current-password".into(),
                    required: true,
                },
            ],
            providers: Vec::new(),
            remember: true,
            second_step: Some(SecondStep {
                title: "One more step".into(),
                fields: vec![LoginField {
                    name: "otp".into(),
                    label: "One-time code".into(),
                    kind: FieldKind::Text,
                    placeholder: String::new(),
                    autocomplete: "one-time-code".into(),
                    required: true,
                }],
            }),
            links: vec![LoginLink {
                label: "Forgotten password?".into(),
                href: "https://example.org/reset?from=login".into()
            }],
            logo: Some("/logo.svg".into()),
            accent: Some("#1d6fdc".into()),
        }
    );
    assert_eq!(config.messages, Messages::Upstream);
}

#[test]
fn a_field_needs_only_a_name() {
    let config = login(
        "login.fields = [{ name = 'password', type = 'password' }, { name = 'e_mail', type = 'email' }, \
         { name = 'backup', type = 'email' }, { name = 'phone', type = 'tel' }, { name = 'site' }]",
    );
    let labelled = config.form().fields.iter().map(|field| (&*field.label, &*field.autocomplete));
    let fields: Vec<_> = labelled.collect();
    assert_eq!(
        fields,
        [
            ("Password", "current-password"),
            // The first that is no password is what a password manager keeps the password under.
            ("E mail", "username"),
            ("Backup", "email"),
            ("Phone", "tel"),
            ("Site", ""),
        ]
    );
}

#[test]
fn exactly_one_field_is_the_password() {
    for (fields, count) in [
        ("[]", 0),
        ("[{ name = 'username' }]", 0),
        ("[{ name = 'a', type = 'password' }, { name = 'b', type = 'password' }]", 2),
    ] {
        assert_eq!(
            mistakes(&format!("login.fields = {fields}")),
            [format!("Leptos.toml: login.fields: has {count} fields of type \"password\" — declare exactly one")]
        );
    }
}

#[test]
fn a_field_name_is_plain_unique_and_not_taken() {
    let with = |name: &str| {
        mistakes(&format!("login.fields = [{{ name = \"{name}\" }}, {{ name = 'pw', type = 'password' }}]"))
    };
    for name in ["", "a b", "é", "a/b", "a[0]", "{username}", "a\\nb", &"x".repeat(65)] {
        let lines = with(name);
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].starts_with("Leptos.toml: login.fields[0].name: "), "{lines:?}");
        assert!(lines[0].ends_with(" is not a field's name — write 1 to 64 of A-Z, a-z, 0-9, _, . and -"), "{lines:?}");
    }
    for name in ["callbackUrl", "remember", "secondStep", "lang", "access", "refresh", "user_id"] {
        assert_eq!(
            with(name),
            [format!(
                "Leptos.toml: login.fields[0].name: {name} has a meaning of its own — \
             choose another name; these are taken: callbackUrl, remember, secondStep, lang, access, refresh, user_id"
            )]
        );
    }
    assert_eq!(
        with("pw"),
        ["Leptos.toml: login.fields[1].name: pw is the name of another field too — rename one of them"]
    );
    assert!(
        login(&format!("login.fields = [{{ name = '{}' }}, {{ name = 'Z-0_.9', type = 'password' }}]", "x".repeat(64)))
            .form()
            .fields
            .iter()
            .any(|field| field.name == "Z-0_.9")
    );
}

#[test]
fn every_mistake_of_a_field_is_found() {
    assert_eq!(
        mistakes(
            "login.fields = [{ lable = 'E-mail', type = 'number', autocomplete = 'Off;', required = 'yes' }, 'username', \
             { name = 3, type = 'password', placeholder = \"a\\u0007b\" }]"
        ),
        [
            "Leptos.toml: login.fields[1]: is a text, not a table — write { key = value, … }",
            "Leptos.toml: login.fields[0].name: is missing — \
             name the field as the templates of [upstream] do, such as \"username\"",
            "Leptos.toml: login.fields[0].type: number is not a choice — \
             write \"text\" or \"email\" or \"tel\" or \"password\"",
            "Leptos.toml: login.fields[0].autocomplete: Off; is not an autocomplete value — \
             write one as HTML has it, such as \"username\" or \"current-password\"",
            "Leptos.toml: login.fields[0].required: is a text — write true or false, without quotation marks",
            "Leptos.toml: login.fields[0].lable: is not a known key — did you mean `label`?",
            "Leptos.toml: login.fields[2].name: is an integer, not a text — write it in quotation marks",
            "Leptos.toml: login.fields[2].placeholder: holds a control character — write it as one line of plain text",
        ]
    );
}

/// RD-01: a link of the login page never runs a script or leads to a plain http page.
#[test]
fn a_link_leads_to_a_page_of_this_site_or_an_https_or_mailto_address() {
    for href in ["/help", "/help?x=1#y", "https://example.org/reset", "mailto:help@example.org"] {
        let links = login(&format!("login.links = [{{ label = 'Help', href = '{href}' }}]")).form().links.clone();
        assert_eq!(links, [LoginLink { label: "Help".into(), href: href.into() }]);
    }
    for href in [
        "",
        "help",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "http://example.org",
        "//evil.example",
        "/\\\\evil.example",
        "\\\\\\\\evil.example",
        "/\\t/evil.example",
        "/\\n/evil.example",
        "https://ana:pw@example.org",
        " https://example.org",
        "java\\tscript:alert(1)",
        "mailto:",
        "https:",
        "/a b",
    ] {
        let lines = mistakes(&format!("login.links = [{{ label = 'Help', href = \"{href}\" }}]"));
        assert_eq!(lines.len(), 1, "{href}: {lines:?}");
        assert!(lines[0].starts_with("Leptos.toml: login.links[0].href: "), "{href}: {lines:?}");
        assert!(lines[0].contains("leads to no page — write a path of this site"), "{href}: {lines:?}");
    }
}

#[test]
fn a_link_needs_a_text_and_an_address() {
    assert_eq!(
        mistakes("login.links = [{ label = '', url = '/help' }]"),
        [
            "Leptos.toml: login.links[0].url: is not a known key — remove it; known here: label, href",
            "Leptos.toml: login.links[0].href: is missing — write a path of this site, or an https or mailto address",
            "Leptos.toml: login.links[0].label: is missing — write the link's text",
        ]
    );
}

/// OU-04: a picture from elsewhere would be a third-party request.
#[test]
fn a_logo_is_a_path_of_this_site() {
    for logo in ["logo.svg", "https://cdn.example/logo.svg", "//cdn.example/logo.svg", "data:image/svg+xml,x", ""] {
        let lines = mistakes(&format!("login.logo = '{logo}'"));
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].contains("is not a path of this site — write a path such as \"/logo.svg\""), "{lines:?}");
    }
}

/// OU-04: the colour is written into a style sheet, where nothing else may follow it.
#[test]
fn an_accent_is_three_or_six_hexadecimal_digits() {
    for (written, read) in [("#1d6fdc", "#1d6fdc"), ("#ABCDEF", "#abcdef"), ("#0aF", "#00aaff")] {
        assert_eq!(login(&format!("login.accent = '{written}'")).form().accent.as_deref(), Some(read));
    }
    for accent in
        ["", "#", "red", "1d6fdc", "#12", "#1234", "#12345", "#1234567", "#12345g", "#fff;}", "#+1+2+3", "# fff", "#éé"]
    {
        let lines = mistakes(&format!("login.accent = '{accent}'"));
        assert_eq!(lines.len(), 1, "{accent}: {lines:?}");
        assert!(
            lines[0].ends_with("is not a colour — write #rgb or #rrggbb, such as \"#1d6fdc\""),
            "{accent}: {lines:?}"
        );
    }
}

#[test]
fn words_are_short_and_on_one_line() {
    assert_eq!(
        mistakes(&format!("[login]\ntitle = \"{}\"", "ä".repeat(201))),
        ["Leptos.toml: login.title: is longer than 200 characters — shorten it"]
    );
    assert_eq!(
        mistakes("[login]\ntitle = \"a\\nb\""),
        ["Leptos.toml: login.title: holds a control character — write it as one line of plain text"]
    );
    assert_eq!(login("login.title = 'Přihlášení ☕ & <b>'").form().title, "Přihlášení ☕ & <b>");
}

#[test]
fn keys_of_features_that_do_not_exist_are_refused() {
    let lines = mistakes("login.captcha = 'x'");
    assert!(lines[0].starts_with("Leptos.toml: login.captcha: is not a known key — "), "{lines:?}");
}

#[test]
fn a_login_page_of_the_application_s_own_has_a_path_of_its_own() {
    let page = |path: &str| login(&format!("login.page = '{path}'")).form().page.clone();
    assert_eq!(login("").form().page, "/login");
    for path in ["/login", "/welcome", "/account/sign-in", "/authors", "/Anmeldung_2.html"] {
        assert_eq!(page(path), path);
    }
    let cases = [
        ("welcome", "is not a path of this site"),
        ("https://evil.example/login", "is not a path of this site"),
        ("//evil.example", "is not a path of this site"),
        ("/a?b", "is not a path of this site"),
        ("/a/../auth/sign-out", "is not a path of this site"),
        ("/anmelden%2f", "is not a path of this site"),
        ("/", "is where everybody goes who signs in without a callback URL"),
        ("/welcome/", "ends with a slash"),
        ("/auth/welcome", "is a path that Vestibule answers itself"),
        ("/logout", "is a path that Vestibule answers itself"),
        ("/api/login", "is a path that Vestibule answers itself"),
        ("/upstream/login", "is a path that Vestibule answers itself"),
    ];
    for (path, problem) in cases {
        let mend = "write the path of a page of the application, such as \"/welcome\"";
        let line = format!("Leptos.toml: login.page: {path} {problem} — {mend}");
        assert_eq!(mistakes(&format!("login.page = '{path}'")), [line]);
    }
}

#[test]
fn the_second_step_has_fields_of_its_own() {
    let step = |toml: &str| login(toml).form().second_step.clone();
    let titled = step(
        "[login.second_step]\ntitle = 'Your code'\n\
         fields = [{ name = 'code', label = 'Code' }, { name = 'device', required = false }]",
    )
    .unwrap();
    assert_eq!(titled.title, "Your code");
    let names: Vec<_> = titled.fields.iter().map(|field| (field.name.as_str(), field.autocomplete.as_str())).collect();
    assert_eq!(names, [("code", ""), ("device", "")], "who one is was said in the first step");
    let asked_at_once = "login.fields = [{ name = 'user' }, { name = 'pw', type = 'password' }, { name = 'otp' }]";
    assert_eq!(step(asked_at_once), None, "the first step asks for it already");
    assert_eq!(
        mistakes("login.second_step.fields = [{ name = 'username' }]"),
        [
            "Leptos.toml: login.second_step.fields[0].name: username is the name of another field too — rename one of them"
        ]
    );
    assert_eq!(
        mistakes("login.second_step.fields = []"),
        ["Leptos.toml: login.second_step.fields: has no field — declare one, such as \
          { name = \"otp\", label = \"One-time code\" }"]
    );
}
