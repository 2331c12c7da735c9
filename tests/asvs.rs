//! The sheet, `docs/asvs.md`: the tests and files that it names are there, and its sums are those of its rows.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// What a row says of a requirement, in the order of the sums.
const STATES: [&str; 7] = ["proven", "kept", "API", "application", "operator", "partly", "not met"];
/// Rows of level 3 are counted behind those, whatever their state.
const LEVEL_3: &str = "level 3";
/// As many requirements as ASVS 5.0.0 has of levels 1 and 2.
const REQUIREMENTS: usize = 253;
/// Where a path of this repository begins.
const FOLDERS: [&str; 7] = ["crates/", "deploy/", "docs/", "end2end/", "src/", "tests/", "tools/"];

fn read(path: &str) -> String {
    let whole = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(whole).unwrap_or_else(|error| panic!("docs/asvs.md names {path}: {error}"))
}

/// The code spans of a text, each with what stands before it. Where lines are wrapped makes no difference.
fn spans(text: &str) -> Vec<(String, String)> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut parts = text.split('`').map(str::to_owned);
    let mut spans = Vec::new();
    while let (Some(before), Some(span)) = (parts.next(), parts.next()) {
        spans.push((before, span));
    }
    spans
}

/// The tests that a text names, each with its file: "`one`, `two` and `three` in `path`".
fn named(text: &str) -> Vec<(String, String)> {
    let (mut found, mut names) = (Vec::new(), Vec::new());
    for (before, span) in spans(text) {
        match before.trim() {
            "in" => found.extend(names.drain(..).map(|name| (name, span.clone()))),
            "," | "and" => names.push(span),
            _ => names = vec![span],
        }
    }
    found
}

/// Whether a file has a test of that name. A name that ends in `…` is the beginning of one.
fn has_test(file: &str, path: &str, name: &str) -> bool {
    if path.ends_with(".ts") {
        return ["'", "\"", "`"].iter().any(|quote| file.contains(&format!("test({quote}{name}{quote}")));
    }
    let mut is_test = false;
    for line in file.lines().map(str::trim_start).filter(|line| !line.starts_with("//")) {
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            is_test = true;
        } else if let Some((_, function)) = line.split_once("fn ") {
            let function = function.split('(').next().unwrap_or_default();
            let is_it = match name.strip_suffix('…') {
                Some(beginning) => function.starts_with(beginning),
                None => function == name,
            };
            if is_test && is_it {
                return true;
            }
            is_test = false;
        }
    }
    false
}

/// The cells of every row of a text's tables.
fn table_rows(text: &str) -> Vec<Vec<&str>> {
    let rows = text.lines().filter_map(|line| line.strip_prefix('|')?.strip_suffix('|'));
    rows.map(|row| row.split('|').map(str::trim).collect()).collect()
}

#[test]
fn every_test_that_the_sheet_names_is_there() {
    let named = named(&read("docs/asvs.md"));
    assert!(named.len() > 100, "the sheet was read: {}", named.len());
    let mut missing = Vec::new();
    for (name, path) in &named {
        if !has_test(&read(path), path, name) {
            missing.push(format!("{path}: {name}"));
        }
    }
    assert!(missing.is_empty(), "docs/asvs.md names tests that are not there:\n{}", missing.join("\n"));
}

#[test]
fn every_file_that_the_sheet_names_is_there() {
    let text = read("docs/asvs.md");
    let paths: BTreeSet<String> = spans(&text).into_iter().map(|(_, span)| span).collect();
    let paths: Vec<&String> = paths.iter().filter(|path| FOLDERS.iter().any(|it| path.starts_with(it))).collect();
    assert!(paths.len() > 50, "the sheet was read: {}", paths.len());
    for path in paths {
        assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(path).exists(), "docs/asvs.md names {path}");
    }
}

#[test]
fn the_sums_of_the_sheet_are_those_of_its_rows() {
    let text = read("docs/asvs.md");
    let rows = table_rows(&text);
    let (mut ids, mut counted) = (BTreeSet::new(), BTreeMap::new());
    for row in &rows {
        let [id, level, _, state, _] = row.as_slice() else { continue };
        let Some((chapter, _)) = id.split_once('.') else { continue };
        assert!(ids.insert(*id), "{id} stands there twice");
        assert!(STATES.contains(state), "{id}: {state:?} is no state");
        let state = if *level == "3" { LEVEL_3 } else { *state };
        for place in [format!("V{chapter}"), "all".to_owned()] {
            *counted.entry((place, state)).or_insert(0_usize) += 1;
        }
    }
    let mut requirements = 0;
    for row in &rows {
        let [place, sums @ ..] = row.as_slice() else { continue };
        let sums: Vec<usize> = sums.iter().filter_map(|sum| sum.parse().ok()).collect();
        // The last is what does not apply, and stands in no row.
        let [of_states @ .., does_not_apply] = sums.as_slice() else { continue };
        if of_states.len() != STATES.len() + 1 {
            continue;
        }
        let place = place.split(' ').next().unwrap_or_default().to_owned();
        for (state, sum) in STATES.into_iter().chain([LEVEL_3]).zip(of_states) {
            let in_rows = counted.get(&(place.clone(), state)).copied().unwrap_or_default();
            assert_eq!(in_rows, *sum, "{place}, {state}: rows, and the sum");
        }
        if place != "all" {
            requirements += does_not_apply + of_states.iter().take(STATES.len()).sum::<usize>();
        }
    }
    assert_eq!(requirements, REQUIREMENTS, "each requirement of levels 1 and 2 stands in one place");
}

#[test]
fn tests_are_found_by_their_names_however_a_line_is_wrapped() {
    let text = "a `key = 1`; `one`,\n`two` and\n`three` in\n`tests/x.rs` (SE-07); kept in `src/y.rs`; \
                `a title` in `x.ts`";
    let expected = [("one", "tests/x.rs"), ("two", "tests/x.rs"), ("three", "tests/x.rs"), ("a title", "x.ts")];
    assert_eq!(named(text), expected.map(|(name, path)| (name.to_owned(), path.to_owned())));
    let rust = "#[test]\nfn one() {}\nfn two() {}\n// #[test]\nfn four() {}\n\
                #[tokio::test]\nasync fn three_of_3() {}\n";
    assert!(has_test(rust, "x.rs", "one") && has_test(rust, "x.rs", "three_of_…"));
    assert!(!has_test(rust, "x.rs", "two") && !has_test(rust, "x.rs", "four") && !has_test(rust, "x.rs", "on"));
    let playwright = "test('a title', async () => {});\ntest(`on ${host}`, async () => {});";
    assert!(has_test(playwright, "x.ts", "a title") && has_test(playwright, "x.ts", "on ${host}"));
    assert!(!has_test(playwright, "x.ts", "a tit"));
}
