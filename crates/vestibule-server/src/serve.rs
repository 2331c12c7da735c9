//! The accept loop and the drain.
//!
//! `axum::serve` sets no time-out for a request's head, and one half-sent head would hold a graceful stop forever. So
//! connections are accepted here, with hyper's timer.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

use crate::app::{Phase, Vestibule};
use crate::config::{Config, ServerConfig};
use crate::{layers, routes};

/// From the first moment of a connection, or the last response on it, to the end of the next head.
const HEAD: Duration = Duration::from_secs(10);
/// As much of a head as is buffered; the limits proper are checked by a layer, which can answer in words.
const HEAD_BYTES: usize = 64 * 1_024;
/// How long requests in flight may take to finish once the listener is closed.
const DRAIN: Duration = Duration::from_secs(25);
/// After an error of `accept` that is not one connection's fault, such as too many open files.
const PAUSE: Duration = Duration::from_millis(100);

/// Nobody can be served at an address of `[server]`. Remedy: another address, or the end of whatever listens there.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {key}: cannot listen on {address}: {error}")]
pub struct CannotListen {
    file: String,
    key: &'static str,
    address: SocketAddr,
    #[source]
    error: io::Error,
}

/// Where a process listens.
#[derive(Debug)]
pub struct Listeners {
    site: TcpListener,
    admin: Option<TcpListener>,
}

impl From<TcpListener> for Listeners {
    fn from(site: TcpListener) -> Self {
        Self { site, admin: None }
    }
}

/// Listens on `server.address`, and on `server.admin_address` where that is set.
///
/// # Errors
/// [`CannotListen`].
pub async fn listen(config: &Config) -> Result<Listeners, CannotListen> {
    let listen = async |key, address| {
        let error = |error| CannotListen { file: config.path.display().to_string(), key, address, error };
        TcpListener::bind(address).await.map_err(error)
    };
    let site = listen("server.address", config.server.address).await?;
    let admin = match config.server.admin_address {
        Some(address) => Some(listen("server.admin_address", address).await?),
        None => None,
    };
    Ok(Listeners { site, admin })
}

/// A line for the person at the terminal, who wants to know where to look.
#[must_use]
pub fn whereabouts(server: &ServerConfig) -> String {
    let public_url = server.public_url.as_str().trim_end_matches('/');
    let address = format!("http://{}", server.address);
    if public_url == address {
        return format!("Listening on {address}");
    }
    format!("Listening on {address}, which is {public_url} for browsers")
}

/// Serves until `stop` resolves, then drains: readiness fails for `server.drain_delay`, so that a balancer looks
/// elsewhere while requests are still taken; then the listener closes, and what is in flight has 25 s to finish. Metrics and
/// health are there until the end.
pub async fn serve(
    vestibule: &Vestibule,
    router: Router,
    listeners: impl Into<Listeners>,
    stop: impl Future<Output = ()>,
) {
    let Listeners { site: listener, admin } = listeners.into();
    let admin = admin.map(|listener| tokio::spawn(administer(listener, routes::admin(vestibule))));
    let graceful = GracefulShutdown::new();
    for client in vestibule.providers() {
        let client = Arc::clone(client);
        tokio::spawn(async move { client.warm().await });
    }
    let draining = async {
        stop.await;
        vestibule.enter(Phase::Draining);
        vestibule.metrics().draining();
        tracing::info!("draining");
        sleep(vestibule.config().server.drain_delay).await;
    };
    tokio::pin!(draining);
    loop {
        tokio::select! {
            () = accept(&listener, &router, &graceful) => {}
            () = &mut draining => break,
        }
    }
    drop(listener);
    vestibule.enter(Phase::Closing);
    // A refresh belongs to its session, not to the request that asked for it: its result must be kept.
    let finish = async {
        graceful.shutdown().await;
        vestibule.flights().settled().await;
        vestibule.told().await;
    };
    if timeout(DRAIN, finish).await.is_err() {
        tracing::warn!("some requests did not finish in time");
    }
    if let Some(admin) = admin {
        admin.abort();
    }
    tracing::info!("stopped");
}

/// Answers whoever watches the process, as long as it lives.
async fn administer(listener: TcpListener, router: Router) {
    let graceful = GracefulShutdown::new();
    loop {
        accept(&listener, &router, &graceful).await;
    }
}

async fn accept(listener: &TcpListener, router: &Router, graceful: &GracefulShutdown) {
    match listener.accept().await {
        Ok((stream, peer)) => converse(stream, peer, router.clone(), graceful),
        Err(error) => {
            tracing::warn!(%error, "a connection could not be accepted");
            sleep(PAUSE).await;
        }
    }
}

fn converse(stream: TcpStream, peer: SocketAddr, router: Router, graceful: &GracefulShutdown) {
    // Pages leave in several writes; waiting to fill a packet would delay the last one.
    let _ = stream.set_nodelay(true);
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(HEAD_BYTES)
        .max_headers(layers::MOST_FIELDS_PARSED);
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |mut request: Request<Incoming>| {
        // As with axum's own connect info, so that its extractor works.
        request.extensions_mut().insert(ConnectInfo(peer));
        router.call(request)
    });
    let connection = http.serve_connection(TokioIo::new(stream), service);
    let connection = graceful.watch(connection);
    tokio::spawn(async move {
        // A client that goes away, or is silent too long, is not our error.
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection ended early");
        }
    });
}

/// Resolves when the process is asked to stop: SIGTERM, or SIGINT from a terminal. Where signals cannot be listened for, at
/// once.
pub async fn stop_signal() {
    if let Err(error) = signalled().await {
        tracing::error!(%error, "signals cannot be listened for; stopping");
    }
}

async fn signalled() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests;
