//! Fault 2: whoever cannot prove to be the API gets no byte of a request.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::Arc;
use std::thread::JoinHandle;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::{AMPLE, TransportError, send};

/// A server for one connection: its address, and every byte of HTTP that it was sent.
fn serving(answer: impl FnOnce(TcpStream) -> Vec<u8> + Send + 'static) -> (String, JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    (base, std::thread::spawn(move || answer(listener.accept().unwrap().0)))
}

/// One that shows the `number`th certificate of a file.
fn certified(pem: &'static [u8], number: usize) -> (String, JoinHandle<Vec<u8>>) {
    let certificate = CertificateDer::pem_slice_iter(pem).nth(number).unwrap().unwrap();
    let key = PrivateKeyDer::from_pem_slice(pem).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    serving(move |mut socket| {
        let mut connection = rustls::ServerConnection::new(Arc::new(config)).unwrap();
        let mut stream = rustls::Stream::new(&mut connection, &mut socket);
        let mut received = vec![0; 4_096];
        let read = stream.read(&mut received).unwrap_or_default();
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}");
        received.truncate(read);
        received
    })
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_is_told() {
    let (base, server) = serving(|mut socket| {
        socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
        let mut received = Vec::new();
        let _ = socket.read_to_end(&mut received);
        received
    });
    assert_eq!(send(&base, "/sign-in", AMPLE).await.unwrap_err(), TransportError::Tls);
    assert!(!server.join().unwrap().windows(6).any(|window| window == b"canary"));
}

#[tokio::test]
async fn a_self_signed_certificate_is_refused_before_a_byte_is_sent() {
    let (base, server) = certified(include_bytes!("../self_signed.pem"), 0);
    assert_eq!(send(&base, "/sign-in", AMPLE).await.unwrap_err(), TransportError::Tls);
    assert_eq!(server.join().unwrap(), b"");
}

/// By an authority that the machine trusts, so that nothing else is wrong with it. Authorities are the process's: the
/// test starts itself anew with one of its own.
#[tokio::test]
async fn a_trusted_certificate_that_is_over_or_of_another_host_is_refused_before_a_byte_is_sent() {
    const TEST: &str = "upstream::http::tests::tls::\
        a_trusted_certificate_that_is_over_or_of_another_host_is_refused_before_a_byte_is_sent";
    const INSIDE: &str = "TEST_WITH_AN_AUTHORITY_OF_ITS_OWN";
    const AUTHORITY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/upstream/http/authority.pem");
    if std::env::var_os(INSIDE).is_none() {
        let child = tokio::task::spawn_blocking(|| {
            let mut child = Command::new(std::env::current_exe().unwrap());
            child.args([TEST, "--exact"]).env(INSIDE, "1").env("SSL_CERT_FILE", AUTHORITY).env_remove("SSL_CERT_DIR");
            child.output().unwrap()
        });
        let output = child.await.unwrap();
        let told = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && told.contains("1 passed"), "{told}");
        return;
    }
    let certificates = include_bytes!("../certificates.pem");
    let (base, good) = certified(certificates, 0);
    send(&base, "/sign-in", AMPLE).await.unwrap();
    assert!(good.join().unwrap().starts_with(b"POST /sign-in"));
    for (what, number) in [("over", 1), ("of another host", 2)] {
        let (base, server) = certified(certificates, number);
        assert_eq!(send(&base, "/sign-in", AMPLE).await.unwrap_err(), TransportError::Tls, "{what}");
        assert_eq!(server.join().unwrap(), b"", "{what}");
    }
}
