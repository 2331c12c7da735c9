//! Configurations for the tests of this module.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::{Config, Mistakes, Source};

/// Two secrets that pass.
pub(crate) const GOOD: &str = "kV8-test-Qz3nXcRm6TbWyLpHsDfGaJeU";
pub(crate) const OTHER: &str = "9f2c41d07be86a35c1f4e02d98b7560a";

/// A folder of a test's own, removed at its end.
pub(crate) struct Folder(PathBuf);

pub(crate) fn folder() -> Folder {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let path = std::env::temp_dir().join(format!("vestibule-config-{}-{number}", std::process::id()));
    fs::create_dir_all(&path).unwrap();
    Folder(path)
}

impl Folder {
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn source(&self, text: &str) -> Source {
        Source::of_text(text).with_directory(&self.0)
    }

    /// The lines about a configuration that is wrong, at a start and at a mere check.
    pub(crate) fn mistakes(&self, text: &str) -> Vec<String> {
        let source = self.source(text);
        let at_start = lines(&Config::ready(&source).unwrap_err());
        assert_eq!(at_start, lines(&Config::read(&source).unwrap_err()));
        at_start
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A configuration that is right.
pub(crate) fn read(text: &str) -> Config {
    Config::read(&Source::of_text(text)).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

/// The lines about a configuration that is wrong.
pub(crate) fn mistakes(text: &str) -> Vec<String> {
    mistakes_of(&Source::of_text(text))
}

pub(crate) fn mistakes_of(source: &Source) -> Vec<String> {
    lines(&Config::read(source).unwrap_err())
}

pub(crate) fn lines(mistakes: &Mistakes) -> Vec<String> {
    mistakes.to_string().lines().map(str::to_owned).collect()
}
