//! The fields that `[login]` declares, of both steps.

use vestibule_core::{FieldKind, LoginField, Text, wire};

use super::form::{DeclaredField, DeclaredStep, Wording};
use super::{LONGEST_WORDS, Report, Section, shown};

/// Names that mean something else in the form or in the templates of the contract.
const RESERVED: [&str; 7] =
    [wire::CALLBACK_URL, wire::REMEMBER, wire::SECOND_STEP, wire::LANG, "access", "refresh", "user_id"];
const LONGEST_NAME: usize = 64;

/// `login.fields`. Default: `username` and `password`. Empty where providers are the only way in.
pub(super) fn first_step(section: &mut Section, has_providers: bool, report: &mut Report) -> Vec<DeclaredField> {
    let key = section.key("fields");
    let Some(tables) = section.tables("fields", report) else { return default_fields() };
    let (fields, passwords) = declared(tables, &[], report);
    let is_without_form = fields.is_empty() && passwords == 0 && has_providers;
    if passwords != 1 && !is_without_form {
        report.add(&key, format!("has {passwords} fields of type \"password\""), "declare exactly one");
    }
    fields
}

/// `[login.second_step]`: `title` and `fields`. Default: one field `otp`, unless the first step has a field of that name.
pub(super) fn second_step(login: &mut Section, first: &[DeclaredField], report: &mut Report) -> Option<DeclaredStep> {
    let mut section = login.section("second_step", report);
    let title = Wording::given_or(section.words("title", LONGEST_WORDS, report), Text::SecondStepTitle);
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
        None if first.is_empty() || first.iter().any(|it| it.field.name == "otp") => return None,
        None => vec![default_field("otp", Text::OneTimeCode, FieldKind::Text, "one-time-code")],
    };
    Some(DeclaredStep { title, fields })
}

/// The fields of a step, and how many of them are passwords. `earlier`: those of the step before.
fn declared(tables: Vec<Section>, earlier: &[DeclaredField], report: &mut Report) -> (Vec<DeclaredField>, usize) {
    let mut fields: Vec<DeclaredField> = Vec::with_capacity(tables.len());
    let mut passwords = 0;
    for table in tables {
        let name_key = table.key("name");
        let first_identifier = earlier.iter().chain(&fields).all(|it| it.field.kind == FieldKind::Password);
        let (kind, field) = field(table, first_identifier, report);
        passwords += usize::from(kind == FieldKind::Password);
        let Some(declared) = field else { continue };
        let name = &declared.field.name;
        if earlier.iter().chain(&fields).any(|other| other.field.name == *name) {
            report.add(&name_key, format!("{} is the name of another field too", shown(name)), "rename one of them");
        }
        fields.push(declared);
    }
    (fields, passwords)
}

/// One field, and its kind even where it has no usable name. `first_identifier`: no field before it but a password.
fn field(mut table: Section, first_identifier: bool, report: &mut Report) -> (FieldKind, Option<DeclaredField>) {
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
    let label = match (label.filter(|label| !label.is_empty()), well_known(&name)) {
        (Some(label), _) => Wording::Given(label),
        (None, Some(text)) => Wording::Ours(text),
        (None, None) => Wording::Given(label_of(&name)),
    };
    let field = LoginField { name, label: String::new(), kind, placeholder, autocomplete, required };
    (kind, Some(DeclaredField { field, label }))
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

/// The text for a name that says what the field is.
fn well_known(name: &str) -> Option<Text> {
    let texts = [Text::Username, Text::Email, Text::Password];
    texts.into_iter().find(|text| text.key() == name)
}

/// `user_name` becomes `User name`.
fn label_of(name: &str) -> String {
    let words = name.replace(['_', '.', '-'], " ");
    let mut letters = words.trim().chars();
    let capital = letters.next().map(|first| first.to_ascii_uppercase());
    capital.into_iter().chain(letters).collect()
}

fn default_fields() -> Vec<DeclaredField> {
    vec![
        default_field("username", Text::UsernameOrEmail, FieldKind::Text, "username"),
        default_field("password", Text::Password, FieldKind::Password, "current-password"),
    ]
}

fn default_field(name: &str, label: Text, kind: FieldKind, autocomplete: &str) -> DeclaredField {
    let field = LoginField {
        name: name.to_owned(),
        label: String::new(),
        kind,
        placeholder: String::new(),
        autocomplete: autocomplete.to_owned(),
        required: true,
    };
    DeclaredField { field, label: Wording::Ours(label) }
}
