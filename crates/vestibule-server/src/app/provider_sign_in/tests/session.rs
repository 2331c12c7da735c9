//! The session of whoever signed in with a provider, from its beginning to its end there or here.

use http::Request;
use serde_json::{Value, json};

use crate::fixture::{App, NOW, json_answer};
use crate::providers::fixture::{Browser, ISSUER, Idp};
use crate::upstream::Algorithm;
use crate::upstream::verify_signing::{raw, token};

async fn signed_in(app: &App, idp: &Idp) -> Browser {
    let mut browser = Browser::default();
    let address = browser.leave(app, "id", "/desk?a=b").await;
    assert_eq!(browser.arrive(app, "id", &idp.visit(&address)).await, "/desk?a=b");
    browser
}

/// OA-03: who it is, with everything that was said; the identity is the provider's, by its name.
#[tokio::test]
async fn the_profile_is_whole_and_the_identity_the_provider_s() {
    let (app, idp) = Idp::with("");
    let browser = signed_in(&app, &idp).await;
    let session = browser.session(&app).await;
    assert_eq!(
        session["user"],
        json!({
            "id": "id:7", "sub": "7", "iss": ISSUER, "sid": "there-1", "name": "Ana", "email": "ana@example.com",
            "emailVerified": true, "email_verified": true, "image": "https://id.example/ana.png",
            "picture": "https://id.example/ana.png", "department": { "name": "Marine" },
        })
    );
    assert_eq!(
        (&session["accessToken"], &session["expires"]),
        (&json!("canary-access-1"), &json!("2027-01-15T08:05:00Z"))
    );
    let text = session.to_string();
    assert!(!text.contains("canary-refresh") && !text.contains("eyJ"), "{text}");
    // The choice is remembered.
    assert_eq!(browser.0["__Host-last-provider"], "id");
}

/// OA-03: an address proves nothing, least of all one that nobody vouches for.
#[tokio::test]
async fn an_address_that_is_not_verified_is_marked_and_links_nobody() {
    for (verified, said) in [(json!(true), true), (json!("true"), true), (json!(false), false), (Value::Null, false)] {
        let (app, idp) = Idp::with("");
        idp.person.lock().unwrap()["email_verified"] = verified;
        let with_provider = signed_in(&app, &idp).await.session(&app).await;
        assert_eq!(with_provider["user"]["emailVerified"], said);
        assert_eq!(with_provider["user"]["id"], "id:7", "and not the person of the API with this address");
    }
}

/// TK-06, TK-07: renewal is the provider's, by rotating tokens, once for however many ask.
#[tokio::test]
async fn tokens_are_renewed_at_the_provider() {
    let (app, idp) = Idp::with("");
    let mut browser = signed_in(&app, &idp).await;
    app.clock.advance(290);
    let cookies = browser.header();
    let crowd = futures_util::future::join_all((0..20).map(|_| app.get("/test/page", &cookies))).await;
    browser.take(&crowd[0]);
    let session = browser.session(&app).await;
    assert_eq!(session["accessToken"], "canary-access-2");
    assert_eq!(app.upstream.count("/token"), 2, "the code, and one refresh");
    // Refused there, it is over here.
    app.clock.advance(290);
    idp.instead.lock().unwrap().insert("/token", json_answer(400, &json!({ "error": "invalid_grant" })));
    assert_eq!(browser.session(&app).await, Value::Null);
}

/// TK-08
#[tokio::test]
async fn a_provider_that_is_away_ends_nothing() {
    let (app, idp) = Idp::with("");
    let browser = signed_in(&app, &idp).await;
    app.clock.advance(310);
    idp.instead.lock().unwrap().insert("/token", json_answer(503, &json!({})));
    assert_eq!(browser.session(&app).await["accessToken"], "canary-access-1");
}

/// Signing out takes the tokens back.
#[tokio::test]
async fn signing_out_revokes_at_the_provider() {
    let (app, idp) = Idp::with("");
    let browser = signed_in(&app, &idp).await;
    let response = app.post("/auth/sign-out", &browser.header(), "").await;
    assert_eq!((response.status().as_u16(), response.headers()["location"].to_str().unwrap()), (303, "/"));
    let requests = app.upstream.requests.lock().unwrap();
    let revoked = requests.iter().find(|request| request.uri().path() == "/revoke").unwrap();
    assert_eq!(revoked.body(), "token=canary-refresh-1");
    assert!(revoked.headers().contains_key("authorization"));
    assert!(requests.iter().all(|request| request.uri().host() == Some("id.example")), "the API is told of nothing");
}

/// With `logout`, the browser goes on to the provider, and comes back to this site.
#[tokio::test]
async fn signing_out_leads_to_the_provider_where_that_is_configured() {
    let provider = "[[providers]]\nid = 'id'\nname = 'Example'\nkind = 'oidc'\nissuer = 'https://id.example'\n\
                    client_id = 'the-client'\nclient_secret = 'canary-client-secret'\nscopes = ['openid']\nlogout = true";
    let (app, idp) = Idp::of(App::new(provider));
    let browser = signed_in(&app, &idp).await;
    let response = app.post("/auth/sign-out", &browser.header(), "").await;
    let location = url::Url::parse(response.headers()["location"].to_str().unwrap()).unwrap();
    assert_eq!((location.host_str(), location.path()), (Some("id.example"), "/leave"));
    let query: std::collections::BTreeMap<_, _> = location.query_pairs().into_owned().collect();
    assert_eq!(
        (query["client_id"].as_str(), query["post_logout_redirect_uri"].as_str()),
        ("the-client", "https://app.example/")
    );
    assert!(query["id_token_hint"].starts_with("eyJ"));
    assert_eq!(browser.session(&app).await, Value::Null);
}

fn logout_claims() -> Value {
    json!({
        "iss": ISSUER, "aud": "the-client", "iat": NOW, "exp": NOW + 120, "jti": "1", "sub": "7", "sid": "there-1",
        "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
    })
}

async fn told(app: &App, token: &str) -> u16 {
    let request = Request::post("/auth/logout/id").header("content-type", "application/x-www-form-urlencoded");
    app.send(request, format!("logout_token={token}")).await.status().as_u16()
}

/// Back-channel logout ends the session through the store: no browser has to come by.
#[tokio::test]
async fn a_provider_ends_a_session_that_ended_there() {
    for (claims, name) in [
        (logout_claims(), "by sid"),
        (
            {
                let mut it = logout_claims();
                it.as_object_mut().unwrap().remove("sid");
                it
            },
            "by subject",
        ),
    ] {
        for header in
            [r#"{"alg":"ES256","kid":"key","typ":"logout+jwt"}"#, r#"{"alg":"ES256","kid":"key","typ":"JWT"}"#]
        {
            let (app, idp) = Idp::with("");
            let browser = signed_in(&app, &idp).await;
            let others = app.cookies_of("ana").await;
            let token = raw(header, &claims.to_string(), Algorithm::Es256);
            assert_eq!(told(&app, &token).await, 200, "{name}");
            assert_eq!(browser.session(&app).await, Value::Null, "{name}");
            let response = app.get("/auth/session", &others).await;
            assert_ne!(crate::fixture::body(response).await, "null", "{name}: nobody else's");
            assert_eq!(told(&app, &token).await, 400, "{name}: once");
        }
    }
}

/// The specification wants two minutes; providers give up to five, and clocks differ.
#[tokio::test]
async fn a_logout_token_lives_for_ten_minutes_at_most() {
    for (made, dies, status) in [(0, 120, 200), (0, 600, 200), (60, 660, 200), (0, 601, 400), (61, 661, 400)] {
        let (app, idp) = Idp::with("");
        let browser = signed_in(&app, &idp).await;
        let mut claims = logout_claims();
        (claims["iat"], claims["exp"]) = (json!(NOW + made), json!(NOW + dies));
        assert_eq!(told(&app, &token(Algorithm::Es256, Some("key"), &claims)).await, status, "{made} {dies}");
        assert_eq!(browser.session(&app).await.is_null(), status == 200, "{made} {dies}");
    }
}

/// A provider that names its sessions in logout tokens alone ends those of the person that have no name here.
#[tokio::test]
async fn a_session_without_a_name_ends_with_any_of_its_person_s() {
    let (app, idp) = Idp::with("");
    *idp.claims.lock().unwrap() = Box::new(|claims| drop(claims.as_object_mut().unwrap().remove("sid")));
    let nameless = signed_in(&app, &idp).await;
    *idp.claims.lock().unwrap() = Box::new(|claims| claims["sid"] = "there-2".into());
    let another = signed_in(&app, &idp).await;
    assert_eq!(told(&app, &token(Algorithm::Es256, Some("key"), &logout_claims())).await, 200);
    assert_eq!(nameless.session(&app).await, Value::Null);
    assert_ne!(another.session(&app).await, Value::Null, "that is another session there");
}

#[tokio::test]
async fn what_is_no_logout_token_ends_nothing() {
    let (app, idp) = Idp::with("");
    let browser = signed_in(&app, &idp).await;
    let changed = |name: &str, value: Value| {
        let mut claims = logout_claims();
        match value {
            Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
            value => claims[name] = value,
        }
        token(Algorithm::Es256, Some("key"), &claims)
    };
    for token in [
        changed("iss", json!("https://evil.example")),
        changed("aud", json!("another")),
        changed("events", Value::Null),
        changed("events", json!({ "https://other.example/event": {} })),
        changed("nonce", json!("an ID token's")),
        changed("jti", Value::Null),
        changed("iat", Value::Null),
        changed("exp", Value::Null),
        changed("exp", json!(NOW + 601)),
        // It has not long to live, and could have been shown for a day.
        changed("iat", json!(NOW + 120 - 86_400)),
        changed("exp", json!(NOW - 61)),
        {
            let mut claims = logout_claims();
            claims.as_object_mut().unwrap().remove("sub");
            claims.as_object_mut().unwrap().remove("sid");
            token(Algorithm::Es256, Some("key"), &claims)
        },
        token(Algorithm::Ed25519, Some("key"), &logout_claims()),
        "canary".to_owned(),
        String::new(),
    ] {
        assert_eq!(told(&app, &token).await, 400);
    }
    assert_ne!(browser.session(&app).await, Value::Null);
}

/// The profile again: what the provider says now, over what its ID token said.
#[tokio::test]
async fn the_profile_can_be_read_again() {
    let (app, idp) = Idp::with("");
    let browser = signed_in(&app, &idp).await;
    idp.person.lock().unwrap()["name"] = "Ana María".into();
    let response = app.get("/test/update", &browser.header()).await;
    let status = response.status().as_u16();
    let mut browser = browser;
    browser.take(&response);
    let user = browser.session(&app).await["user"].clone();
    assert_eq!(
        (status, &user["name"], &user["id"], &user["sid"]),
        (200, &json!("Ana María"), &json!("id:7"), &json!("there-1"))
    );
}

/// Fault 26: whatever a provider mixes up, nobody sees another's profile under their own name.
#[tokio::test]
async fn a_profile_or_a_token_of_somebody_else_ends_the_session() {
    let (app, idp) = Idp::with("");
    let browser = signed_in(&app, &idp).await;
    idp.person.lock().unwrap()["sub"] = "8".into();
    let _ = app.get("/test/update", &browser.header()).await;
    assert_eq!(browser.session(&app).await, Value::Null, "the profile");

    let (app, idp) = Idp::with("");
    let browser = signed_in(&app, &idp).await;
    *idp.claims.lock().unwrap() = Box::new(|claims| claims["sub"] = "8".into());
    app.clock.advance(290);
    assert_eq!(browser.session(&app).await, Value::Null, "the ID token of a refresh");
}

/// What vouched for one address says nothing of the next.
#[tokio::test]
async fn a_new_address_is_not_verified_by_the_word_for_the_old_one() {
    let (app, idp) = Idp::with("");
    *idp.claims.lock().unwrap() = Box::new(|claims| claims["email_verified"] = true.into());
    idp.person.lock().unwrap().as_object_mut().unwrap().remove("email_verified");
    let mut browser = signed_in(&app, &idp).await;
    assert_eq!(browser.session(&app).await["user"]["emailVerified"], true);
    idp.person.lock().unwrap()["email"] = "ceo@victim.example".into();
    browser.take(&app.get("/test/update", &browser.header()).await);
    let user = browser.session(&app).await["user"].clone();
    assert_eq!((&user["email"], &user["emailVerified"]), (&json!("ceo@victim.example"), &json!(false)));
}

/// An API that does not take the provider's token says nothing of the session.
#[tokio::test]
async fn an_api_that_refuses_the_provider_s_token_ends_nothing() {
    let (app, idp) = Idp::with("");
    let provider = std::sync::Arc::clone(&idp);
    app.script(move |request| match request.uri().path() {
        "/data" => json_answer(401, &json!({})),
        _ => provider.answer(request),
    });
    let browser = signed_in(&app, &idp).await;
    app.clock.advance(60);
    for _ in 0..2 {
        assert_eq!(app.get("/upstream/data", &browser.header()).await.status(), 401);
    }
    assert_ne!(browser.session(&app).await, Value::Null);
    assert_eq!(app.upstream.count("/token"), 1, "and nothing is renewed for it");
}

/// Tokens of one provider are never sent to another that has its name since.
#[tokio::test]
async fn a_session_ends_where_another_provider_has_the_name() {
    let (app, idp) = Idp::with("");
    let browser = signed_in(&app, &idp).await;
    for (client, issuer, is_known) in [
        ("the-client", "https://id.example", true),
        ("another", "https://id.example", false),
        ("the-client", "https://other.example", false),
    ] {
        let toml = format!(
            "[[providers]]\nid = 'id'\nname = 'Example'\nkind = 'oidc'\nissuer = '{issuer}'\nclient_id = '{client}'\nscopes = ['openid']"
        );
        let restarted = App::new(&toml);
        assert_eq!(browser.session(&restarted).await != Value::Null, is_known, "{client} {issuer}");
    }
}

/// What no session begins with is dead (RFC 7009).
#[tokio::test]
async fn what_a_provider_granted_is_given_back_where_nobody_is_signed_in() {
    for gives_one in [false, true] {
        let (app, idp) = Idp::with("");
        *idp.claims.lock().unwrap() = Box::new(|claims| claims["nonce"] = "another".into());
        if gives_one {
            let tokens = json!({ "access_token": "canary-access-1", "token_type": "Bearer" });
            idp.instead.lock().unwrap().insert("/token", json_answer(200, &tokens));
        }
        let mut browser = Browser::default();
        let address = browser.leave(&app, "id", "/desk").await;
        let landed = browser.arrive(&app, "id", &idp.visit(&address)).await;
        assert_eq!(landed, "/login?callbackUrl=%2Fdesk&reason=error");
        app.upstream.called("/revoke", 1).await;
        let requests = app.upstream.requests.lock().unwrap();
        let sent = String::from_utf8(requests.last().unwrap().body().to_vec()).unwrap();
        let token = if gives_one { "canary-access-1" } else { "canary-refresh-1" };
        assert!(sent.contains(&format!("token={token}")), "{sent}");
    }
}

/// CK-11: who has signed out does not come back from a provider that was asked before.
#[tokio::test]
async fn signing_out_ends_the_attempts_of_other_tabs() {
    let (app, idp) = Idp::with("");
    let mut browser = signed_in(&app, &idp).await;
    let address = browser.leave(&app, "id", "/desk").await;
    let under_way = |browser: &Browser| browser.0.keys().filter(|name| name.contains("-attempt-")).count();
    assert_eq!(under_way(&browser), 1);
    let response = app.post("/auth/sign-out", &browser.header(), "").await;
    browser.take(&response);
    assert_eq!(under_way(&browser), 0, "{:?}", browser.0.keys());
    assert_eq!(browser.arrive(&app, "id", &idp.visit(&address)).await, "/login?reason=error");
    assert_eq!(browser.session(&app).await, Value::Null);
}

/// Who is on the way from a session there that is dead by now arrives with nothing, for as long as anybody may be on the way.
#[tokio::test]
async fn whoever_is_on_the_way_from_a_dead_session_does_not_come_in() {
    for (seconds, lives) in [(1, false), (599, false), (601, true)] {
        let (app, idp) = Idp::with("");
        let mut browser = Browser::default();
        assert_eq!(told(&app, &token(Algorithm::Es256, Some("key"), &logout_claims())).await, 200);
        app.clock.advance(seconds);
        let address = browser.leave(&app, "id", "/desk").await;
        browser.arrive(&app, "id", &idp.visit(&address)).await;
        assert_eq!(browser.session(&app).await != Value::Null, lives, "{seconds}");
    }
}
