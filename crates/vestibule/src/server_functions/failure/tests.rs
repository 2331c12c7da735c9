use super::*;

#[test]
fn nothing_of_the_framework_s_words_reaches_the_wire() {
    let errors = [
        ServerFnErrorErr::Args("missing field `canary`".into()),
        ServerFnErrorErr::Deserialization("canary at line 1".into()),
        ServerFnErrorErr::ServerError("canary".into()),
    ];
    for error in errors {
        let wire = ServerFailure::from_server_fn_error(error).ser();
        assert!(!String::from_utf8_lossy(&wire).contains("canary"));
    }
}

#[test]
fn a_failure_crosses_the_wire_whole() {
    let mut failure = SignInFailure::new(ErrorCode::TooManyAttempts);
    failure.retry_after = Some(30);
    failure.fields.insert("username".into(), "taken".into());
    let sent = ServerFailure(failure);
    assert_eq!(ServerFailure::de(sent.ser()), sent);
}
