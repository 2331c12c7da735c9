use serde_json::json;
use server_fn::error::{FromServerFnError, ServerFnErrorErr};
use vestibule_core::ErrorCode;

use super::ApiError;
use crate::ServerFailure;

fn refused(status: u16) -> ApiError {
    ApiError::Status { status, problem: Some(json!({ "errors": { "name": "taken" } })) }
}

#[test]
fn an_error_crosses_the_wire_of_a_server_function() {
    let decode = ApiError::Decode { path: "[1].name".into(), problem: "missing field `name`".into() };
    for error in [ApiError::SignedOut, ApiError::Cancelled, refused(422), decode] {
        assert_eq!(ApiError::de(error.ser()), error);
    }
}

/// OU-12: the framework's words name types and parts of the input.
#[test]
fn the_framework_s_own_words_stay_here() {
    for error in [
        ServerFnErrorErr::Args("canary".into()),
        ServerFnErrorErr::Deserialization("canary".into()),
        ServerFnErrorErr::ServerError("canary".into()),
        ServerFnErrorErr::Request("canary".into()),
    ] {
        let error = ApiError::from_server_fn_error(error);
        assert!(!format!("{error:?} {error}").contains("canary"), "{error:?}");
    }
    // In the browser: somebody between us and the server answered with a page.
    assert!(matches!(ApiError::de("<html>canary".into()), ApiError::Decode { .. }));
}

#[test]
fn an_error_of_the_api_s_own_shape_is_read_as_its_type() {
    #[derive(serde::Deserialize)]
    struct FieldErrors {
        errors: std::collections::BTreeMap<String, String>,
    }
    assert_eq!(refused(422).body::<FieldErrors>().unwrap().errors["name"], "taken");
    assert!(refused(422).body::<Vec<u8>>().is_none());
    assert_eq!((refused(422).status(), ApiError::Timeout.status()), (Some(422), None));
    assert_eq!(refused(422).problem(), None);
}

#[test]
fn a_handler_refuses_with_a_code() {
    for (error, code) in [
        (ApiError::SignedOut, ErrorCode::SignedOut),
        (ApiError::Timeout, ErrorCode::ServiceTimeout),
        (ApiError::Unreachable, ErrorCode::ServiceUnavailable),
        (refused(404), ErrorCode::NotFound),
        (refused(400), ErrorCode::Malformed),
        (refused(403), ErrorCode::Denied),
        (refused(409), ErrorCode::UnexpectedAnswer),
        (refused(422), ErrorCode::InvalidFields),
        (refused(429), ErrorCode::TooManyAttempts),
        (refused(500), ErrorCode::ServiceUnavailable),
        (ApiError::BadPath, ErrorCode::Internal),
    ] {
        assert_eq!(error.code(), code, "{error:?}");
        assert_eq!(ServerFailure::from(error).0.code, code);
    }
}
