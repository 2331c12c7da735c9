use super::*;

/// The API has codes of its own, which say nothing of this server.
#[test]
fn only_this_server_s_mark_makes_an_answer_its_refusal() {
    let refusal = |status, mark: Option<&'static str>| {
        let headers =
            mark.map(|mark| (http::HeaderName::from_static(wire::REFUSED), http::HeaderValue::from_static(mark)));
        let body = Bytes::from_static(br#"{"code":"signed_out"}"#);
        ApiResponse::read(status, side::AnswerHeaders(headers.into_iter().collect()), body).refusal()
    };
    assert_eq!(refusal(401, Some("signed_out")), Some(ApiError::SignedOut));
    assert_eq!(refusal(404, Some("not_found")), Some(ApiError::NotAllowed));
    assert_eq!(refusal(409, Some("other_user")), Some(ApiError::OtherUser));
    assert_eq!(refusal(502, Some("unexpected_answer")), Some(ApiError::Unreachable));
    assert_eq!(refusal(504, Some("service_timeout")), Some(ApiError::Timeout));
    assert_eq!(refusal(413, Some("too_large")), None, "a status like any other");
    for status in [401, 404, 409, 503] {
        assert_eq!(refusal(status, None), None, "{status}");
    }
}
