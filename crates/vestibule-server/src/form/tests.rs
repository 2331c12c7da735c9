use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use vestibule_core::{ErrorCode, FieldKind, LoginField, LoginForm};

use super::{MOST_BYTES, SubmittedForm, read};

fn refused(body: &[u8]) -> ErrorCode {
    SubmittedForm::parse(body).unwrap_err()
}

/// CS-06
#[test]
fn a_key_given_twice_is_malformed() {
    assert_eq!(refused(b"username=a&username=b"), ErrorCode::Malformed);
    assert_eq!(refused(b"username=a&user%6eame=b"), ErrorCode::Malformed);
}

#[test]
fn of_two_callback_urls_the_first_counts() {
    let form = SubmittedForm::parse(b"callbackUrl=/a&callbackUrl=/b").unwrap();
    assert_eq!(form.callback_url(), Some("/a"));
}

/// RL-06
#[test]
fn a_password_keeps_every_byte() {
    let password = " p\u{e4}ss w\u{f6}rd +&=%\u{1f511}e\u{301} ";
    let body: String = url::form_urlencoded::Serializer::new(String::new()).append_pair("password", password).finish();
    assert_eq!(SubmittedForm::parse(body.as_bytes()).unwrap().get("password"), Some(password));
}

/// RL-06
#[test]
fn text_that_is_not_utf_8_is_refused_and_not_changed() {
    assert_eq!(refused(b"password=%ff"), ErrorCode::Malformed);
    assert_eq!(refused(b"password=\xff"), ErrorCode::Malformed);
}

/// RD-03
#[test]
fn a_callback_url_that_is_not_utf_8_spoils_nothing() {
    let form = SubmittedForm::parse(b"username=ana&callbackUrl=%ED%A0%80").unwrap();
    assert_eq!(form.get("username"), Some("ana"));
    assert!(form.callback_url().is_some());
    assert_eq!(
        refused(b"username=ana&callbackUrlOfMine=%ED%A0%80"),
        ErrorCode::Malformed,
        "another field is no callback"
    );
}

/// SV-01
#[test]
fn more_than_16_kib_or_64_fields_are_refused() {
    assert_eq!(refused(&vec![b'a'; MOST_BYTES + 1]), ErrorCode::TooLarge);
    assert!(SubmittedForm::parse(&vec![b'a'; MOST_BYTES]).is_ok());
    let many = (0..65).map(|n| format!("f{n}=x")).collect::<Vec<_>>().join("&");
    assert_eq!(refused(many.as_bytes()), ErrorCode::Malformed);
}

/// SV-01, SV-03: what breaks is another thing than what is too long.
#[tokio::test]
async fn a_body_is_read_to_its_limit_and_told_apart_from_a_broken_one() {
    let of = async |chunks: &[&'static [u8]], breaks: bool| {
        let mut chunks: Vec<_> = chunks.iter().map(|chunk| Ok(Bytes::from_static(chunk))).collect();
        chunks.extend(breaks.then(|| Err(std::io::Error::other("an invalid chunk size"))));
        read(Body::from_stream(stream::iter(chunks)), 4).await
    };
    assert_eq!(of(&[b"ab", b"", b"cd"], false).await.unwrap(), "abcd");
    assert_eq!(of(&[], false).await.unwrap(), "");
    assert_eq!(of(&[b"ab", b"cde"], false).await, Err(ErrorCode::TooLarge));
    assert_eq!(of(&[b"abcde"], true).await, Err(ErrorCode::TooLarge));
    assert_eq!(of(&[b"abcd"], true).await, Err(ErrorCode::Malformed));
}

/// OU-10
#[test]
fn what_is_shown_again_is_what_was_typed_but_the_password() {
    let field = |name: &str, kind| LoginField {
        name: name.into(),
        label: name.into(),
        kind,
        placeholder: String::new(),
        autocomplete: String::new(),
        required: true,
    };
    let login = LoginForm {
        page: "/login".to_owned(),
        title: "Sign in".into(),
        fields: vec![field("username", FieldKind::Text), field("password", FieldKind::Password)],
        providers: Vec::new(),
        remember: false,
        second_step: None,
        links: vec![],
        logo: None,
        accent: None,
    };
    let form = SubmittedForm::parse(b"username=ana%40example.com&password=canary&undeclared=x").unwrap();
    let typed = form.typed(&login);
    assert_eq!(typed.len(), 1);
    assert_eq!(typed["username"], "ana@example.com");
    assert!(!format!("{form:?}").contains("canary"));
}
