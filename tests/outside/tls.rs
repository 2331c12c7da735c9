//! Fault 2: an API that cannot prove who it is.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::json;

use crate::browser::{PASSWORD, USER};
use crate::program::Program;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/crates/vestibule-server/src/upstream/http");

/// An API that shows the `number`th certificate of a file: its address, and what it was sent, connection by connection.
fn certified(file: &str, number: usize) -> (String, Receiver<String>) {
    let pem = std::fs::read(Path::new(FOLDER).join(file)).unwrap();
    let certificate = CertificateDer::pem_slice_iter(&pem).nth(number).unwrap().unwrap();
    let key = PrivateKeyDer::from_pem_slice(&pem).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    let (tells, told) = channel();
    std::thread::spawn(move || {
        for socket in listener.incoming() {
            let (mut socket, mut connection) =
                (socket.unwrap(), rustls::ServerConnection::new(Arc::clone(&config)).unwrap());
            let mut stream = rustls::Stream::new(&mut connection, &mut socket);
            let mut bytes = vec![0; 16_384];
            let read = stream.read(&mut bytes).unwrap_or_default();
            let request = String::from_utf8_lossy(&bytes[..read]).into_owned();
            let answer = match request.split(' ').nth(1) {
                Some("/sign-in") => json!({ "accessToken": "canary-access" }),
                _ => json!({ "id": 7, "email": USER, "displayName": "Mira" }),
            };
            let answer = answer.to_string();
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length:";
            let _ = write!(stream, "{head} {}\r\n\r\n{answer}", answer.len());
            if tells.send(request).is_err() {
                break;
            }
        }
    });
    (base, told)
}

#[tokio::test]
async fn a_password_goes_to_nobody_whose_certificate_is_not_good() {
    let authority = Path::new(FOLDER).join("authority.pem");
    for (what, file, number) in [
        ("signed by itself", "self_signed.pem", 0),
        ("over", "certificates.pem", 1),
        ("of another host", "certificates.pem", 2),
    ] {
        let (base, told) = certified(file, number);
        let program = Program::believing(&authority, &base);
        let page = program.sign_in().await;
        assert_eq!((page.status, page.header("retry-after")), (503, Some("5")), "{what}");
        assert!(!page.alert().is_empty() && page.body.contains(USER) && page.cookies().is_empty(), "{what}");
        let log = program.log();
        assert!(log.contains("TLS failed") && !log.contains("canary"), "{what}: {log}");
        assert_eq!(told.recv().unwrap(), "", "{what}");
        drop(program);
        assert_eq!(told.try_iter().collect::<String>(), "", "{what}");
    }
    let (base, told) = certified("certificates.pem", 0);
    let program = Program::believing(&authority, &base);
    program.signs_in().await;
    assert!(told.recv().unwrap().contains(PASSWORD), "of the authority, and of this host");
}
