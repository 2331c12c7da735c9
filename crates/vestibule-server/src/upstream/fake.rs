//! An upstream for tests, without a network: it answers by script, in order, and remembers what it was asked.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{Request, Response};
use serde_json::{Value, json};
use url::Url;
use vestibule_core::{FieldKind, LoginField, LoginForm};

use super::settings::ContractSettings;
use super::transport::{Transport, TransportError};
use super::{Contract, Credentials, Upstream};
use crate::clock::TestClock;
use crate::config::Messages;
use crate::secret::Secret;

pub(crate) const NOW: i64 = 1_800_000_000;
pub(crate) const PASSWORD: &str = "canary-password-7Q";

pub(crate) type Answer = Result<Response<Bytes>, TransportError>;

pub(crate) fn answer(status: u16, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Answer {
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    Ok(response.body(body.into()).unwrap())
}

pub(crate) fn json_answer(status: u16, body: Value) -> Answer {
    answer(status, &[("content-type", "application/json")], body.to_string())
}

/// A profile that every contract can read.
pub(crate) fn me() -> Answer {
    json_answer(200, json!({ "id": 7, "email": "ana@example.com", "displayName": "Ana" }))
}

/// An unsigned JWT with this payload.
pub(crate) fn jwt(payload: &Value) -> String {
    jwt_of(payload.to_string().as_bytes())
}

pub(crate) fn jwt_of(payload: &[u8]) -> String {
    format!("{}.{}.c2ln", URL_SAFE_NO_PAD.encode(br#"{"alg":"HS256"}"#), URL_SAFE_NO_PAD.encode(payload))
}

pub(crate) struct FakeTransport {
    answers: Mutex<VecDeque<Answer>>,
    sent: Mutex<Vec<(Request<Bytes>, Duration)>>,
}

impl fmt::Debug for FakeTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FakeTransport")
    }
}

impl Transport for FakeTransport {
    fn send(&self, request: Request<Bytes>, deadline: Duration) -> BoxFuture<'_, Answer> {
        let line = format!("{} {}", request.method(), request.uri());
        self.sent.lock().unwrap().push((request, deadline));
        let answer = self.answers.lock().unwrap().pop_front();
        let answer = answer.unwrap_or_else(|| panic!("a request that the test did not expect: {line}"));
        Box::pin(async { answer })
    }
}

/// An upstream client over scripted answers.
pub(crate) struct Rig {
    pub(crate) upstream: Upstream,
    pub(crate) transport: Arc<FakeTransport>,
}

impl Rig {
    pub(crate) fn new(contract: Contract, messages: Messages, answers: impl IntoIterator<Item = Answer>) -> Self {
        let answers = Mutex::new(answers.into_iter().collect());
        let transport = Arc::new(FakeTransport { answers, sent: Mutex::default() });
        let upstream = Upstream::new(contract, Arc::clone(&transport) as _, Arc::new(TestClock::at(NOW)), messages);
        Self { upstream, transport }
    }

    pub(crate) fn requests(&self) -> Vec<Request<Bytes>> {
        self.transport.sent.lock().unwrap().iter().map(|(request, _)| request.clone()).collect()
    }

    pub(crate) fn deadlines(&self) -> Vec<Duration> {
        self.transport.sent.lock().unwrap().iter().map(|(_, deadline)| *deadline).collect()
    }
}

/// A request as lines: method and address, headers but those of every call, body.
pub(crate) fn lines(request: &Request<Bytes>) -> Vec<String> {
    let mut lines = vec![format!("{} {}", request.method(), request.uri())];
    for (name, value) in request.headers() {
        if !matches!(name.as_str(), "accept" | "user-agent") {
            lines.push(format!("{name}: {}", value.to_str().unwrap()));
        }
    }
    if !request.body().is_empty() {
        lines.push(String::from_utf8(request.body().to_vec()).unwrap());
    }
    lines
}

pub(crate) fn credentials(fields: &[(&str, &str)]) -> Credentials {
    let fields = fields.iter().map(|(name, text)| ((*name).to_owned(), Secret::new(*text)));
    Credentials::new(fields.collect::<BTreeMap<_, _>>())
}

pub(crate) fn ana() -> Credentials {
    credentials(&[("username", "ana"), ("password", PASSWORD)])
}

/// A login form with these fields; the one called `password` is the password.
pub(crate) fn form(names: &[&str]) -> LoginForm {
    let field = |name: &&str| LoginField {
        name: (*name).to_owned(),
        label: String::new(),
        kind: if *name == "password" { FieldKind::Password } else { FieldKind::Text },
        placeholder: String::new(),
        autocomplete: String::new(),
        required: true,
    };
    LoginForm {
        page: "/login".to_owned(),
        title: String::new(),
        fields: names.iter().map(field).collect(),
        providers: Vec::new(),
        remember: false,
        second_step: None,
        links: Vec::new(),
        logo: None,
        accent: None,
    }
}

/// The smallest contract.
pub(crate) fn smallest() -> Contract {
    Contract::at(Url::parse("https://api.example").unwrap())
}

/// The contract that the text describes, at `https://api.example`, for the default form.
pub(crate) fn contract(toml: &str) -> Contract {
    checked(&format!("base_url = 'https://api.example'\n{toml}"), true)
        .unwrap_or_else(|mistakes| panic!("{mistakes:#?}"))
}

/// The contract, or its mistakes as `key: text`.
pub(crate) fn checked(toml: &str, production: bool) -> Result<Contract, Vec<String>> {
    let settings: ContractSettings = toml::from_str(toml).unwrap_or_else(|error| panic!("{error}"));
    let mut mistakes = Vec::new();
    let contract = settings.contract(&form(&["username", "password"]), production, &mut |key, text| {
        mistakes.push(format!("{key}: {text}"));
    });
    contract.ok_or(mistakes)
}

/// The mistakes of a contract at `https://api.example`.
pub(crate) fn mistakes(toml: &str) -> Vec<String> {
    checked(&format!("base_url = 'https://api.example'\n{toml}"), true).err().unwrap_or_default()
}
