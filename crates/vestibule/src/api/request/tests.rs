#![expect(clippy::unwrap_used, reason = "a fault of a test ends it")]

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use super::*;
use crate::api::Method;
use crate::side::ApiLink;

fn call(path: &str) -> ApiCall<()> {
    ApiCall::new(ApiLink::of_page(), Call::new(Method::Get, path))
}

fn path_of<T>(call: &ApiCall<T>) -> &str {
    &call.state.call.as_ref().unwrap().path
}

/// What comes of a call that nobody can make.
fn outcome(call: ApiCall<()>) -> ApiError {
    match pin!(call).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Err(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn queries_add_up() {
    let sorted = call("/projects?sort=name").query(&[("page", 2)]).query(&()).query(&[("tag", "a/b?")]);
    assert_eq!(path_of(&sorted), "/projects?sort=name&page=2&tag=a%2Fb%3F");
    assert_eq!(path_of(&call("/x").query(&[("a", 1)])), "/x?a=1");
}

#[test]
fn a_header_takes_the_place_of_one_of_its_name() {
    let call = call("/x").header("Accept", "text/csv").header("accept", "text/plain").header("If-Match", "\"7\"");
    let headers = &call.state.call.as_ref().unwrap().headers;
    assert_eq!(headers, &[("accept".into(), "text/plain".into()), ("If-Match".into(), "\"7\"".into())]);
}

#[test]
fn what_cannot_be_sent_is_told_when_the_call_is_made() {
    for (name, value) in [("", "x"), ("a b", "x"), ("a:", "x"), ("X", "a\r\nb: c"), ("X", "ü"), ("X\n", "")] {
        assert_eq!(outcome(call("/x").header(name, value)), ApiError::BadHeader, "{name:?} {value:?}");
    }
    assert_eq!(outcome(call("/x").query("text")), ApiError::Unwritable);
    assert_eq!(outcome(call("//evil.example")), ApiError::BadPath);
    assert_eq!(outcome(call("/..").query(&[("a", "b")])), ApiError::BadPath);
    let unwritable = std::collections::BTreeMap::from([((1, 2), 3)]);
    assert_eq!(outcome(call("/x").body(&unwritable)), ApiError::Unwritable);
    assert_eq!(outcome(call("/x").body(&[1])), ApiError::Unwritable, "no browser sends a body with GET");
    assert_eq!(outcome(call("/x")), ApiError::SignedOut, "the list of routes is made without a request");
}
