use super::{Reader, Request};

async fn read(bytes: &[u8]) -> (Option<Request>, Vec<u8>) {
    let mut received = Vec::new();
    let mut from = bytes;
    let request = Reader::new(&mut from, |more: &[u8]| received.extend_from_slice(more)).request().await;
    (request, received)
}

#[tokio::test]
async fn a_request_is_recorded_to_the_byte() {
    let wire = b"POST /sign-in?x=1&y=%20 HTTP/1.1\r\nHost: a\r\nX-Twice: 1\r\nx-twice:  \xe9 \r\nContent-Length: 7\r\n\r\n{\"a\":1}";
    let (request, received) = read(wire).await;
    let request = request.unwrap();
    assert_eq!((request.method(), request.path(), request.query()), ("POST", "/sign-in", Some("x=1&y=%20")));
    assert_eq!((request.header("x-twice"), request.count_of("x-twice")), (Some("1"), 2));
    assert_eq!(request.headers()[2], ("x-twice".to_owned(), "é".to_owned()));
    assert_eq!(request.json()["a"], 1);
    assert_eq!(request.text(), r#"{"a":1}"#);
    assert_eq!(request.raw().as_ref(), wire);
    assert_eq!(received, wire);
}

#[tokio::test]
async fn a_chunked_body_is_put_together_and_its_trailers_are_ignored() {
    let wire =
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4;x=y\r\nWiki\r\n9\r\n\r\n pedia \r\n0\r\nT: 1\r\n\r\n";
    let (request, _) = read(wire).await;
    assert_eq!(request.unwrap().text(), "Wiki\r\n pedia ");
}

#[tokio::test]
async fn what_is_no_request_is_received_but_not_read_as_one() {
    for wire in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"GET / HTTP/1.1\r\nHost: cut",
        b"POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nshort",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 18446744073709551615\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nno\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"\r\n\r\n",
    ] {
        let (request, received) = read(wire).await;
        assert_eq!(request, None, "{}", String::from_utf8_lossy(wire));
        assert_eq!(received, wire);
    }
}

#[tokio::test]
async fn debug_shows_neither_header_values_nor_the_body() {
    let wire = b"POST /x HTTP/1.1\r\nAuthorization: Bearer canary-1\r\nContent-Length: 8\r\n\r\ncanary-2";
    let shown = format!("{:?}", read(wire).await.0.unwrap());
    assert!(shown.contains("/x") && shown.contains("authorization") && shown.contains("body_length: 8"), "{shown}");
    assert!(!shown.contains("canary"), "{shown}");
}
