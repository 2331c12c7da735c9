use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::find;
use crate::upstream::fake;
use crate::upstream::pointer::Pointer;

fn found(pointer: &str, body: Value) -> BTreeMap<String, String> {
    let contract = fake::contract("sign_in = { body = { '/e-mail' = '{username}', '/password' = '{password}' } }");
    let template = contract.sign_in.endpoint.body.as_ref();
    find(&[Pointer::parse(pointer).unwrap()], Some(&body), template, |name| matches!(name, "username" | "password"))
}

fn fields(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

/// Fault 11
#[test]
fn every_shape_of_field_errors_is_read() {
    let expected = fields(&[("password", "Too short.")]);
    for (pointer, body) in [
        ("/errors", json!({ "errors": { "password": "Too short." } })),
        ("/errors", json!({ "errors": { "password": ["Too", "short."] } })),
        ("/errors", json!({ "errors": { "password": [{ "code": 3, "message": "Too short." }] } })),
        ("/errors", json!({ "errors": { "password": { "message": "Too short." } } })),
        ("", json!({ "password": ["Too\nshort."], "detail": "Bad request" })),
        ("/errors", json!({ "errors": [{ "field": "password", "message": "Too short." }] })),
        ("/errors", json!({ "errors": [{ "path": "user.password", "msg": "Too short." }] })),
        (
            "/errors",
            json!({ "errors": [{ "source": { "pointer": "/data/attributes/password" }, "detail": "Too short." }] }),
        ),
        ("/detail", json!({ "detail": [{ "loc": ["body", "password"], "msg": "Too short.", "input": "canary" }] })),
    ] {
        assert_eq!(found(pointer, body.clone()), expected, "{body}");
    }
}

#[test]
fn a_field_is_also_known_by_the_name_that_the_api_has_for_it() {
    assert_eq!(found("", json!({ "E_Mail": "No such address." })), fields(&[("username", "No such address.")]));
}

#[test]
fn what_is_no_field_of_the_form_is_no_field_error() {
    for body in [
        json!({ "errors": [{ "status": 400, "title": "Bad Request", "meta": {} }] }),
        json!({ "errors": { "strategy": "Unknown." } }),
        json!({ "errors": "no" }),
        json!([]),
    ] {
        assert_eq!(found("/errors", body), BTreeMap::new());
    }
}
