use std::collections::BTreeMap;

use serde_json::json;

use super::{BodyTemplate, Encoding, Entry, PathTemplate, Template, Text, Values, has_dot_segment};
use crate::upstream::fake;

struct Map(BTreeMap<&'static str, &'static str>);

impl Values for Map {
    fn value(&self, name: &str) -> Option<&str> {
        self.0.get(name).copied()
    }
}

fn values(pairs: &[(&'static str, &'static str)]) -> Map {
    Map(pairs.iter().copied().collect())
}

fn rendered(body: &str, values: &Map) -> String {
    let contract = fake::contract(&format!("sign_in = {{ body = {body} }}"));
    let endpoint = &contract.sign_in.endpoint;
    String::from_utf8(endpoint.body.as_ref().unwrap().render(endpoint.encoding, values, &[]).unwrap().to_vec()).unwrap()
}

#[test]
fn a_placeholder_may_stand_inside_longer_text() {
    let body = "{ '/login' = 'realm/{username}!', '/n' = 3, '/yes' = true, '/deep' = { who = ['{username}', 'x'] } }";
    let expected = json!({ "login": "realm/ana!", "n": 3, "yes": true, "deep": { "who": ["ana", "x"] } });
    assert_eq!(rendered(body, &values(&[("username", "ana")])), expected.to_string());
}

#[test]
fn a_template_whose_placeholder_is_empty_is_left_out() {
    let body = "{ '/username' = '{username}', '/otp' = '{otp}', '/list' = ['{otp}', 'x'], '/t' = 'code {otp}' }";
    assert_eq!(rendered(body, &values(&[("username", "ana"), ("otp", "")])), r#"{"list":["x"],"username":"ana"}"#);
}

#[test]
fn an_empty_body_is_an_empty_object_and_a_default_one_without_values_is_none() {
    assert_eq!(rendered("{}", &values(&[])), "{}");
    let default = fake::smallest().sign_in.endpoint.body.unwrap();
    assert!(default.render(Encoding::Json, &values(&[]), &[]).is_none());
}

/// RL-06
#[test]
fn a_password_arrives_as_it_was_typed() {
    let awkward = "  p\u{e4}ss \u{1f511} e\u{301} \"\\/&=+%20\u{7f}\t ";
    for password in [awkward.to_owned(), "x".repeat(64), "y".repeat(128), "\u{1f511}".repeat(1_024)] {
        let password: &'static str = password.leak();
        let values = values(&[("username", "ana"), ("password", password)]);
        let body = fake::smallest().sign_in.endpoint.body.unwrap();
        let sent = body.render(Encoding::Json, &values, &[]).unwrap();
        assert_eq!(serde_json::from_slice::<serde_json::Value>(&sent).unwrap()["password"], password);
        let sent = body.render(Encoding::Form, &values, &[]).unwrap();
        let read: BTreeMap<_, _> = url::form_urlencoded::parse(&sent).into_owned().collect();
        assert_eq!(read["password"], password);
    }
}

#[test]
fn braces_that_hold_no_name_are_text() {
    for text in ["{", "}", "{}", "{ username }", "{\"a\": 1}", "a{b"] {
        assert_eq!(Text::parse(text).placeholders().count(), 0, "{text}");
    }
    assert_eq!(Text::parse("{{username}}").placeholders().collect::<Vec<_>>(), ["username"]);
}

#[test]
fn the_whole_document_can_be_one_template() {
    assert_eq!(rendered("{ '' = '{username}' }", &values(&[("username", "ana")])), "\"ana\"");
}

#[test]
fn debug_shows_the_names_of_a_body_and_no_constant() {
    let template = Template::Constant(json!("canary-constant"));
    let body = BodyTemplate { entries: vec![Entry { names: vec!["api_key".into()], template }], is_default: false };
    assert_eq!(format!("{body:?}"), r#"{"api_key"}"#);
}

#[test]
fn a_user_id_is_one_segment_of_a_path() {
    let path = PathTemplate("/users/{user_id}/me".to_owned());
    let filled = |id| path.fill(&values(&[("user_id", id)]));
    assert_eq!(filled("0").as_deref(), Some("/users/0/me"));
    assert_eq!(filled("a/../b?x#y %").as_deref(), Some("/users/a%2F..%2Fb%3Fx%23y%20%25/me"));
    assert_eq!(filled(""), None);
    assert_eq!(filled(".."), None);
    assert_eq!(path.fill(&values(&[])), None);
}

#[test]
fn dot_segments_are_seen_in_every_spelling() {
    for path in ["/..", "/a/../b", "/a/.", "/%2e%2E/b", "/.%2e?x"] {
        assert!(has_dot_segment(path), "{path}");
    }
    for path in ["/a..b", "/...", "/a?x=/../", "/.well-known"] {
        assert!(!has_dot_segment(path), "{path}");
    }
}
