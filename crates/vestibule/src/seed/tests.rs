use serde_json::json;

use super::*;

/// OU-02: what the browser reads is what the server wrote.
#[test]
fn an_awkward_profile_survives_the_seed() {
    let session: Session = serde_json::from_value(json!({
        "profile": { "name": "</script><script>alert(1)</script>", "more": ["\u{2028}", "é\u{301}", "<!--", "\0\"\\"] },
        "user": { "id": 0 },
        "expires": "2026-11-23T11:30:00Z",
        "sessionExpires": "2026-11-23T21:30:00Z",
        "idleExpires": "2026-11-23T11:30:00Z",
    }))
    .unwrap();
    let seed = Seed { session: Some(Arc::new(session.clone())), ..Seed::default() };
    let read: Seed = serde_json::from_str(&serde_json::to_string(&seed).unwrap()).unwrap();
    assert_eq!(*read.session.unwrap(), session);
}

#[test]
fn a_signed_out_page_says_no_more_than_it_must() {
    let written = serde_json::to_value(Seed::default()).unwrap();
    let members: Vec<_> = written.as_object().unwrap().keys().cloned().collect();
    assert_eq!(members, ["login", "now"]);
}
