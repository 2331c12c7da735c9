//! Which calls may be made.

use http::Method;

/// What the proxy carries at all.
pub const METHODS: [Method; 6] = [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

/// One entry of `proxy.allow`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// The methods.
    pub methods: Vec<Method>,
    /// The paths, below `base_url`.
    pub path: PathPattern,
}

impl Allowed {
    /// Whether a call is meant. A `HEAD` is a `GET` without its body (RFC 9110, section 9.3.2).
    #[must_use]
    pub fn fits(&self, method: &Method, path: &str) -> bool {
        let asked = if *method == Method::HEAD { &Method::GET } else { method };
        (self.methods.contains(method) || self.methods.contains(asked)) && self.path.fits(path)
    }
}

/// A pattern of paths, such as `/projects/*/members/**`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathPattern(Vec<Segment>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
    Exactly(String),
    /// `*`
    Any,
    /// `**`, at the end: none, one or more.
    Rest,
}

impl PathPattern {
    /// Reads a pattern: segments as they stand in a request's path, `*` for any one, and `**` at the end for any that
    /// follow. `None` for what is none.
    ///
    /// ```
    /// use vestibule_server::proxy::PathPattern;
    ///
    /// let pattern = PathPattern::parse("/projects/*/files/**").unwrap();
    /// assert!(pattern.fits("/projects/7/files/a/b"));
    /// assert!(!pattern.fits("/projects/7"));
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if !crate::upstream::stays_below(text) || text.contains('?') {
            return None;
        }
        let mut segments = Vec::new();
        for segment in text.get(1..)?.split('/') {
            if segments.last() == Some(&Segment::Rest) {
                return None;
            }
            segments.push(match segment {
                "*" => Segment::Any,
                "**" => Segment::Rest,
                segment if segment.contains('*') => return None,
                segment => Segment::Exactly(segment.to_owned()),
            });
        }
        Some(Self(segments))
    }

    /// Whether a path is meant.
    #[must_use]
    pub fn fits(&self, path: &str) -> bool {
        let Some(path) = path.strip_prefix('/') else { return false };
        let mut asked = path.split('/');
        for segment in &self.0 {
            match (segment, asked.next()) {
                (Segment::Rest, _) => return true,
                (Segment::Any, Some(asked)) if !asked.is_empty() => {}
                (Segment::Exactly(text), Some(asked)) if text == asked => {}
                _ => return false,
            }
        }
        asked.next().is_none()
    }
}

#[cfg(test)]
mod tests;
