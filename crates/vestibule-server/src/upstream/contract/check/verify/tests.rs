use std::time::Duration;

use crate::config::fixture::{self, GOOD};
use crate::config::{Config, Source};
use crate::upstream::Algorithm;
use crate::upstream::fake::{contract, mistakes};
use crate::upstream::verify::Verify;
use crate::upstream::verify::signing::{ED25519, P256, P384, RSA, SECRET};

const JWKS: &str = "jwks_url = 'https://id.example/jwks'";

fn verify(keys: &str) -> Verify {
    contract(&format!("token.verify = {{ {keys} }}")).verify.unwrap()
}

/// The one mistake of these keys.
fn mistake(keys: &str) -> String {
    let mut lines = mistakes(&format!("token.verify = {{ {keys} }}"));
    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert!(lines[0].contains(" — "), "no mend: {}", lines[0]);
    lines.remove(0)
}

/// TK-01
#[test]
fn without_the_table_a_token_stays_opaque() {
    assert!(contract("").verify().is_none() && contract("token = {}").verify().is_none());
}

#[test]
fn without_algorithms_the_usual_one_of_the_key_is_meant() {
    let of = |keys: &str| verify(keys).algorithms;
    assert_eq!(of(&format!("secret = '{SECRET}'")), [Algorithm::Hs256]);
    assert_eq!(of(&format!("public_key = '''{RSA}'''")), [Algorithm::Rs256]);
    assert_eq!(of(&format!("public_key = '''{P256}'''")), [Algorithm::Es256]);
    assert_eq!(of(&format!("public_key = '''{P384}'''")), [Algorithm::Es384]);
    assert_eq!(of(&format!("public_key = '''{ED25519}'''")), [Algorithm::EdDsa]);
    assert_eq!(of(JWKS), [Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa]);
    assert_eq!(of(&format!("{JWKS}, algorithms = ['PS256']")), [Algorithm::Ps256]);
}

#[test]
fn there_is_exactly_one_source_of_keys() {
    assert!(mistake("").starts_with("upstream.token.verify: has no key"));
    assert!(mistake("issuer = 'x'").starts_with("upstream.token.verify: has no key"));
    let (secret, public) = (format!("secret = '{SECRET}'"), format!("public_key = '''{RSA}'''"));
    for two in [
        format!("{JWKS}, {secret}"),
        format!("{JWKS}, {public}"),
        format!("{secret}, {public}"),
        format!("{JWKS}, {secret}, {public}"),
    ] {
        assert!(mistake(&two).starts_with("upstream.token.verify: has more than one key"));
    }
}

/// TK-04: no algorithm is configured that could take a public key for a secret.
#[test]
fn algorithms_fit_the_kind_of_key() {
    let (secret, public) = (format!("secret = '{SECRET}'"), format!("public_key = '''{RSA}'''"));
    for (keys, algorithms, what) in [
        (JWKS, "['RS256', 'HS256']", "HS256, which does not go with a public key set"),
        (&public, "['HS256']", "HS256, which does not go with an RSA key"),
        (&public, "['ES256']", "ES256, which does not go with an RSA key"),
        (&secret, "['RS256']", "RS256, which does not go with a secret"),
        (&secret, "['HS256', 'EdDSA']", "EdDSA, which does not go with a secret"),
    ] {
        let line = mistake(&format!("{keys}, algorithms = {algorithms}"));
        assert!(line.starts_with("upstream.token.verify.algorithms: has ") && line.contains(what), "{line}");
    }
    assert!(mistake(&format!("{JWKS}, algorithms = []")).contains(".algorithms: is empty"));
    assert!(mistake(&format!("{JWKS}, algorithms = ['RS256', 'None']")).contains(".algorithms[1]: is \"none\""));
    for unknown in ["RS128", "rs256", "ES512", "RS256 ", ""] {
        let line = mistake(&format!("{JWKS}, algorithms = ['{unknown}']"));
        assert!(line.contains(".algorithms[0]: is not an algorithm here — write one of HS256, "), "{line}");
    }
}

/// CK-02
#[test]
fn keys_come_over_https_or_from_this_machine() {
    for good in
        ["https://id.example/jwks?tenant=1", "http://127.0.0.1:7104/jwks", "http://localhost/jwks", "http://[::1]/k"]
    {
        assert_eq!(verify(&format!("jwks_url = '{good}'")).jwks_url().unwrap().as_str(), good);
    }
    for (wrong, what) in [
        ("http://id.example/jwks", "is plain http"),
        ("ftp://id.example/jwks", "is not an address"),
        ("/.well-known/jwks.json", "is not an address"),
        ("", "is not an address"),
        ("https://canary:secret@id.example/jwks", "holds a user name"),
        ("https://id.example/jwks#canary", "has a fragment"),
    ] {
        let line = mistake(&format!("jwks_url = '{wrong}'"));
        assert!(line.starts_with("upstream.token.verify.jwks_url: ") && line.contains(what), "{line}");
        assert!(!line.contains("canary"));
    }
    let development = "base_url = 'http://api.example'\ntoken.verify = { jwks_url = 'http://api.example/jwks' }";
    assert!(crate::upstream::fake::checked(development, false).is_ok());
}

#[test]
fn what_a_token_must_say_is_not_empty() {
    for key in ["issuer", "audience", "typ"] {
        assert!(
            mistake(&format!("{JWKS}, {key} = ' '")).starts_with(&format!("upstream.token.verify.{key}: is empty"))
        );
    }
}

/// The client has the machine's authorities where any address needs them.
#[test]
fn keys_over_https_need_tls_though_the_api_itself_does_not() {
    let of = |verify: &str| crate::upstream::fake::checked(&format!("base_url = 'http://127.0.0.1:1'\n{verify}"), true);
    assert!(of(&format!("token.verify = {{ {JWKS} }}")).unwrap().speaks_tls());
    assert!(!of("token.verify = { jwks_url = 'http://127.0.0.1:1/jwks' }").unwrap().speaks_tls());
    assert!(!of("").unwrap().speaks_tls());
}

/// A sign-in that has to wait for the keys ends in the time of a request too.
#[test]
fn the_calls_and_the_keys_fit_into_a_request() {
    assert_eq!(contract(&format!("timeout = '12s'\ntoken.verify = {{ {JWKS} }}")).longest_renewal().as_secs(), 17);
    let lines = mistakes(&format!("timeout = '13s'\ntoken.verify = {{ {JWKS} }}"));
    assert!(lines[0].starts_with("upstream.timeout: is longer than 12s"), "{lines:?}");
    let secret = contract(&format!("timeout = '13s'\ntoken.verify = {{ secret = '{SECRET}' }}"));
    assert_eq!(secret.longest_renewal(), Duration::from_secs(13));
}

/// What the lines of a whole configuration say of `keys`, with a folder's files in reach.
fn lines(folder: &fixture::Folder, keys: &str) -> Vec<String> {
    let text = format!(
        "session.secrets = ['{GOOD}']\nupstream.base_url = 'https://api.example'\nupstream.token.verify = {{ {keys} }}"
    );
    match Config::read(&folder.source(&text)) {
        Ok(_) => Vec::new(),
        Err(mistakes) => fixture::lines(&mistakes),
    }
}

/// Each wrong file is one line, which names the key that the operator wrote, and how to mend it.
#[test]
fn a_wrong_file_is_one_line_that_names_its_key() {
    let folder = fixture::folder();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("secret", &format!("{SECRET}\n"));
    write("short", "canary-of-31-bytes-canary-canar\n");
    write("rsa.pub", RSA);
    write("rsa.pem", include_str!("../../../verify/keys/rsa.pem"));
    write("small.pub", include_str!("../../../verify/keys/small.pub"));
    write("p521.pub", include_str!("../../../verify/keys/p521.pub"));
    write("cert.pem", include_str!("../../../http/self_signed.pem"));
    write("empty", "");
    for good in
        ["secret_file = 'secret'", "public_key_file = 'rsa.pub'", "public_key_file = 'rsa.pub', algorithms = ['PS256']"]
    {
        assert_eq!(lines(&folder, good), Vec::<String>::new());
    }
    for (keys, what) in [
        ("secret_file = 'absent'", "secret_file: the file that it names cannot be read"),
        ("public_key_file = 'absent'", "public_key_file: the file that it names cannot be read"),
        ("secret_file = 7", "secret_file: is an integer, not a path"),
        ("secret_file = 'short'", "secret_file: is shorter than 32 bytes"),
        ("secret_file = 'empty'", "secret_file: is shorter than 32 bytes"),
        ("secret_file = 'rsa.pub'", "secret_file: holds a key in PEM, not a secret"),
        ("public_key_file = 'secret'", "public_key_file: holds no public key in PEM"),
        ("public_key_file = 'empty'", "public_key_file: holds no public key in PEM"),
        ("public_key_file = 'rsa.pem'", "public_key_file: holds a private key"),
        ("public_key_file = 'cert.pem'", "public_key_file: holds a certificate"),
        ("public_key_file = 'small.pub'", "public_key_file: holds an RSA key of less than 2048 bits"),
        ("public_key_file = 'p521.pub'", "public_key_file: holds a key of a kind that verifies nothing here"),
        (
            "public_key_file = 'rsa.pub', algorithms = ['HS256']",
            "algorithms: has HS256, which does not go with an RSA key",
        ),
        ("jwks_uri = 'https://api.example/jwks'", "jwks_uri: is not a known key — did you mean `jwks_url`?"),
    ] {
        let lines = lines(&folder, keys);
        let line = lines.first().unwrap_or_else(|| panic!("{keys} passes"));
        assert!(line.starts_with(&format!("Leptos.toml: upstream.token.verify.{what}")), "{line}");
        assert!(line.contains(" — ") && lines.len() == 1, "{lines:?}");
        assert!(!line.contains("canary") && !line.contains("BEGIN RSA"));
    }
}

/// The key that seals sessions and the key that signs the API's tokens have nothing to do with each other.
#[test]
fn the_secret_of_the_api_seals_no_session() {
    let folder = fixture::folder();
    std::fs::write(folder.path().join("shared"), format!("{GOOD}\n")).unwrap();
    for (keys, key) in [(format!("secret = '{GOOD}'"), "secret"), ("secret_file = 'shared'".to_owned(), "secret_file")]
    {
        let lines = lines(&folder, &keys);
        assert_eq!(lines.len(), 1, "{lines:?}");
        let start = format!("Leptos.toml: upstream.token.verify.{key}: is also one of session.secrets");
        assert!(lines[0].starts_with(&start) && lines[0].contains("`vestibule-app secret`"), "{lines:?}");
        assert!(!lines[0].contains(GOOD));
    }
}

/// The environment reaches the keys, as it does all others.
#[test]
fn the_environment_sets_them() {
    let variables = [
        ("VESTIBULE__UPSTREAM__TOKEN__VERIFY__JWKS_URL", "https://id.example/jwks"),
        ("VESTIBULE__UPSTREAM__TOKEN__VERIFY__ALGORITHMS", "['ES256']"),
        ("VESTIBULE__UPSTREAM__TOKEN__VERIFY__ISSUER", "https://id.example"),
    ];
    let text = format!("session.secrets = ['{GOOD}']\nupstream.base_url = 'https://api.example'");
    let source =
        variables.into_iter().fold(Source::of_text(text), |source, (name, value)| source.with_variable(name, value));
    let verify = Config::read(&source).unwrap().upstream.unwrap().verify.unwrap();
    assert_eq!((verify.algorithms(), verify.issuer.as_deref()), (&[Algorithm::Es256][..], Some("https://id.example")));
}
