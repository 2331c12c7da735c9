use super::*;

fn read(query: &str) -> Option<Returned> {
    Returned::parse(query.as_bytes())
}

#[test]
fn an_answer_has_a_state_and_a_code_or_an_error() {
    let returned = read("code=a%2Fb+c&state=s&iss=https%3A%2F%2Fid.example&session_state=x&user=%7B%7D").unwrap();
    assert!(matches!(&returned.outcome, Outcome::Code(code) if code.as_str() == "a/b c"));
    assert_eq!(
        (returned.state.as_str(), returned.issuer.as_deref(), returned.user.as_deref()),
        ("s", Some("https://id.example"), Some("{}"))
    );
    let returned = read("error=access_denied&error_description=No&state=s").unwrap();
    assert!(matches!(returned.outcome, Outcome::Error(word) if word == "access_denied"));
    for nothing in [
        "",
        "state=s",
        "code=a",
        "code=&state=s",
        "code=a&state=",
        "code=a&state=s&state=s",
        "code=a&code=b&state=s",
        "iss=a&iss=b&code=a&state=s",
    ] {
        assert!(read(nothing).is_none(), "{nothing}");
    }
}

/// LG-01
#[test]
fn nothing_that_came_back_is_in_debug_output() {
    let shown = format!("{:?}", read("code=canary&state=canary&iss=canary").unwrap());
    assert!(!shown.contains("canary"), "{shown}");
}
