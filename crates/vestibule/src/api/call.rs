//! One call of the API, before it is sent: what both halves of the client share.

use super::{ApiError, BodyKind, header, path};

/// The method of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    /// Whether doing it twice is doing it once (RFC 9110, section 9.2.2).
    #[allow(dead_code, reason = "asked by the browser's half; the server asks the upstream's client")]
    pub(crate) const fn may_be_repeated(self) -> bool {
        matches!(self, Self::Get | Self::Put | Self::Delete)
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// A call.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: BodyKind,
    /// Whether it goes on without the component that made it.
    #[allow(dead_code, reason = "asked by the browser's half")]
    pub(crate) is_detached: bool,
    /// The first thing that was wrong with it; it comes up when the call is made.
    mistake: Option<ApiError>,
}

impl Call {
    pub(super) fn new(method: Method, path: &str) -> Self {
        Self {
            method,
            path: path.to_owned(),
            headers: Vec::new(),
            body: BodyKind::None,
            is_detached: false,
            mistake: None,
        }
    }

    pub(super) fn add_query(&mut self, query: Result<String, ApiError>) {
        match query {
            Ok(query) if query.is_empty() => {}
            Ok(query) => {
                let separator = if self.path.contains('?') { "&" } else { "?" };
                self.path.extend([separator, &query]);
            }
            Err(error) => self.blame(error),
        }
    }

    pub(super) fn set_header(&mut self, name: &str, value: &str) {
        if header::is_sendable(name, value) {
            self.headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
            self.headers.push((name.to_owned(), value.to_owned()));
        } else {
            self.blame(ApiError::BadHeader);
        }
    }

    fn blame(&mut self, error: ApiError) {
        self.mistake.get_or_insert(error);
    }

    /// The call, if it can be made.
    pub(super) fn checked(self) -> Result<Self, ApiError> {
        match self.mistake {
            Some(mistake) => Err(mistake),
            None if matches!(self.body, BodyKind::Unwritable) => Err(ApiError::Unwritable),
            // A browser refuses to send it.
            None if self.method == Method::Get && !matches!(self.body, BodyKind::None) => Err(ApiError::Unwritable),
            None if path::stays_below(&self.path) => Ok(self),
            None => Err(ApiError::BadPath),
        }
    }
}
