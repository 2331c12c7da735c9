use super::*;
use crate::config::fixture;

fn variable(name: &str, value: &str) -> (OsString, OsString) {
    (name.into(), value.into())
}

#[test]
fn a_named_file_is_read_and_its_folder_known() {
    let folder = fixture::folder();
    let path = folder.path().join("my.toml");
    fs::write(&path, "[log]").unwrap();
    let source = Source::of_file(Some(path.clone()), []).unwrap();
    assert_eq!(source.text.as_deref(), Some("[log]"));
    assert_eq!((source.path, source.directory), (path, folder.path().to_owned()));
}

#[test]
fn a_named_file_that_does_not_exist_is_a_mistake() {
    let mistakes = Source::of_file(Some("/nowhere/my.toml".into()), []).unwrap_err();
    assert_eq!(
        mistakes.to_string(),
        "/nowhere/my.toml: VESTIBULE_CONFIG: names a file that does not exist — \
         create the file, name another, or unset the variable to read Leptos.toml"
    );
}

/// The tests run in the folder of this crate, which has no such file.
#[test]
fn the_default_file_may_be_absent() {
    let source = Source::of_file(None, []).unwrap();
    assert_eq!((source.text, source.path, source.directory), (None, "Leptos.toml".into(), ".".into()));
}

#[test]
fn a_file_that_cannot_be_read_is_a_mistake() {
    let folder = fixture::folder();
    let line = Source::of_file(Some(folder.path().to_owned()), []).unwrap_err().to_string();
    assert!(line.starts_with(&format!("{}: the file: cannot be read (", folder.path().display())), "{line}");
    let path = folder.path().join("latin-1.toml");
    fs::write(&path, b"title = '\xe9'").unwrap();
    let line = Source::of_file(Some(path.clone()), []).unwrap_err().to_string();
    assert_eq!(line, format!("{}: the file: is not UTF-8 — save it as UTF-8 text", path.display()));
}

#[test]
fn only_variables_of_ours_are_kept() {
    let all = [
        variable("VESTIBULE__LOG__LEVEL", "debug"),
        variable("LEPTOS_SITE_ADDR", "127.0.0.1:1"),
        variable("LEPTOS_SITE_ROOT", "site"),
        variable("LEPTOS_OUTPUT_NAME", "x"),
        variable("LEPTOS_WATCH", "true"),
        variable("LEPTOS_RELOAD_PORT", "3001"),
        variable("AWS_SECRET_ACCESS_KEY", "x"),
        variable("VESTIBULE_CONFIG", "x"),
    ];
    let source = Source::of_file(None, all).unwrap();
    let names: Vec<&str> = source.variables.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        ["VESTIBULE__LOG__LEVEL", "LEPTOS_SITE_ADDR", "LEPTOS_SITE_ROOT", "LEPTOS_WATCH", "LEPTOS_RELOAD_PORT"]
    );
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_no_text_is_a_mistake_if_it_is_ours() {
    use std::os::unix::ffi::OsStringExt;

    let no_text = || OsString::from_vec(vec![0xff]);
    Source::of_file(None, [("PATH".into(), no_text())]).unwrap();
    let mistakes = Source::of_file(None, [("VESTIBULE__LOGIN__TITLE".into(), no_text())]).unwrap_err();
    assert_eq!(mistakes.to_string(), "Leptos.toml: VESTIBULE__LOGIN__TITLE: is not UTF-8 — set it to UTF-8 text");
}
