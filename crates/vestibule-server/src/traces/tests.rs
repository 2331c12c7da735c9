use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc;
use std::thread;

use axum::body::Body;
use axum::extract::ConnectInfo;
use http::header::{CONTENT_TYPE, COOKIE};
use http::{Request, Response};
use opentelemetry_otlp::{SpanExporter, WithExportConfig};
use opentelemetry_sdk::trace::SdkTracerProvider;
use std::net::SocketAddr;
use tracing_subscriber::layer::SubscriberExt;

use super::{layer_of, provider};
use crate::fixture::{App, ORIGIN};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// A collector of one batch, and a way to it.
fn collector() -> (SdkTracerProvider, mpsc::Receiver<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, batches) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let (mut all, mut part) = (Vec::new(), [0; 4_096]);
            let end = loop {
                let read = stream.read(&mut part).unwrap();
                all.extend_from_slice(&part[..read]);
                if let Some(end) = all.windows(4).position(|window| window == b"\r\n\r\n") {
                    break end + 4;
                }
            };
            let head = String::from_utf8_lossy(&all[..end]).to_lowercase();
            assert!(head.starts_with("post /v1/traces"), "{head}");
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
            while all.len() < end + length.parse::<usize>().unwrap() {
                let read = stream.read(&mut part).unwrap();
                all.extend_from_slice(&part[..read]);
            }
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").unwrap();
            let _ = sender.send(all.split_off(end));
        }
    });
    let _ = rustls::crypto::ring::default_provider().install_default();
    let endpoint = format!("http://{address}/v1/traces");
    let exporter = SpanExporter::builder().with_http().with_endpoint(endpoint).build().unwrap();
    (provider(exporter, Some("tested")), batches)
}

fn has(batch: &[u8], what: impl AsRef<[u8]>) -> bool {
    batch.windows(what.as_ref().len()).any(|window| window == what.as_ref())
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len() / 2).map(|n| u8::from_str_radix(&hex[2 * n..2 * n + 2], 16).unwrap()).collect()
}

/// Signs in at an application whose requests come from a proxy that has begun a trace, and gives what the collector had of it,
/// with what the API was told of the trace.
async fn sign_in_from(peer: &str) -> (Vec<u8>, Vec<String>) {
    let (provider, batches) = collector();
    let subscriber = tracing_subscriber::registry().with(layer_of(&provider));
    let _beside = crate::fixture::Log::listen();
    let listening = tracing::subscriber::set_default(subscriber);
    let app = App::new("limits.trusted_proxies = ['10.0.0.0/8']");
    let request = Request::post("/test/sign-in?code=canary-query")
        .header(COOKIE, "other=canary-cookie")
        .header("origin", ORIGIN)
        .header("traceparent", format!("00-{TRACE}-00f067aa0ba902b7-01"))
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .extension(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 4_000)));
    let response: Response<_> = app.send(request, Body::from("username=ana&password=right")).await;
    assert_eq!(response.status(), 303);
    drop(response);
    drop(listening);
    provider.force_flush().unwrap();
    let requests = app.upstream.requests.lock().unwrap();
    let told = requests.iter().map(|request| request.headers()["traceparent"].to_str().unwrap().to_owned()).collect();
    (batches.recv().unwrap(), told)
}

/// LG-01
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn requests_and_their_calls_reach_the_collector_without_a_secret() {
    let (batch, told) = sign_in_from("10.1.1.1").await;
    for what in ["tested", "POST page", "POST api", "GET api", "/test/sign-in", "http.response.status_code"] {
        assert!(has(&batch, what), "{what}: {}", String::from_utf8_lossy(&batch));
    }
    for secret in ["canary", "right", "other=", "__Host-session"] {
        assert!(!has(&batch, secret), "{secret}: {}", String::from_utf8_lossy(&batch));
    }
    assert!(has(&batch, bytes(TRACE)), "the proxy's trace goes on");
    assert_eq!(told.len(), 2);
    for parent in told {
        let parts: Vec<_> = parent.split('-').collect();
        assert_eq!((parts[0], parts[1], parts[3]), ("00", TRACE, "01"), "{parent}");
        assert_ne!(parts[2], "00f067aa0ba902b7", "its parent is the call, and not the proxy's own span");
        assert!(has(&batch, bytes(parts[2])), "which the collector knows");
    }
}

/// A trace that anybody begins is not ours.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn only_a_proxy_of_ours_is_believed_to_have_begun_a_trace() {
    let (batch, told) = sign_in_from("192.0.2.1").await;
    assert!(!has(&batch, bytes(TRACE)));
    assert!(told.iter().all(|parent| !parent.contains(TRACE)), "{told:?}");
}
