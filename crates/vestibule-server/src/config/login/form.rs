//! The login form as it is declared, before its words are put into a language.

use vestibule_core::{LoginField, LoginForm, LoginLink, LoginProvider, SecondStep, Text};

use super::languages::LanguageTexts;
use crate::locale::Dictionary;

/// A text of the form: the operator's, which is the same in every language, or ours.
#[derive(Clone, Debug)]
pub(super) enum Wording {
    Given(String),
    Ours(Text),
}

impl Wording {
    /// The operator's text, if there is one.
    pub(super) fn given_or(given: Option<String>, ours: Text) -> Self {
        given.filter(|text| !text.is_empty()).map_or(Self::Ours(ours), Self::Given)
    }

    fn in_language(&self, dictionary: &Dictionary) -> String {
        match self {
            Self::Given(text) => text.clone(),
            Self::Ours(text) => dictionary.text(*text).to_owned(),
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct DeclaredField {
    /// The field, but for its label.
    pub(super) field: LoginField,
    pub(super) label: Wording,
}

#[derive(Clone, Debug)]
pub(super) struct DeclaredStep {
    pub(super) title: Wording,
    pub(super) fields: Vec<DeclaredField>,
}

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct DeclaredForm {
    pub(super) page: String,
    pub(super) title: Wording,
    pub(super) fields: Vec<DeclaredField>,
    pub(super) remember: bool,
    pub(super) second_step: Option<DeclaredStep>,
    pub(super) providers: Vec<LoginProvider>,
    pub(super) links: Vec<LoginLink>,
    pub(super) logo: Option<String>,
    pub(super) accent: Option<String>,
}

impl DeclaredForm {
    /// The names of the fields of both steps.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let second = self.second_step.iter().flat_map(|step| &step.fields);
        self.fields.iter().chain(second).map(|it| it.field.name.as_str())
    }

    /// The form in a language. `dictionary`: all of its words; `texts`: what the configuration says in that language
    /// alone.
    pub(super) fn in_language(&self, dictionary: &Dictionary, texts: &LanguageTexts) -> LoginForm {
        let fields = |fields: &[DeclaredField]| -> Vec<LoginField> {
            let field = |it: &DeclaredField| {
                let name = &it.field.name;
                let label = texts.labels.get(name).cloned().unwrap_or_else(|| it.label.in_language(dictionary));
                let placeholder = texts.placeholders.get(name).unwrap_or(&it.field.placeholder).clone();
                LoginField { label, placeholder, ..it.field.clone() }
            };
            fields.iter().map(field).collect()
        };
        let link = |link: &LoginLink| {
            let label = texts.links.get(&link.href).unwrap_or(&link.label).clone();
            LoginLink { label, href: link.href.clone() }
        };
        let second_step = self.second_step.as_ref().map(|step| {
            let own = texts.texts.get(Text::SecondStepTitle.key()).cloned();
            SecondStep {
                title: own.unwrap_or_else(|| step.title.in_language(dictionary)),
                fields: fields(&step.fields),
            }
        });
        LoginForm {
            page: self.page.clone(),
            title: texts.title.clone().unwrap_or_else(|| self.title.in_language(dictionary)),
            fields: fields(&self.fields),
            providers: self.providers.clone(),
            remember: self.remember,
            second_step,
            links: self.links.iter().map(link).collect(),
            logo: self.logo.clone(),
            accent: self.accent.clone(),
        }
    }
}
