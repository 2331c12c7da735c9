use serde_json::json;

use super::*;

#[test]
fn projects_are_found_in_the_usual_shapes() {
    let reef = Project { name: "Reef".into(), description: Some("Coral".into()) };
    let flat = json!({ "name": "Reef", "description": "Coral" });
    let resource = json!({ "type": "projects", "id": "1", "attributes": flat });
    for answer in [json!([flat]), json!({ "data": [flat] }), json!({ "data": [resource] })] {
        assert_eq!(Project::all(&answer), std::slice::from_ref(&reef), "{answer}");
    }
}

#[test]
fn what_is_no_list_of_projects_is_an_empty_list() {
    for answer in [json!(null), json!({}), json!({ "data": {} }), json!([1, { "title": "x" }])] {
        assert_eq!(Project::all(&answer), [], "{answer}");
    }
}

#[test]
fn the_words_for_a_field_are_found_in_the_usual_shapes() {
    let bodies = [
        json!({ "errors": { "name": "taken" } }),
        json!({ "errors": { "name": ["taken", "short"] } }),
        json!({ "name": ["taken"] }),
        json!({ "errors": [{ "title": "taken", "source": { "pointer": "/data/attributes/name" } }] }),
        json!({ "errors": [{ "detail": "taken", "title": "no", "source": { "pointer": "/name" } }] }),
    ];
    for body in bodies {
        assert_eq!(problem_of(&body, "name").as_deref(), Some("taken"), "{body}");
        assert_eq!(problem_of(&body, "description"), None, "{body}");
    }
    assert_eq!(problem_of(&json!("no"), "name"), None);
}
