//! Mixed load: people who sign in, read, call the API and leave, against an API of which a part of the answers fail.
//!
//! ```text
//! mixed_load PROGRAM [SECONDS] [PEOPLE] [FAILING, of 1,000]     default: 1800, 500, 500
//! ```
//!
//! All come at one moment, which is as much at once as there will be: what a crowd leaves behind is there from the start.
//! Sessions end after five minutes, so that what is remembered of those that are over is forgotten again while it runs. It says what
//! was answered and, for each minute, the memory; and ends with 1 where somebody was signed out before that, an answer was an
//! error of this server's own, or the memory of the last third is more than a twentieth above that of the first.
#![allow(clippy::expect_used, clippy::print_stdout, reason = "a measuring tool that stops at the first surprise")]

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::process::{Command, ExitCode};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use scripted_upstream::{Api, Moods, PASSWORD, ScriptedUpstream};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use self::application::Application;

mod application;

/// `session.absolute`.
const LIFE: Duration = Duration::from_secs(5 * 60);

/// What is counted, by name: answers by path and status, and what must not be.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<BTreeMap<String, u64>>>);

impl Seen {
    fn count(&self, what: String) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(what).or_default() += 1;
    }

    fn all(&self) -> BTreeMap<String, u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[tokio::main(worker_threads = 1)]
async fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let program = arguments.next().expect("the application's program");
    let mut number = |default: u64| arguments.next().map_or(default, |text| text.parse().expect("a number"));
    let (seconds, people, failing) = (number(1_800), number(500), number(500));
    let upstream = Arc::new(ScriptedUpstream::start().await);
    let moods =
        Moods { life: 20, grace: 60, failing: u32::try_from(failing).expect("of a thousand"), ..Moods::default() };
    let api = Api::on(&upstream, moods);
    let secret = Command::new(&program).arg("secret").output().expect("a secret");
    let secret = format!("['{}']", String::from_utf8_lossy(&secret.stdout).trim());
    let variables = [
        ("VESTIBULE__UPSTREAM__REFRESH", "{}"),
        ("VESTIBULE__UPSTREAM__SIGN_OUT", "{}"),
        ("VESTIBULE__UPSTREAM__EXPIRY", "{ from = 'pointer', pointer = '/expiresIn', unit = 's' }"),
        ("VESTIBULE__SESSION__SECRETS", secret.as_str()),
        ("VESTIBULE__SESSION__ABSOLUTE", "5m"),
        ("VESTIBULE__LOG__LEVEL", "off"),
    ];
    let application = Application::start(&program, &upstream.url(), &variables);
    let (seen, end) = (Seen::default(), Instant::now() + Duration::from_secs(seconds));
    let mut running = Vec::new();
    for person in 0..people {
        let (address, seen) = (application.address, seen.clone());
        running.push(tokio::spawn(
            Person { name: format!("person-{person}"), address, cookies: BTreeMap::new(), since: Instant::now(), seen }
                .lives(end, person),
        ));
    }
    let mut memory = Vec::new();
    while Instant::now() < end {
        tokio::time::sleep(Duration::from_secs(1)).await;
        upstream.forget();
        memory.push(application.memory());
    }
    for person in running {
        person.await.expect("no person panics");
    }
    let tally = api.tally();
    for (what, count) in seen.all() {
        println!("{count:>9}  {what}");
    }
    println!("{tally:?}");
    let by_minute: Vec<String> = memory.iter().step_by(60).map(u64::to_string).collect();
    println!("memory by the minute, in kB: {}", by_minute.join(" "));
    let third = (memory.len() / 3).max(1);
    let mean = |part: &[u64]| part.iter().sum::<u64>() / u64::try_from(part.len().max(1)).expect("small");
    let (first, last) =
        (mean(memory.get(..third).unwrap_or(&memory)), mean(memory.get(memory.len() - third..).unwrap_or(&memory)));
    println!("memory: {first} kB in the first third, {last} kB in the last");
    let bad: u64 = seen.all().iter().filter(|(what, _)| what.starts_with("WRONG")).map(|(_, count)| count).sum();
    println!("wrong: {bad}");
    if bad == 0 && last <= first + first / 20 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Somebody with a browser.
struct Person {
    name: String,
    address: SocketAddr,
    cookies: BTreeMap<String, String>,
    /// When they last tried to sign in.
    since: Instant,
    seen: Seen,
}

impl Person {
    async fn lives(mut self, end: Instant, number: u64) {
        let mut turn = number;
        while Instant::now() < end {
            if self.cookies.is_empty() {
                self.since = Instant::now();
                let form =
                    format!("username={}&password={}&callbackUrl=%2Faccount", self.name, PASSWORD.replace(' ', "+"));
                self.ask("POST", "/login", &form, |_| &[303, 502, 503, 504]).await;
            } else {
                let path = match turn % 7 {
                    0 | 1 => "/account",
                    2 => "/projects",
                    3 | 4 => "/upstream/me",
                    5 => "/",
                    _ => "/auth/session",
                };
                // A call of the API passes its own failures on. Whose session is over is shown the way to the login page.
                let allowed = |is_over| match (path, is_over) {
                    ("/upstream/me", true) => &[200, 401, 500, 502, 503, 504][..],
                    ("/upstream/me", false) => &[200, 500, 502, 503, 504],
                    (_, true) => &[200, 303, 503],
                    (_, false) => &[200, 503],
                };
                self.ask("GET", path, "", allowed).await;
                if turn.is_multiple_of(97) {
                    self.ask("POST", "/auth/sign-out", "", |_| &[303]).await;
                    self.cookies.clear();
                } else if self.cookies.is_empty() {
                    self.seen.count(if self.is_over() { "a session was over" } else { "WRONG: signed out" }.to_owned());
                }
            }
            turn += 1;
            tokio::time::sleep(Duration::from_millis(1_000 + turn * 37 % 1_000)).await;
        }
    }

    /// Whether their session may be over. The clocks are one; a second is for the answer's way.
    fn is_over(&self) -> bool {
        self.since.elapsed() + Duration::from_secs(1) >= LIFE
    }

    /// `allowed`: the statuses that an answer may have, by whether the session may be over. That is judged when the answer is there,
    /// since a call that waits for the API can begin within the session and end after it.
    async fn ask(&mut self, method: &str, path: &str, body: &str, allowed: impl Fn(bool) -> &'static [u16]) {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookies = if cookies.is_empty() { String::new() } else { format!("cookie: {}\r\n", cookies.join("; ")) };
        let request = format!(
            "{method} {path} HTTP/1.0\r\nhost: {0}\r\norigin: http://{0}\r\nsec-fetch-site: same-origin\r\naccept: text/html\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {1}\r\n{cookies}\r\n{body}",
            self.address,
            body.len()
        );
        let answer = async {
            let mut connection = TcpStream::connect(self.address).await?;
            connection.write_all(request.as_bytes()).await?;
            let mut answer = Vec::new();
            connection.read_to_end(&mut answer).await?;
            Ok::<_, std::io::Error>(String::from_utf8_lossy(&answer).into_owned())
        };
        let Ok(answer) = answer.await else { return self.seen.count(format!("WRONG: {path} was not answered")) };
        let head = answer.split("\r\n\r\n").next().unwrap_or_default();
        let status: u16 = head.get(9..12).and_then(|status| status.parse().ok()).unwrap_or_default();
        let is_wrong = !allowed(self.is_over()).contains(&status);
        if is_wrong {
            println!("{method} {path} {status}, {:?} after signing in", self.since.elapsed());
        }
        self.seen.count(format!("{}{method} {path} {status}", if is_wrong { "WRONG: " } else { "" }));
        for line in head.lines().filter_map(|line| line.strip_prefix("set-cookie: ")) {
            let Some((name, rest)) = line.split_once('=') else { continue };
            if line.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), rest.split(';').next().unwrap_or_default().to_owned());
            }
        }
    }
}
