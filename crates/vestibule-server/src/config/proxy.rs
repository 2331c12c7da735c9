//! `[proxy]`: which calls of the API a page in the browser may make through this server.

use std::time::Duration;

use http::Method;

use super::mistake::shown;
use super::report::Report;
use super::section::Section;
use super::size::parse_size;
use crate::proxy::{Allowed, METHODS, PathPattern};

const MOST_BODY: u64 = 10 << 20;
const HEADERS_TIMEOUT: Duration = Duration::from_secs(10);
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);

/// `[proxy]` of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProxyConfig {
    /// `allow`: what may be called. `None`, the default: everything below `upstream.base_url` but signing in, refreshing
    /// and signing out.
    pub allow: Option<Vec<Allowed>>,
    /// `max_body`: the largest body of a request, in bytes. Default: 10 MiB.
    pub max_body: u64,
    /// `headers_timeout`: how long the API may take to begin its answer. Default: 10 s.
    pub headers_timeout: Duration,
    /// `idle_timeout`: how long a body may stand still, either way. There is no limit of the whole. Default: 60 s.
    pub idle_timeout: Duration,
}

impl Default for ProxyConfig {
    fn default() -> Self {
        Self { allow: None, max_body: MOST_BODY, headers_timeout: HEADERS_TIMEOUT, idle_timeout: IDLE_TIMEOUT }
    }
}

pub(crate) fn read(mut section: Section, report: &mut Report) -> ProxyConfig {
    let allow = section
        .tables("allow", report)
        .map(|tables| tables.into_iter().filter_map(|table| allowed(table, report)).collect());
    let max_body = section.text("max_body", report).and_then(|text| {
        parse_size(&text)
            .map_err(|error| report.add_text(&section.key("max_body"), &format!("{} {error}", shown(&text))))
            .ok()
    });
    let mut positive = |key| {
        let duration = section.duration(key, report)?;
        if duration.is_zero() {
            report.add(&section.key(key), "is no time at all", "write a longer one, such as \"10s\"");
            return None;
        }
        Some(duration)
    };
    let headers_timeout = positive("headers_timeout").unwrap_or(HEADERS_TIMEOUT);
    let idle_timeout = positive("idle_timeout").unwrap_or(IDLE_TIMEOUT);
    section.finish(report);
    ProxyConfig { allow, max_body: max_body.unwrap_or(MOST_BODY), headers_timeout, idle_timeout }
}

fn allowed(mut section: Section, report: &mut Report) -> Option<Allowed> {
    let (methods_key, path_key) = (section.key("methods"), section.key("path"));
    let words = section.texts("methods", report);
    let path = section.text("path", report);
    section.finish(report);
    let methods = match words {
        None => METHODS.to_vec(),
        Some(words) => {
            let known = |word: &String| METHODS.into_iter().find(|method| method.as_str() == word);
            if words.is_empty() || words.iter().any(|word| known(word).is_none()) {
                let names: Vec<_> = METHODS.iter().map(Method::as_str).collect();
                let mend = format!("write some of {}, in capitals", names.join(", "));
                report.add(&methods_key, "is not a list of methods that the proxy carries", mend);
                return None;
            }
            words.iter().filter_map(known).collect()
        }
    };
    let Some(path) = path else {
        report.add(&path_key, "is missing", "write the paths that are meant, such as \"/projects/**\"");
        return None;
    };
    let Some(path) = PathPattern::parse(&path) else {
        let mend = "begin it with one slash; * stands for one segment, ** at the end for any further ones";
        report.add(&path_key, format!("{} is not a pattern of paths", shown(&path)), mend);
        return None;
    };
    Some(Allowed { methods, path })
}

#[cfg(test)]
mod tests;
