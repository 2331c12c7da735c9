//! An OpenID provider for tests, which lies where a test wants it to.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::Request;
use http::header::{COOKIE, ORIGIN as ORIGIN_HEADER};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::{Url, form_urlencoded};

use crate::clock::{Clock, TestClock};
use crate::fixture::{App, ORIGIN, json_answer, ordinary};
use crate::upstream::verify_signing::{P256, jwk, key_set, token};
use crate::upstream::{Algorithm, TransportError};

pub(crate) const ISSUER: &str = "https://id.example";
/// A provider of two, the second of which is another one's.
pub(crate) const PROVIDERS: &str = "[[providers]]\nid = 'id'\nname = 'Example'\nkind = 'oidc'\n\
    issuer = 'https://id.example'\nclient_id = 'the-client'\nclient_secret = 'canary-client-secret'\n\
    scopes = ['openid', 'email']\n\
    [[providers]]\nid = 'other'\nname = 'Other'\nkind = 'oidc'\nissuer = 'https://other.example'\n\
    client_id = 'the-client'\nscopes = ['openid']\n";

type Answer = Result<http::Response<Bytes>, TransportError>;
type Change = Box<dyn Fn(&mut Value) + Send + Sync>;
type Sign = Box<dyn Fn(&Value) -> String + Send + Sync>;

/// The provider. Codes are good once; refresh tokens rotate.
pub(crate) struct Idp {
    clock: TestClock,
    /// By code: what the authorization request said.
    codes: Mutex<BTreeMap<String, BTreeMap<String, String>>>,
    /// What is put in the place of the usual, by path.
    pub(crate) instead: Mutex<BTreeMap<&'static str, Answer>>,
    /// What is changed in ID tokens.
    pub(crate) claims: Mutex<Change>,
    /// How ID tokens are signed.
    pub(crate) signs: Mutex<Sign>,
    pub(crate) metadata: Mutex<Change>,
    pub(crate) person: Mutex<Value>,
    pub(crate) keys: Mutex<Vec<Value>>,
    generation: Mutex<u32>,
}

/// What a browser has: its cookies, by name.
#[derive(Clone, Default)]
pub(crate) struct Browser(pub(crate) BTreeMap<String, String>);

impl Browser {
    pub(crate) fn header(&self) -> String {
        self.0.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    pub(crate) fn take(&mut self, response: &axum::response::Response) {
        for line in response.headers().get_all("set-cookie") {
            let (pair, attributes) = line.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if attributes.contains("Max-Age=0") {
                self.0.remove(name);
            } else {
                self.0.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    /// Begins: gives the provider's address.
    pub(crate) async fn leave(&mut self, app: &App, id: &str, callback: &str) -> Url {
        let request = Request::post(format!("/auth/sign-in/{id}"))
            .header(ORIGIN_HEADER, ORIGIN)
            .header(COOKIE, self.header())
            .header("content-type", "application/x-www-form-urlencoded");
        let body = form_urlencoded::Serializer::new(String::new()).append_pair("callbackUrl", callback).finish();
        let response = app.send(request, body).await;
        assert_eq!(response.status(), 303);
        self.take(&response);
        Url::parse(response.headers()["location"].to_str().unwrap()).unwrap()
    }

    /// Comes back: gives the place where the browser is sent.
    pub(crate) async fn arrive(&mut self, app: &App, id: &str, query: &str) -> String {
        let response = app.get(&format!("/auth/callback/{id}?{query}"), &self.header()).await;
        assert_eq!(response.status(), 303);
        self.take(&response);
        response.headers()["location"].to_str().unwrap().to_owned()
    }

    pub(crate) async fn session(&self, app: &App) -> Value {
        let response = app.get("/auth/session", &self.header()).await;
        serde_json::from_str(&crate::fixture::body(response).await).unwrap()
    }
}

impl Idp {
    /// An application, and the provider of its configuration. `toml` stands before the providers.
    pub(crate) fn with(toml: &str) -> (App, Arc<Self>) {
        Self::of(App::new(&format!("{toml}\n{PROVIDERS}")))
    }

    pub(crate) fn of(app: App) -> (App, Arc<Self>) {
        let idp = Arc::new(Self {
            clock: app.clock.clone(),
            codes: Mutex::default(),
            instead: Mutex::default(),
            claims: Mutex::new(Box::new(|_| {})),
            signs: Mutex::new(Box::new(|claims| token(Algorithm::Es256, Some("key"), claims))),
            metadata: Mutex::new(Box::new(|_| {})),
            person: Mutex::new(json!({
                "sub": "7", "name": "Ana", "email": "ana@example.com", "email_verified": true,
                "picture": "https://id.example/ana.png", "department": { "name": "Marine" },
            })),
            keys: Mutex::new(vec![jwk(P256, "key")]),
            generation: Mutex::default(),
        });
        let provider = Arc::clone(&idp);
        app.script(move |request| provider.answer(request));
        (app, idp)
    }

    /// What a person's visit there brings back: the query of the redirect.
    pub(crate) fn visit(&self, address: &Url) -> String {
        assert_eq!((address.host_str(), address.path()), (Some("id.example"), "/authorize"));
        let asked: BTreeMap<String, String> = address.query_pairs().into_owned().collect();
        assert_eq!(asked["response_type"], "code");
        assert_eq!(asked["redirect_uri"], "https://app.example/auth/callback/id");
        let state = asked["state"].clone();
        let code = format!("canary-code-{}", self.codes.lock().unwrap().len());
        self.codes.lock().unwrap().insert(code.clone(), asked);
        let pairs = [("code", code.as_str()), ("state", state.as_str()), ("iss", ISSUER)];
        form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
    }

    pub(crate) fn answer(&self, request: &Request<Bytes>) -> Answer {
        let (host, path) = (request.uri().host().unwrap(), request.uri().path());
        if host == "id.example"
            && let Some(answer) =
                self.instead.lock().unwrap().iter().find_map(|(of, answer)| (*of == path).then_some(answer))
        {
            return answer.clone();
        }
        match (host, path) {
            ("id.example", "/.well-known/openid-configuration") => {
                let mut metadata = json!({
                    "issuer": ISSUER,
                    "authorization_endpoint": "https://id.example/authorize",
                    "token_endpoint": "https://id.example/token",
                    "jwks_uri": "https://id.example/jwks",
                    "userinfo_endpoint": "https://id.example/me",
                    "revocation_endpoint": "https://id.example/revoke",
                    "end_session_endpoint": "https://id.example/leave",
                    "authorization_response_iss_parameter_supported": true,
                });
                (self.metadata.lock().unwrap())(&mut metadata);
                json_answer(200, &metadata)
            }
            ("id.example", "/jwks") => json_answer(200, &key_set(&self.keys.lock().unwrap())),
            ("id.example", "/token") => self.tokens(request),
            ("id.example", "/me") => {
                let token = request.headers()["authorization"].to_str().unwrap();
                match token.starts_with("Bearer canary-access-") {
                    true => json_answer(200, &self.person.lock().unwrap()),
                    false => json_answer(401, &json!({})),
                }
            }
            ("id.example", "/revoke") => json_answer(200, &json!(null)),
            ("other.example", "/.well-known/openid-configuration") => json_answer(
                200,
                &json!({
                    "issuer": "https://other.example",
                    "authorization_endpoint": "https://other.example/authorize",
                    "token_endpoint": "https://other.example/token",
                    "jwks_uri": "https://other.example/jwks",
                }),
            ),
            ("api.example", _) => ordinary(request),
            _ => json_answer(404, &json!({})),
        }
    }

    fn tokens(&self, request: &Request<Bytes>) -> Answer {
        let sent: BTreeMap<String, String> = form_urlencoded::parse(request.body()).into_owned().collect();
        let invalid = || json_answer(400, &json!({ "error": "invalid_grant" }));
        let mut generation = self.generation.lock().unwrap();
        let nonce = match sent["grant_type"].as_str() {
            "authorization_code" => {
                let Some(asked) = self.codes.lock().unwrap().remove(&sent["code"]) else { return invalid() };
                let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(sent["code_verifier"].as_bytes()));
                if asked["code_challenge"] != challenge || asked["redirect_uri"] != sent["redirect_uri"] {
                    return invalid();
                }
                Some(asked["nonce"].clone())
            }
            _ if sent["refresh_token"] != format!("canary-refresh-{generation}") => return invalid(),
            _ => None,
        };
        *generation += 1;
        let access = format!("canary-access-{generation}");
        let now = self.clock.now().as_unix();
        let mut claims = json!({
            "iss": ISSUER, "aud": "the-client", "sub": "7", "iat": now, "exp": now + 300, "sid": "there-1",
            "at_hash": URL_SAFE_NO_PAD.encode(&Sha256::digest(access.as_bytes())[..16]),
        });
        if let Some(nonce) = nonce {
            claims["nonce"] = nonce.into();
        }
        (self.claims.lock().unwrap())(&mut claims);
        let id_token = (self.signs.lock().unwrap())(&claims);
        json_answer(
            200,
            &json!({
                "access_token": access, "token_type": "Bearer", "expires_in": 300,
                "refresh_token": format!("canary-refresh-{generation}"), "id_token": id_token,
            }),
        )
    }
}
