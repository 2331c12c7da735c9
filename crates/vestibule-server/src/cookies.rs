//! The session's cookies on the wire: exact names in, chunks joined; chunks and attributes out.
//!
//! The `Cookie` header is read as raw bytes. Cookie jars that decode names would take `%5F%5FHost-session` for
//! `__Host-session`, which any sibling subdomain may set, and would drop the whole header on one byte that is not
//! ASCII. What is not exactly our name is somebody else's.

use cookie::{Cookie, CookieBuilder, SameSite};
use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderValue};
use time::Duration;

/// What browsers keep of one cookie: bytes of name and value together (RFC 6265bis, section 5.6).
const BYTES_PER_COOKIE: usize = 4_096;
/// The most cookies that one session takes.
const MOST_COOKIES: usize = 4;
/// Beyond this many bytes in all, proxies in front often refuse the request's header.
const BYTES_THAT_PROXIES_TAKE: usize = 8_192;

/// The name and the attributes of the session's cookies.
#[derive(Clone, Debug)]
pub struct CookiePolicy {
    /// One name alone, and the same with `.1` to `.4`.
    name: String,
    chunks: [String; MOST_COOKIES],
    secure: bool,
    same_site: SameSite,
}

/// What a request carried under our names.
#[derive(Clone, PartialEq, Eq)]
pub struct Presented {
    /// The joined sealed value; `None` when there is none or it cannot be trusted to be one.
    pub sealed: Option<String>,
    /// Our names were given in a way that no browser of ours sends: twice, or both whole and in chunks.
    pub tampered: bool,
    /// Every one of our names that was there, to be cleared when it is not written again.
    names: Vec<String>,
}

impl std::fmt::Debug for Presented {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Presented")
            .field("tampered", &self.tampered)
            .field("names", &self.names)
            .finish_non_exhaustive()
    }
}

impl Presented {
    /// A request without any cookie of ours.
    #[must_use]
    pub fn none() -> Self {
        Self { sealed: None, tampered: false, names: Vec::new() }
    }

    /// Whether the request carried any cookie of ours, valid or not.
    #[must_use]
    pub fn any(&self) -> bool {
        !self.names.is_empty()
    }
}

/// The sealed record does not fit into four cookies.
///
/// Remedy: drop members of the profile with `upstream.profile.omit`, or ask the upstream for smaller tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the sealed session has {bytes} bytes, and {most} fit into its cookies")]
pub struct TooLarge {
    /// Bytes of the sealed value.
    pub bytes: usize,
    /// Bytes that fit.
    pub most: usize,
}

impl CookiePolicy {
    /// The cookies of a site: `__Host-` and `Secure` where it is served over https (RFC 6265bis, section 4.1.3.2).
    #[must_use]
    pub fn new(name: &str, https: bool) -> Self {
        let name = if https { format!("__Host-{name}") } else { name.to_owned() };
        let chunks = [1, 2, 3, 4].map(|number| format!("{name}.{number}"));
        Self { name, chunks, secure: https, same_site: SameSite::Lax }
    }

    /// The same, for cookies that come along when another site posts a form here. Over https alone.
    #[must_use]
    pub(crate) fn crossing_sites(self) -> Self {
        Self { same_site: SameSite::None, ..self }
    }

    /// The names of a request's cookies that begin with this one's, without the prefix that https has.
    pub(crate) fn names_after(&self, headers: &HeaderMap) -> Vec<String> {
        let lines = headers.get_all(COOKIE).iter();
        let names = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b';')).filter_map(|pair| {
            let name = pair.trim_ascii().split(|byte| *byte == b'=').next()?;
            std::str::from_utf8(name).ok().filter(|name| is_cookie_name(name))
        });
        let ours = names.filter(|name| name.starts_with(&self.name));
        ours.map(|name| name.strip_prefix("__Host-").unwrap_or(name).to_owned()).collect()
    }

    /// The cookie's name; also what the value is sealed under.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Reads our cookies out of a request.
    #[must_use]
    pub fn read(&self, headers: &HeaderMap) -> Presented {
        let mut whole: Option<&[u8]> = None;
        let mut chunks: [Option<&[u8]>; MOST_COOKIES] = [None; MOST_COOKIES];
        let mut names = Vec::new();
        let mut twice = false;
        for (position, pair) in
            headers.get_all(COOKIE).iter().flat_map(|line| line.as_bytes().split(|b| *b == b';')).enumerate()
        {
            let pair = pair.trim_ascii();
            let Some(equals) = pair.iter().position(|byte| *byte == b'=') else { continue };
            let (name, value) = (pair.get(..equals).unwrap_or_default(), pair.get(equals + 1..).unwrap_or_default());
            // RFC 2109 syntax, in which quoting hides cookies from one parser and shows them to another.
            if position == 0 && name == b"$Version" {
                return Presented::none();
            }
            let slot = if name == self.name.as_bytes() {
                names.push(self.name.clone());
                &mut whole
            } else if let Some((chunk, slot)) =
                self.chunks.iter().zip(&mut chunks).find(|(chunk, _)| name == chunk.as_bytes())
            {
                names.push(chunk.clone());
                slot
            } else {
                continue;
            };
            twice |= slot.replace(value).is_some();
        }
        let chunked = chunks.iter().any(Option::is_some);
        let tampered = twice || (whole.is_some() && chunked);
        let sealed = match (tampered, whole) {
            (true, _) => None,
            (false, Some(value)) => String::from_utf8(value.to_vec()).ok(),
            (false, None) if chunked => join(&chunks),
            (false, None) => None,
        };
        Presented { sealed, tampered, names }
    }

    /// The `Set-Cookie` values that replace `presented` by `sealed`. `max_age` is in seconds; without it, the cookie
    /// goes when the browser closes.
    ///
    /// # Errors
    /// [`TooLarge`] when four cookies cannot hold it.
    pub fn write(
        &self,
        sealed: &str,
        presented: &Presented,
        max_age: Option<i64>,
    ) -> Result<Vec<HeaderValue>, TooLarge> {
        let parts = self.split(sealed)?;
        if sealed.len() > BYTES_THAT_PROXIES_TAKE {
            tracing::warn!(
                bytes = sealed.len(),
                "the session's cookies are larger than many proxies allow: raise their header limit, or trim the profile with upstream.profile.omit"
            );
        }
        let stale = presented.names.iter().filter(|name| parts.iter().all(|(written, _)| written != name));
        let mut headers: Vec<_> = stale.filter_map(|name| self.removal(name)).collect();
        headers.extend(parts.iter().filter_map(|(name, value)| {
            let cookie = self.attributes(name, value);
            header(match max_age {
                Some(seconds) => cookie.max_age(Duration::seconds(seconds.max(0))),
                None => cookie,
            })
        }));
        Ok(headers)
    }

    /// Whether four cookies can hold a sealed value.
    ///
    /// # Errors
    /// [`TooLarge`] when they cannot.
    pub fn fits(&self, sealed: &str) -> Result<(), TooLarge> {
        self.split(sealed).map(|_| ())
    }

    /// The `Set-Cookie` values that take `presented` away: with the attributes that they were set with, or browsers
    /// would keep them.
    #[must_use]
    pub fn clear(&self, presented: &Presented) -> Vec<HeaderValue> {
        let mut names: Vec<&str> = presented.names.iter().map(String::as_str).collect();
        names.push(&self.name);
        names.sort_unstable();
        names.dedup();
        names.into_iter().filter_map(|name| self.removal(name)).collect()
    }

    /// The cookies that hold `sealed`: one under the name alone, or chunks under `name.1`, `name.2`, ….
    fn split<'a>(&'a self, sealed: &'a str) -> Result<Vec<(&'a str, &'a str)>, TooLarge> {
        if self.name.len() + sealed.len() <= BYTES_PER_COOKIE {
            return Ok(vec![(&self.name, sealed)]);
        }
        let mut rest = sealed;
        let mut parts = Vec::new();
        for chunk in &self.chunks {
            let (part, later) = rest.split_at_checked(BYTES_PER_COOKIE - chunk.len()).unwrap_or((rest, ""));
            parts.push((chunk.as_str(), part));
            rest = later;
            if rest.is_empty() {
                return Ok(parts);
            }
        }
        Err(TooLarge { bytes: sealed.len(), most: sealed.len() - rest.len() })
    }

    fn attributes<'c>(&self, name: &'c str, value: &'c str) -> CookieBuilder<'c> {
        Cookie::build((name, value)).path("/").http_only(true).same_site(self.same_site).secure(self.secure)
    }

    fn removal(&self, name: &str) -> Option<HeaderValue> {
        header(self.attributes(name, "").max_age(Duration::ZERO))
    }
}

/// Joins chunks that begin at the first and leave none out. A missing last one is found by the seal.
fn join(chunks: &[Option<&[u8]>; MOST_COOKIES]) -> Option<String> {
    let present = chunks.iter().take_while(|chunk| chunk.is_some()).count();
    if chunks.iter().skip(present).any(Option::is_some) {
        return None;
    }
    String::from_utf8(chunks.iter().flatten().copied().flatten().copied().collect()).ok()
}

fn header(cookie: CookieBuilder<'_>) -> Option<HeaderValue> {
    // Names are checked with the configuration, values are Base64: this cannot fail, and if it did, no cookie is set.
    HeaderValue::from_str(&cookie.build().to_string()).ok()
}

/// Whether a text can be a cookie's name: a token (RFC 6265, section 4.1.1; RFC 9110, section 5.6.2).
pub(crate) fn is_cookie_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

/// Appends `Set-Cookie` values to a response's headers.
pub(crate) fn append(headers: &mut HeaderMap, values: Vec<HeaderValue>) {
    for value in values {
        headers.append(SET_COOKIE, value);
    }
}

#[cfg(any(test, fuzzing))]
pub(crate) mod invariants;
#[cfg(test)]
mod tests;
