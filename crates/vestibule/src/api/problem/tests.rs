use serde_json::json;

use super::Problem;

/// RFC 9457, section 3.
#[test]
fn the_standard_s_members_are_read_and_the_others_kept() {
    let answer = json!({
        "type": "https://example.com/probs/out-of-credit", "title": "You do not have enough credit.", "status": 403,
        "detail": "Your balance is 30, but that costs 50.", "instance": "/account/12345/msgs/abc", "balance": 30,
    });
    let problem = Problem::of(403, &answer).unwrap();
    assert_eq!(problem.kind, "https://example.com/probs/out-of-credit");
    assert_eq!(problem.title.as_deref(), Some("You do not have enough credit."));
    assert_eq!(problem.detail.as_deref(), Some("Your balance is 30, but that costs 50."));
    assert_eq!(problem.instance.as_deref(), Some("/account/12345/msgs/abc"));
    assert_eq!((problem.status, problem.extensions), (403, json!({ "balance": 30 }).as_object().unwrap().clone()));
}

/// Sections 3.1 and 4.2.1.
#[test]
fn members_of_another_type_count_as_absent() {
    let problem = Problem::of(400, &json!({ "type": 7, "title": "Bad", "detail": ["x"], "status": "400" })).unwrap();
    assert_eq!((problem.kind.as_str(), problem.detail, problem.status), ("about:blank", None, 400));
}

#[test]
fn other_shapes_are_no_problem_of_the_standard_s() {
    for other in
        [json!({ "errors": { "name": "taken" } }), json!([{ "title": "x" }]), json!("title"), json!({ "title": 1 })]
    {
        assert_eq!(Problem::of(422, &other), None, "{other}");
    }
}
