use std::time::Duration;

use http::StatusCode;
use serde_json::json;
use url::Url;

use super::{Auth, Contract, Expiry, TokenSource};
use crate::upstream::fake::{checked, contract, form, mistakes, smallest};
use crate::upstream::pointer::Pointer;
use crate::upstream::rule::Rule;
use crate::upstream::settings::ContractSettings;

fn pointer(text: &str) -> Pointer {
    Pointer::parse(text).unwrap()
}

#[test]
fn the_defaults_are_those_of_the_documentation() {
    for contract in [smallest(), contract("")] {
        assert_eq!(contract.base_url().as_str(), "https://api.example/");
        assert_eq!(contract.auth_header(), Some(("authorization", "Bearer")));
        assert_eq!(contract.accept, "*/*");
        assert_eq!((contract.timeout(), contract.connect_timeout()), (Duration::from_secs(10), Duration::from_secs(3)));
        assert_eq!(contract.expiry(), &Expiry::Jwt);
        assert!(contract.refresh().is_none());
        assert!(contract.sign_out().is_none());
        let sign_in = contract.sign_in();
        assert_eq!((sign_in.endpoint.method.as_str(), sign_in.endpoint.path.as_str()), ("POST", "/sign-in"));
        assert_eq!(sign_in.token, TokenSource::Pointer(pointer("/accessToken")));
        assert_eq!(sign_in.refresh_token, pointer("/refreshToken"));
        assert_eq!(sign_in.user_id, pointer("/user/id"));
        assert_eq!(sign_in.bad_credentials, [Rule::status(StatusCode::UNAUTHORIZED)]);
        assert_eq!(sign_in.locked, [Rule::status(StatusCode::FORBIDDEN), Rule::status(StatusCode::LOCKED)]);
        assert!(sign_in.mfa.is_empty());
        assert_eq!(sign_in.message, [pointer("/errors/0/title")]);
        assert_eq!(sign_in.field_errors, [pointer("/errors"), pointer("/fields")]);
        assert!(!sign_in.endpoint.auth);
        let profile = contract.profile();
        assert_eq!((profile.endpoint.method.as_str(), profile.endpoint.path.as_str()), ("GET", "/me"));
        assert!(profile.endpoint.auth && profile.endpoint.body.is_none());
        assert!(profile.pointer.is_root() && profile.id.is_none() && profile.keep.is_empty());
        assert_eq!(
            [&profile.name, &profile.email, &profile.image],
            [&pointer("/displayName"), &pointer("/email"), &pointer("/avatar")]
        );
        assert_eq!(profile.omit, [pointer("/password")]);
        assert_eq!(profile.unauthorized, [Rule::status(StatusCode::UNAUTHORIZED)]);
    }
}

#[test]
fn an_empty_refresh_or_sign_out_table_takes_the_values_shown() {
    let contract = contract("refresh = {}\nsign_out = {}");
    let refresh = contract.refresh().unwrap();
    assert_eq!((refresh.endpoint.method.as_str(), refresh.endpoint.path.as_str()), ("POST", "/refresh"));
    assert!(!refresh.endpoint.auth);
    assert_eq!(format!("{:?}", refresh.endpoint.body.as_ref().unwrap()), r#"{"refresh_token"}"#);
    assert_eq!(refresh.unauthorized.len(), 2);
    assert!(refresh.unauthorized[1].matches(StatusCode::BAD_REQUEST, Some(&json!({ "error": "invalid_grant" }))));
    let sign_out = contract.sign_out().unwrap();
    assert_eq!((sign_out.method.as_str(), sign_out.path.as_str(), sign_out.auth), ("POST", "/sign-out", true));
    assert!(sign_out.body.is_none());
}

#[test]
fn a_partial_table_keeps_the_other_defaults() {
    assert_eq!(contract("auth = { scheme = 'JWT' }").auth_header(), Some(("authorization", "JWT")));
    assert_eq!(contract("auth = { header = 'X-Token', scheme = '' }").auth_header(), Some(("x-token", "")));
    let profile = contract("profile = { attributes = { email = '/mail' } }").profile;
    assert_eq!((profile.email, profile.name), (pointer("/mail"), pointer("/displayName")));
    let sign_in = contract("sign_in = { user = '/data/user' }").sign_in;
    assert_eq!(sign_in.user_id, pointer("/data/user/id"));
    let cookie = contract("auth = { in = 'cookie', cookie = 'jwt' }");
    assert!(matches!(&cookie.auth, Auth::Cookie { name } if name == "jwt"));
    assert_eq!(cookie.auth_header(), None);
}

#[test]
fn every_table_refuses_unknown_keys() {
    for text in [
        "token = 'x'",
        "[auth]\nkind = 'x'",
        "[client]\nname = 'x'",
        "[sign_in]\ntokn = '/x'",
        "[sign_in]\nbad_credentials = [{ status = 400, equal = 1 }]",
        "[profile]\nusername = '/x'",
        "[profile.attributes]\navatar = '/x'",
        "[refresh]\nscope = 'x'",
        "[sign_out]\ntoken = '/x'",
        "[expiry]\nfor = '1h'",
        "[test]\nidentifier = 'x'",
    ] {
        assert!(toml::from_str::<ContractSettings>(text).is_err(), "{text}");
    }
}

#[test]
fn every_mistake_names_its_key_and_its_mend() {
    for (text, key) in [
        ("sign_in.token = 'accessToken'", "upstream.sign_in.token"),
        ("sign_in.token = '/a~b'", "upstream.sign_in.token"),
        ("sign_in = { token = '/a', token_cookie = 'a' }", "upstream.sign_in.token_cookie"),
        ("sign_in.token_cookie = 'a b'", "upstream.sign_in.token_cookie"),
        ("sign_in.path = 'sign-in'", "upstream.sign_in.path"),
        ("sign_in.path = '//evil.example'", "upstream.sign_in.path"),
        ("sign_in.path = '/a/../b'", "upstream.sign_in.path"),
        ("sign_in.path = '/a b'", "upstream.sign_in.path"),
        ("sign_in.path = '/a#b'", "upstream.sign_in.path"),
        ("sign_in.path = '/{username}'", "upstream.sign_in.path"),
        ("sign_in.path = '/{user_id}'", "upstream.sign_in"),
        ("sign_in.method = 'post'", "upstream.sign_in.method"),
        ("sign_in.encoding = 'xml'", "upstream.sign_in.encoding"),
        ("sign_in.content_type = \"a\\nb\"", "upstream.sign_in.content_type"),
        ("sign_in.success = [302]", "upstream.sign_in.success"),
        ("sign_in.success = []", "upstream.sign_in.success"),
        ("sign_in.body = { username = '{username}' }", "upstream.sign_in.body.\"username\""),
        ("sign_in.body = { '/username' = '{email}' }", "upstream.sign_in.body.\"/username\""),
        ("sign_in.body = { '/a' = { b = ['{nobody}'] } }", "upstream.sign_in.body.\"/a\""),
        ("sign_in.body = { '/a' = 'x', '/a/b' = 'y' }", "upstream.sign_in.body"),
        ("sign_in.body = { '/a' = nan }", "upstream.sign_in.body.\"/a\""),
        ("sign_in = { encoding = 'form', body = { '/a' = 'x' } }", "upstream.sign_in.body.\"/a\""),
        ("sign_in = { encoding = 'form', body = { a = ['x'] } }", "upstream.sign_in.body.\"a\""),
        ("sign_in.bad_credentials = [{ status = 401 }, { status = 200 }]", "upstream.sign_in.bad_credentials[1]"),
        ("sign_in.locked = [{ status = 99 }]", "upstream.sign_in.locked[0].status"),
        ("sign_in.mfa = [{ status = 403, pointer = 'code' }]", "upstream.sign_in.mfa[0].pointer"),
        ("sign_in.message = ['', 'x']", "upstream.sign_in.message[1]"),
        ("sign_in.client_auth = true", "upstream.sign_in.client_auth"),
        (
            "profile = { client_auth = true }\nclient = { auth = 'basic', id = 'a', secret = 'b' }",
            "upstream.profile.client_auth",
        ),
        ("client = { auth = 'basic', id = 'a' }", "upstream.client.secret"),
        ("client = { auth = 'body' }", "upstream.client.id"),
        ("client = { auth = 'mtls', id = 'a' }", "upstream.client.auth"),
        ("client = { id = 'a' }", "upstream.client.auth"),
        ("profile.keep = ['token']", "upstream.profile.keep[0]"),
        ("profile.attributes.name = 'name'", "upstream.profile.attributes.name"),
        ("refresh.token = 'x'", "upstream.refresh.token"),
        ("sign_out.method = 'CONNECT'", "upstream.sign_out.method"),
        ("auth.header = 'a b'", "upstream.auth.header"),
        ("auth.header = 'Host'", "upstream.auth.header"),
        ("auth.scheme = \"a\\u0000\"", "upstream.auth.scheme"),
        ("auth.in = 'query'", "upstream.auth.in"),
        ("auth.in = 'cookie'", "upstream.auth.cookie"),
        ("auth.cookie = 'jwt'", "upstream.auth.cookie"),
        ("headers.Authorization = 'x'", "upstream.headers.Authorization"),
        ("headers.Accept-Encoding = 'gzip'", "upstream.headers.Accept-Encoding"),
        ("headers.'a b' = 'x'", "upstream.headers.a b"),
        ("headers.X-Key = \"a\\nb\"", "upstream.headers.X-Key"),
        ("accept = ''", "upstream.accept"),
        ("timeout = '0s'", "upstream.timeout"),
        ("timeout = '15s'", "upstream.timeout"),
        ("timeout = '14001ms'", "upstream.timeout"),
        ("connect_timeout = '1m'", "upstream.connect_timeout"),
        ("expiry.from = 'never'", "upstream.expiry.from"),
        ("expiry.from = 'fixed'", "upstream.expiry.max_age"),
        ("expiry.max_age = '1h'", "upstream.expiry.max_age"),
        ("expiry = { from = 'pointer', unit = 's' }", "upstream.expiry.pointer"),
        ("expiry = { from = 'pointer', pointer = '/e', unit = 'weeks' }", "upstream.expiry.unit"),
    ] {
        let found = mistakes(text);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        let (at, words) = found[0].split_once(": ").unwrap();
        assert_eq!(at, key, "{text}");
        assert!(words.contains(" — "), "{words}");
    }
}

/// Fault 3: the two calls of a sign-in time out before the request does, or its answer would be 408 instead of 504.
#[test]
fn the_longest_timeout_lets_two_calls_fit_into_a_request() {
    assert_eq!(contract("timeout = '14s'").timeout(), Duration::from_secs(14));
    let longer = mistakes("timeout = '20s'");
    assert_eq!(
        longer,
        ["upstream.timeout: is longer than 14s, and the two calls of a sign-in must fit into the 30 s of a request — \
          write 14s or less"]
    );
}

#[test]
fn all_mistakes_are_told_at_once() {
    let found = mistakes("timeout = '0s'\nsign_in = { token = 'x', method = 'x' }\nprofile.id = 'y'").join("\n");
    for key in ["upstream.timeout", "upstream.sign_in.token", "upstream.sign_in.method", "upstream.profile.id"] {
        assert!(found.contains(key), "{key} in {found}");
    }
}

#[test]
fn a_base_url_is_an_origin_or_a_prefix() {
    for good in [
        "https://api.example",
        "https://api.example/v1/",
        "http://127.0.0.1:8080",
        "http://[::1]/x",
        "http://localhost",
    ] {
        assert!(checked(&format!("base_url = '{good}'"), true).is_ok(), "{good}");
    }
    for bad in [
        "api.example",
        "/v1",
        "ftp://api.example",
        "https://",
        "https://ana:canary-secret@api.example",
        "https://api.example?x=1",
        "https://api.example#x",
        "http://api.example",
        "http://10.0.0.1",
        "http://localhost.evil.example",
    ] {
        let found = checked(&format!("base_url = '{bad}'"), true).unwrap_err();
        assert_eq!(found.len(), 1, "{bad}: {found:?}");
        assert!(found[0].starts_with("upstream.base_url: ") && !found[0].contains("canary"), "{found:?}");
    }
    assert!(checked("base_url = 'http://10.0.0.1'", false).is_ok());
    assert!(checked("", true).unwrap_err().is_empty());
}

#[test]
fn placeholders_are_the_fields_of_the_login_form() {
    let settings: ContractSettings =
        toml::from_str("base_url = 'https://a.example'\nsign_in.body = { '/m' = '{mail}', '/o' = '{otp}' }").unwrap();
    let contract = settings.contract(&form(&["mail", "password"]), true, &mut |key, text| panic!("{key}: {text}"));
    assert_eq!(contract.unwrap().secret_fields, ["password", "otp"]);

    // The default body asks for fields that this form does not have.
    let settings: ContractSettings = toml::from_str("base_url = 'https://a.example'").unwrap();
    let mut keys = Vec::new();
    let contract = settings.contract(&form(&["mail", "password"]), true, &mut |key, text| {
        assert!(text.contains("{username}") && text.contains("{mail}"), "{text}");
        keys.push(key);
    });
    assert!(contract.is_none());
    assert_eq!(keys, ["upstream.sign_in.body"]);
}

/// LG-01
#[test]
fn debug_shows_no_secret_of_a_contract() {
    let contract = contract(
        "headers = { X-Api-Key = 'canary-key' }\nclient = { auth = 'body', id = 'app', secret = 'canary-secret' }\n\
         sign_in.body = { '/k' = 'canary-constant', '/username' = '{username}' }",
    );
    let shown = format!("{contract:?} {contract:#?}");
    assert!(!shown.contains("canary"), "{shown}");
}

#[test]
fn a_contract_of_any_address_can_be_made() {
    let contract = Contract::at(Url::parse("http://127.0.0.1:7104/api").unwrap());
    assert_eq!(contract.base_url().as_str(), "http://127.0.0.1:7104/api");
}
