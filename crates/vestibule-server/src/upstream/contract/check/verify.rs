//! `upstream.token.verify`: one source of keys, algorithms that fit it, and what a token must say.

use url::Url;

use super::Check;
use crate::config::is_loopback;
use crate::secret::Secret;
use crate::upstream::settings::VerifySettings;
use crate::upstream::verify::{Algorithm, Key, KeyKind, KeySource, NotAKey, Typ, Verify};

const KEY: &str = "upstream.token.verify";
/// The shortest secret, in bytes (RFC 7518, section 3.2, of HS256).
const SHORTEST_SECRET: usize = 32;

impl Check<'_> {
    /// `None` where there is no source of keys that could be used.
    pub(super) fn verify(&mut self, settings: VerifySettings, production: bool) -> Option<Verify> {
        let issuer = self.not_empty("issuer", settings.issuer);
        let audience = self.not_empty("audience", settings.audience);
        let typ = self.not_empty("typ", settings.typ);
        // Before the source, so that names that are none are told even without one.
        let named = settings.algorithms.map(|names| self.algorithms(&names));
        let keys = match (settings.jwks_url, settings.secret, settings.public_key) {
            (Some(url), None, None) => self.jwks_url(&url, production).map(KeySource::Remote),
            (None, Some(secret), None) => self.token_secret(secret).map(KeySource::Fixed),
            (None, None, Some(text)) => self.public_key(&text).map(KeySource::Fixed),
            (None, None, None) => {
                let text =
                    "has no key — write jwks_url, public_key_file or secret_file: what the API signs its tokens with";
                self.mistake(KEY, text);
                None
            }
            _ => {
                self.mistake(KEY, "has more than one key — keep one of jwks_url, public_key_file and secret_file");
                None
            }
        }?;
        let algorithms = match named {
            Some(algorithms) => {
                self.fit(&algorithms, &keys);
                algorithms
            }
            None => usual(&keys),
        };
        Some(Verify { keys, algorithms, issuer, audience, typ: typ.map_or(Typ::Access, Typ::Named) })
    }

    fn not_empty(&mut self, name: &str, text: Option<String>) -> Option<String> {
        if text.as_ref().is_some_and(|text| text.trim().is_empty()) {
            self.mistake(format!("{KEY}.{name}"), "is empty — write what the API puts there, or remove it");
        }
        text
    }

    fn algorithms(&mut self, names: &[String]) -> Vec<Algorithm> {
        let key = format!("{KEY}.algorithms");
        if names.is_empty() {
            self.mistake(
                &key,
                "is empty, so that no token could verify — write those that the API signs by, or remove it",
            );
        }
        let mut algorithms = Vec::new();
        for (number, name) in names.iter().enumerate() {
            match Algorithm::named(name) {
                Some(algorithm) => algorithms.push(algorithm),
                None if name.eq_ignore_ascii_case("none") => {
                    let text = "is \"none\", which is no signature — write what the API signs by, such as \"RS256\"";
                    self.mistake(format!("{key}[{number}]"), text);
                }
                None => {
                    let known = Algorithm::ALL.map(Algorithm::name).join(", ");
                    self.mistake(
                        format!("{key}[{number}]"),
                        format!("is not an algorithm here — write one of {known}"),
                    );
                }
            }
        }
        algorithms
    }

    /// Whether every algorithm takes the kind of key that there is.
    fn fit(&mut self, algorithms: &[Algorithm], keys: &KeySource) {
        for algorithm in algorithms {
            let (what, mend) = match keys {
                KeySource::Remote(_) if algorithm.kind() != KeyKind::Secret => continue,
                KeySource::Remote(_) => ("a public key set", "write secret_file, if the API signs with a secret"),
                KeySource::Fixed(key) if key.kind() == algorithm.kind() => continue,
                KeySource::Fixed(key) => (key.kind().name(), "write an algorithm that does, or name another key"),
            };
            let text = format!("has {algorithm}, which does not go with {what} — {mend}");
            self.mistake(format!("{KEY}.algorithms"), text);
        }
    }

    fn jwks_url(&mut self, text: &str, production: bool) -> Option<Url> {
        let key = format!("{KEY}.jwks_url");
        let form = "is not an address — write one such as \"https://api.example.org/.well-known/jwks.json\"";
        let Ok(url) = Url::parse(text) else {
            self.mistake(key, form);
            return None;
        };
        let mistake = if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            form
        } else if !url.username().is_empty() || url.password().is_some() {
            "holds a user name or password — remove it: everybody may read public keys"
        } else if url.fragment().is_some() {
            "has a fragment, which is never sent — remove it"
        } else if production && url.scheme() == "http" && !is_loopback(&url) {
            "is plain http, so that anybody on the way could say what the keys are — write https"
        } else {
            return Some(url);
        };
        self.mistake(key, mistake);
        None
    }

    fn token_secret(&mut self, secret: Secret) -> Option<Key> {
        let text = secret.expose();
        let mistake = if text.trim_start().starts_with("-----BEGIN") {
            "holds a key in PEM, not a secret: what everybody may know proves nothing — name a public key at \
             public_key_file"
        } else if text.len() < SHORTEST_SECRET {
            "is shorter than 32 bytes, which can be guessed — give the API a longer one, and write the same here"
        } else {
            return Some(Key::Secret(secret));
        };
        self.mistake(format!("{KEY}.secret"), mistake);
        None
    }

    fn public_key(&mut self, text: &str) -> Option<Key> {
        let mistake = match Key::from_pem(text) {
            Ok(key) => return Some(key),
            Err(NotAKey::Unknown) => {
                "holds no public key in PEM — write the file that begins with \"-----BEGIN PUBLIC KEY-----\", and that \
                 alone"
            }
            Err(NotAKey::Private) => {
                "holds a private key, which belongs to the API alone — write its public half: openssl pkey -in FILE \
                 -pubout"
            }
            Err(NotAKey::Certificate) => {
                "holds a certificate — write the key in it: openssl x509 -in FILE -noout -pubkey"
            }
            Err(NotAKey::Size) => {
                "holds an RSA key of less than 2048 bits, or more than 8192 — give the API another one"
            }
            Err(NotAKey::Kind) => {
                "holds a key of a kind that verifies nothing here — write one of RSA, P-256, P-384 or Ed25519"
            }
        };
        self.mistake(format!("{KEY}.public_key"), mistake);
        None
    }
}

/// What is meant where no algorithms are configured.
fn usual(keys: &KeySource) -> Vec<Algorithm> {
    match keys {
        KeySource::Remote(_) => vec![Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa],
        KeySource::Fixed(key) => vec![key.kind().usual()],
    }
}

#[cfg(test)]
mod tests;
