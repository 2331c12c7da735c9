use std::io::Write;
use std::sync::{Arc, Mutex};

use super::{LogError, subscriber};
use crate::config::{LogConfig, LogFormat};

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn config(level: &str) -> LogConfig {
    LogConfig { format: LogFormat::Json, level: level.to_owned() }
}

/// What is logged with `log.level = level` and `RUST_LOG` as `asked`: the target and level of each line.
fn logged(level: &str, asked: Option<&str>) -> Vec<String> {
    let written = Written::default();
    let writer = written.clone();
    let subscriber = subscriber(&config(level), asked, false, move || writer.clone()).unwrap();
    tracing::subscriber::with_default(subscriber, || {
        let _span = tracing::info_span!(target: "vestibule_server::layers", "request", id = "1").entered();
        for_each_dependency();
        tracing::trace!(target: "vestibule_server::session", "ours");
        tracing::debug!(target: "vestibule_server::session", "ours");
        tracing::info!(target: "vestibule_server::session", "ours");
    });
    let bytes = written.0.lock().unwrap().clone();
    let lines = String::from_utf8(bytes).unwrap();
    let line = |line: &str| {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        format!("{} {}", line["level"].as_str().unwrap(), line["target"].as_str().unwrap())
    };
    lines.lines().map(line).collect()
}

/// A line's target is a constant of its place in the code, so each has a place of its own.
fn for_each_dependency() {
    macro_rules! speak {
        ($($target:literal)*) => {$(
            tracing::trace!(target: $target, "canary: POST /sign-in password=…");
            tracing::debug!(target: $target, "canary: authorization: Bearer …");
            tracing::info!(target: $target, "nothing secret");
        )*};
    }
    speak!("hyper" "hyper::proto::h1" "hyper_util::client" "h2::codec" "reqwest::connect" "rustls::client");
    speak!("tower_http::trace" "mio::poll" "redis::aio");
}

/// LG-01: a longer target, or a span, would beat the cap if it were a directive among the others.
#[test]
fn no_filter_makes_a_dependency_print_what_it_sends() {
    for asked in [
        "trace",
        "hyper=trace",
        "hyper::proto=trace",
        "hyper::proto::h1=trace,h2::codec=debug,rustls::client=trace",
        "[request]=trace",
        "[request{id=1}]=trace",
        "info,vestibule_server[request]=trace",
        "redis::aio=trace,mio::poll=trace,tower_http::trace=trace,reqwest::connect=trace,hyper_util::client=trace",
    ] {
        for line in logged("info", Some(asked)).iter().chain(&logged("trace", None)) {
            let ours = line.ends_with(" vestibule_server::session");
            assert!(ours || line.starts_with("INFO "), "{asked}: {line}");
        }
    }
    assert_eq!(logged("trace", None).len(), 9 + 3);
    assert_eq!(logged("info", Some("[request]=trace")).len(), 9 + 3, "the span's own lines are there");
}

/// The cap lowers and never raises.
#[test]
fn a_dependency_says_nothing_that_was_not_asked_for() {
    assert_eq!(logged("info", Some("off,vestibule_server=info")), ["INFO vestibule_server::session"]);
    assert_eq!(logged("off", None), [""; 0]);
    assert_eq!(logged("warn", None), [""; 0]);
    let quiet = logged("info", Some("info,hyper=off"));
    assert!(quiet.len() == 7 && quiet.iter().all(|line| !line.contains("hyper")), "{quiet:?}");
}

#[test]
fn the_variable_is_taken_instead_of_the_level_unless_it_is_empty() {
    let debug = |lines: &[String]| lines.iter().any(|line| line.starts_with("DEBUG vestibule_server"));
    assert!(debug(&logged("info", Some("vestibule_server=debug"))));
    assert!(!debug(&logged("debug", Some("info"))));
    assert!(debug(&logged("debug", Some(""))));
}

#[test]
fn a_filter_that_cannot_be_read_is_told_by_its_place() {
    let error = |level: &str, asked: Option<&str>| match subscriber(&config(level), asked, false, std::io::sink) {
        Err(error @ LogError::Filter { .. }) => error.to_string(),
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("it was taken"),
    };
    let variable = error("info", Some("vestibule_server=loud"));
    assert!(variable.starts_with("RUST_LOG: is not a filter of the log ("), "{variable}");
    let level = error("vestibule_server=loud", None);
    assert!(level.starts_with("log.level: is not a filter of the log ("), "{level}");
}
