use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::{CONTRACT, Clock, DEMO_USERS, DemoApi, Options, RateLimit, router};

const NOW: u64 = 1_800_000_000;
const ORIGIN: &str = "http://127.0.0.1:3000";

/// An API whose clock stands still until a test moves it.
struct Api {
    state: DemoApi,
    now: Arc<AtomicU64>,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

impl Api {
    fn with(options: Options) -> Self {
        let now = Arc::new(AtomicU64::new(NOW * 1_000));
        let clock = Clock::new({
            let now = Arc::clone(&now);
            move || now.load(Ordering::SeqCst)
        });
        Self { state: DemoApi::new(Options { clock, ..options }).unwrap(), now }
    }

    fn new() -> Self {
        Self::with(Options::default())
    }

    fn advance(&self, seconds: u64) {
        self.now.fetch_add(seconds * 1_000, Ordering::SeqCst);
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response = router(self.state.clone()).oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 1 << 20).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: serde_json::from_slice(&body).unwrap_or_else(|_| String::from_utf8_lossy(&body).into()),
        }
    }

    async fn get(&self, path: &str, token: &str) -> Answer {
        self.send(with_token("GET", path, token).body(Body::empty()).unwrap()).await
    }

    async fn post(&self, path: &str, token: &str, body: Option<Value>) -> Answer {
        let request = with_token("POST", path, token);
        let request = match body {
            Some(body) => request.header("content-type", "application/json").body(body.to_string().into()),
            None => request.body(Body::empty()),
        };
        self.send(request.unwrap()).await
    }

    async fn sign_in(&self, user: usize) -> String {
        let answer = self.post("/auth/sign-in", "", Some(credentials(user))).await;
        assert_eq!(answer.status, 201);
        answer.body["accessToken"].as_str().unwrap().to_owned()
    }
}

fn with_token(method: &str, path: &str, token: &str) -> axum::http::request::Builder {
    let request = Request::builder().method(method).uri(path);
    if token.is_empty() { request } else { request.header("authorization", format!("Bearer {token}")) }
}

fn credentials(user: usize) -> Value {
    json!({ "username": DEMO_USERS[user].email, "password": DEMO_USERS[user].password })
}

fn is_unauthorized(answer: &Answer) -> bool {
    let error = &answer.body["errors"][0];
    answer.status == 401 && error["status"] == 401 && error["title"] == "Unauthorized" && error["meta"].is_object()
}

#[tokio::test]
async fn a_sign_in_answers_201_with_the_user_and_a_token_that_opens_the_profile() {
    let api = Api::new();
    let answer = api.post("/auth/sign-in", "", Some(credentials(0))).await;
    assert_eq!(answer.status, 201);
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert_eq!(answer.body["user"]["email"], "ana@example.com");
    assert_eq!(answer.body["user"]["id"], "cfca63a5-f804-4b23-a402-3eceee6e0f25");
    assert!(!answer.body.to_string().contains("argon2"), "no hash leaves the API");

    let token = answer.body["accessToken"].as_str().unwrap();
    assert_eq!(token.split('.').count(), 3);
    let me = api.get("/api/v1/users/me", token).await;
    assert_eq!(me.status, 200);
    assert_eq!(me.body["data"]["type"], "users");
    assert_eq!(me.body["data"]["id"], answer.body["user"]["id"]);
    let attributes = &me.body["data"]["attributes"];
    let mut names: Vec<_> = attributes.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "avatarDataUrl",
            "displayName",
            "email",
            "fname",
            "isActive",
            "isAdmin",
            "isBlocked",
            "isDeleted",
            "lname",
            "metadata"
        ]
    );
}

#[tokio::test]
async fn every_kind_of_bad_credential_gets_the_same_401() {
    let api = Api::new();
    let mut bodies = Vec::new();
    for body in [
        json!({ "username": "ana@example.com", "password": "wrong" }),
        json!({ "username": "nobody@example.com", "password": "vestibule-demo-ana" }),
        json!({ "username": "ANA@example.com", "password": "vestibule-demo-ana" }),
        json!({ "username": "ana@example.com", "password": "vestibule-demo-zoe" }),
        json!({ "username": "ana@example.com", "password": ["vestibule-demo-ana"] }),
        json!({ "username": "ana@example.com" }),
        json!({ "username": "ana@example.com", "password": "wrong", "extra": 1 }),
        json!({}),
        json!([]),
    ] {
        let answer = api.post("/auth/sign-in", "", Some(body.clone())).await;
        assert!(is_unauthorized(&answer), "{body}: {}", answer.body);
        assert_eq!(answer.headers["www-authenticate"], "Bearer");
        bodies.push(answer.body);
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1);
}

#[tokio::test]
async fn an_extra_field_with_right_credentials_is_400() {
    let mut body = credentials(0);
    body["remember"] = true.into();
    let answer = Api::new().post("/auth/sign-in", "", Some(body)).await;
    assert_eq!((answer.status.as_u16(), &answer.body["errors"][0]["title"]), (400, &json!("Bad Request")));
}

#[tokio::test]
async fn only_small_json_is_read() {
    let api = Api::new();
    for (content_type, body, status) in [
        ("application/x-www-form-urlencoded", "username=ana%40example.com&password=vestibule-demo-ana".to_owned(), 415),
        ("text/plain", credentials(0).to_string(), 415),
        ("application/json", "{\"username\":".to_owned(), 400),
        ("application/json", format!("\"{}\"", "a".repeat(20_000)), 413),
        ("application/json", "[".repeat(10_000), 400),
    ] {
        let request = Request::post("/auth/sign-in").header("content-type", content_type).body(body.into()).unwrap();
        let answer = api.send(request).await;
        assert_eq!(answer.status.as_u16(), status, "{content_type}");
        assert_eq!(answer.body["errors"][0]["status"], status);
    }
}

#[tokio::test]
async fn without_a_living_token_every_call_is_401() {
    let api = Api::with(Options { access_lifetime: Duration::from_secs(30), ..Options::default() });
    let token = api.sign_in(0).await;
    assert_eq!(api.get("/api/v1/users/me", &token).await.status, 200);
    api.advance(30);
    for token in ["", "nonsense", "a.b.c", &token] {
        assert!(is_unauthorized(&api.get("/api/v1/users/me", token).await));
        assert!(is_unauthorized(&api.get("/api/v1/projects", token).await));
        assert!(is_unauthorized(&api.post("/api/v1/projects", token, Some(json!({ "name": "a" }))).await));
        assert!(is_unauthorized(&api.post("/auth/refresh-token", token, None).await), "expired: there is no way back");
        assert!(is_unauthorized(&api.post("/auth/sign-out", token, None).await));
    }
}

#[tokio::test]
async fn the_bearer_scheme_is_needed_and_exactly_one_of_it() {
    let api = Api::new();
    let token = api.sign_in(0).await;
    for (values, status) in [
        (vec![format!("bearer {token}")], 200),
        (vec![token.clone()], 401),
        (vec![format!("JWT {token}")], 401),
        (vec![format!("Bearer  {token}")], 401),
        (vec![format!("Bearer {token}"), format!("Bearer {token}")], 401),
    ] {
        let mut request = Request::get("/api/v1/users/me");
        for value in &values {
            request = request.header("authorization", value);
        }
        assert_eq!(api.send(request.body(Body::empty()).unwrap()).await.status.as_u16(), status, "{values:?}");
    }
}

#[tokio::test]
async fn a_refresh_gives_a_longer_life_and_leaves_the_old_token_valid() {
    let api = Api::with(Options { access_lifetime: Duration::from_secs(30), ..Options::default() });
    let old = api.sign_in(0).await;
    api.advance(20);
    let answer = api.post("/auth/refresh-token", &old, None).await;
    assert_eq!((answer.status.as_u16(), &answer.body["user"]["email"]), (201, &json!("ana@example.com")));
    let new = answer.body["accessToken"].as_str().unwrap();
    assert_ne!(new, old);
    assert_eq!(api.get("/api/v1/users/me", &old).await.status, 200);
    api.advance(20);
    assert_eq!(api.get("/api/v1/users/me", &old).await.status, 401);
    assert_eq!(api.get("/api/v1/users/me", new).await.status, 200);
}

#[tokio::test]
async fn a_sign_out_answers_201_empty_and_ends_all_sessions_of_the_user() {
    let api = Api::new();
    let (first, second, zoe) = (api.sign_in(0).await, api.sign_in(0).await, api.sign_in(1).await);
    let answer = api.post("/auth/sign-out", &first, None).await;
    assert_eq!((answer.status.as_u16(), answer.body), (201, json!("")));
    assert_eq!(api.get("/api/v1/users/me", &first).await.status, 401);
    assert_eq!(api.get("/api/v1/users/me", &second).await.status, 401);
    assert_eq!(api.get("/api/v1/users/me", &zoe).await.status, 200);
    let again = api.sign_in(0).await;
    assert_eq!(api.get("/api/v1/users/me", &again).await.status, 200);
}

#[tokio::test]
async fn projects_are_listed_and_added_for_each_user_alone() {
    let api = Api::new();
    let (ana, zoe) = (api.sign_in(0).await, api.sign_in(1).await);
    assert_eq!(api.get("/api/v1/projects", &ana).await.body, json!({ "data": [] }));

    let added = api.post("/api/v1/projects", &ana, Some(json!({ "name": " Reef ", "description": "</script>" }))).await;
    assert_eq!(added.status, 201);
    let project = &added.body["data"];
    assert_eq!((&project["name"], &project["description"]), (&json!("Reef"), &json!("</script>")));
    assert_eq!(project["createdAt"], "2027-01-15T08:00:00Z");
    assert_eq!(project["id"].as_str().unwrap().len(), 36);

    assert_eq!(api.get("/api/v1/projects", &ana).await.body, json!({ "data": [project] }));
    assert_eq!(api.get("/api/v1/projects", &zoe).await.body, json!({ "data": [] }));
}

#[tokio::test]
async fn a_project_that_will_not_do_is_422_with_words_for_its_fields() {
    let api = Api::new();
    let ana = api.sign_in(0).await;
    let answer = api.post("/api/v1/projects", &ana, Some(json!({ "name": "", "description": 1 }))).await;
    assert_eq!(answer.status, 422);
    assert!(answer.body["errors"]["name"].is_string() && answer.body["errors"]["description"].is_string());

    for _ in 0..100 {
        assert_eq!(api.post("/api/v1/projects", &ana, Some(json!({ "name": "a" }))).await.status, 201);
    }
    let full = api.post("/api/v1/projects", &ana, Some(json!({ "name": "a" }))).await;
    assert_eq!(full.status, 422);
    assert!(full.body["errors"]["name"].as_str().unwrap().contains("100"));
}

#[tokio::test]
async fn projects_are_found_by_a_part_of_their_names() {
    let api = Api::new();
    let ana = api.sign_in(0).await;
    for name in ["Coral reefs", "Kelp forests", "Reef & rock"] {
        api.post("/api/v1/projects", &ana, Some(json!({ "name": name }))).await;
    }
    let names = async |query: &str| {
        let answer = api.get(&format!("/api/v1/projects?{query}"), &ana).await;
        let list = answer.body["data"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap().to_owned());
        list.collect::<Vec<_>>()
    };
    assert_eq!(names("search=REEF").await, ["Coral reefs", "Reef & rock"]);
    assert_eq!(names("search=f%20%26").await, ["Reef & rock"]);
    assert_eq!(names("search=").await.len(), 3);
}

#[tokio::test]
async fn projects_leave_and_come_as_a_file() {
    let api = Api::new();
    let (ana, zoe) = (api.sign_in(0).await, api.sign_in(1).await);
    let import = async |token: &str, file: String| {
        api.send(with_token("POST", "/api/v1/projects/import", token).body(file.into()).unwrap()).await
    };
    let added = import(&ana, "Coral reefs\tAlong the coast\nKelp forests\n".into()).await;
    assert_eq!((added.status.as_u16(), added.body["data"].as_array().unwrap().len()), (201, 2));
    let file = api.get("/api/v1/projects/export", &ana).await;
    assert_eq!(file.headers["content-type"], "text/tab-separated-values; charset=utf-8");
    assert_eq!(file.body, json!("Coral reefs\tAlong the coast\nKelp forests\t\n"));
    assert_eq!(api.get("/api/v1/projects/export", &zoe).await.body, json!(""));

    let odd = import(&ana, "\tno name".into()).await;
    assert_eq!(
        (odd.status.as_u16(), &odd.headers["content-type"]),
        (422, &"application/problem+json".parse().unwrap())
    );
    assert_eq!(odd.body["detail"], "Line 1: Please give the project a name.");
    let full = import(&ana, "a\n".repeat(99)).await;
    assert!(full.status == 422 && full.body["detail"].as_str().unwrap().contains("first 98"), "{}", full.body);
    assert_eq!(import(&ana, "x".repeat(128 * 1024 + 1)).await.status, 413);
    assert_eq!(import("", "a".into()).await.status, 401);
}

/// CS-07
#[tokio::test]
async fn cross_origin_calls_are_for_the_named_origins_only() {
    let api = Api::with(Options { origins: vec![ORIGIN.to_owned()], ..Options::default() });
    let others = [
        "null",
        "https://evil.example",
        "http://127.0.0.1:3000.evil.example",
        "http://127.0.0.1",
        "HTTP://127.0.0.1:3000",
    ];
    for origin in [ORIGIN].iter().chain(&others) {
        let preflight = Request::options("/api/v1/projects")
            .header("origin", *origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization,content-type");
        let preflight = api.send(preflight.body(Body::empty()).unwrap()).await;
        let call = Request::get("/api/v1/users/me").header("origin", *origin);
        let call = api.send(call.body(Body::empty()).unwrap()).await;
        assert_eq!((preflight.status.as_u16(), call.status.as_u16()), (204, 401));
        for answer in [&preflight, &call] {
            let allowed = answer.headers.get("access-control-allow-origin").map(|value| value.to_str().unwrap());
            assert_eq!(allowed, (*origin == ORIGIN).then_some(ORIGIN), "{origin}");
            assert_eq!(answer.headers["vary"], "Origin");
            assert!(!answer.headers.contains_key("access-control-allow-credentials"));
        }
        if *origin == ORIGIN {
            assert_eq!(preflight.headers["access-control-allow-headers"], "authorization, content-type");
            assert_eq!(preflight.headers["access-control-allow-methods"], "GET, POST");
        }
    }
}

#[tokio::test]
async fn the_26th_call_in_a_minute_is_429_where_the_limit_is_asked_for() {
    let api = Api::with(Options { rate_limit: Some(RateLimit::MARXAN), ..Options::default() });
    for call in 0..25 {
        assert_eq!(api.get("/api/v1/users/me", "").await.status, 401, "call {call}");
    }
    api.advance(15);
    let limited = api.get("/api/v1/users/me", "").await;
    assert_eq!((limited.status.as_u16(), &limited.headers["retry-after"]), (429, &"45".parse().unwrap()));
    api.advance(45);
    assert_eq!(api.get("/api/v1/users/me", "").await.status, 401);

    let unlimited = Api::new();
    for _ in 0..30 {
        assert_eq!(unlimited.get("/api/v1/users/me", "").await.status, 401);
    }
}

#[tokio::test]
async fn an_unknown_path_and_a_wrong_method_are_answered_in_json() {
    let api = Api::new();
    let unknown = api.get("/nothing", "").await;
    assert_eq!((unknown.status.as_u16(), &unknown.body["errors"][0]["title"]), (404, &json!("Not Found")));
    let wrong = api.get("/auth/sign-in", "").await;
    assert_eq!((wrong.status.as_u16(), &wrong.body["errors"][0]["status"]), (405, &json!(405)));
    assert_eq!(wrong.headers["allow"], "POST");
}

#[tokio::test]
async fn the_contract_names_calls_that_exist() {
    let contract: toml::Table = CONTRACT.parse().unwrap();
    let upstream = &contract["upstream"];
    let path = |call: &str| upstream[call]["path"].as_str().unwrap();
    let success = |call: &str| upstream[call]["success"][0].as_integer().unwrap();

    let api = Api::new();
    let signed_in = api.post(path("sign_in"), "", Some(credentials(1))).await;
    assert_eq!(i64::from(signed_in.status.as_u16()), success("sign_in"));
    let token = signed_in.body["accessToken"].as_str().unwrap();
    let profile = api.get(path("profile"), token).await.body;
    let profile = profile.pointer(upstream["profile"]["pointer"].as_str().unwrap()).unwrap();
    let member = |pointer: &toml::Value| profile.pointer(pointer.as_str().unwrap()).unwrap().clone();
    assert_eq!(member(&upstream["profile"]["id"]), "420d16d2-28db-4b71-a921-c66242ad302b");
    assert_eq!(member(&upstream["profile"]["attributes"]["email"]), "zoe@example.com");
    assert_eq!(member(&upstream["profile"]["attributes"]["name"]), "Zoë O'Brien 👩🏽‍🚀");
    let signed_out = api.post(path("sign_out"), token, None).await;
    assert_eq!(i64::from(signed_out.status.as_u16()), success("sign_out"));
    let refused = api.get(path("profile"), token).await;
    assert_eq!(upstream["profile"]["unauthorized"][0]["status"].as_integer(), Some(i64::from(refused.status.as_u16())));
    let words = refused.body.pointer(upstream["sign_in"]["message"][0].as_str().unwrap());
    assert_eq!(words, Some(&json!("Unauthorized")));
}

#[tokio::test]
async fn a_user_with_a_second_factor_needs_a_code_besides_the_password() {
    const IRIS: usize = 2;
    let api = Api::new();
    let sign_in = async |otp: Option<&str>| {
        let mut body = credentials(IRIS);
        body["otp"] = otp.map_or(Value::Null, Value::from);
        if otp.is_none() {
            body.as_object_mut().unwrap().remove("otp");
        }
        let answer = api.post("/auth/sign-in", "", Some(body)).await;
        (answer.status.as_u16(), answer.body["errors"][0]["code"].as_str().map(str::to_owned))
    };
    assert_eq!(sign_in(None).await, (401, Some("otp_required".to_owned())));
    assert_eq!(sign_in(Some("000000")).await, (401, Some("otp_invalid".to_owned())));
    let secret = totp_rs::Secret::try_from_base32(DEMO_USERS[IRIS].totp_secret.unwrap()).unwrap();
    let code = totp_rs::Builder::new().with_secret(secret).build().unwrap().generate(NOW).to_string();
    assert_eq!(sign_in(Some(&code)).await, (201, None));
    assert_eq!(sign_in(Some(&code)).await, (401, Some("otp_invalid".to_owned())), "each is good once");

    let mut wrong = credentials(IRIS);
    wrong["password"] = "wrong".into();
    let answer = api.post("/auth/sign-in", "", Some(wrong)).await;
    assert!(is_unauthorized(&answer), "whoever has not the password learns of no second factor");
    assert_eq!(answer.body["errors"][0]["code"], Value::Null);
    let mut ana = credentials(0);
    ana["otp"] = "1".into();
    assert_eq!(api.post("/auth/sign-in", "", Some(ana)).await.status, 400, "she has none");
}
