//! What holds for every path that goes to the API.
#![allow(clippy::expect_used, reason = "where something does not hold, the tests are to stop")]

use http::Uri;
use percent_encoding::percent_decode_str;
use url::{Position, Url};
use vestibule_core::wire;

use super::{PathPattern, below};
use crate::upstream::stays_below;
use crate::upstream::template::PathTemplate;

/// Addresses that a path is put behind.
const BASES: [&str; 3] = ["https://api.example", "https://api.example/base", "http://127.0.0.1:8080/v1/x"];

/// UP-01, UP-02: a path that goes to the API leads below its base for a WHATWG parser, however the API decodes it; a pattern of
/// paths means what a second reader says; and no spelling of a sign-in passes for another path.
///
/// `data`: a pattern, and in the second line a path, as a browser sends it or a page asks for it.
pub fn proxy_path(data: &[u8]) {
    let data = String::from_utf8_lossy(data);
    let (pattern, path) = data.split_once('\n').unwrap_or(("/**", &data));
    if stays_below(path) {
        leads_below(path);
    }
    // As the proxy has it from a request.
    if let Ok(uri) = format!("{}{path}", wire::UPSTREAM).parse::<Uri>()
        && let Some(path) = below(uri.path())
    {
        leads_below(path);
        is_told_from_signing_in(path);
        let pattern_of = PathPattern::parse(pattern);
        let fits = pattern_of.map(|pattern| pattern.fits(path));
        assert_eq!(fits, second_opinion(pattern, path), "{pattern:?} of {path:?}");
    }
}

fn leads_below(path: &str) {
    for base in BASES {
        let address = format!("{base}{path}");
        let url = Url::parse(&address).expect("an address");
        let home = Url::parse(base).expect("an address");
        assert_eq!(url.origin(), home.origin(), "{address}");
        assert!(url.username().is_empty() && url.password().is_none() && url.fragment().is_none(), "{address}");
        // Not a byte of it is read otherwise, but for those that a parser encodes.
        let (sent, read) = (format!("{}{path}", home.path().trim_end_matches('/')), &url[Position::BeforePath..]);
        let plain = |text: &str| percent_decode_str(text).collect::<Vec<u8>>();
        assert_eq!(plain(&sent), plain(read), "{address} is read as {url}");
        // Nor by a server that decodes it, and what is behind it does the same, or that leaves parameters of a segment out.
        let decoded = percent_decode_str(url.path()).decode_utf8_lossy().into_owned();
        assert_eq!(percent_decode_str(&decoded).decode_utf8_lossy(), decoded, "{address} can be decoded twice");
        let plain = decoded.split('/').map(|segment| segment.split(';').next().unwrap_or_default());
        for again in [decoded.clone(), plain.collect::<Vec<_>>().join("/")] {
            let again = home.join(&again).expect("a path");
            assert_eq!(again.origin(), home.origin(), "{address} becomes {again}");
            let prefix = format!("{}/", home.path().trim_end_matches('/'));
            assert!(again.path().starts_with(&prefix), "{address} becomes {again}");
        }
    }
}

/// A server that reads a path as its sign-in, whatever the case, parameters and slashes, is asked by this server alone.
fn is_told_from_signing_in(path: &str) {
    let url = Url::parse("https://api.example").and_then(|url| url.join(path)).expect("a path");
    let decoded = percent_decode_str(url.path()).decode_utf8_lossy().to_ascii_lowercase();
    let segments = decoded.split('/').map(|segment| segment.split(';').next().unwrap_or_default());
    let segments: Vec<_> = segments.filter(|segment| !segment.is_empty()).collect();
    for (template, read) in [
        ("/sign-in", segments == ["sign-in"]),
        ("/users/{user_id}/out", { matches!(segments.as_slice(), ["users", _, "out"]) }),
    ] {
        let could_be = PathTemplate(template.to_owned()).could_be(path);
        assert!(could_be || !read, "{path} passes for another than {template}");
    }
}

/// What a pattern says of a path, segment by segment from the end; `None` where it is no pattern.
fn second_opinion(pattern: &str, path: &str) -> Option<bool> {
    let is_pattern = stays_below(pattern) && !pattern.contains('?');
    let mut segments: Vec<&str> = pattern.strip_prefix('/').filter(|_| is_pattern)?.split('/').collect();
    let mut asked: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
    let rest = segments.pop_if(|last| *last == "**");
    if segments.iter().any(|segment| segment.contains('*') && *segment != "*") {
        return None;
    }
    if rest.is_some() && asked.len() >= segments.len() {
        asked.truncate(segments.len());
    }
    let fits = |(pattern, asked): (&&str, &&str)| pattern == asked || (*pattern == "*" && !asked.is_empty());
    Some(segments.len() == asked.len() && segments.iter().zip(&asked).all(fits))
}
