//! The program and its configuration, from outside: what it says, what it ends with, and how soon (CK-02).
#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// Three mistakes, in three sections, and nothing else.
const MISTAKEN: &str = "\
environment = 'production'
[server]
public_url = 'http://app.example.org'
[session]
secrets = ['changeme']
[upstream]
base_url = 'https://api.example.org'
timeout = '1m'
";
const KEYS: [&str; 3] = ["server.public_url", "session.secrets[0]", "upstream.timeout"];

/// A folder of a test's own, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("vestibule-program-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn holding(text: &str) -> Self {
        let folder = Self::new();
        fs::write(folder.0.join("Leptos.toml"), text).unwrap();
        folder
    }

    /// Runs the program in the folder, with nothing in its environment.
    fn run(&self, arguments: &[&str]) -> Output {
        self.run_with(arguments, &[])
    }

    fn run_with(&self, arguments: &[&str], environment: &[(&str, &Path)]) -> Output {
        let mut program = Command::new(env!("CARGO_BIN_EXE_vestibule-app"));
        program.args(arguments).env_clear().envs(environment.iter().copied()).current_dir(&self.0);
        program.output().unwrap()
    }

    /// Runs the program, with this line on its standard input.
    fn run_and_say(&self, arguments: &[&str], line: &str) -> Output {
        let mut program = Command::new(env!("CARGO_BIN_EXE_vestibule-app"));
        program.args(arguments).env_clear().current_dir(&self.0);
        let mut running = program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        writeln!(running.stdin.take().unwrap(), "{line}").unwrap();
        running.wait_with_output().unwrap()
    }

    fn names(&self) -> Vec<String> {
        let names = fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn lines(bytes: &[u8]) -> Vec<String> {
    std::str::from_utf8(bytes).unwrap().lines().map(str::to_owned).collect()
}

/// Each mistake is one line that begins with the file's path and names its key, and there is nothing else.
fn assert_refused(output: &Output, path: &str) {
    let said = lines(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said:?}");
    assert!(output.stdout.is_empty());
    assert_eq!(said.len(), KEYS.len(), "{said:?}");
    for (line, key) in said.iter().zip(KEYS) {
        assert!(line.starts_with(&format!("{path}: {key}: ")) && line.contains(" — "), "{line}");
        assert!(!line.contains("changeme"), "{line}");
    }
}

/// CK-02
#[test]
fn a_check_of_a_valid_configuration_is_one_line() {
    let folder = Folder::holding("[session]\nidle = '30m'\n");
    let output = folder.run(&["--check"]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(lines(&output.stdout), ["Leptos.toml: the configuration is valid"]);
    assert!(output.stderr.is_empty(), "{:?}", lines(&output.stderr));
}

/// What an operator needs on the first day: the contract, tried with the API step by step.
#[test]
fn a_probe_tries_every_step_and_says_whether_all_is_well() {
    let folder = Folder::new();
    for (password, status, end) in [
        ("vestibule-demo-ana", 0, "ok    upstream.sign_in: a wrong password is told as one"),
        ("canary-wrong", 1, "FAIL  upstream.sign_in: the credentials are wrong"),
    ] {
        let output = folder.run_and_say(&["probe", "--user", "ana@example.com"], password);
        let said = lines(&output.stdout);
        assert_eq!(output.status.code(), Some(status), "{said:?}");
        assert!(said.last().unwrap().starts_with(end), "{said:?}");
        assert!(!said.join("").contains(password));
    }
}

/// An operator in the wrong folder is told so.
#[test]
fn a_check_without_a_file_says_that_there_is_none() {
    let output = Folder::new().run(&["--check"]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(
        lines(&output.stdout),
        ["Leptos.toml: there is no such file here; the defaults and the environment are valid"]
    );
}

/// CK-02
#[test]
fn a_check_of_a_mistaken_configuration_is_one_line_a_mistake() {
    assert_refused(&Folder::holding(MISTAKEN).run(&["--check"]), "Leptos.toml");
    // The path is shown as the operator wrote it.
    let elsewhere = Folder::new();
    let path = elsewhere.0.join("production.toml");
    fs::write(&path, MISTAKEN).unwrap();
    let output = Folder::new().run_with(&["--check"], &[("VESTIBULE_CONFIG", &path)]);
    assert_refused(&output, &path.display().to_string());
}

/// CK-02
#[test]
fn a_start_with_mistakes_stops_with_the_same_lines_at_once() {
    let folder = Folder::holding(MISTAKEN);
    let begun = Instant::now();
    let output = folder.run(&[]);
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    assert_refused(&output, "Leptos.toml");
    assert_eq!(output.stderr, folder.run(&["--check"]).stderr);
    assert_eq!(folder.names(), ["Leptos.toml"]);
}

/// CK-02: whoever may read the folder may check, and a second check answers the same question as the first.
#[test]
fn a_check_writes_nothing() {
    let folder = Folder::new();
    for _ in 0..2 {
        assert_eq!(folder.run(&["--check"]).status.code(), Some(0));
        assert_eq!(folder.names(), [""; 0]);
    }
}

/// SE-05
#[test]
fn a_secret_that_is_printed_is_one_that_is_taken() {
    let folder = Folder::new();
    let output = folder.run(&["secret"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty());
    let secrets = lines(&output.stdout);
    assert_eq!(secrets.len(), 1);
    let text = format!(
        "environment = 'production'\nserver.public_url = 'https://app.example.org'\nsession.secrets = ['{}']\n\
         upstream.base_url = 'https://api.example.org'\n",
        secrets.concat()
    );
    fs::write(folder.0.join("Leptos.toml"), text).unwrap();
    let output = folder.run(&["--check"]);
    assert_eq!((output.status.code(), output.stderr.is_empty()), (Some(0), true), "{:?}", lines(&output.stderr));
    assert_ne!(lines(&folder.run(&["secret"]).stdout), secrets, "each is a new one");
}
