//! The built-in definitions against stubs in the shape that each provider's documentation gives: the same paths,
//! parameters, answers and errors, from the button to the profile.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures_util::FutureExt;
use http::Request;
use serde_json::{Value, json};
use url::{Url, form_urlencoded};

use crate::fixture::{App, NOW, json_answer, ordinary};
use crate::providers::fixture::Browser;
use crate::upstream::Algorithm;
use crate::upstream::verify_signing::{RSA, jwk, key_set, token};

type Answer = Result<http::Response<Bytes>, crate::upstream::TransportError>;

/// What a stub was asked, by address without its query.
type Asked = Arc<Mutex<BTreeMap<String, Request<Bytes>>>>;

fn stub(
    id: &str,
    more: &str,
    answer: impl Fn(&str, &Request<Bytes>) -> Answer + Send + Sync + 'static,
) -> (App, Asked) {
    let app = App::new(&format!(
        "[[providers]]\nid = '{id}'\nclient_id = 'the-client'\nclient_secret = 'canary-client-secret'\n{more}"
    ));
    let asked = Asked::default();
    let kept = Arc::clone(&asked);
    app.script(move |request| {
        let address = request.uri().to_string();
        let address = address.split('?').next().unwrap().to_owned();
        if address.starts_with("https://api.example/") {
            return ordinary(request);
        }
        let answer = answer(&address, request);
        kept.lock().unwrap().insert(address, request.clone());
        answer
    });
    (app, asked)
}

/// Leaves for the provider and comes back with a code; gives where the person went, and the session.
async fn there_and_back(app: &App, id: &str) -> (Url, Value) {
    let mut browser = Browser::default();
    let address = browser.leave(app, id, "/desk").await;
    let landed = browser.arrive(app, id, &returned(&address, &[("code", "canary-code")])).await;
    assert_eq!(landed, "/desk");
    (address, browser.session(app).await)
}

fn returned(address: &Url, more: &[(&str, &str)]) -> String {
    let state = parameters(address)["state"].clone();
    let pairs = more.iter().copied().chain([("state", state.as_str())]);
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

fn parameters(address: &Url) -> BTreeMap<String, String> {
    address.query_pairs().into_owned().collect()
}

fn form(request: &Request<Bytes>) -> BTreeMap<String, String> {
    form_urlencoded::parse(request.body()).into_owned().collect()
}

/// Google, as its documentation has it; the ID token has the nonce that the test puts in.
fn of_google(nonce: Arc<Mutex<String>>) -> impl Fn(&str, &Request<Bytes>) -> Answer + Send + Sync + 'static {
    move |address, _| match address {
        "https://accounts.google.com/.well-known/openid-configuration" => json_answer(
            200,
            &json!({
                "issuer": "https://accounts.google.com",
                "authorization_endpoint": "https://accounts.google.com/o/oauth2/v2/auth",
                "token_endpoint": "https://oauth2.googleapis.com/token",
                "userinfo_endpoint": "https://openidconnect.googleapis.com/v1/userinfo",
                "revocation_endpoint": "https://oauth2.googleapis.com/revoke",
                "jwks_uri": "https://www.googleapis.com/oauth2/v3/certs",
                "id_token_signing_alg_values_supported": ["RS256"],
            }),
        ),
        "https://www.googleapis.com/oauth2/v3/certs" => json_answer(200, &key_set(&[jwk(RSA, "g1")])),
        "https://oauth2.googleapis.com/token" => {
            let claims = json!({
                "iss": "https://accounts.google.com", "azp": "the-client", "aud": "the-client",
                "sub": "110169484474386276334", "email": "ana@example.com", "email_verified": true, "hd": "example.com",
                "nonce": *nonce.lock().unwrap(), "iat": NOW, "exp": NOW + 3_599,
            });
            json_answer(
                200,
                &json!({
                    "access_token": "canary-ya29", "expires_in": 3_599, "token_type": "Bearer",
                    "scope": "openid https://www.googleapis.com/auth/userinfo.email",
                    "id_token": token(Algorithm::Rs256, Some("g1"), &claims),
                }),
            )
        }
        _ => json_answer(
            200,
            &json!({
                "sub": "110169484474386276334", "name": "Ana García", "given_name": "Ana", "family_name": "García",
                "picture": "https://lh3.googleusercontent.com/a/ana=s96-c", "email": "ana@example.com", "email_verified": true,
            }),
        ),
    }
}

/// <https://developers.google.com/identity/openid-connect/openid-connect> (as of November 2026)
#[tokio::test]
async fn google() {
    let nonce = Arc::new(Mutex::new(String::new()));
    let (app, asked) = stub("google", "", of_google(Arc::clone(&nonce)));
    let mut browser = Browser::default();
    let address = browser.leave(&app, "google", "/desk").await;
    *nonce.lock().unwrap() = parameters(&address)["nonce"].clone();
    assert_eq!(
        browser
            .arrive(&app, "google", &returned(&address, &[("code", "canary"), ("authuser", "0"), ("prompt", "none")]))
            .await,
        "/desk"
    );
    let user = browser.session(&app).await["user"].clone();
    assert_eq!(address.as_str().split('?').next(), Some("https://accounts.google.com/o/oauth2/v2/auth"));
    let sent = parameters(&address);
    assert_eq!((sent["scope"].as_str(), sent["access_type"].as_str()), ("openid email profile", "offline"));
    assert_eq!(user["id"], "google:110169484474386276334");
    assert_eq!(
        (&user["name"], &user["image"]),
        (&json!("Ana García"), &json!("https://lh3.googleusercontent.com/a/ana=s96-c"))
    );
    assert_eq!((&user["emailVerified"], &user["hd"]), (&json!(true), &json!("example.com")));
    let asked = asked.lock().unwrap();
    let token = form(&asked["https://oauth2.googleapis.com/token"]);
    assert_eq!((token["client_id"].as_str(), token["client_secret"].as_str()), ("the-client", "canary-client-secret"));
}

/// Through the exchange, a person of Google ends with the demo API's own token, and what pages ask for works unchanged.
#[tokio::test]
async fn google_and_an_api_of_one_s_own() {
    let nonce = Arc::new(Mutex::new(String::new()));
    let google = Arc::new(of_google(Arc::clone(&nonce)));
    let fetched = Arc::clone(&google);
    let fetch = demo_api::Fetch::new(move |address| {
        let answer = fetched(&address, &Request::default());
        async move { String::from_utf8(answer.ok()?.into_body().to_vec()).ok() }
    });
    let issuer =
        demo_api::TrustedIssuer { issuer: "https://accounts.google.com".into(), audience: "the-client".into() };
    let clock = demo_api::Clock::new(|| u64::try_from(NOW).unwrap() * 1_000);
    let options = demo_api::Options { issuers: vec![issuer], fetch: Some(fetch), clock, ..Default::default() };
    let demo = demo_api::router(demo_api::DemoApi::new(options).unwrap());
    let app = App::new(
        "upstream.preset = 'marxan'\n[[providers]]\nid = 'google'\nclient_id = 'the-client'\nclient_secret = 'canary'\n\
         exchange = { path = '/auth/exchange', body = { '/idToken' = '{id_token}' } }\n",
    );
    app.script(move |request| {
        let address = request.uri().to_string();
        if !address.starts_with("https://api.example/") {
            return google(address.split('?').next().unwrap(), request);
        }
        // Nothing in it waits for anybody.
        let asked = tower::ServiceExt::oneshot(demo.clone(), request.clone().map(axum::body::Body::from));
        let (head, body) = asked.now_or_never().unwrap().unwrap().into_parts();
        let body = axum::body::to_bytes(body, 1 << 20).now_or_never().unwrap().unwrap();
        Ok(http::Response::from_parts(head, body))
    });
    let mut browser = Browser::default();
    let address = browser.leave(&app, "google", "/projects").await;
    *nonce.lock().unwrap() = parameters(&address)["nonce"].clone();
    assert_eq!(browser.arrive(&app, "google", &returned(&address, &[("code", "canary")])).await, "/projects");
    let session = browser.session(&app).await;
    assert_eq!((&session["user"]["name"], &session["user"]["email"]), (&json!("Somebody"), &json!("ana@example.com")));
    assert_ne!(session["accessToken"], "canary-ya29");
    let projects = app.get("/upstream/api/v1/projects", &browser.header()).await;
    assert_eq!((projects.status().as_u16(), crate::fixture::body(projects).await.as_str()), (200, r#"{"data":[]}"#));
}

/// <https://docs.x.com/fundamentals/authentication/oauth-2-0/user-access-token>,
/// <https://docs.x.com/x-api/users/get-my-user> (as of November 2026)
#[tokio::test]
async fn x() {
    let (app, asked) = stub("x", "", |address, _| match address {
        "https://api.x.com/2/oauth2/token" => json_answer(
            200,
            &json!({
                "token_type": "bearer", "expires_in": 7_200, "access_token": "canary-x", "refresh_token": "canary-x-refresh",
                "scope": "users.read tweet.read offline.access",
            }),
        ),
        _ => json_answer(
            200,
            &json!({ "data": {
                "id": "2244994945", "name": "Ana García", "username": "ana",
                "profile_image_url": "https://pbs.twimg.com/profile_images/1/ana_normal.jpg",
            } }),
        ),
    });
    let (address, session) = there_and_back(&app, "x").await;
    assert_eq!(address.as_str().split('?').next(), Some("https://x.com/i/oauth2/authorize"));
    let sent = parameters(&address);
    assert_eq!(
        (sent["scope"].as_str(), sent["code_challenge_method"].as_str()),
        ("tweet.read users.read offline.access", "S256")
    );
    assert_eq!(sent.get("nonce"), None);
    let user = &session["user"];
    assert_eq!(
        (&user["id"], &user["name"], &user["username"]),
        (&json!("x:2244994945"), &json!("Ana García"), &json!("ana"))
    );
    // X gives no address but to applications that it granted one.
    assert_eq!((user.get("email"), user.get("emailVerified")), (None, None));
    let asked = asked.lock().unwrap();
    let token = &asked["https://api.x.com/2/oauth2/token"];
    assert!(
        token.headers()["authorization"].to_str().unwrap().starts_with("Basic ")
            && form(token).contains_key("code_verifier")
    );
    let me = &asked["https://api.x.com/2/users/me"];
    assert!(me.uri().query().unwrap().starts_with("user.fields=profile_image_url"));
    assert_eq!(me.headers()["authorization"], "Bearer canary-x");
}

/// <https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow>,
/// <https://developers.facebook.com/docs/graph-api/reference/user> (as of November 2026)
#[tokio::test]
async fn facebook() {
    let is_broken = Arc::new(Mutex::new(false));
    let fails = Arc::clone(&is_broken);
    let (app, asked) = stub("facebook", "", move |address, _| match address {
        "https://graph.facebook.com/v23.0/oauth/access_token" if *fails.lock().unwrap() => json_answer(
            400,
            &json!({ "error": {
                "message": "This authorization code has expired.", "type": "OAuthException", "code": 100, "fbtrace_id": "A",
            } }),
        ),
        "https://graph.facebook.com/v23.0/oauth/access_token" => {
            json_answer(200, &json!({ "access_token": "canary-EAA", "token_type": "bearer", "expires_in": 5_183_944 }))
        }
        _ => json_answer(
            200,
            &json!({
                "id": "10158", "name": "Ana García", "email": "ana@example.com",
                "picture": { "data": {
                    "height": 200, "is_silhouette": false, "width": 200, "url": "https://platform-lookaside.fbsbx.com/ana",
                } },
            }),
        ),
    });
    let (address, session) = there_and_back(&app, "facebook").await;
    assert_eq!(address.as_str().split('?').next(), Some("https://www.facebook.com/v23.0/dialog/oauth"));
    let user = &session["user"];
    assert_eq!(
        (&user["id"], &user["image"]),
        (&json!("facebook:10158"), &json!("https://platform-lookaside.fbsbx.com/ana"))
    );
    assert_eq!((&user["email"], &user["emailVerified"]), (&json!("ana@example.com"), &json!(false)));
    let me = asked.lock().unwrap()["https://graph.facebook.com/v23.0/me"].uri().query().unwrap().to_owned();
    assert_eq!(me, "fields=id,name,email,picture.width(200).height(200)");
    // Whoever cancels there, and a code that is refused.
    for (more, reason) in [
        (
            vec![
                ("error", "access_denied"),
                ("error_reason", "user_denied"),
                ("error_description", "Permissions error."),
            ],
            "cancelled",
        ),
        (vec![("code", "canary-code")], "error"),
    ] {
        *is_broken.lock().unwrap() = true;
        let mut browser = Browser::default();
        let address = browser.leave(&app, "facebook", "/").await;
        let landed = browser.arrive(&app, "facebook", &returned(&address, &more)).await;
        assert!(landed.ends_with(&format!("reason={reason}")), "{landed}");
    }
}

/// <https://developer.spotify.com/documentation/web-api/tutorials/code-flow>,
/// <https://developer.spotify.com/documentation/web-api/reference/get-current-users-profile> (as of November 2026)
#[tokio::test]
async fn spotify() {
    let (app, asked) = stub("spotify", "", |address, _| match address {
        "https://accounts.spotify.com/api/token" => json_answer(
            200,
            &json!({
                "access_token": "canary-NgCXRK", "token_type": "Bearer", "scope": "user-read-private user-read-email",
                "expires_in": 3_600, "refresh_token": "canary-NgAagA",
            }),
        ),
        _ => json_answer(
            200,
            &json!({
                "country": "ES", "display_name": "Ana García", "email": "ana@example.com", "id": "ana-garcia",
                "images": [{ "url": "https://i.scdn.co/image/ana", "height": 300, "width": 300 }, { "url": "https://i.scdn.co/small" }],
                "product": "premium", "type": "user", "uri": "spotify:user:ana-garcia",
            }),
        ),
    });
    let (address, session) = there_and_back(&app, "spotify").await;
    assert_eq!(address.as_str().split('?').next(), Some("https://accounts.spotify.com/authorize"));
    let user = &session["user"];
    assert_eq!((&user["id"], &user["name"]), (&json!("spotify:ana-garcia"), &json!("Ana García")));
    assert_eq!((&user["image"], &user["emailVerified"]), (&json!("https://i.scdn.co/image/ana"), &json!(false)));
    assert_eq!(user["product"], "premium", "the rest is kept whole");
    assert!(asked.lock().unwrap()["https://accounts.spotify.com/api/token"].headers().contains_key("authorization"));
}

/// <https://docs.github.com/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps> (as of November 2026): errors come
/// with status 200, tokens have no end, and an address may be null.
#[tokio::test]
async fn github() {
    let (app, _) = stub("github", "", |address, request| match address {
        "https://github.com/login/oauth/access_token" if form(request)["code"] == "canary-code" => json_answer(
            200,
            &json!({ "access_token": "canary-gho", "scope": "read:user,user:email", "token_type": "bearer" }),
        ),
        "https://github.com/login/oauth/access_token" => json_answer(
            200,
            &json!({ "error": "bad_verification_code", "error_description": "The code passed is incorrect or expired." }),
        ),
        _ => json_answer(
            200,
            &json!({ "login": "ana", "id": 583_231, "name": null, "email": null, "avatar_url": "https://avatars.githubusercontent.com/u/1" }),
        ),
    });
    let (_, session) = there_and_back(&app, "github").await;
    assert_eq!((&session["user"]["id"], &session["user"]["login"]), (&json!("github:583231"), &json!("ana")));
    assert_eq!(session["expires"], session["sessionExpires"]);
    let mut browser = Browser::default();
    let address = browser.leave(&app, "github", "/").await;
    let landed = browser.arrive(&app, "github", &returned(&address, &[("code", "used")])).await;
    assert!(landed.ends_with("reason=error"), "{landed}");
}

/// <https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference> (as of November 2026): each tenant is an
/// issuer of its own, and an address is whatever a directory says.
#[tokio::test]
async fn microsoft() {
    const TENANT: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";
    for (issuer_of, is_good) in [(TENANT, true), ("11111111-6c67-4c5b-b112-36a304b66dad", false)] {
        let nonce = Arc::new(Mutex::new(String::new()));
        let said = Arc::clone(&nonce);
        let (app, _) = stub("microsoft", "", move |address, _| match address {
            "https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration" => json_answer(
                200,
                &json!({
                    "issuer": "https://login.microsoftonline.com/{tenantid}/v2.0",
                    "authorization_endpoint": "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
                    "token_endpoint": "https://login.microsoftonline.com/common/oauth2/v2.0/token",
                    "jwks_uri": "https://login.microsoftonline.com/common/discovery/v2.0/keys",
                }),
            ),
            "https://login.microsoftonline.com/common/discovery/v2.0/keys" => {
                json_answer(200, &key_set(&[jwk(RSA, "m1")]))
            }
            _ => {
                let claims = json!({
                    "iss": format!("https://login.microsoftonline.com/{issuer_of}/v2.0"), "aud": "the-client", "tid": TENANT,
                    "sub": "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ", "name": "Ana García", "email": "ceo@victim.example",
                    "nonce": *said.lock().unwrap(), "iat": NOW, "exp": NOW + 3_600,
                });
                json_answer(
                    200,
                    &json!({ "access_token": "canary-eyJ0", "token_type": "Bearer", "expires_in": 3_599, "id_token": token(Algorithm::Rs256, Some("m1"), &claims) }),
                )
            }
        });
        let mut browser = Browser::default();
        let address = browser.leave(&app, "microsoft", "/desk").await;
        *nonce.lock().unwrap() = parameters(&address)["nonce"].clone();
        let landed = browser.arrive(&app, "microsoft", &returned(&address, &[("code", "canary-code")])).await;
        assert_eq!(landed == "/desk", is_good, "{landed}");
        if is_good {
            let user = browser.session(&app).await["user"].clone();
            assert_eq!(user["id"], format!("microsoft:{TENANT}:AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ"));
            assert_eq!(user["emailVerified"], false, "nOAuth");
        }
    }
}

/// <https://developer.apple.com/documentation/signinwithapplerestapi> (as of November 2026): the answer is posted from
/// Apple's page, the secret is a token, and the name comes once.
#[tokio::test]
async fn apple() {
    let key = include_str!("../../../upstream/verify/keys/p256.pem");
    let signed = format!(
        "[[providers]]\nid = 'apple'\nclient_id = 'the-client'\nsigned_secret = {{ team_id = 'TEAM', key_id = 'KEY', private_key = '''{key}''' }}"
    );
    let app = App::new(&signed);
    let (nonce, secret) = (Arc::new(Mutex::new(String::new())), Arc::new(Mutex::new(String::new())));
    let (said, sent) = (Arc::clone(&nonce), Arc::clone(&secret));
    app.script(move |request| match request.uri().path() {
        _ if request.uri().host() == Some("api.example") => ordinary(request),
        "/.well-known/openid-configuration" => json_answer(
            200,
            &json!({
                "issuer": "https://appleid.apple.com",
                "authorization_endpoint": "https://appleid.apple.com/auth/authorize",
                "token_endpoint": "https://appleid.apple.com/auth/token",
                "revocation_endpoint": "https://appleid.apple.com/auth/revoke",
                "jwks_uri": "https://appleid.apple.com/auth/keys",
            }),
        ),
        "/auth/keys" => json_answer(200, &key_set(&[jwk(RSA, "a1")])),
        _ => {
            sent.lock().unwrap().clone_from(&form(request)["client_secret"]);
            let claims = json!({
                "iss": "https://appleid.apple.com", "aud": "the-client", "sub": "001234.a", "nonce": *said.lock().unwrap(),
                "email": "ana@privaterelay.appleid.com", "email_verified": "true", "is_private_email": "true",
                "iat": NOW, "exp": NOW + 86_400,
            });
            json_answer(
                200,
                &json!({ "access_token": "canary-a", "token_type": "Bearer", "expires_in": 3_600, "refresh_token": "canary-r", "id_token": token(Algorithm::Rs256, Some("a1"), &claims) }),
            )
        }
    });
    let mut browser = Browser::default();
    let request = Request::post("/auth/sign-in/apple?callbackUrl=/desk").header("origin", crate::fixture::ORIGIN);
    let response = app.send(request, "").await;
    let cookie = crate::fixture::set_cookies(&response).remove(0);
    assert!(cookie.contains("; HttpOnly; SameSite=None; Secure; Path=/; "), "{cookie}");
    browser.take(&response);
    let address = Url::parse(response.headers()["location"].to_str().unwrap()).unwrap();
    assert_eq!(parameters(&address)["response_mode"], "form_post");
    *nonce.lock().unwrap() = parameters(&address)["nonce"].clone();

    let user = r#"{"name":{"firstName":"Ana","lastName":"García"},"email":"ana@example.com"}"#;
    let post = |cookies: String, body: String| {
        let request = Request::post("/auth/callback/apple")
            .header("origin", "https://appleid.apple.com")
            .header("sec-fetch-site", "cross-site")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("cookie", cookies);
        app.send(request, body)
    };
    // CS-01, OA-04: without the attempt's cookie nothing comes of it.
    let body = returned(&address, &[("code", "canary-code"), ("user", user)]);
    let response = post(String::new(), body.clone()).await;
    assert_eq!(response.headers()["location"], "/login?reason=error");
    let response = post(browser.header(), body).await;
    browser.take(&response);
    // The browser comes by itself, with all of its cookies: whoever was signed in is so no more (SE-11).
    let state = parameters(&address)["state"].clone();
    assert_eq!(response.headers()["location"], format!("/auth/callback/apple?state={state}"));
    let former = app.cookies_of("ana").await.split_once('=').unwrap().1.to_owned();
    browser.0.insert("__Host-session".to_owned(), former.clone());
    assert_eq!(browser.arrive(&app, "apple", &format!("state={state}")).await, "/desk");
    let ended = app.get("/auth/session", &format!("__Host-session={former}")).await;
    assert_eq!(crate::fixture::body(ended).await, "null");
    assert_eq!(browser.arrive(&app, "apple", &format!("state={state}")).await, "/login?reason=error", "once");
    let user = browser.session(&app).await["user"].clone();
    assert_eq!((&user["id"], &user["name"]), (&json!("apple:001234.a"), &json!("Ana García")));
    assert_eq!((&user["email"], &user["emailVerified"]), (&json!("ana@privaterelay.appleid.com"), &json!(true)));
    // The secret is good for minutes, and says whose it is.
    let secret = secret.lock().unwrap().clone();
    let claims: Value = serde_json::from_slice(
        &base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, secret.split('.').nth(1).unwrap())
            .unwrap(),
    )
    .unwrap();
    assert_eq!(
        claims,
        json!({ "iss": "TEAM", "iat": NOW, "exp": NOW + 600, "aud": "https://appleid.apple.com", "sub": "the-client" })
    );
    // A query is no answer of Apple's.
    let address = browser.leave(&app, "apple", "/desk").await;
    assert!(
        browser.arrive(&app, "apple", &returned(&address, &[("code", "canary-code")])).await.ends_with("reason=error")
    );
}
