//! `login.languages` and `[login.text]`: the languages of the library's pages, and other words for them.

use std::collections::BTreeMap;

use toml::{Table, Value};
use vestibule_core::{ErrorCode, Text};

use super::form::DeclaredForm;
use super::{LONGEST_WORDS, Report, Section, shown};
use crate::locale::{BUILT_IN, Dictionary, Locale, Locales};

/// `[login.text.es]`: what the page says in one language.
#[derive(Clone, Debug, Default)]
pub(super) struct LanguageTexts {
    /// The page's heading.
    pub(super) title: Option<String>,
    /// Over inputs, by the field's name.
    pub(super) labels: BTreeMap<String, String>,
    /// In empty inputs, by the field's name.
    pub(super) placeholders: BTreeMap<String, String>,
    /// Of links, by where they lead.
    pub(super) links: BTreeMap<String, String>,
    /// Other texts and messages, by key.
    pub(super) texts: BTreeMap<String, String>,
}

pub(super) fn read(login: &mut Section, form: &DeclaredForm, report: &mut Report) -> Locales {
    let languages_key = login.key("languages");
    let listed = login.texts("languages", report);
    let (for_all, mut by_language) = texts(login, form, report);

    if let Some(listed) = &listed {
        check_list(listed, &by_language, &languages_key, report);
        for tag in by_language.keys().filter(|tag| !listed.contains(tag)) {
            let what = "is not among the languages of the page";
            report.add(&format!("{}.{tag}", login.key("text")), what, format!("add \"{tag}\" to {languages_key}"));
        }
    }
    let listed = listed.filter(|list| !list.is_empty()).unwrap_or_else(|| {
        let own = by_language.keys().filter(|tag| BUILT_IN.iter().all(|(name, _)| name != tag));
        BUILT_IN.iter().map(|(name, _)| (*name).to_owned()).chain(own.cloned()).collect()
    });
    let mut locales = listed.into_iter().map(|tag| {
        let texts = by_language.remove(&tag).unwrap_or_default();
        let dictionary = Dictionary::built_in(&tag).under(&for_all).under(&texts.texts);
        let login_form = form.in_language(&dictionary, &texts);
        Locale::new(tag, &dictionary, login_form)
    });
    let standard = locales.next().unwrap_or_else(|| {
        let dictionary = Dictionary::built_in("en");
        let login_form = form.in_language(&dictionary, &LanguageTexts::default());
        Locale::new("en".to_owned(), &dictionary, login_form)
    });
    Locales::new(standard, locales.collect())
}

fn check_list(listed: &[String], by_language: &BTreeMap<String, LanguageTexts>, key: &str, report: &mut Report) {
    if listed.is_empty() {
        report.add(key, "is empty", "name a language, such as \"en\", or remove it");
    }
    for (index, tag) in listed.iter().enumerate() {
        let key = format!("{key}[{index}]");
        if !is_tag(tag) {
            report.add(
                &key,
                format!("{} is not a language's tag", shown(tag)),
                "write one such as \"es\" or \"pt-BR\"",
            );
        } else if listed.iter().take(index).any(|earlier| earlier.eq_ignore_ascii_case(tag)) {
            report.add(&key, format!("{tag} is named twice"), "remove one of them");
        } else if !Dictionary::comes_along(tag) && !by_language.contains_key(tag) {
            let known: Vec<&str> = BUILT_IN.iter().map(|(name, _)| *name).collect();
            let mend = format!("write them as [login.text.{tag}]; these come along: {}", known.join(", "));
            report.add(&key, format!("there are no words in {tag}"), mend);
        }
    }
}

/// `[login.text]`: texts for every language, and below it a table for each language that has some of its own.
fn texts(
    login: &mut Section,
    form: &DeclaredForm,
    report: &mut Report,
) -> (BTreeMap<String, String>, BTreeMap<String, LanguageTexts>) {
    let section = login.section("text", report);
    let (name, mut by_language) = (login.key("text"), BTreeMap::new());
    let mut plain = Table::new();
    let mut languages = Vec::new();
    for (tag, value) in section.into_table() {
        match value {
            Value::Table(table) if is_tag(&tag) => languages.push((tag, table)),
            value => drop(plain.insert(tag, value)),
        }
    }
    let mut plain = Section::new(name.clone(), plain);
    let for_all = known_texts(&mut plain, report);
    plain.finish(report);
    for (tag, table) in languages {
        let mut section = Section::new(format!("{name}.{tag}"), table);
        let texts = LanguageTexts {
            title: section.words("title", LONGEST_WORDS, report).filter(|title| !title.is_empty()),
            labels: by_name("labels", &mut section, form.names(), report),
            placeholders: by_name("placeholders", &mut section, form.names(), report),
            links: by_name("links", &mut section, form.links.iter().map(|link| link.href.as_str()), report),
            texts: known_texts(&mut section, report),
        };
        section.finish(report);
        by_language.insert(tag, texts);
    }
    (for_all, by_language)
}

/// The texts and messages of a table, by their keys.
fn known_texts(section: &mut Section, report: &mut Report) -> BTreeMap<String, String> {
    let keys = Text::ALL.iter().map(|text| text.key()).chain(ErrorCode::ALL.iter().map(|code| code.key()));
    keys.filter_map(|key| {
        let full_key = section.key(key);
        let text = section.words(key, LONGEST_WORDS, report)?;
        if text.trim().is_empty() {
            report.add(&full_key, "is empty", "write the text, or remove the key");
            return None;
        }
        Some((key.to_owned(), text))
    })
    .collect()
}

/// A table of texts whose keys are `names`.
fn by_name<'a>(
    key: &'static str,
    section: &mut Section,
    names: impl Iterator<Item = &'a str>,
    report: &mut Report,
) -> BTreeMap<String, String> {
    let table = section.section(key, report);
    let names: Vec<&str> = names.collect();
    let mut texts = BTreeMap::new();
    let name = section.key(key);
    for (of, value) in table.into_table() {
        let key = format!("{name}.{of}");
        match value {
            _ if !names.contains(&of.as_str()) => report.unknown(&key, &of, &names),
            Value::String(text) if text.chars().count() <= LONGEST_WORDS && !text.chars().any(char::is_control) => {
                texts.insert(of, text);
            }
            _ => {
                let what = format!("is not a text of at most {LONGEST_WORDS} characters on one line");
                report.add(&key, what, "write it in quotation marks");
            }
        }
    }
    texts
}

/// A language's tag as it is written in pages: `es`, `pt-BR`, `zh-Hans` (RFC 5646 §2.1, its common part).
fn is_tag(text: &str) -> bool {
    let mut parts = text.split('-');
    let is_language = |part: &str| matches!(part.len(), 2..=3) && part.bytes().all(|byte| byte.is_ascii_lowercase());
    parts.next().is_some_and(is_language)
        && parts.all(|part| matches!(part.len(), 2..=8) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests;
