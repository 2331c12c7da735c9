//! The accept loop and the drain.
//!
//! `axum::serve` sets no time-out for a request's head, and one half-sent head would hold a graceful stop forever. So
//! connections are accepted here, with hyper's timer.

mod heads;

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use futures_util::FutureExt;
use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tokio_io_timeout::TimeoutStream;

use self::heads::{Said, TimedHeads};
use crate::app::{Circumstances, Denial, Phase, Vestibule};
use crate::config::{Config, ServerConfig};
use crate::{layers, routes, traces};

/// As much of a head as is buffered; the limits proper are checked by a layer, which can answer in words.
const HEAD_BYTES: usize = 64 * 1_024;
/// How long nothing of a response may be taken before the connection is given up: who reads without end would hold it, and what
/// the response holds, for as long.
const READING: Duration = Duration::from_secs(60);
/// How long requests in flight may take to finish once the listener is closed.
const DRAIN: Duration = Duration::from_secs(25);
/// How long what belongs to sessions has at least once all requests are over: the renewals and events of the last of them.
const REST: Duration = Duration::from_secs(5);
/// How long a connection that has brought no request is waited for then.
const FIRST: Duration = Duration::from_secs(1);
/// As many connections as the system lets in before they are accepted: what tokio asks for.
const BACKLOG: usize = 1_024;
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
/// elsewhere while requests are still taken; then the listener closes, what is in flight has 25 s to finish, and what is left
/// to keep and to tell of it 5 s more. Metrics and
/// health are there until the end.
pub async fn serve(
    vestibule: &Vestibule,
    router: Router,
    listeners: impl Into<Listeners>,
    stop: impl Future<Output = ()>,
) {
    let Listeners { site: listener, admin } = listeners.into();
    let admin = admin.map(|listener| tokio::spawn(administer(listener, vestibule.clone())));
    let connections = Connections::of(vestibule);
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
            () = accept(&listener, &router, &connections) => {}
            () = &mut draining => break,
        }
    }
    // Whoever the system let in while this ended was told that they are connected.
    for _ in 0..BACKLOG {
        let Some(Ok((stream, peer))) = listener.accept().now_or_never() else { break };
        connections.converse(stream, peer, router.clone());
    }
    drop(listener);
    vestibule.enter(Phase::Closing);
    let end = Instant::now() + DRAIN;
    if timeout_at(end, connections.close()).await.is_err() {
        tracing::warn!("some requests did not finish in time");
    }
    // A refresh belongs to its session, not to the request that asked for it: its result must be kept, however long somebody
    // took to read a page.
    let rest = async {
        vestibule.flights().settled().await;
        vestibule.told().await;
    };
    if timeout_at(end.max(Instant::now() + REST), rest).await.is_err() {
        tracing::warn!("some renewals, or the application's own audit, did not finish in time");
    }
    if let Some(admin) = admin {
        admin.abort();
    }
    tracing::info!("stopped");
    traces::end().await;
}

/// Answers whoever watches the process, as long as it lives.
async fn administer(listener: TcpListener, vestibule: Vestibule) {
    let (connections, router) = (Connections::of(&vestibule), routes::admin(&vestibule));
    loop {
        accept(&listener, &router, &connections).await;
    }
}

async fn accept(listener: &TcpListener, router: &Router, connections: &Connections) {
    match listener.accept().await {
        Ok((stream, peer)) => connections.converse(stream, peer, router.clone()),
        Err(error) => {
            tracing::warn!(%error, "a connection could not be accepted");
            sleep(PAUSE).await;
        }
    }
}

/// The connections of a listener, until the last of them ends.
struct Connections {
    vestibule: Vestibule,
    closing: watch::Sender<bool>,
    /// Each has a clone of it.
    alive: mpsc::Sender<Infallible>,
    ended: mpsc::Receiver<Infallible>,
}

impl Connections {
    fn of(vestibule: &Vestibule) -> Self {
        let (alive, ended) = mpsc::channel(1);
        Self { vestibule: vestibule.clone(), closing: watch::Sender::new(false), alive, ended }
    }

    fn converse(&self, stream: TcpStream, peer: SocketAddr, router: Router) {
        // Pages leave in several writes; waiting to fill a packet would delay the last one.
        let _ = stream.set_nodelay(true);
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(READING));
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(heads::LONGEST)
            .max_buf_size(HEAD_BYTES)
            .max_headers(layers::MOST_FIELDS_PARSED);
        let said = Said::default();
        let stream = TimedHeads::new(Box::pin(stream), said.clone());
        let router = TowerToHyperService::new(router);
        let (asked, mut is_asked) = watch::channel(false);
        let service = service_fn(move |mut request: Request<Incoming>| {
            asked.send_replace(true);
            // As with axum's own connect info, so that its extractor works.
            request.extensions_mut().insert(ConnectInfo(peer));
            let asked = said.ask();
            let answer = router.call(asked.with(request));
            async { answer.await.map(|answer| asked.by(answer)) }
        });
        let connection = http.serve_connection(TokioIo::new(stream), service);
        let (mut closing, alive, vestibule) = (self.closing.subscribe(), self.alive.clone(), self.vestibule.clone());
        tokio::spawn(async move {
            let _alive = alive;
            tokio::pin!(connection);
            let is_closing = async { drop(closing.wait_for(|closing| *closing).await) };
            let outcome = tokio::select! {
                outcome = connection.as_mut() => outcome,
                () = is_closing => {
                    // Whoever has just connected has a request on its way, and would lose it.
                    let first = timeout(FIRST, async { drop(is_asked.wait_for(|asked| *asked).await) });
                    tokio::select! {
                        outcome = connection.as_mut() => outcome,
                        _ = first => {
                            connection.as_mut().graceful_shutdown();
                            connection.await
                        }
                    }
                }
            };
            // A client that goes away, or is silent too long, is not our error.
            if let Err(error) = outcome {
                tracing::debug!(%error, "a connection ended early");
                if let Some(why) = denial(&error) {
                    // Nothing of it was read, so nobody knows for whom the peer asks.
                    let address = Some(peer.ip().to_canonical());
                    vestibule.deny(why, Circumstances { address, ..Circumstances::default() });
                }
            }
        });
    }

    /// Has each end with the request that it is at, and waits for the last.
    async fn close(self) {
        let Self { closing, alive, mut ended, .. } = self;
        closing.send_replace(true);
        drop(alive);
        let _ = ended.recv().await;
    }
}

/// What was refused before it was a request.
fn denial(error: &hyper::Error) -> Option<Denial> {
    match (error.is_parse_too_large(), error.is_parse()) {
        (true, _) => Some(Denial::TooLarge),
        (false, true) => Some(Denial::Malformed),
        (false, false) => None,
    }
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
