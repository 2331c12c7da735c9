use serde_json::{Value, json};

use super::{MOST, NewProject, Project, Projects};

fn project(name: &str) -> Project {
    Project { id: name.to_owned(), name: name.to_owned(), description: String::new(), created_at: String::new() }
}

#[test]
fn a_name_has_1_to_120_characters() {
    for good in ["a", "é".repeat(120).as_str(), "  trimmed  "] {
        assert_eq!(NewProject::read(&json!({ "name": good })).unwrap().name, good.trim());
    }
    for bad in [json!(""), json!("   "), json!("é".repeat(121)), json!(7), json!(null), json!(["a"])] {
        let errors = NewProject::read(&json!({ "name": bad })).unwrap_err();
        assert!(errors["name"].is_string() && errors.get("description").is_none(), "{bad}: {errors}");
    }
    for body in [json!({}), json!([]), Value::Null] {
        assert!(NewProject::read(&body).unwrap_err()["name"].is_string());
    }
}

#[test]
fn a_description_may_be_missing_but_not_be_anything_else() {
    let read = |description| NewProject::read(&json!({ "name": "a", "description": description }));
    assert_eq!(read(json!(null)).unwrap().description, "");
    assert_eq!(read(json!("x".repeat(1_000))).unwrap().description.len(), 1_000);
    for bad in [json!("x".repeat(1_001)), json!(1), json!({})] {
        assert!(read(bad).unwrap_err()["description"].is_string());
    }
}

#[test]
fn a_list_is_its_users_own_and_bounded() {
    let projects = Projects::default();
    assert!((0..MOST).all(|number| projects.add("a", project(&number.to_string()))));
    assert!(!projects.add("a", project("one too many")));
    assert!(projects.add("z", project("another's")));
    assert_eq!(projects.of("a").len(), MOST);
    assert_eq!(projects.of("a")[0].name, "0", "oldest first");
    assert_eq!(projects.of("z").len(), 1);
    assert!(projects.of("nobody").is_empty());
}
