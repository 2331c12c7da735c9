//! What the upstream received: one request, to the byte.

use std::fmt;

use bytes::Bytes;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt};

/// A head larger than this is not read further; a test that needs more is testing something else.
const HEAD_LIMIT: usize = 1 << 20;

/// A request as it came over the wire.
///
/// `Debug` prints the method, the path, the names of the headers and the length of the body, never a header's value or
/// the body itself: a failing assertion must not print a password.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    method: String,
    path: String,
    query: Option<String>,
    headers: Vec<(String, String)>,
    body: Bytes,
    raw: Bytes,
}

impl Request {
    /// The method, as it came (`POST`).
    #[must_use]
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The path, as it came: nothing is decoded or put in order.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What follows the first `?` of the request target.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        self.query.as_deref()
    }

    /// Every header in order, names in lower case. A value's bytes are read as Latin-1, so that none is lost.
    #[must_use]
    pub fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    /// The first header of that (lower-case) name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// How often a header of that (lower-case) name was sent.
    #[must_use]
    pub fn count_of(&self, name: &str) -> usize {
        self.headers.iter().filter(|(known, _)| known == name).count()
    }

    /// The body, with a chunked encoding already undone.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The body as text; bytes that are no UTF-8 become U+FFFD.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; `Null` if it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// Head and body, byte for byte as they came.
    #[must_use]
    pub fn raw(&self) -> &Bytes {
        &self.raw
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("headers", &names)
            .field("body_length", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// Reads bytes from a connection and hands every one of them to `received`, whatever becomes of the request.
pub(crate) struct Reader<'a, R, F> {
    pub(crate) from: &'a mut R,
    pub(crate) received: F,
    buffer: Vec<u8>,
}

impl<'a, R: AsyncRead + Unpin, F: FnMut(&[u8])> Reader<'a, R, F> {
    pub(crate) fn new(from: &'a mut R, received: F) -> Self {
        Self { from, received, buffer: Vec::new() }
    }

    /// Reads one request. `None`: the client went away, or what it sent is no HTTP/1.1 request.
    pub(crate) async fn request(&mut self) -> Option<Request> {
        let head_length = self.through(0, b"\r\n\r\n", HEAD_LIMIT).await?;
        let head = latin1(self.buffer.get(..head_length)?);
        let mut lines = head.split("\r\n");
        let mut start = lines.next()?.split(' ');
        let (method, target, _version) = (start.next()?.to_owned(), start.next()?.to_owned(), start.next()?);
        let mut headers = Vec::new();
        for line in lines.take_while(|line| !line.is_empty()) {
            let (name, value) = line.split_once(':')?;
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }

        let find = |name: &str| headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let chunked = find("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked"));
        let length = match find("content-length") {
            Some(length) => length.parse().ok()?,
            None => 0,
        };
        let body = if chunked {
            self.chunks(head_length).await?
        } else {
            self.fill(head_length.checked_add(length)?).await?;
            Bytes::copy_from_slice(self.buffer.get(head_length..head_length + length)?)
        };

        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path.to_owned(), Some(query.to_owned())),
            None => (target, None),
        };
        Some(Request { method, path, query, headers, body, raw: Bytes::copy_from_slice(&self.buffer) })
    }

    /// The body of a chunked message (RFC 9112, section 7.1) that begins at `at`; trailers are read and ignored.
    async fn chunks(&mut self, mut at: usize) -> Option<Bytes> {
        let mut body = Vec::new();
        loop {
            let data = self.through(at, b"\r\n", HEAD_LIMIT).await?;
            let line = latin1(self.buffer.get(at..data)?);
            let size = usize::from_str_radix(line.split(';').next()?.trim(), 16).ok()?;
            if size == 0 {
                let mut line_start = data;
                loop {
                    let line_end = self.through(line_start, b"\r\n", HEAD_LIMIT).await?;
                    if line_end == line_start + 2 {
                        return Some(body.into());
                    }
                    line_start = line_end;
                }
            }
            at = data.checked_add(size)?.checked_add(2)?;
            self.fill(at).await?;
            body.extend_from_slice(self.buffer.get(data..data + size)?);
        }
    }

    /// Reads until `end` stands somewhere behind `from`, at most `limit` bytes on; gives the position after it.
    async fn through(&mut self, from: usize, end: &[u8], limit: usize) -> Option<usize> {
        let mut searched = from;
        loop {
            let unread = self.buffer.get(searched..)?;
            if let Some(found) = unread.windows(end.len()).position(|window| window == end) {
                return Some(searched + found + end.len());
            }
            // The end may have come in part: its first bytes are looked at again.
            searched = self.buffer.len().saturating_sub(end.len() - 1).max(from);
            if self.buffer.len() - from > limit {
                return None;
            }
            self.more().await?;
        }
    }

    /// Reads until the buffer holds `length` bytes.
    async fn fill(&mut self, length: usize) -> Option<()> {
        while self.buffer.len() < length {
            self.more().await?;
        }
        Some(())
    }

    async fn more(&mut self) -> Option<()> {
        let before = self.buffer.len();
        let read = self.from.read_buf(&mut self.buffer).await.ok()?;
        (self.received)(self.buffer.get(before..)?);
        (read > 0).then_some(())
    }
}

fn latin1(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

#[cfg(test)]
mod tests;
