use serde::Deserialize;
use serde_json::json;

use super::*;

struct Answer(u16, &'static str);

impl Answer {
    fn read<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        let body = self.1.as_bytes();
        failure(self.0, body).map_or_else(|| decoded(body), Err)
    }
}

fn answer(status: u16, body: &'static str) -> Answer {
    Answer(status, body)
}

#[derive(Debug, PartialEq, Deserialize)]
struct Project {
    name: String,
}

#[test]
fn an_answer_is_read_as_the_application_s_type() {
    let projects: Vec<Project> = answer(200, r#"[{"name":"Reef","more":1}]"#).read().unwrap();
    assert_eq!(projects, [Project { name: "Reef".into() }]);
}

#[test]
fn an_empty_answer_reads_as_nothing() {
    answer(204, "").read::<()>().unwrap();
}

#[test]
fn an_answer_that_does_not_fit_names_the_path_and_not_the_value() {
    let error = answer(200, r#"[{"name":"a"},{"name":["canary"]}]"#).read::<Vec<Project>>().unwrap_err();
    assert!(matches!(&error, ApiError::Decode { path, .. } if path == "[1].name"), "{error:?}");
    let error = answer(200, r#""can\"ary""#).read::<u8>().unwrap_err();
    assert!(!error.to_string().contains("can"), "{error}");
    let error = answer(200, r#"{"name":4917}"#).read::<Project>().unwrap_err();
    assert!(!error.to_string().contains("4917"), "{error}");
}

#[test]
fn the_problem_of_a_refused_call_is_kept() {
    let error = answer(422, r#"{"errors":{"name":["taken"]}}"#).read::<()>().unwrap_err();
    assert_eq!(error, ApiError::Status { status: 422, problem: Some(json!({ "errors": { "name": ["taken"] } })) });
}

/// OU-12: the inner words of a failing API do not reach the page.
#[test]
fn the_words_of_a_failing_api_are_dropped() {
    let error = answer(500, r#"{"stack":"canary"}"#).read::<()>().unwrap_err();
    assert_eq!(error, ApiError::Status { status: 500, problem: None });
}
