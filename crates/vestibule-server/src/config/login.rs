//! `[login]`: what the login page looks like and asks for.

use url::Url;
use vestibule_core::{FieldKind, LoginField, LoginForm, LoginLink, SecondStep, wire};

use super::mistake::shown;
use super::report::Report;
use super::section::Section;

/// Names that mean something else in the form or in the templates of the contract.
const RESERVED: [&str; 6] = [wire::CALLBACK_URL, wire::REMEMBER, wire::SECOND_STEP, "access", "refresh", "user_id"];
const LONGEST_NAME: usize = 64;
const LONGEST_WORDS: usize = 200;

/// `[login]` of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoginConfig {
    /// `title`, `fields`, `remember`, `second_step`, `links`, `logo`, `accent`: what the page renders. Default: the title
    /// `Sign in`, the fields `username` and `password`, and `otp` in the second step.
    pub form: LoginForm,
    /// `messages`: whose words a failed sign-in shows. Default: our own.
    pub messages: Messages,
}

/// `login.messages`: whose words the person reads when a sign-in fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Messages {
    /// `"neutral"`: ours, the same for a wrong password, an unknown user and a locked account.
    #[default]
    Neutral,
    /// `"upstream"`: those of the API, where the contract says where they stand.
    Upstream,
}

pub(crate) fn read(mut section: Section, report: &mut Report) -> LoginConfig {
    let title = section.words("title", LONGEST_WORDS, report).filter(|title| !title.is_empty());
    let fields = fields(&mut section, report);
    let second_step = second_step(&mut section, &fields, report);
    let remember = section.flag("remember", report).unwrap_or(false);
    let messages = [("neutral", Messages::Neutral), ("upstream", Messages::Upstream)];
    let messages = section.choice("messages", &messages, report).unwrap_or_default();
    let links = links(&mut section, report);
    let logo = logo(&mut section, report);
    let accent = accent(&mut section, report);
    section.finish(report);
    let title = title.unwrap_or_else(|| "Sign in".to_owned());
    LoginConfig { form: LoginForm { title, fields, remember, second_step, links, logo, accent }, messages }
}

fn fields(section: &mut Section, report: &mut Report) -> Vec<LoginField> {
    let key = section.key("fields");
    let Some(tables) = section.tables("fields", report) else { return default_fields() };
    let (fields, passwords) = declared(tables, &[], report);
    if passwords != 1 {
        report.add(&key, format!("has {passwords} fields of type \"password\""), "declare exactly one");
    }
    fields
}

/// `[login.second_step]`: `title` and `fields`. Default: one field `otp`, unless the first step has a field of that name.
fn second_step(login: &mut Section, first: &[LoginField], report: &mut Report) -> Option<SecondStep> {
    let mut section = login.section("second_step", report);
    let title = section.words("title", LONGEST_WORDS, report).filter(|title| !title.is_empty());
    let key = section.key("fields");
    let tables = section.tables("fields", report);
    section.finish(report);
    let fields = match tables {
        Some(tables) => {
            let (fields, _) = declared(tables, first, report);
            if fields.is_empty() {
                report.add(&key, "has no field", "declare one, such as { name = \"otp\", label = \"One-time code\" }");
            }
            fields
        }
        None if first.iter().any(|field| field.name == "otp") => return None,
        None => vec![default_field("otp", "One-time code", FieldKind::Text, "one-time-code")],
    };
    Some(SecondStep { title: title.unwrap_or_else(|| "One more step".to_owned()), fields })
}

/// The fields of a step, and how many of them are passwords. `earlier`: those of the step before.
fn declared(tables: Vec<Section>, earlier: &[LoginField], report: &mut Report) -> (Vec<LoginField>, usize) {
    let mut fields: Vec<LoginField> = Vec::with_capacity(tables.len());
    let mut passwords = 0;
    for table in tables {
        let name_key = table.key("name");
        let first_identifier = earlier.iter().chain(&fields).all(|field| field.kind == FieldKind::Password);
        let (kind, field) = field(table, first_identifier, report);
        passwords += usize::from(kind == FieldKind::Password);
        let Some(field) = field else { continue };
        if earlier.iter().chain(&fields).any(|other| other.name == field.name) {
            report.add(
                &name_key,
                format!("{} is the name of another field too", shown(&field.name)),
                "rename one of them",
            );
        }
        fields.push(field);
    }
    (fields, passwords)
}

/// One field, and its kind even where it has no usable name. `first_identifier`: no field before it but a password.
fn field(mut table: Section, first_identifier: bool, report: &mut Report) -> (FieldKind, Option<LoginField>) {
    let name = field_name(&mut table, report);
    let label = table.words("label", LONGEST_WORDS, report);
    let kinds =
        [FieldKind::Text, FieldKind::Email, FieldKind::Tel, FieldKind::Password].map(|kind| (kind.as_str(), kind));
    let kind = table.choice("type", &kinds, report).unwrap_or_default();
    let placeholder = table.words("placeholder", LONGEST_WORDS, report).unwrap_or_default();
    let autocomplete = autocomplete(&mut table, report);
    let required = table.flag("required", report).unwrap_or(true);
    table.finish(report);

    let Some(name) = name else { return (kind, None) };
    let autocomplete = autocomplete.unwrap_or_else(|| {
        // What password managers expect of a sign-in form: the first input is the user name, whatever its type.
        match kind {
            FieldKind::Password => "current-password",
            _ if first_identifier => "username",
            FieldKind::Email => "email",
            FieldKind::Tel => "tel",
            FieldKind::Text => "",
        }
        .to_owned()
    });
    let label = label.filter(|label| !label.is_empty()).unwrap_or_else(|| label_of(&name));
    (kind, Some(LoginField { name, label, kind, placeholder, autocomplete, required }))
}

fn field_name(table: &mut Section, report: &mut Report) -> Option<String> {
    let key = table.key("name");
    if !table.holds("name") {
        report.add(&key, "is missing", "name the field as the templates of [upstream] do, such as \"username\"");
    }
    let name = table.text("name", report)?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    if !(1..=LONGEST_NAME).contains(&name.len()) || !name.bytes().all(is_plain) {
        report.add(
            &key,
            format!("{} is not a field's name", shown(&name)),
            "write 1 to 64 of A-Z, a-z, 0-9, _, . and -",
        );
        return None;
    }
    if RESERVED.contains(&name.as_str()) {
        let mend = format!("choose another name; these are taken: {}", RESERVED.join(", "));
        report.add(&key, format!("{name} has a meaning of its own"), mend);
        return None;
    }
    Some(name)
}

fn autocomplete(table: &mut Section, report: &mut Report) -> Option<String> {
    let key = table.key("autocomplete");
    let text = table.words("autocomplete", LONGEST_WORDS, report)?;
    if text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b" -".contains(&byte)) {
        return Some(text);
    }
    let mend = "write one as HTML has it, such as \"username\" or \"current-password\"";
    report.add(&key, format!("{} is not an autocomplete value", shown(&text)), mend);
    None
}

/// `user_name` becomes `User name`.
fn label_of(name: &str) -> String {
    let words = name.replace(['_', '.', '-'], " ");
    let mut letters = words.trim().chars();
    let capital = letters.next().map(|first| first.to_ascii_uppercase());
    capital.into_iter().chain(letters).collect()
}

fn default_fields() -> Vec<LoginField> {
    vec![
        default_field("username", "E-mail or username", FieldKind::Text, "username"),
        default_field("password", "Password", FieldKind::Password, "current-password"),
    ]
}

fn default_field(name: &str, label: &str, kind: FieldKind, autocomplete: &str) -> LoginField {
    LoginField {
        name: name.to_owned(),
        label: label.to_owned(),
        kind,
        placeholder: String::new(),
        autocomplete: autocomplete.to_owned(),
        required: true,
    }
}

fn links(section: &mut Section, report: &mut Report) -> Vec<LoginLink> {
    let mut links = Vec::new();
    for mut table in section.tables("links", report).unwrap_or_default() {
        let (label_key, href_key) = (table.key("label"), table.key("href"));
        let label = table.words("label", LONGEST_WORDS, report).filter(|label| !label.is_empty());
        let href = table.text("href", report);
        table.finish(report);
        match &href {
            None => report.add(&href_key, "is missing", "write a path of this site, or an https or mailto address"),
            Some(href) if !(is_own_path(href) || is_harmless_url(href)) => {
                let what = format!("{} leads to no page", shown(href));
                report.add(&href_key, what, "write a path of this site (\"/help\"), or an https or mailto address");
            }
            Some(_) => {}
        }
        match (label, href) {
            (Some(label), Some(href)) => links.push(LoginLink { label, href }),
            (None, _) => report.add(&label_key, "is missing", "write the link's text"),
            (_, None) => {}
        }
    }
    links
}

fn logo(section: &mut Section, report: &mut Report) -> Option<String> {
    let key = section.key("logo");
    let path = section.text("logo", report)?;
    if is_own_path(&path) {
        return Some(path);
    }
    let mend = "write a path such as \"/logo.svg\", of a file in the folder public";
    report.add(&key, format!("{} is not a path of this site", shown(&path)), mend);
    None
}

/// `#rgb` or `#rrggbb`, nothing else: it is written into a style sheet. Comes out as `#rrggbb` in lower case.
fn accent(section: &mut Section, report: &mut Report) -> Option<String> {
    let key = section.key("accent");
    let text = section.text("accent", report)?;
    let digits = text.strip_prefix('#').filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    match digits.map(str::to_ascii_lowercase) {
        Some(digits) if digits.len() == 6 => Some(format!("#{digits}")),
        Some(digits) if digits.len() == 3 => {
            Some(std::iter::once('#').chain(digits.chars().flat_map(|digit| [digit, digit])).collect())
        }
        _ => {
            report.add(&key, format!("{} is not a colour", shown(&text)), "write #rgb or #rrggbb, such as \"#1d6fdc\"");
            None
        }
    }
}

/// A path-absolute reference that stays on this site however a browser reads it.
fn is_own_path(path: &str) -> bool {
    const SITE: &str = "http://site.invalid";
    // Browsers drop tabs and line ends and take a backslash for a slash, so that `/\t/evil` would be another host.
    let plain = path.starts_with('/') && !path.contains(|c: char| c.is_control() || c.is_whitespace() || c == '\\');
    let parsed = Url::parse(SITE).and_then(|site| Ok((site.join(path)?.origin(), site.origin())));
    plain && parsed.is_ok_and(|(target, site)| target == site)
}

fn is_harmless_url(text: &str) -> bool {
    let plain = !text.contains(|c: char| c.is_control() || c.is_whitespace() || c == '\\');
    plain
        && Url::parse(text).is_ok_and(|url| match url.scheme() {
            "https" => url.username().is_empty() && url.password().is_none(),
            "mailto" => url.path().contains('@'),
            _ => false,
        })
}

#[cfg(test)]
mod tests;
