use proptest::prelude::*;

use super::fixture::{self, GOOD, lines, mistakes};
use super::*;

#[test]
fn nothing_at_all_is_a_configuration_for_development() {
    let folder = fixture::folder();
    let source = Source { text: None, ..folder.source("") };
    let config = Config::ready(&source).unwrap();
    assert_eq!(config.environment, Environment::Development);
    assert!(config.upstream.is_none() && config.app.is_empty());
    assert_eq!((config.log.format, config.log.level.as_str()), (LogFormat::Pretty, "info"));
    assert_eq!(config.session.secrets.len(), 1);
    assert_eq!(config.path, std::path::Path::new("Leptos.toml"));
}

/// CK-02
#[test]
fn production_with_nothing_set_is_refused_with_a_line_for_each_want() {
    let lines = mistakes("environment = 'production'");
    let keys: Vec<&str> = lines.iter().map(|line| line.split(": ").nth(1).unwrap()).collect();
    assert_eq!(keys, ["server.public_url", "session.secrets", "upstream.base_url"]);
}

/// CK-02
#[test]
fn production_with_everything_set_is_taken() {
    let config = fixture::read(&format!(
        "environment = 'production'\nserver.public_url = 'https://app.example.org'\nsession.secrets = ['{GOOD}']\n\
         upstream.base_url = 'https://api.example.org'"
    ));
    assert_eq!(config.environment, Environment::Production);
}

#[test]
fn the_environment_is_one_of_two() {
    assert_eq!(
        mistakes("environment = 'prod'"),
        ["Leptos.toml: environment: prod is not a choice — write \"development\" or \"production\""]
    );
    assert_eq!(
        mistakes("environment = true"),
        ["Leptos.toml: environment: is true or false, not a text — write it in quotation marks"]
    );
}

#[test]
fn every_section_tells_its_mistakes_in_one_go() {
    let lines = mistakes(
        "colour = 'blue'\n[server]\npublic_url = 'app.example'\n[session]\nidle = '3x'\nsecrets = ['short']\n[login]\n\
         accent = 'red'\n[upstream]\nbase_url = 'ftp://api.example'\n[log]\nformat = 'xml'\nlevel = 'loud'\n[sever]\n[prox]",
    );
    let keys: Vec<&str> = lines.iter().map(|line| line.split(": ").nth(1).unwrap()).collect();
    assert_eq!(
        keys,
        [
            "server.public_url",
            "session.secrets[0]",
            "session.idle",
            "login.accent",
            "upstream.base_url",
            "log.format",
            "log.level",
            "colour",
            "prox",
            "sever",
        ]
    );
    for line in &lines {
        assert!(line.starts_with("Leptos.toml: ") && line.contains(" — "), "{line}");
    }
    assert!(lines.last().unwrap().ends_with("is not a known key — did you mean `server`?"), "{lines:?}");
}

#[test]
fn a_section_that_is_no_table_is_a_mistake() {
    assert_eq!(
        mistakes("session = 3\napp = 'x'\n[[log]]"),
        [
            "Leptos.toml: session: is an integer, not a table — write [session] and its keys below it",
            "Leptos.toml: log: is a list, not a table — write [log] and its keys below it",
            "Leptos.toml: app: is a text, not a table — write [app] and its keys below it",
        ]
    );
}

#[test]
fn a_mistake_is_one_line_whatever_was_written() {
    let text = "\"a\\nb\\u001b[31m\" = 1\nenvironment = \"x\\r\\ny\\u2028z\"";
    let lines = mistakes(text);
    assert_eq!(
        lines,
        [
            "Leptos.toml: environment: x\\r\\ny\\u{2028}z is not a choice — write \"development\" or \"production\"",
            "Leptos.toml: a\\nb\\u{1b}[31m: is not a known key — \
         remove it; known here: environment, server, session, providers, login, upstream, limits, proxy, api, store, log, app",
        ]
    );
    let source = Source { path: "a\nb.toml".into(), ..Source::of_text(text) };
    assert!(Config::read(&source).unwrap_err().to_string().lines().all(|line| line.starts_with("a\\nb.toml: ")));
}

#[test]
fn each_mistake_can_be_asked_for_its_place() {
    let mistakes = Config::read(&Source::of_text("[session]\nidle = '3x'\nabsolute = '0s'")).unwrap_err();
    let places: Vec<&str> = mistakes.iter().map(Mistake::place).collect();
    assert_eq!(places, ["session.absolute", "session.idle"]);
    assert_eq!(lines(&mistakes).len(), 2);
}

/// LG-01
#[test]
fn debug_shows_no_secret_and_nothing_of_the_applications_own() {
    let config = fixture::read(&format!(
        "session.secrets = ['{GOOD}']\napp.key = 'canary'\nupstream.base_url = 'https://a.example'\n\
         upstream.headers = {{ x-api-key = 'canary' }}"
    ));
    let debug = format!("{config:?}");
    assert!(debug.contains("REDACTED") && !debug.contains(GOOD) && !debug.contains("canary"), "{debug}");
}

/// The search for mistakes in `[upstream]`, which reads the table anew for each, has an end.
#[test]
fn a_table_full_of_mistakes_is_told_up_to_a_limit() {
    let keys: String = (0..300).map(|number| format!("key_{number} = 1\n")).collect();
    let lines = mistakes(&format!("[upstream]\nbase_url = 'https://api.example'\n{keys}[session]\n{keys}"));
    let of =
        |section: &str| lines.iter().filter(|line| line.starts_with(&format!("Leptos.toml: {section}.key_"))).count();
    assert_eq!((of("session"), of("upstream")), (300, 100));
}

/// The configuration that this repository starts with.
#[test]
fn the_repositorys_own_file_has_no_mistake() {
    let folder = fixture::folder();
    let text = std::fs::read_to_string(repository().join("Leptos.toml")).unwrap();
    let config = Config::read(&folder.source(&text)).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    assert_eq!(config.login.form().title, "Sign in with Marxan");
    assert!(config.upstream.is_none(), "it starts with the embedded API");
}

/// What `docs/configuration.md` calls a key is one, and every key stands there.
#[test]
fn the_documentation_lists_exactly_the_keys_that_exist() {
    let text = std::fs::read_to_string(repository().join("docs/configuration.md")).unwrap();
    for (section, known) in [
        ("server", known_keys("server.zzzzzzzz = 1")),
        ("session", known_keys("session.zzzzzzzz = 1")),
        ("login", known_keys("login.zzzzzzzz = 1")),
        ("login.fields", known_keys("login.fields = [{ zzzzzzzz = 1 }]")),
        ("login.links", known_keys("login.links = [{ zzzzzzzz = 1 }]")),
        ("proxy", known_keys("proxy.zzzzzzzz = 1")),
        ("api", known_keys("api.zzzzzzzz = 1")),
        ("store", known_keys("store.zzzzzzzz = 1")),
        ("log", known_keys("log.zzzzzzzz = 1")),
        ("upstream", known_keys("upstream.zzzzzzzz = 1")),
        ("upstream.auth", known_keys("upstream.auth.zzzzzzzz = 1")),
        ("upstream.client", known_keys("upstream.client.zzzzzzzz = 1")),
        ("upstream.sign_in", known_keys("upstream.sign_in.zzzzzzzz = 1")),
        ("upstream.profile", known_keys("upstream.profile.zzzzzzzz = 1")),
        ("upstream.refresh", known_keys("upstream.refresh.zzzzzzzz = 1")),
        ("upstream.sign_out", known_keys("upstream.sign_out.zzzzzzzz = 1")),
        ("upstream.expiry", known_keys("upstream.expiry.zzzzzzzz = 1")),
        ("upstream.token.verify", known_keys("upstream.token.verify.zzzzzzzz = 1")),
    ] {
        let mut documented = documented_keys(&text, section);
        let tables = ["auth", "client", "sign_in", "profile", "refresh", "sign_out", "expiry", "token"];
        let mut known: Vec<String> =
            known.into_iter().filter(|key| section != "upstream" || !tables.contains(&key.as_str())).collect();
        if ["upstream.sign_in", "upstream.profile", "upstream.refresh", "upstream.sign_out"].contains(&section) {
            documented.extend(documented_keys(&text, "upstream.*"));
        }
        documented.sort();
        known.sort();
        assert_eq!(documented, known, "[{section}]");
    }
}

#[test]
fn the_documentation_lists_every_text_and_every_code() {
    let guide = std::fs::read_to_string(repository().join("docs/configuration.md")).unwrap();
    for text in vestibule_core::Text::ALL {
        let line = format!("| `{}` | {} |", text.key(), text.english());
        assert!(guide.contains(&line), "docs/configuration.md: {line}");
    }
    let wire = std::fs::read_to_string(repository().join("docs/wire.md")).unwrap();
    for code in vestibule_core::ErrorCode::ALL {
        assert!(wire.contains(&format!("`{}`", code.key())), "docs/wire.md: {}", code.key());
    }
}

/// SE-05: nobody can start with a secret that was copied out of the documentation.
#[test]
fn every_secret_in_the_documentation_is_a_refused_example() {
    let mut shown = 0;
    for path in ["README.md", "Leptos.toml", "docs/configuration.md"] {
        let Ok(text) = std::fs::read_to_string(repository().join(path)) else { continue };
        for line in text.lines().filter(|line| line.trim_start_matches(['#', ' ']).starts_with("secrets = [")) {
            for secret in line.split('"').skip(1).step_by(2) {
                assert_eq!(check_secret(&crate::secret::Secret::new(secret)), Err(Weakness::Example), "{path}: {line}");
                shown += 1;
            }
        }
    }
    assert!(shown > 0, "the documentation shows how secrets are written");
}

/// SE-05: nor with anything else there that looks like one, in the guide or in the libraries' own documentation.
#[test]
fn nothing_in_the_documentation_would_pass_for_a_secret() {
    let mut guide =
        vec![repository().join("README.md"), repository().join("CHANGELOG.md"), repository().join("Leptos.toml")];
    files(&repository().join("docs"), "md", &mut guide);
    let mut code = Vec::new();
    files(&repository().join("crates"), "rs", &mut code);
    files(&repository().join("src"), "rs", &mut code);
    assert!(guide.len() > 3 && code.len() > 100, "the walk found {} and {} files", guide.len(), code.len());
    let is_documentation = |line: &str| line.trim_start().starts_with("///") || line.trim_start().starts_with("//!");
    for (path, whole) in guide.iter().map(|path| (path, true)).chain(code.iter().map(|path| (path, false))) {
        let text = std::fs::read_to_string(path).unwrap();
        for line in text.lines().filter(|line| whole || is_documentation(line)) {
            let passing = words(line).find(|word| check_secret(&crate::secret::Secret::new(*word)).is_ok());
            assert_eq!(passing, None, "{}: write one of EXAMPLE_SECRETS", path.display());
        }
    }
}

/// The words of a line that could be secrets: long, of letters and digits.
fn words(line: &str) -> impl Iterator<Item = &str> {
    let between = |character: char| character.is_whitespace() || "\"'`=,;:()[]{}<>|".contains(character);
    let is_random = |word: &&str| word.contains(|c: char| c.is_ascii_digit()) && word.contains(char::is_alphabetic);
    // What follows the scheme of an address is one.
    line.split(between).filter(|word| word.len() >= 32 && !word.starts_with("//")).filter(is_random)
}

#[test]
fn a_word_that_could_be_a_secret_is_found_in_a_line() {
    let line = format!("/// let ring = KeyRing::new(&[Secret::new(\"{GOOD}\")])?; SECRETS={GOOD}");
    assert_eq!(words(&line).collect::<Vec<_>>(), [GOOD, GOOD]);
}

/// Every file with this ending below a folder.
fn files(folder: &std::path::Path, ending: &str, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, ending, found);
        } else if path.extension().is_some_and(|it| it == ending) {
            found.push(path);
        }
    }
}

fn repository() -> PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The keys that a mistake about an unknown one lists.
fn known_keys(text: &str) -> Vec<String> {
    let line = mistakes(text).into_iter().find(|line| line.contains("zzzzzzzz: is not a known key")).unwrap();
    line.split("known here: ").nth(1).unwrap().split(", ").map(str::to_owned).collect()
}

/// The first column of the table under the heading "## `[section]`" or "### `[section]`".
fn documented_keys(text: &str, section: &str) -> Vec<String> {
    let heading = format!("`[{section}]`");
    text.lines()
        .skip_while(|line| !(line.starts_with('#') && line.contains(&heading)))
        .skip(1)
        .take_while(|line| !line.starts_with('#'))
        .filter_map(|line| line.strip_prefix("| `"))
        .flat_map(|line| line.split(" | ").next().unwrap_or_default().split('`').step_by(2))
        .map(|part| part.trim_matches([' ', ',', '|']).to_owned())
        .filter(|key| !key.is_empty() && key != "or")
        .collect()
}

proptest! {
    /// Whatever is written there, what comes is a configuration or lines that say what is wrong with it.
    #[test]
    fn no_text_upsets_the_reader(text in "\\PC{0,200}", section in "(server|session|login|upstream|limits|proxy|store|log|providers)",
        key in "[a-z_]{1,12}", value in "(\\PC{0,12}|[0-9]{1,20}|true|\\[\\]|\\{\\}|\"[^\"\\\\\n]{0,20}\")") {
        for toml in [text, format!("[{section}]\n{key} = {value}\n"), format!("[[{section}]]\n{key} = {value}\n")] {
            invariants::configuration(toml.as_bytes());
        }
        invariants::configuration(format!("VESTIBULE__{}__{}={value}", section.to_uppercase(), key.to_uppercase()).as_bytes());
    }
}
