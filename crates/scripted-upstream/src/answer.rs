//! What the upstream says, and how badly.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::Gate;

/// One scripted answer: a status, headers and a body, and the way in which they are delivered.
///
/// ```
/// use std::time::Duration;
/// use scripted_upstream::Answer;
/// use serde_json::json;
///
/// Answer::json(201, json!({ "accessToken": "t" })).header("set-cookie", "evil=1");
/// Answer::text(200, "text/html", "<h1>Welcome</h1>");
/// Answer::redirect(307, "http://127.0.0.1:9/");
/// Answer::json(200, json!({})).reset_after(10);       // the connection is reset after ten bytes of the answer
/// Answer::json(200, json!({})).short_body(3);         // Content-Length promises three bytes more than come
/// Answer::json(200, json!({})).drip(Duration::from_millis(5));
/// Answer::raw(&b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"[..]);
/// Answer::hang();                                     // no byte, until the client gives up
/// ```
#[derive(Clone)]
#[must_use = "an answer does nothing until it is scripted with `on` or `once`"]
pub struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Bytes,
    gate: Option<Gate>,
    delivery: Delivery,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Delivery {
    Whole,
    /// These bytes instead of a response.
    Raw(Bytes),
    Hang,
    /// A reset (TCP RST) after so many bytes.
    ResetAfter(usize),
    /// A Content-Length that promises so many bytes more than come.
    Short(usize),
    /// One byte each time.
    Drip(Duration),
    /// The body over and over, without a length.
    Endless,
}

impl Answer {
    /// A body of any kind.
    pub fn text(status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        let headers = vec![("content-type".to_owned(), content_type.to_owned())];
        Self { status, headers, body: body.into(), gate: None, delivery: Delivery::Whole }
    }

    /// A JSON body. For JSON that [`Value`] cannot hold (truncated, members twice), use [`Answer::text`].
    pub fn json(status: u16, body: Value) -> Self {
        Self::text(status, "application/json", body.to_string())
    }

    /// A status without a body.
    pub fn status(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Bytes::new(), gate: None, delivery: Delivery::Whole }
    }

    /// A redirect. `location` is sent as it is.
    pub fn redirect(status: u16, location: &str) -> Self {
        Self::status(status).header("location", location)
    }

    /// No byte at all, until the client gives up.
    pub fn hang() -> Self {
        Self { delivery: Delivery::Hang, ..Self::status(200) }
    }

    /// Exactly these bytes, then the end of the connection. Not even the status line is ours.
    pub fn raw(bytes: impl Into<Bytes>) -> Self {
        Self { delivery: Delivery::Raw(bytes.into()), ..Self::status(200) }
    }

    /// Adds a header; one that is there stays. Name and value are sent as they are, line breaks included.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sends the first `bytes` of the whole answer, head included, then resets the connection.
    pub fn reset_after(self, bytes: usize) -> Self {
        Self { delivery: Delivery::ResetAfter(bytes), ..self }
    }

    /// Promises `missing` bytes more in `Content-Length` than follow, and closes the connection.
    pub fn short_body(self, missing: usize) -> Self {
        Self { delivery: Delivery::Short(missing), ..self }
    }

    /// Sends one byte of the answer at every `interval` (tokio's time, so that a test may pause it).
    pub fn drip(self, interval: Duration) -> Self {
        Self { delivery: Delivery::Drip(interval), ..self }
    }

    /// Repeats the body until the client goes away: a body without end and without `Content-Length`.
    pub fn endless(self) -> Self {
        Self { delivery: Delivery::Endless, ..self }
    }

    /// Holds the answer back, once the request has been read and recorded, until the gate opens.
    pub fn held_by(self, gate: &Gate) -> Self {
        Self { gate: Some(gate.clone()), ..self }
    }

    /// Delivers the answer. An error means that the client went away first, which is its right.
    pub(crate) async fn deliver(self, connection: &mut TcpStream, method: &str) -> std::io::Result<()> {
        if let Some(gate) = &self.gate {
            gate.pass().await;
        }
        match &self.delivery {
            Delivery::Whole | Delivery::Short(_) => connection.write_all(&self.bytes(method)).await?,
            Delivery::Raw(bytes) => connection.write_all(bytes).await?,
            Delivery::Hang => {
                // Whatever else the client sends is of no interest: only its end is.
                while connection.read(&mut [0; 1_024]).await? > 0 {}
            }
            Delivery::ResetAfter(count) => {
                let bytes = self.bytes(method);
                connection.write_all(bytes.get(..*count).unwrap_or(&bytes)).await?;
                return connection.set_zero_linger();
            }
            Delivery::Drip(interval) => {
                for byte in self.bytes(method) {
                    connection.write_all(&[byte]).await?;
                    tokio::time::sleep(*interval).await;
                }
            }
            Delivery::Endless => {
                connection.write_all(&self.bytes(method)).await?;
                // A body of nothing would never meet the client's end.
                let body = if self.body.is_empty() { Bytes::from_static(&[b' '; 4_096]) } else { self.body.clone() };
                loop {
                    connection.write_all(&body).await?;
                }
            }
        }
        connection.shutdown().await
    }

    /// Head and body as a correct server would write them, but for what [`Delivery::Short`] asks.
    fn bytes(&self, method: &str) -> Vec<u8> {
        let reason = StatusCode::from_u16(self.status).ok().and_then(|status| status.canonical_reason()).unwrap_or("");
        let mut head = format!("HTTP/1.1 {} {reason}\r\nconnection: close\r\n", self.status);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        // RFC 9110, section 8.6: no length with 204, and a 304 has no body.
        let bodiless = matches!(self.status, 204 | 304) || method == "HEAD";
        if self.delivery != Delivery::Endless && !matches!(self.status, 204 | 304) {
            let missing = if let Delivery::Short(missing) = self.delivery { missing } else { 0 };
            head.push_str(&format!("content-length: {}\r\n", self.body.len() + missing));
        }
        head.push_str("\r\n");
        let mut bytes = head.into_bytes();
        if !bodiless {
            bytes.extend_from_slice(&self.body);
        }
        bytes
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let delivery = match &self.delivery {
            Delivery::Raw(bytes) => format!("Raw({} bytes)", bytes.len()),
            other => format!("{other:?}"),
        };
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("body_length", &self.body.len())
            .field("delivery", &format_args!("{delivery}"))
            .field("gate", &self.gate)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
