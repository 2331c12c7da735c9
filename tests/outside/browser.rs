//! A browser without scripts, on sockets.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What the person types; it is looked for wherever it must not be.
pub(crate) const PASSWORD: &str = "canary-password-8c1f";
pub(crate) const USER: &str = "mira@example.com";

/// An answer, whole.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Page {
    pub(crate) fn new(head: &str, body: &str) -> Self {
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Self { status, head: head.to_owned(), body: body.to_owned() }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers(name).next()
    }

    pub(crate) fn headers(&self, name: &str) -> impl Iterator<Item = &str> {
        self.head.lines().skip(1).filter_map(move |line| {
            let (known, value) = line.split_once(':')?;
            known.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// The cookies that a browser has after it, as it sends them.
    pub(crate) fn cookies(&self) -> String {
        let pairs = self.headers("set-cookie").filter(|line| !line.contains("Max-Age=0"));
        pairs.filter_map(|line| line.split(';').next()).collect::<Vec<_>>().join("; ")
    }

    /// What the page's one alert says.
    pub(crate) fn alert(&self) -> &str {
        let (_, after) = self.body.split_once("role=\"alert\"").unwrap_or_default();
        after.split_once('>').and_then(|(_, text)| text.split_once('<')).map_or("", |(text, _)| text.trim())
    }
}

/// It keeps no cookies: whoever asks says which it has.
pub(crate) struct Browser(SocketAddr);

impl Browser {
    pub(crate) fn at(address: SocketAddr) -> Self {
        Self(address)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.0
    }

    pub(crate) async fn get(&self, path: &str, cookies: &str) -> Page {
        whole(self.opens(path, cookies).await).await.unwrap()
    }

    pub(crate) async fn post(&self, path: &str, cookies: &str, body: &str) -> Page {
        let head = format!(
            "POST {path} HTTP/1.0\r\norigin: http://{}\r\ncontent-type: application/x-www-form-urlencoded\r\n\
             content-length: {}\r\n",
            self.0,
            body.len()
        );
        let connection = self.sends(self.request(&head, cookies, body)).await.unwrap();
        whole(connection).await.unwrap()
    }

    /// `None` where nobody listens any more; an error where a request that was accepted got no whole answer.
    pub(crate) async fn try_get(&self, path: &str, cookies: &str) -> Option<io::Result<Page>> {
        let mut connection = TcpStream::connect(self.0).await.ok()?;
        let request = self.request(&format!("GET {path} HTTP/1.0\r\n"), cookies, "");
        if let Err(error) = connection.write_all(request.as_bytes()).await {
            return Some(Err(error));
        }
        Some(whole(connection).await)
    }

    /// Asks for a page; what comes is not yet read.
    pub(crate) async fn opens(&self, path: &str, cookies: &str) -> TcpStream {
        self.sends(self.request(&format!("GET {path} HTTP/1.0\r\n"), cookies, "")).await.unwrap()
    }

    /// A connection on which these bytes were sent, as they are.
    pub(crate) async fn sends(&self, bytes: impl AsRef<[u8]>) -> io::Result<TcpStream> {
        let mut connection = TcpStream::connect(self.0).await?;
        connection.write_all(bytes.as_ref()).await?;
        Ok(connection)
    }

    /// HTTP/1.0, so that the end of an answer is that of the connection.
    fn request(&self, head: &str, cookies: &str, body: &str) -> String {
        let cookies = if cookies.is_empty() { String::new() } else { format!("cookie: {cookies}\r\n") };
        format!("{head}host: {}\r\naccept: text/html\r\n{cookies}\r\n{body}", self.0)
    }

    /// Types name and password.
    pub(crate) async fn sign_in(&self) -> Page {
        let form = format!("username={}&password={PASSWORD}&callbackUrl=%2Faccount", USER.replace('@', "%40"));
        self.post("/login", "", &form).await
    }

    /// Signs in, which must work; the cookies.
    pub(crate) async fn signs_in(&self) -> String {
        let page = self.sign_in().await;
        assert_eq!((page.status, page.header("location")), (303, Some("/account")), "{}", page.alert());
        page.cookies()
    }

    pub(crate) async fn session(&self, cookies: &str) -> (Page, Value) {
        let page = self.get("/auth/session", cookies).await;
        let session = serde_json::from_str(&page.body).unwrap_or(Value::Null);
        (page, session)
    }
}

/// Reads an answer to the end of its connection.
pub(crate) async fn whole(mut connection: TcpStream) -> io::Result<Page> {
    let mut answer = Vec::new();
    tokio::time::timeout(Duration::from_secs(30), connection.read_to_end(&mut answer)).await??;
    let answer = String::from_utf8(answer).unwrap();
    let Some((head, body)) = answer.split_once("\r\n\r\n") else { return Err(io::ErrorKind::UnexpectedEof.into()) };
    Ok(Page::new(head, body))
}
