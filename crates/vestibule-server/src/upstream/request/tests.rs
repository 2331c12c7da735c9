use serde_json::json;
use vestibule_core::AccessToken;

use super::{Filling, Unsendable, build, can_carry, user_id_text};
use crate::upstream::contract::Contract;
use crate::upstream::fake::{ana, contract, lines, smallest};

fn profile_request(contract: &Contract, token: &str) -> Result<Vec<String>, Unsendable> {
    let token = AccessToken::new(token);
    let filling = Filling { access: Some(&token), user_id: Some("0"), ..Filling::default() };
    build(contract, &contract.profile.endpoint, &filling).map(|request| lines(&request))
}

fn sign_in_request(contract: &Contract) -> Vec<String> {
    let (fields, filling) = (ana(), Filling::default());
    let filling = Filling { fields: Some(&fields), ..filling };
    lines(&build(contract, &contract.sign_in.endpoint, &filling).unwrap())
}

#[test]
fn the_token_goes_where_the_contract_says() {
    let sent = |toml: &str| profile_request(&contract(toml), "abc").unwrap()[1].clone();
    assert_eq!(sent(""), "authorization: Bearer abc");
    assert_eq!(sent("auth.scheme = 'JWT'"), "authorization: JWT abc");
    assert_eq!(sent("auth = { header = 'X-Token', scheme = '' }"), "x-token: abc");
    assert_eq!(sent("auth = { in = 'cookie', cookie = 'jwt' }"), "cookie: jwt=abc");
    assert_eq!(profile_request(&contract("profile.auth = false"), "abc").unwrap().len(), 1);
}

#[test]
fn a_token_that_no_header_can_carry_is_not_sent() {
    for token in ["", "a b", "a\nb", "a\u{0}b", "ä", "a\r\nX-Evil: 1"] {
        assert_eq!(profile_request(&smallest(), token), Err(Unsendable::Token));
    }
    let cookie = contract("auth = { in = 'cookie', cookie = 'jwt' }");
    assert!(can_carry(&smallest().auth, "a;b=c"));
    for token in ["a;b=c", "a,b", "\"a\"", "a\\b"] {
        assert_eq!(profile_request(&cookie, token), Err(Unsendable::Token));
    }
}

#[test]
fn constant_headers_and_the_words_of_every_call_go_along() {
    let contract = contract("headers = { X-Api-Key = 'key' }\naccept = 'application/vnd.api+json'");
    let filling = Filling::default();
    let request = build(&contract, &contract.sign_in.endpoint, &filling).unwrap();
    assert_eq!(request.headers()["x-api-key"], "key");
    assert_eq!(request.headers()["accept"], "application/vnd.api+json");
    assert_eq!(request.headers()["user-agent"], "Vestibule");
    assert!(!request.headers().contains_key("accept-encoding"));
    assert!(!format!("{request:?}").contains("\"key\""));
}

#[test]
fn paths_are_appended_to_a_prefix_and_may_carry_a_query_and_the_user_id() {
    let mut contract = contract("sign_in.path = '/token?grant_type=password'\nprofile.path = '/users/{user_id}'");
    contract.base_url = "https://api.example/auth/v1/".parse().unwrap();
    assert_eq!(sign_in_request(&contract)[0], "POST https://api.example/auth/v1/token?grant_type=password");
    assert_eq!(profile_request(&contract, "abc").unwrap()[0], "GET https://api.example/auth/v1/users/0");
    let nobody = Filling::default();
    assert_eq!(build(&contract, &contract.profile.endpoint, &nobody).unwrap_err(), Unsendable::NoUserId);
}

/// RFC 6749, section 2.3.1: both are form-encoded before they are joined.
#[test]
fn the_client_goes_along_where_the_endpoint_says() {
    let basic = "client = { auth = 'basic', id = 'my app', secret = 'a:b' }\nsign_in.client_auth = true";
    assert_eq!(sign_in_request(&contract(basic))[1], "authorization: Basic bXkrYXBwOmElM0Fi");
    assert_eq!(profile_request(&contract(basic), "abc").unwrap()[1], "authorization: Bearer abc");
    let form = "client = { auth = 'body', id = 'app', secret = 's&' }\n\
                sign_in = { client_auth = true, encoding = 'form', \
                body = { grant_type = 'password', username = '{username}' } }";
    assert_eq!(
        sign_in_request(&contract(form))[2],
        "grant_type=password&username=ana&client_id=app&client_secret=s%26"
    );
    let json = "client = { auth = 'body', id = 'app' }\nsign_in = { client_auth = true, body = {} }";
    assert_eq!(sign_in_request(&contract(json))[2], r#"{"client_id":"app"}"#);
}

#[test]
fn the_content_type_follows_the_encoding_unless_it_is_set() {
    assert_eq!(sign_in_request(&smallest())[1], "content-type: application/json");
    assert_eq!(
        sign_in_request(&contract("sign_in = { encoding = 'form', body = { u = '{username}' } }"))[1..],
        ["content-type: application/x-www-form-urlencoded", "u=ana"]
    );
    let own = "sign_in.content_type = 'application/vnd.api+json'";
    assert_eq!(sign_in_request(&contract(own))[1], "content-type: application/vnd.api+json");
}

#[test]
fn zero_is_an_identity() {
    assert_eq!(user_id_text(&json!(0)).as_deref(), Some("0"));
    assert_eq!(user_id_text(&json!("a")).as_deref(), Some("a"));
    for nothing in [json!(""), json!(null), json!(false), json!([1]), json!({})] {
        assert_eq!(user_id_text(&nothing), None);
    }
}
