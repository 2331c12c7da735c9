//! The program, running.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use scripted_upstream::{Answer, ScriptedUpstream};
use serde_json::{Value, json};

use crate::browser::{Browser, USER};

/// Tokens are due for a minute before their end, and their end is what the API says beside them.
pub(crate) const REFRESHING: &str = "session.refresh_before = '1m'\n\
    upstream.expiry = { from = 'pointer', pointer = '/expiresIn', unit = 's' }\n[upstream.refresh]\n";

/// Tokens that live for so many seconds.
pub(crate) fn tokens(number: u32, life: u32) -> Value {
    json!({
        "accessToken": format!("canary-access-{number}"), "refreshToken": format!("canary-refresh-{number}"), "expiresIn": life,
    })
}

/// The program in a folder of its own, and a browser before it.
pub(crate) struct Program {
    child: Mutex<Child>,
    id: u32,
    browser: Browser,
    folder: PathBuf,
    /// A file of certificate authorities to believe, instead of the machine's.
    authorities: Option<PathBuf>,
    log: Arc<Mutex<String>>,
    /// Open descriptors and resident memory (kB) once everything that stays was opened.
    rest: (usize, u64),
}

impl Deref for Program {
    type Target = Browser;

    fn deref(&self) -> &Browser {
        &self.browser
    }
}

impl Program {
    /// Starts it in front of `upstream`, with more keys of the configuration, for people who are wrong as often as they like.
    pub(crate) async fn start(upstream: &str, more: &str) -> Self {
        Self::limited(upstream, &format!("limits.account = '1000/1m'\nlimits.address = '1000/1m'\n{more}"))
    }

    /// Starts it in front of `upstream`, whose certificate is to be of one of these authorities.
    pub(crate) fn believing(authorities: &Path, upstream: &str) -> Self {
        Self::run(Some(authorities.to_owned()), upstream, "")
    }

    /// Starts it in front of `upstream`, with the limits that there are without a key.
    pub(crate) fn limited(upstream: &str, more: &str) -> Self {
        Self::run(None, upstream, more)
    }

    fn run(authorities: Option<PathBuf>, upstream: &str, more: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("vestibule-faults-{}-{number}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let configuration = format!("upstream.base_url = '{upstream}'\nupstream.timeout = '1s'\n{more}\n");
        fs::write(folder.join("Leptos.toml"), configuration).unwrap();
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let (browser, log) = (Browser::at(address), Arc::default());
        let child = run(&folder, authorities.as_deref(), &browser, &log);
        Self { id: child.id(), child: Mutex::new(child), browser, folder, authorities, log, rest: (0, 0) }
    }

    /// Kills it, which no program can prepare for, and starts it again where it was.
    pub(crate) async fn is_killed_and_starts_again(&mut self) {
        let child = self.child.get_mut().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        *child = run(&self.folder, self.authorities.as_deref(), &self.browser, &self.log);
        self.id = child.id();
    }

    /// In front of an API that works, with everything open that will stay open.
    pub(crate) async fn before(upstream: &ScriptedUpstream, more: &str) -> Self {
        well(upstream);
        let mut program = Self::start(&upstream.url(), more).await;
        program.settles().await;
        program
    }

    /// Opens everything that will stay open, and remembers what that is.
    pub(crate) async fn settles(&mut self) {
        for _ in 0..3 {
            self.signs_in().await;
        }
        self.rest = (self.descriptors(), self.memory());
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

    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// What holds after every fault.
    pub(crate) async fn came_through(&mut self, upstream: &ScriptedUpstream) {
        well(upstream);
        self.is_unharmed().await;
    }

    /// The same, of an API whose script stays what it is.
    pub(crate) async fn is_unharmed(&self) {
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

/// Starts it in a folder, and waits until it listens.
fn run(folder: &Path, authorities: Option<&Path>, browser: &Browser, log: &Arc<Mutex<String>>) -> Child {
    // The one that was built with these tests, or another, such as the one for release.
    let program = std::env::var_os("VESTIBULE_APP").unwrap_or_else(|| env!("CARGO_BIN_EXE_vestibule-app").into());
    let mut child = Command::new(program)
        .env_clear()
        .envs(authorities.map(|file| ("SSL_CERT_FILE", file)))
        .env("VESTIBULE__SERVER__ADDRESS", browser.address().to_string())
        .env("VESTIBULE__LOG__LEVEL", "trace")
        .current_dir(folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (stderr, lines) = (child.stderr.take().unwrap(), Arc::clone(log));
    std::thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            lines.lock().unwrap().push_str(&format!("{line}\n"));
        }
    });
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(said.any(|line| line.unwrap().starts_with("Listening on")), "{}", log.lock().unwrap());
    child
}

/// Waits until something holds, looking again and again, for ten seconds at most.
pub(crate) async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < Duration::from_secs(10), "{what}");
        tokio::time::sleep(Duration::from_millis(25)).await;
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
