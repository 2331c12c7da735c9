//! `[login]`: what the login page looks like and asks for, in each of its languages.

mod fields;
mod form;
mod languages;

use url::Url;
use vestibule_core::{LoginForm, LoginLink, LoginProvider, Text, wire};

use self::fields::{first_step, second_step};
use self::form::{DeclaredForm, Wording};
use super::mistake::shown;
use super::report::Report;
use super::section::Section;
use crate::callback;
use crate::locale::Locales;

pub(crate) const LONGEST_WORDS: usize = 200;

/// `[login]` of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoginConfig {
    /// `languages`, `text`, and in each language the form: `title`, `fields`, `remember`, `second_step`, `links`, `logo`,
    /// `accent`, `page`. Default: the six languages that come along, English first; the title `Sign in`, the fields `username`
    /// and `password`, and `otp` in the second step.
    pub locales: Locales,
    /// `messages`: whose words a failed sign-in shows. Default: our own.
    pub messages: Messages,
    /// `auto`: whether the login page sends people straight on to the only provider. Default: no.
    pub auto: bool,
}

impl LoginConfig {
    /// The form in the language of whoever asks for none.
    #[must_use]
    pub fn form(&self) -> &LoginForm {
        self.locales.standard().login_form()
    }
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

/// `providers`: the buttons of `[[providers]]`.
pub(crate) fn read(mut section: Section, providers: Vec<LoginProvider>, report: &mut Report) -> LoginConfig {
    let title = Wording::given_or(section.words("title", LONGEST_WORDS, report), Text::SignIn);
    let fields = first_step(&mut section, !providers.is_empty(), report);
    let second_step = second_step(&mut section, &fields, report);
    let remember = section.flag("remember", report).unwrap_or(false);
    let messages = [("neutral", Messages::Neutral), ("upstream", Messages::Upstream)];
    let messages = section.choice("messages", &messages, report).unwrap_or_default();
    let links = links(&mut section, report);
    let logo = logo(&mut section, report);
    let accent = accent(&mut section, report);
    let page = page(&mut section, report);
    let auto = section.flag("auto", report).unwrap_or(false);
    if auto && !(fields.is_empty() && providers.len() == 1) {
        let what = "is for a page with one provider and no form, which this is not";
        report.add(&section.key("auto"), what, "remove it, or write fields = [] and keep one of [[providers]]");
    }
    let form = DeclaredForm { page, title, fields, providers, remember, second_step, links, logo, accent };
    let locales = languages::read(&mut section, &form, report);
    section.finish(report);
    LoginConfig { locales, messages, auto }
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

/// The path of the application's own login page, as a router matches it: no query, no slash at its end, and none of the
/// paths that are spoken for.
fn page(section: &mut Section, report: &mut Report) -> String {
    let key = section.key("page");
    let Some(path) = section.text("page", report) else { return wire::LOGIN.to_owned() };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
    let problem = if !path.bytes().all(plain) || !is_own_path(&path) || path.contains("//") || path.contains("/.") {
        Some("is not a path of this site")
    } else if path == "/" {
        Some("is where everybody goes who signs in without a callback URL")
    } else if path.ends_with('/') {
        Some("ends with a slash")
    } else if path != wire::LOGIN && (callback::is_reserved(&path) || path.starts_with(wire::UPSTREAM)) {
        Some("is a path that Vestibule answers itself")
    } else {
        None
    };
    match problem {
        None => path,
        Some(problem) => {
            let mend = "write the path of a page of the application, such as \"/welcome\"";
            report.add(&key, format!("{} {problem}", shown(&path)), mend);
            wire::LOGIN.to_owned()
        }
    }
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
