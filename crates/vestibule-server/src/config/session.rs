//! `[session]`: the sealing secrets, how long a session lives, and what of it a page may see.

use std::path::Path;
use std::time::Duration;

use super::duration::written;
use super::mistake::shown;
use super::report::Report;
use super::secret_strength;
use super::section::Section;
use super::source::Source;
use super::value_file;
use vestibule_core::wire;

use crate::cookies::is_cookie_name;
use crate::secret::Secret;

/// What browsers keep at most, 34,560,000 s (RFC 6265bis, section 5.5; CK-09), and so the longest that a session can
/// live, whatever the configuration says or said when it began.
pub const LONGEST_SESSION: Duration = Duration::from_secs(400 * 86_400);
const DEFAULT_GRACE: Duration = Duration::from_secs(30);
const LONGEST_GRACE: Duration = Duration::from_secs(300);
const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;
/// The name stands in every chunk of the cookie, whose size is bounded.
const LONGEST_NAME: usize = 64;
/// What the server's other cookies are called.
const TAKEN_NAMES: [&str; 2] = [wire::LANG, wire::LAST_PROVIDER];

/// `[session]` of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionConfig {
    /// `secrets` or `secrets_file`: the first seals, all open (SE-04). Never empty in a configuration that was loaded: in
    /// development a missing secret is made and kept in `.vestibule-secret`, in production it is a mistake.
    pub secrets: Vec<Secret>,
    /// `cookie`: the session cookie's name, without the `__Host-` that stands before it on https. Default: `session`.
    pub cookie: String,
    /// `absolute`: a session ends this long after its sign-in, whatever happens. Default: 12 h.
    pub absolute: Duration,
    /// `idle`: a session ends after this long without a request. Default: 2 h, or `absolute` if that is shorter.
    pub idle: Duration,
    /// `remember_absolute`: the same as `absolute`, where the person asked for a longer session. Default: 30 d.
    pub remember_absolute: Duration,
    /// `remember_idle`: the same as `idle`, for such a session. Default: 7 d, or `remember_absolute` if shorter.
    pub remember_idle: Duration,
    /// `refresh_before`: a token with less than this left is renewed. Default: the smaller of 60 s and a fifth of its
    /// life.
    pub refresh_before: Option<Duration>,
    /// `grace`: how long a late request with the cookie from before a refresh still gets the new tokens. Default: 30 s.
    pub grace: Duration,
    /// `access_token`: whether pages get the access token. Default: they do.
    pub access_token: TokenExposure,
    /// `storage`: where the sealed record is kept. Default: in the cookie.
    pub storage: Storage,
}

/// `session.access_token`: how far the access token goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TokenExposure {
    /// `"browser"`: pages and `/auth/session` have it.
    #[default]
    Browser,
    /// `"server-only"`: only the server's own calls to the upstream carry it.
    ServerOnly,
}

/// `session.storage`: where the sealed record is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Storage {
    /// `"cookie"`: in the browser, in up to four cookies.
    #[default]
    Cookie,
    /// `"store"`: in the store, and the cookie holds a sealed id: for profiles that are too big for cookies.
    Store,
}

/// Reads the section. In development `secrets` may come out empty: the caller makes one.
pub(crate) fn read(mut section: Section, source: &Source, production: bool, report: &mut Report) -> SessionConfig {
    let secrets = secrets(&mut section, &source.directory, production, report);
    let cookie = cookie(&mut section, report);
    let (absolute, idle) = lifetimes(&mut section, ["absolute", "idle"], [12 * HOUR, 2 * HOUR], report);
    let (remember_absolute, remember_idle) =
        lifetimes(&mut section, ["remember_absolute", "remember_idle"], [30 * DAY, 7 * DAY], report);
    let exposures = [("browser", TokenExposure::Browser), ("server-only", TokenExposure::ServerOnly)];
    let access_token = section.choice("access_token", &exposures, report).unwrap_or_default();
    let storages = [("cookie", Storage::Cookie), ("store", Storage::Store)];
    let storage = section.choice("storage", &storages, report).unwrap_or_default();
    let refresh_before = section.duration("refresh_before", report);
    let grace = grace(&mut section, report);
    section.finish(report);
    SessionConfig {
        secrets,
        cookie,
        absolute,
        idle,
        remember_absolute,
        remember_idle,
        refresh_before,
        grace,
        access_token,
        storage,
    }
}

fn secrets(section: &mut Section, directory: &Path, production: bool, report: &mut Report) -> Vec<Secret> {
    const MEND: &str = "use the output of vestibule-app secret";
    let (list_key, file_key) = (section.key("secrets"), section.key("secrets_file"));
    let is_set = section.holds("secrets") || section.holds("secrets_file");
    let list = section.texts("secrets", report);
    let file = section.take("secrets_file");
    let is_empty = file.is_none() && list.as_ref().is_some_and(Vec::is_empty);
    if production && (!is_set || is_empty) {
        let mend = "set it, or secrets_file, to the output of vestibule-app secret";
        report.add(&list_key, "is missing, in production", mend);
    }
    match (list, file) {
        (Some(_), Some(_)) => {
            report.add(&file_key, "stands beside `secrets`", "keep one of the two");
            Vec::new()
        }
        (Some(texts), None) => {
            let secrets: Vec<Secret> = texts.into_iter().map(Secret::new).collect();
            for (index, secret) in secrets.iter().enumerate() {
                if let Err(weakness) = secret_strength::check(secret) {
                    report.add(&format!("{list_key}[{index}]"), format!("the secret {weakness}"), MEND);
                }
            }
            secrets
        }
        (None, Some(named)) => {
            let Some(text) = value_file::read(&named, &file_key, directory, report) else { return Vec::new() };
            let mut secrets = Vec::new();
            for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.is_empty()) {
                let secret = Secret::new(line);
                if let Err(weakness) = secret_strength::check(&secret) {
                    report.add(&file_key, format!("the secret in line {} of the file {weakness}", index + 1), MEND);
                }
                secrets.push(secret);
            }
            if secrets.is_empty() {
                report.add(&file_key, "the file that it names holds no secret", "write one a line, the newest first");
            }
            secrets
        }
        (None, None) => Vec::new(),
    }
}

/// A name as RFC 6265 allows it, and without a prefix that would promise attributes of its own.
fn cookie(section: &mut Section, report: &mut Report) -> String {
    const MEND: &str = "write letters, digits, - and _, such as \"session\"";
    let key = section.key("cookie");
    let default = || "session".to_owned();
    let Some(name) = section.text("cookie", report) else { return default() };
    if name.len() > LONGEST_NAME || !is_cookie_name(&name) {
        report.add(&key, format!("{} is not a cookie's name", shown(&name)), MEND);
        return default();
    }
    if name.starts_with("__") {
        let what = "begins with two underscores, which browsers give a meaning";
        report.add(&key, what, "leave the prefix out: on https __Host- is put before the name");
        return default();
    }
    if TAKEN_NAMES.contains(&name.as_str()) {
        let what = format!("{} is the name of another cookie of this server", shown(&name));
        report.add(&key, what, MEND);
        return default();
    }
    name
}

/// An absolute and an idle limit. An idle limit that is not set is never longer than the absolute one.
fn lifetimes(
    section: &mut Section,
    [absolute_key, idle_key]: [&'static str; 2],
    [absolute_default, idle_default]: [u64; 2],
    report: &mut Report,
) -> (Duration, Duration) {
    let set_absolute = lifetime(section, absolute_key, report);
    let set_idle = lifetime(section, idle_key, report);
    let absolute = set_absolute.unwrap_or(Duration::from_secs(absolute_default));
    if absolute > LONGEST_SESSION {
        let mend = "write 400d or less: no browser keeps a cookie for longer";
        report.add(&section.key(absolute_key), format!("{} is longer than 400 days", written(absolute)), mend);
    }
    if let Some(idle) = set_idle.filter(|idle| *idle > absolute) {
        let what = format!("{} is longer than {absolute_key}, {}", written(idle), written(absolute));
        report.add(&section.key(idle_key), what, format!("shorten it, or set a longer {absolute_key}"));
    }
    (absolute, set_idle.unwrap_or(Duration::from_secs(idle_default).min(absolute)))
}

/// The longer it is, the longer a stolen older cookie works (SE-10).
fn grace(section: &mut Section, report: &mut Report) -> Duration {
    let grace = section.duration("grace", report).unwrap_or(DEFAULT_GRACE);
    if !(Duration::from_secs(1)..=LONGEST_GRACE).contains(&grace) {
        let what = format!("{} is no grace for requests that are on their way", written(grace));
        report.add(&section.key("grace"), what, "write from \"1s\" to \"5m\"");
    }
    grace
}

fn lifetime(section: &mut Section, key: &'static str, report: &mut Report) -> Option<Duration> {
    let duration = section.duration(key, report)?;
    if duration < Duration::from_secs(1) {
        let what = format!("{} is no life for a session", written(duration));
        report.add(&section.key(key), what, "write a second or more, such as \"2h\"");
        return None;
    }
    Some(duration)
}

#[cfg(test)]
mod tests;
