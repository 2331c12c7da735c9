use serde_json::{Value, json};

use super::*;

const ISSUER: &str = "https://id.example/realm";

fn document() -> Value {
    json!({
        "issuer": ISSUER,
        "authorization_endpoint": "https://id.example/authorize?realm=a",
        "token_endpoint": "https://id.example/token",
        "jwks_uri": "https://keys.example/jwks",
        "userinfo_endpoint": "https://id.example/me",
        "revocation_endpoint": "https://id.example/revoke",
        "end_session_endpoint": "https://id.example/leave",
        "authorization_response_iss_parameter_supported": true,
        "claims_supported": ["sub"],
    })
}

fn with(member: &str, value: impl Into<Value>) -> Option<Metadata> {
    let mut document = document();
    document[member] = value.into();
    Metadata::parse(document.to_string().as_bytes(), ISSUER)
}

#[test]
fn a_provider_says_where_its_endpoints_are() {
    let read = Metadata::parse(document().to_string().as_bytes(), ISSUER).unwrap();
    assert_eq!((read.issuer.as_str(), read.names_issuer), (ISSUER, true));
    assert_eq!(read.authorize_url.as_str(), "https://id.example/authorize?realm=a");
    assert_eq!(read.end_session_url.unwrap().as_str(), "https://id.example/leave");
    let address = |issuer| Metadata::address(issuer).unwrap().to_string();
    assert_eq!(address(ISSUER), "https://id.example/realm/.well-known/openid-configuration");
    assert_eq!(address("https://id.example/"), "https://id.example/.well-known/openid-configuration");
}

/// OA-02: another issuer's document is not this one's, whoever serves it.
#[test]
fn the_document_of_another_issuer_is_refused() {
    for issuer in
        ["https://evil.example", "https://id.example/realm/", "https://id.example", "", "https://id.example/Realm"]
    {
        assert_eq!(with("issuer", issuer), None, "{issuer}");
    }
    // Nobody but the one who is configured for many tenants has an issuer for each.
    assert_eq!(with("issuer", "https://id.example/{tenantid}"), None);
}

#[test]
fn the_issuer_of_many_tenants_is_a_template() {
    let at = |configured: &str, said: &str| {
        let mut document = document();
        document["issuer"] = said.into();
        Metadata::parse(document.to_string().as_bytes(), configured).map(|read| read.issuer)
    };
    let template = "https://login.example/{tenantid}/v2.0";
    for any in ["common", "organizations"] {
        assert_eq!(at(&format!("https://login.example/{any}/v2.0"), template).as_deref(), Some(template));
    }
    let of_tenants = Metadata { issuer: template.to_owned(), ..with("issuer", ISSUER).unwrap() };
    assert!(of_tenants.is_issuer("https://login.example/1234/v2.0"));
    for other in
        ["https://login.example//v2.0", "https://login.example/a/b/v2.0", "https://evil.example/1234/v2.0", template]
    {
        assert_eq!(of_tenants.is_issuer(other), other == template, "{other}");
    }
    assert_eq!(at("https://login.example/1234/v2.0", template), None, "one tenant's issuer is its own");
    assert_eq!(at("https://login.example/common/v2.0", "https://evil.example/{tenantid}/v2.0"), None);
}

#[test]
fn nobody_is_sent_over_an_open_line_or_to_an_address_that_is_none() {
    for member in [
        "authorization_endpoint",
        "token_endpoint",
        "jwks_uri",
        "userinfo_endpoint",
        "revocation_endpoint",
        "end_session_endpoint",
    ] {
        for bad in
            [json!("http://id.example/x"), json!("javascript:alert(1)"), json!("https://a:b@id.example/"), json!(7)]
        {
            assert_eq!(with(member, bad.clone()), None, "{member} {bad}");
        }
        assert!(with(member, "http://127.0.0.1:7107/x").is_some(), "{member}: this very machine");
    }
    for needed in ["issuer", "authorization_endpoint", "token_endpoint", "jwks_uri"] {
        assert_eq!(with(needed, Value::Null), None, "{needed}");
    }
    assert!(with("userinfo_endpoint", Value::Null).is_some());
    assert_eq!(Metadata::parse(b"<html>", ISSUER), None);
}
