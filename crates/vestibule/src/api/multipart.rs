//! Forms of several parts (RFC 7578), put together in memory.

use bytes::Bytes;

use super::ApiBody;

/// What no part is likely to have in it; a digit follows for one that does.
const BOUNDARY: &str = "----vestibule-7d1e5c0b9a3f4268";

/// A form of several parts, `multipart/form-data`, of data that the program has. For the files of a person at the
/// browser, give the call a `FormData`.
///
/// ```
/// use vestibule::Multipart;
///
/// let form = Multipart::new().text("title", "Reefs").file("picture", "reef.png", "image/png", vec![0x89]);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Multipart(Vec<Part>);

#[derive(Clone, Debug)]
struct Part {
    head: String,
    bytes: Bytes,
}

impl Multipart {
    /// A form without parts.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a field of text.
    #[must_use]
    pub fn text(self, name: &str, text: impl Into<String>) -> Self {
        let head = ["Content-Disposition: form-data; name=\"", &quoted(name), "\"\r\n\r\n"].concat();
        self.with(head, text.into().into())
    }

    /// Adds a file.
    #[must_use]
    pub fn file(self, name: &str, file_name: &str, content_type: &str, bytes: impl Into<Bytes>) -> Self {
        let head = [
            "Content-Disposition: form-data; name=\"",
            &quoted(name),
            "\"; filename=\"",
            &quoted(file_name),
            "\"\r\nContent-Type: ",
            &content_type.replace(['\r', '\n'], " "),
            "\r\n\r\n",
        ]
        .concat();
        self.with(head, bytes.into())
    }

    fn with(mut self, head: String, bytes: Bytes) -> Self {
        self.0.push(Part { head, bytes });
        self
    }

    pub(super) fn into_body(self) -> ApiBody {
        let boundary = self.boundary();
        let mut bytes = Vec::new();
        for part in &self.0 {
            bytes.extend_from_slice(["--", &boundary, "\r\n", &part.head].concat().as_bytes());
            bytes.extend_from_slice(&part.bytes);
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(["--", &boundary, "--\r\n"].concat().as_bytes());
        ApiBody::bytes(["multipart/form-data; boundary=", &boundary].concat(), bytes)
    }

    /// One that stands in no part (RFC 2046, section 5.1).
    fn boundary(&self) -> String {
        let mut boundary = BOUNDARY.to_owned();
        while self.0.iter().any(|part| holds(part.head.as_bytes(), &boundary) || holds(&part.bytes, &boundary)) {
            boundary.push('0');
        }
        boundary
    }
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// As the HTML standard writes names in quotation marks (section 4.10.21.8).
fn quoted(name: &str) -> String {
    name.replace('\r', "%0D").replace('\n', "%0A").replace('"', "%22")
}

#[cfg(test)]
mod tests;
