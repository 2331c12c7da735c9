use std::io::ErrorKind;
use std::time::Duration;

use axum::body::Body;
use http::{Request, Response};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::time::{Instant, sleep};

use super::{Said, TimedHeads};

struct Connection {
    client: DuplexStream,
    server: TimedHeads<DuplexStream>,
    said: Said,
}

impl Connection {
    fn new() -> Self {
        let ((client, server), said) = (duplex(64), Said::default());
        Self { client, server: TimedHeads::new(server, said.clone()), said }
    }

    /// What is sent is read at once.
    async fn hears(&mut self, text: &str) {
        self.client.write_all(text.as_bytes()).await.unwrap();
        let mut read = vec![0; text.len()];
        self.server.read_exact(&mut read).await.unwrap();
    }

    /// After how many seconds a read fails, since nothing comes.
    async fn gives_up(&mut self) -> u64 {
        let begun = Instant::now();
        let error = self.server.read(&mut [0; 9]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut);
        begun.elapsed().as_secs()
    }

    /// Whether a read still waits after an hour.
    async fn is_patient(&mut self) -> bool {
        tokio::time::timeout(Duration::from_secs(3_600), self.server.read(&mut [0; 9])).await.is_err()
    }
}

/// SV-01, SV-02
#[tokio::test(start_paused = true)]
async fn a_head_has_ten_seconds_and_the_silence_before_it_sixty() {
    let mut connection = Connection::new();
    sleep(Duration::from_secs(3)).await;
    connection.hears("GET").await;
    assert_eq!(connection.gives_up().await, 7, "from the connection's start");
    drop(connection.said.ask());
    assert_eq!(connection.gives_up().await, 60);
    let mut connection = Connection::new();
    connection.hears("GET / HTTP/1.1").await;
    drop(connection.said.ask());
    connection.hears("G").await;
    sleep(Duration::from_secs(4)).await;
    connection.hears("E").await;
    assert_eq!(connection.gives_up().await, 6, "from a head's first byte, whatever else comes");
}

/// SV-01: both bodies have their own time.
#[tokio::test(start_paused = true)]
async fn a_request_is_at_work_until_its_bodies_are_over() {
    let mut connection = Connection::new();
    let asked = connection.said.ask();
    let request = asked.with(Request::new(Body::from("an upload")));
    let answer = asked.by(Response::new(Body::from("an answer")));
    connection.hears("an up").await;
    assert!(connection.is_patient().await);
    drop(answer);
    connection.hears("load").await;
    assert!(connection.is_patient().await, "the upload goes on");
    drop(request);
    assert_eq!(connection.gives_up().await, 60);
}

/// SV-01: the rest of an upload that nobody read is no head.
#[tokio::test(start_paused = true)]
async fn what_is_left_of_a_body_is_not_taken_for_a_head() {
    for (taken, seconds) in [(false, 60), (true, 10)] {
        let mut connection = Connection::new();
        let asked = connection.said.ask();
        let request = asked.with(Request::new(Body::from("an upload")));
        drop(asked.by(Response::new(Body::empty())));
        if taken {
            axum::body::to_bytes(Body::new(request.into_body()), 99).await.unwrap();
        } else {
            drop(request);
        }
        connection.hears("an upload").await;
        assert_eq!(connection.gives_up().await, seconds);
        drop(connection.said.ask());
        connection.hears("G").await;
        assert_eq!(connection.gives_up().await, 10);
    }
}
