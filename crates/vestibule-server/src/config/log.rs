//! `[log]`: how the log is written.

use super::report::Report;
use super::section::Section;

/// `[log]` of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogConfig {
    /// `format`: for a person or for a program. Default: for a person.
    pub format: LogFormat,
    /// `level`: `off`, `error`, `warn`, `info`, `debug` or `trace`; `RUST_LOG` is taken instead. Default: `info`.
    pub level: String,
}

/// `log.format`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// `"pretty"`: lines for a person.
    #[default]
    Pretty,
    /// `"json"`: one object a line.
    Json,
}

pub(crate) fn read(mut section: Section, report: &mut Report) -> LogConfig {
    let formats = [("pretty", LogFormat::Pretty), ("json", LogFormat::Json)];
    let format = section.choice("format", &formats, report).unwrap_or_default();
    let levels = ["off", "error", "warn", "info", "debug", "trace"].map(|level| (level, level));
    let level = section.choice("level", &levels, report).unwrap_or("info").to_owned();
    section.finish(report);
    LogConfig { format, level }
}
