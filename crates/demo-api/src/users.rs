//! The three people who can sign in: one plain, one whose profile is as awkward as profiles get, one who has a second
//! factor.

use serde_json::{Value, json};

/// Somebody who can sign in. The password is public on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DemoUser {
    /// A name to call the person by.
    pub name: &'static str,
    /// What to type as the user name.
    pub email: &'static str,
    /// What to type as the password.
    pub password: &'static str,
    /// The secret of the one-time codes that this person is asked for after the password: Base32, for an authenticator
    /// (RFC 6238 with its defaults). `None` where the password is enough.
    pub totp_secret: Option<&'static str>,
}

/// Everybody who can sign in; the first is the one to show to a newcomer.
pub const DEMO_USERS: [DemoUser; 3] = [
    DemoUser { name: "Ana", email: "ana@example.com", password: "vestibule-demo-ana", totp_secret: None },
    DemoUser { name: "Zoë", email: "zoe@example.com", password: "vestibule-demo-zoe", totp_secret: None },
    DemoUser {
        name: "Iris",
        email: "iris@example.com",
        password: "vestibule-demo-iris",
        totp_secret: Some("AAGHPZCE4BT7YHD64RMURF6TCHA34UQD"),
    },
];

/// A user as the API keeps one.
#[derive(Clone, Debug)]
pub(crate) struct User {
    pub(crate) id: String,
    /// What tokens and projects know the user by: the e-mail address, or issuer and subject of who came with a provider.
    pub(crate) email: String,
    /// A PHC string: Argon2id with the parameters that OWASP's Password Storage Cheat Sheet puts first. `None` of who came
    /// with a provider.
    pub(crate) password_hash: Option<&'static str>,
    /// The secret of one-time codes, in Base32; `None` where the password is enough.
    pub(crate) totp_secret: Option<&'static str>,
    /// What stands under `attributes`.
    pub(crate) attributes: Value,
}

impl User {
    /// The user of an e-mail address, which is compared exactly.
    pub(crate) fn find<'a>(users: &'a [Self], email: &str) -> Option<&'a Self> {
        users.iter().find(|user| user.email == email)
    }

    /// Somebody who came with a provider. An address links nobody: whose it is, the issuer and the subject say.
    pub(crate) fn of_claims(claims: &Value, id: String) -> Option<Self> {
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        let name = text("name").or(text("preferred_username")).unwrap_or("Somebody");
        Some(Self {
            id,
            email: [text("iss")?, " ", text("sub")?].concat(),
            password_hash: None,
            totp_secret: None,
            attributes: json!({
                "fname": text("given_name"),
                "lname": text("family_name"),
                "email": text("email"),
                "displayName": name,
                "avatarDataUrl": null,
                "isActive": true,
                "isBlocked": false,
                "isDeleted": false,
                "isAdmin": false,
                "metadata": null,
            }),
        })
    }

    /// The answer of `/api/v1/users/me`, in the manner of JSON:API.
    pub(crate) fn resource(&self) -> Value {
        json!({ "data": { "type": "users", "id": self.id, "attributes": self.attributes } })
    }

    /// The `user` of a sign-in: the same, flat.
    pub(crate) fn flat(&self) -> Value {
        let mut user = self.attributes.as_object().cloned().unwrap_or_default();
        user.insert("id".to_owned(), self.id.clone().into());
        user.into()
    }
}

/// The users, with their profiles.
pub(crate) fn seed() -> Vec<User> {
    vec![
        User {
            id: "cfca63a5-f804-4b23-a402-3eceee6e0f25".to_owned(),
            email: "ana@example.com".to_owned(),
            password_hash: Some(
                "$argon2id$v=19$m=19456,t=2,p=1$nYyBru0f7mGvKNxx675kMA$WJ3Q5wTrvZWoY6td6rL4c93Heq3j7iDea53LKiG/OrI",
            ),
            totp_secret: None,
            attributes: json!({
                "fname": "Ana",
                "lname": "Ribeiro",
                "email": "ana@example.com",
                "displayName": "Ana Ribeiro",
                "avatarDataUrl": null,
                "isActive": true,
                "isBlocked": false,
                "isDeleted": false,
                "isAdmin": false,
                "metadata": { "organization": "Coastal Planning", "language": "pt" },
            }),
        },
        User {
            id: "420d16d2-28db-4b71-a921-c66242ad302b".to_owned(),
            email: "zoe@example.com".to_owned(),
            password_hash: Some(
                "$argon2id$v=19$m=19456,t=2,p=1$G7ewfNmgysYTz4WUpmFQtA$r8A45STF8MJIhN8dTg0BEK6y74Rn3sKFfiHRpo+eb2w",
            ),
            totp_secret: None,
            attributes: awkward(),
        },
        User {
            id: "787b7754-1972-4700-9877-77508ae5a210".to_owned(),
            email: "iris@example.com".to_owned(),
            password_hash: Some(
                "$argon2id$v=19$m=19456,t=2,p=1$jaK69xwY4ayXJg91tCw1Tw$+jv/QhRNYe8JIhclPW+GywjpdD0zSV8Top8d5iO/jxs",
            ),
            totp_secret: Some("AAGHPZCE4BT7YHD64RMURF6TCHA34UQD"),
            attributes: json!({
                "fname": "Iris",
                "lname": "Varga",
                "email": "iris@example.com",
                "displayName": "Iris Varga",
                "avatarDataUrl": null,
                "isActive": true,
                "isBlocked": false,
                "isDeleted": false,
                "isAdmin": true,
                "metadata": { "organization": "River Trust", "language": "hu" },
            }),
        },
    ]
}

/// What breaks pages: markup in a name, both quotes, accents (composed and combining), an emoji of several code points,
/// text from right to left, an override of its direction, a nested object, and every type that JSON has.
fn awkward() -> Value {
    json!({
        "fname": "Zoë",
        "lname": "O'Brien \"Łukasiewicz\" </script><script>alert(1)</script>",
        "email": "zoe@example.com",
        "displayName": "Zoë O'Brien 👩🏽‍🚀",
        "avatarDataUrl": "data:image/png;base64,\
            iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==",
        "isActive": true,
        "isBlocked": false,
        "isDeleted": false,
        "isAdmin": true,
        "metadata": {
            "bio": "<!--<script> \"><img src=x onerror=alert(1)> ' onmouseover=alert(1) x=' {{7*7}} ${7*7} ]]> &amp; \\u003c",
            "names": ["Zoe\u{308}", "זואי", "زوي", "ゾーイ", "\u{202e}gnp.exe\u{202c}", "line\u{2028}separator", ""],
            "organization": {
                "name": "Řeka & Søn, Inc.",
                "address": { "street": "1 rue de l'Œuvre\nBâtiment C", "geo": [48.8566, -2.5e-7], "verified": null },
                "roles": [{ "name": "editor", "since": 2019, "scopes": ["read", "write"] }, { "name": "guest", "since": null, "scopes": [] }],
            },
            "counts": { "zero": 0, "negative": -1, "large": 9_007_199_254_740_991_u64, "fraction": 0.1 },
            "flags": { "beta": true, "newsletter": false, "unknown": null, "empty": {}, "none": [] },
            "history": [
                { "at": "2026-11-23T09:30:00+01:00", "what": "Moved “Zones Ω–∞” to the archive", "undone": false },
                { "at": "2026-02-29T24:00:60Z", "what": "A day, an hour and a second that are not", "undone": true },
            ],
            "links": ["javascript:alert(1)", "https://example.com/?q=%3Cb%3E&x=\"1\""],
            "constructor": "a word like any other",
            "__proto__": "and another",
        },
    })
}

#[cfg(test)]
mod tests;
