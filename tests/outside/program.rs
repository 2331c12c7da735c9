//! The program, running, and a browser without scripts.

use std::fs;
use std::io::{self, BufRead, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use scripted_upstream::{Answer, ScriptedUpstream};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What the person types; it is looked for wherever it must not be.
pub(crate) const PASSWORD: &str = "canary-password-8c1f";
pub(crate) const USER: &str = "mira@example.com";

/// The program in a folder of its own.
pub(crate) struct Program {
    child: Mutex<Child>,
    id: u32,
    address: SocketAddr,
    folder: PathBuf,
    log: Arc<Mutex<String>>,
    /// Open descriptors and resident memory (kB) once everything that stays was opened.
    rest: (usize, u64),
}

/// An answer, whole.
pub(crate) struct Page {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl Page {
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

impl Program {
    /// Starts it in front of `upstream`, with more keys of the configuration.
    pub(crate) async fn start(upstream: &str, more: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("vestibule-faults-{}-{number}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let configuration = format!("upstream.base_url = '{upstream}'\nupstream.timeout = '1s'\n{more}\n");
        fs::write(folder.join("Leptos.toml"), configuration).unwrap();
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        // The one that was built with these tests, or another, such as the one for release.
        let program = std::env::var_os("VESTIBULE_APP").unwrap_or_else(|| env!("CARGO_BIN_EXE_vestibule-app").into());
        let mut child = Command::new(program)
            .env_clear()
            .env("VESTIBULE__SERVER__ADDRESS", address.to_string())
            .env("VESTIBULE__LOG__LEVEL", "trace")
            .env("VESTIBULE__LIMITS__ACCOUNT", "1000/1m")
            .env("VESTIBULE__LIMITS__ADDRESS", "1000/1m")
            .current_dir(&folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let (stderr, lines) = (child.stderr.take().unwrap(), Arc::clone(&log));
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                lines.lock().unwrap().push_str(&format!("{line}\n"));
            }
        });
        let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
        assert!(said.any(|line| line.unwrap().starts_with("Listening on")), "{}", log.lock().unwrap());
        Self { id: child.id(), child: Mutex::new(child), address, folder, log, rest: (0, 0) }
    }

    /// In front of an API that works, with everything open that will stay open.
    pub(crate) async fn before(upstream: &ScriptedUpstream, more: &str) -> Self {
        well(upstream);
        let mut program = Self::start(&upstream.url(), more).await;
        for _ in 0..3 {
            program.signs_in().await;
        }
        program.rest = (program.descriptors(), program.memory());
        program
    }

    pub(crate) async fn get(&self, path: &str, cookies: &str) -> Page {
        self.ask(&format!("GET {path} HTTP/1.0\r\n"), cookies, "").await
    }

    pub(crate) async fn post(&self, path: &str, cookies: &str, body: &str) -> Page {
        let head = format!(
            "POST {path} HTTP/1.0\r\norigin: http://{}\r\ncontent-type: application/x-www-form-urlencoded\r\n\
             content-length: {}\r\n",
            self.address,
            body.len()
        );
        self.ask(&head, cookies, body).await
    }

    /// `None` where nobody listens any more; an error where a request that was accepted got no whole answer.
    pub(crate) async fn try_get(&self, path: &str, cookies: &str) -> Option<io::Result<Page>> {
        let connection = TcpStream::connect(self.address).await.ok()?;
        Some(self.converse(connection, &format!("GET {path} HTTP/1.0\r\n"), cookies, "").await)
    }

    async fn ask(&self, head: &str, cookies: &str, body: &str) -> Page {
        let connection = TcpStream::connect(self.address).await.unwrap();
        self.converse(connection, head, cookies, body).await.unwrap()
    }

    /// HTTP/1.0, so that the end of an answer is that of the connection.
    async fn converse(&self, mut connection: TcpStream, head: &str, cookies: &str, body: &str) -> io::Result<Page> {
        let cookies = if cookies.is_empty() { String::new() } else { format!("cookie: {cookies}\r\n") };
        let request = format!("{head}host: {}\r\naccept: text/html\r\n{cookies}\r\n{body}", self.address);
        connection.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        tokio::time::timeout(Duration::from_secs(30), connection.read_to_end(&mut answer)).await??;
        let answer = String::from_utf8(answer).unwrap();
        let Some((head, body)) = answer.split_once("\r\n\r\n") else { return Err(io::ErrorKind::UnexpectedEof.into()) };
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Ok(Page { status, head: head.to_owned(), body: body.to_owned() })
    }

    /// Tells it to stop.
    pub(crate) fn terminate(&self) {
        assert!(Command::new("kill").args(["-TERM", &self.id.to_string()]).status().unwrap().success());
    }

    /// Waits for its end; the status, unless it was killed.
    pub(crate) async fn exit(&self) -> Option<i32> {
        loop {
            if let Some(status) = self.child.lock().unwrap().try_wait().unwrap() {
                return status.code();
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Types name and password.
    pub(crate) async fn sign_in(&self) -> Page {
        let form = format!("username={}&password={PASSWORD}&callbackUrl=%2Faccount", USER.replace('@', "%40"));
        self.post("/login", "", &form).await
    }

    /// Signs in, which must work; the cookies.
    pub(crate) async fn signs_in(&self) -> String {
        let page = self.sign_in().await;
        assert_eq!((page.status, page.header("location")), (303, Some("/account")), "{}", self.log());
        page.cookies()
    }

    pub(crate) async fn session(&self, cookies: &str) -> (Page, Value) {
        let page = self.get("/auth/session", cookies).await;
        let session = serde_json::from_str(&page.body).unwrap_or(Value::Null);
        (page, session)
    }

    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// What holds after every fault.
    pub(crate) async fn came_through(&mut self, upstream: &ScriptedUpstream) {
        well(upstream);
        self.signs_in().await;
        let log = self.log();
        assert!(!log.contains("canary"), "LG-01: {}", log.lines().find(|line| line.contains("canary")).unwrap());
        assert!(self.child.lock().unwrap().try_wait().unwrap().is_none(), "it lives");
        let (descriptors, memory) = self.rest;
        // The other side's end of a connection may be seen a moment later.
        let mut open = self.descriptors();
        for _ in 0..200 {
            if open <= descriptors {
                break;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
            open = self.descriptors();
        }
        assert!(open <= descriptors, "{open} descriptors, {descriptors} before");
        assert!(self.memory() <= memory + 32 * 1_024, "{} kB, {memory} before", self.memory());
    }

    fn descriptors(&self) -> usize {
        fs::read_dir(format!("/proc/{}/fd", self.id)).unwrap().count()
    }

    /// Resident memory, in kB.
    pub(crate) fn memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id)).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if let Ok(child) = self.child.get_mut() {
            let _ = child.kill();
            let _ = child.wait();
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Has the API work as it should.
pub(crate) fn well(upstream: &ScriptedUpstream) {
    upstream
        .on(
            "POST",
            "/sign-in",
            Answer::json(200, json!({ "accessToken": "canary-access", "refreshToken": "canary-refresh" })),
        )
        .on("GET", "/me", Answer::json(200, json!({ "id": 7, "email": USER, "displayName": "Mira" })));
}
