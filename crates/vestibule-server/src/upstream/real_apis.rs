//! The contracts of real APIs, and the requests that they must become.

use serde_json::{Value, json};
use vestibule_core::Timestamp;

use super::fake::{Answer, NOW, Rig, answer, credentials, form, json_answer, jwt, lines};
use super::request::{self, Filling};
use super::settings::ContractSettings;
use super::{Contract, Preset, SignInError, SignedIn, Tokens};
use crate::config::Messages;
use crate::secret::RefreshToken;

fn contract(name: &str) -> Contract {
    let mut table: toml::Table = match name {
        "djoser-opaque" => include_str!("real_apis/djoser-opaque.toml").parse().unwrap(),
        _ => toml::Table::new(),
    };
    table.insert("base_url".to_owned(), "https://api.example".into());
    if let Some(preset) = Preset::named(name) {
        preset.put_under(&mut table);
    }
    let settings: ContractSettings = table.try_into().unwrap();
    let form = form(&["username", "password"]);
    settings.contract(&form, true, &mut |key, text| panic!("{name}: {key}: {text}")).unwrap()
}

/// Signs in and out; the lines of every request.
async fn round_trip(name: &str, answers: Vec<Answer>) -> (SignedIn, Vec<Vec<String>>) {
    let rig = Rig::new(contract(name), Messages::Neutral, answers);
    let typed = credentials(&[("username", "ana@example.com"), ("password", "s3cret")]);
    let signed_in = rig.upstream.sign_in(&typed).await.unwrap();
    let tokens = Tokens {
        access_token: signed_in.access_token.clone(),
        refresh_token: signed_in.refresh_token.clone(),
        user_id: signed_in.user.id.clone(),
    };
    rig.upstream.sign_out(&tokens).await.unwrap();
    (signed_in, rig.requests().iter().map(lines).collect())
}

/// What the refresh of a contract sends for these tokens.
fn refresh(name: &str, signed_in: &SignedIn) -> Vec<String> {
    let contract = contract(name);
    let filling = Filling {
        access: Some(&signed_in.access_token),
        refresh: signed_in.refresh_token.as_ref(),
        ..Filling::default()
    };
    lines(&request::build(&contract, &contract.refresh.as_ref().unwrap().endpoint, &filling).unwrap())
}

async fn refused(name: &str, given: Answer) -> SignInError {
    let rig = Rig::new(contract(name), Messages::Upstream, [given]);
    rig.upstream.sign_in(&credentials(&[("username", "ana"), ("password", "wrong-one")])).await.unwrap_err()
}

fn wrong(message: &str) -> SignInError {
    SignInError::BadCredentials { message: Some(message.to_owned()) }
}

fn token() -> String {
    jwt(&json!({ "sub": "ana@example.com", "exp": NOW + 7_200 }))
}

const JSON: &str = "content-type: application/json";

#[tokio::test]
async fn marxan() {
    let token = token();
    let user = json!({ "id": "u-1", "email": "ana@example.com" });
    let attributes =
        json!({ "fname": "Ana", "lname": null, "email": "ana@example.com", "displayName": "Ana", "metadata": {} });
    let data = json!({ "type": "users", "id": "u-1", "attributes": attributes });
    let (signed_in, sent) = round_trip(
        "marxan",
        vec![
            json_answer(201, json!({ "user": user, "accessToken": token })),
            json_answer(200, json!({ "data": data })),
            answer(201, &[], ""),
        ],
    )
    .await;
    let bearer = format!("authorization: Bearer {token}");
    assert_eq!(
        sent,
        [
            vec![
                "POST https://api.example/auth/sign-in",
                JSON,
                r#"{"password":"s3cret","username":"ana@example.com"}"#
            ],
            vec!["GET https://api.example/api/v1/users/me", &bearer],
            vec!["POST https://api.example/auth/sign-out", &bearer],
        ]
    );
    assert_eq!(signed_in.profile, data);
    assert_eq!((signed_in.user.id.clone(), signed_in.user.name.as_deref()), (Some(json!("u-1")), Some("Ana")));
    assert_eq!(signed_in.expires, Some(Timestamp::from_unix(NOW + 7_200)));
    // The access token in the header, and no body at all: Marxan refuses what it does not know.
    assert_eq!(refresh("marxan", &signed_in), ["POST https://api.example/auth/refresh-token", &bearer]);

    let body = json!({ "errors": [{ "status": 401, "title": "Unauthorized", "meta": {} }] });
    assert_eq!(refused("marxan", json_answer(401, body)).await, wrong("Unauthorized"));
    let body = json!({ "errors": [{ "status": 400, "title": "property remember should not exist" }] });
    assert_eq!(refused("marxan", json_answer(400, body)).await, SignInError::Configuration { status: 400 });
}

#[tokio::test]
async fn djoser() {
    let token = token();
    let (signed_in, sent) = round_trip(
        "djoser",
        vec![
            json_answer(200, json!({ "refresh": "canary-refresh", "access": token })),
            json_answer(200, json!({ "email": "ana@example.com", "id": 1, "username": "ana" })),
            json_answer(200, json!({})),
        ],
    )
    .await;
    let header = format!("authorization: JWT {token}");
    assert_eq!(
        sent,
        [
            vec![
                "POST https://api.example/auth/jwt/create/",
                JSON,
                r#"{"password":"s3cret","username":"ana@example.com"}"#
            ],
            vec!["GET https://api.example/auth/users/me/", &header],
            vec!["POST https://api.example/auth/jwt/blacklist/", JSON, r#"{"refresh":"canary-refresh"}"#],
        ]
    );
    assert_eq!(signed_in.refresh_token, Some(RefreshToken::new("canary-refresh")));
    assert_eq!((signed_in.user.id.clone(), signed_in.user.name.as_deref()), (Some(json!(1)), Some("ana")));
    assert_eq!(
        refresh("djoser", &signed_in),
        ["POST https://api.example/auth/jwt/refresh/", JSON, r#"{"refresh":"canary-refresh"}"#]
    );
    let body = json!({ "detail": "No active account found with the given credentials" });
    assert_eq!(
        refused("djoser", json_answer(401, body)).await,
        wrong("No active account found with the given credentials")
    );
}

#[tokio::test]
async fn djoser_with_opaque_tokens() {
    let (signed_in, sent) = round_trip(
        "djoser-opaque",
        vec![
            json_answer(200, json!({ "auth_token": "b704c9fc3655635646356ac2950269f352ea1139" })),
            json_answer(200, json!({ "email": "ana@example.com", "id": 0, "username": "ana" })),
            answer(204, &[], ""),
        ],
    )
    .await;
    let header = "authorization: Token b704c9fc3655635646356ac2950269f352ea1139";
    assert_eq!(
        sent,
        [
            vec![
                "POST https://api.example/auth/token/login/",
                JSON,
                r#"{"password":"s3cret","username":"ana@example.com"}"#
            ],
            vec!["GET https://api.example/auth/users/me/", header],
            vec!["POST https://api.example/auth/token/logout/", header],
        ]
    );
    assert_eq!(signed_in.user.id, Some(json!(0)));
    assert_eq!((signed_in.expires, signed_in.subject), (Some(Timestamp::from_unix(NOW + 86_400)), None));
    let body = json!({ "non_field_errors": ["Unable to log in with provided credentials."] });
    assert_eq!(
        refused("djoser-opaque", json_answer(400, body)).await,
        wrong("Unable to log in with provided credentials.")
    );
    let body = json!({ "detail": "JSON parse error" });
    assert_eq!(refused("djoser-opaque", json_answer(400, body)).await, SignInError::Configuration { status: 400 });
}

#[tokio::test]
async fn fastapi_users() {
    let token = token();
    let profile = json!({ "id": "1f", "email": "ana@example.com", "is_active": true, "is_superuser": false });
    let (signed_in, sent) = round_trip(
        "fastapi-users",
        vec![
            json_answer(200, json!({ "access_token": token, "token_type": "bearer" })),
            json_answer(200, profile.clone()),
            answer(204, &[], ""),
        ],
    )
    .await;
    let bearer = format!("authorization: Bearer {token}");
    let form = "content-type: application/x-www-form-urlencoded";
    assert_eq!(
        sent,
        [
            vec!["POST https://api.example/auth/jwt/login", form, "password=s3cret&username=ana%40example.com"],
            vec!["GET https://api.example/users/me", &bearer],
            vec!["POST https://api.example/auth/jwt/logout", &bearer],
        ]
    );
    assert_eq!(signed_in.profile, profile);
    let detail = |detail: Value| json_answer(400, json!({ "detail": detail }));
    assert_eq!(refused("fastapi-users", detail(json!("LOGIN_BAD_CREDENTIALS"))).await, wrong("LOGIN_BAD_CREDENTIALS"));
    let message = Some("LOGIN_USER_NOT_VERIFIED".to_owned());
    assert_eq!(
        refused("fastapi-users", detail(json!("LOGIN_USER_NOT_VERIFIED"))).await,
        SignInError::Locked { message }
    );
}

#[tokio::test]
async fn feathers() {
    let token = token();
    let hash = "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW";
    let (signed_in, sent) = round_trip(
        "feathers",
        vec![
            json_answer(201, json!({ "accessToken": token, "user": { "id": 0, "email": "ana@example.com" } })),
            json_answer(
                200,
                json!({ "id": 0, "email": "ana@example.com", "name": "Ana", "password": hash, "legacy": hash }),
            ),
            json_answer(200, json!({ "accessToken": token })),
        ],
    )
    .await;
    let bearer = format!("authorization: Bearer {token}");
    let login = r#"{"email":"ana@example.com","password":"s3cret","strategy":"local"}"#;
    assert_eq!(
        sent,
        [
            vec!["POST https://api.example/authentication", JSON, login],
            vec!["GET https://api.example/users/0", &bearer],
            vec!["DELETE https://api.example/authentication", &bearer],
        ]
    );
    assert_eq!(signed_in.profile, json!({ "id": 0, "email": "ana@example.com", "name": "Ana" }));
    let body = format!(r#"{{"accessToken":"{token}","strategy":"jwt"}}"#);
    assert_eq!(refresh("feathers", &signed_in), ["POST https://api.example/authentication", JSON, &body]);
    let body = json!({ "name": "NotAuthenticated", "message": "Invalid login", "code": 401 });
    assert_eq!(refused("feathers", json_answer(401, body)).await, wrong("Invalid login"));
}

#[tokio::test]
async fn directus() {
    let token = token();
    let tokens = json!({ "data": { "access_token": token, "expires": 900_000, "refresh_token": "canary-refresh" } });
    let profile = json!({ "id": "u-1", "first_name": "Ana", "email": "ana@example.com", "tfa_secret": null });
    let (signed_in, sent) = round_trip(
        "directus",
        vec![json_answer(200, tokens), json_answer(200, json!({ "data": profile })), answer(204, &[], "")],
    )
    .await;
    let bearer = format!("authorization: Bearer {token}");
    let login = r#"{"email":"ana@example.com","mode":"json","password":"s3cret"}"#;
    assert_eq!(
        sent,
        [
            vec!["POST https://api.example/auth/login", JSON, login],
            vec!["GET https://api.example/users/me", &bearer],
            vec!["POST https://api.example/auth/logout", JSON, r#"{"mode":"json","refresh_token":"canary-refresh"}"#],
        ]
    );
    assert_eq!((signed_in.user.id.clone(), signed_in.user.name.as_deref()), (Some(json!("u-1")), Some("Ana")));
    assert_eq!(
        refresh("directus", &signed_in),
        ["POST https://api.example/auth/refresh", JSON, r#"{"mode":"json","refresh_token":"canary-refresh"}"#]
    );
    let error =
        |code: &str| json_answer(401, json!({ "errors": [{ "message": "words", "extensions": { "code": code } }] }));
    let message = || Some("words".to_owned());
    assert_eq!(refused("directus", error("INVALID_CREDENTIALS")).await, wrong("words"));
    assert_eq!(refused("directus", error("USER_SUSPENDED")).await, SignInError::Locked { message: message() });
    assert_eq!(refused("directus", error("INVALID_OTP")).await, SignInError::SecondStep { message: message() });
}

#[tokio::test]
async fn strapi() {
    let token = token();
    let user = json!({ "id": 1, "username": "ana", "email": "ana@example.com", "blocked": false });
    let (signed_in, sent) = round_trip(
        "strapi",
        vec![json_answer(200, json!({ "jwt": token, "user": user })), json_answer(200, user.clone())],
    )
    .await;
    let bearer = format!("authorization: Bearer {token}");
    let login = r#"{"identifier":"ana@example.com","password":"s3cret"}"#;
    assert_eq!(
        sent,
        [
            vec!["POST https://api.example/api/auth/local", JSON, login],
            vec!["GET https://api.example/api/users/me", &bearer],
        ]
    );
    assert_eq!((signed_in.user.id.clone(), signed_in.user.name.as_deref()), (Some(json!(1)), Some("ana")));
    let error = |message: &str| {
        json_answer(
            400,
            json!({ "data": null, "error": { "status": 400, "name": "ValidationError", "message": message } }),
        )
    };
    let invalid = "Invalid identifier or password";
    assert_eq!(refused("strapi", error(invalid)).await, wrong(invalid));
    let blocked = "Your account has been blocked by an administrator";
    let message = Some(blocked.to_owned());
    assert_eq!(refused("strapi", error(blocked)).await, SignInError::Locked { message });
    assert_eq!(refused("strapi", error("2 errors occurred")).await, SignInError::Configuration { status: 400 });
}
