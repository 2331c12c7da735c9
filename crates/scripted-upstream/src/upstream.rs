//! The server: accepts, records, answers by script.

use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::request::Reader;
use crate::script::{Reply, Script};
use crate::{Answer, Refusing, Request};

/// How long [`ScriptedUpstream::wait_for`] waits for a request before it says that none came.
const PATIENCE: Duration = Duration::from_secs(10);

/// The upstream. It answers from [`start`](Self::start) until it is dropped, which also cuts every open connection.
pub struct ScriptedUpstream {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    /// How many requests have been recorded.
    count: watch::Sender<usize>,
}

#[derive(Default)]
struct State {
    script: Script,
    requests: Vec<Request>,
    unscripted: Vec<Request>,
    /// Every byte received, one entry a connection, in the order in which they were accepted.
    connections: Vec<Vec<u8>>,
}

impl ScriptedUpstream {
    /// Starts on a free loopback port. Until something is scripted, everything is answered with 404.
    ///
    /// # Panics
    /// Outside a tokio runtime with I/O and time, or where no port can be had.
    pub async fn start() -> Self {
        Refusing::new().start().await
    }

    #[expect(clippy::expect_used, reason = "a test without a port cannot go on")]
    pub(crate) fn listen(socket: TcpSocket) -> Self {
        let listener = socket.listen(1_024).expect("a bound socket can listen");
        let address = listener.local_addr().expect("the address of a listening socket");
        let shared = Arc::new(Shared::default());
        let accepting = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Self { address, shared, accepting }
    }

    /// Stops answering and cuts every open connection. The address refuses from now on, until it is
    /// [started](Refusing::start) again (with an empty script).
    pub async fn stop(mut self) -> Refusing {
        self.accepting.abort();
        // Once the task has ended, its listener is closed and the port can be bound again.
        let _ = (&mut self.accepting).await;
        Refusing::at(self.address)
    }

    /// The address.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:PORT`, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Gives `answer` to every request for this method and path (without query), in place of what `on` said before.
    pub fn on(&self, method: &str, path: &str, answer: Answer) -> &Self {
        self.state().script.stand(method, path, Reply::Fixed(answer));
        self
    }

    /// Gives `answer` to one request, before the one that stands; several are given in the order of the calls.
    pub fn once(&self, method: &str, path: &str, answer: Answer) -> &Self {
        self.state().script.once(method, path, answer);
        self
    }

    /// As [`on`](Self::on), with an answer made from each request: an upstream that rotates tokens, say.
    ///
    /// ```
    /// use scripted_upstream::{Answer, ScriptedUpstream};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # let upstream = ScriptedUpstream::start().await;
    /// upstream.on_request("POST", "/refresh", |request| match request.json()["refresh_token"].as_str() {
    ///     Some("first") => Answer::json(200, serde_json::json!({ "refreshToken": "second" })),
    ///     _ => Answer::status(401),
    /// });
    /// # }
    /// ```
    pub fn on_request(
        &self,
        method: &str,
        path: &str,
        answer: impl Fn(&Request) -> Answer + Send + Sync + 'static,
    ) -> &Self {
        self.state().script.stand(method, path, Reply::Made(Arc::new(answer)));
        self
    }

    /// Every request that was read to its end, in that order.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.state().requests.clone()
    }

    /// The requests for a path, of any method and query.
    #[must_use]
    pub fn requests_to(&self, path: &str) -> Vec<Request> {
        self.state().requests.iter().filter(|request| request.path() == path).cloned().collect()
    }

    /// The requests that no script answered; they got 404.
    #[must_use]
    pub fn unscripted(&self) -> Vec<Request> {
        self.state().unscripted.clone()
    }

    /// Every byte received so far, one entry for each connection: also what never became a request.
    #[must_use]
    pub fn received(&self) -> Vec<Vec<u8>> {
        self.state().connections.clone()
    }

    /// Forgets what was received so far, for whoever asks for a long time.
    pub fn forget(&self) {
        let mut state = self.state();
        state.requests.clear();
        state.unscripted.clear();
        // Connections keep their numbers.
        state.connections.iter_mut().for_each(|received| *received = Vec::new());
    }

    /// Waits until `count` requests have been read in all, and gives them. They may not have been answered yet.
    ///
    /// # Panics
    /// After ten seconds.
    pub async fn wait_for(&self, count: usize) -> Vec<Request> {
        let mut counted = self.shared.count.subscribe();
        let arrived = tokio::time::timeout(PATIENCE, counted.wait_for(|now| *now >= count)).await.is_ok();
        let requests = self.requests();
        assert!(arrived, "waited for {count} requests, got {requests:?}");
        requests
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state()
    }
}

impl Drop for ScriptedUpstream {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl fmt::Debug for ScriptedUpstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScriptedUpstream")
            .field("address", &self.address)
            .field("requests", &self.state().requests)
            .finish_non_exhaustive()
    }
}

impl Shared {
    /// The state, also after a test panicked in another thread: what was recorded still holds.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn received(&self, connection: usize, bytes: &[u8]) {
        if let Some(received) = self.state().connections.get_mut(connection) {
            received.extend_from_slice(bytes);
        }
    }

    /// Records a request and finds its answer, in one step: answers are given in the order of the record.
    fn record(&self, request: &Request) -> Option<Reply> {
        let mut state = self.state();
        let reply = state.script.next(request);
        if reply.is_none() {
            state.unscripted.push(request.clone());
        }
        state.requests.push(request.clone());
        self.count.send_replace(state.requests.len());
        reply
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    // The set ends its tasks when it is dropped, and with it every connection.
    let mut connections = JoinSet::new();
    loop {
        // An error here is one connection's (it was reset before it was accepted): the next may be well.
        let Ok((connection, _)) = listener.accept().await else { continue };
        let number = {
            let mut state = shared.state();
            state.connections.push(Vec::new());
            state.connections.len() - 1
        };
        connections.spawn(converse(connection, number, Arc::clone(&shared)));
        while connections.try_join_next().is_some() {}
    }
}

async fn converse(mut connection: TcpStream, number: usize, shared: Arc<Shared>) {
    let request = Reader::new(&mut connection, |bytes: &[u8]| shared.received(number, bytes)).request().await;
    let Some(request) = request else { return };
    let answer = match shared.record(&request) {
        Some(Reply::Fixed(answer)) => answer,
        Some(Reply::Made(make)) => make(&request),
        None => Answer::text(404, "text/plain", "nothing is scripted here"),
    };
    // The client may have gone; that is what many tests are about.
    let _ = answer.deliver(&mut connection, request.method()).await;
}

#[cfg(test)]
mod tests;
