use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use redis::AsyncCommands;

use super::RedisStore;
use crate::record::SessionId;
use crate::store::suite::{Bench, NOW, suite};
use crate::store::{Identity, SessionKey, Store, Whose};

/// A Redis of a test's own, on a free loopback port, without files; it ends with the test.
struct Server {
    url: String,
    port: u16,
    process: Child,
}

impl Server {
    fn start() -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self::start_at(port)
    }

    fn start_at(port: u16) -> Self {
        let process = Command::new("redis-server")
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
            .args(["--dir", std::env::temp_dir().to_str().unwrap()])
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server, of the package redis-server");
        let server = Self { url: format!("redis://127.0.0.1:{port}/0"), port, process };
        while std::net::TcpStream::connect(("127.0.0.1", server.port)).is_err() {
            std::thread::yield_now();
        }
        server
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Lets every key's life pass by so much: the server's own clock cannot be moved.
async fn advance(url: String, seconds: i64) {
    let client = redis::Client::open(url).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let keys: Vec<String> = connection.keys("*").await.unwrap();
    for key in keys {
        let left: i64 = connection.pttl(&key).await.unwrap();
        assert!(left > 0, "every key has a life: {key}");
        let _: () = connection.pexpire(&key, left - seconds * 1_000).await.unwrap();
    }
}

suite!(async {
    let server = Server::start();
    let store = Arc::new(RedisStore::new(&server.url).unwrap());
    Bench::new(store, move |seconds| Box::pin(advance(server.url.clone(), seconds)))
});

fn key() -> SessionKey {
    SessionKey {
        id: SessionId::random().unwrap(),
        identity: Some(Identity::of_text("7")),
        also: [None, None],
        begun_millis: NOW,
        generation: 0,
    }
}

const LIFE: Duration = Duration::from_secs(600);

/// SE-09
#[tokio::test]
async fn while_it_is_away_operations_fail_soon_and_what_was_ended_here_stays_ended_here() {
    let server = Server::start();
    let store = RedisStore::new(&server.url).unwrap();
    store.ping().await.unwrap();
    drop(server);
    let (ended, other) = (key(), key());
    assert!(store.end(&ended.id, LIFE).await.is_err());
    assert!(store.look_up(&ended).await.unwrap().ended);
    assert!(store.look_up(&other).await.is_err());
    let everywhere = SessionKey { identity: Some(Identity::of_text("8")), ..key() };
    assert!(store.end_before(&Whose::Of(Identity::of_text("8")), NOW, LIFE).await.is_err());
    assert!(store.look_up(&everywhere).await.unwrap().ended);
}

/// SE-09
#[tokio::test]
async fn what_was_ended_while_it_was_away_is_told_when_it_is_back() {
    let server = Server::start();
    let store = RedisStore::new(&server.url).unwrap();
    store.ping().await.unwrap();
    let port = server.port;
    drop(server);
    let ended = key();
    assert!(store.end(&ended.id, LIFE).await.is_err());

    let server = Server::start_at(port);
    let elsewhere = RedisStore::new(&server.url).unwrap();
    let told = async {
        while !elsewhere.look_up(&ended).await.is_ok_and(|standing| standing.ended) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), told).await.expect("another instance hears of it");
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up_on_in_time() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let store = RedisStore::new(&format!("redis://{}", silent.local_addr().unwrap())).unwrap();
    let attempts = async {
        for _ in 0..100 {
            assert!(store.look_up(&key()).await.is_err());
        }
    };
    tokio::time::timeout(Duration::from_secs(10), attempts).await.expect("a hundred do not wait one after the other");
}

/// LG-01
#[tokio::test]
async fn neither_keys_nor_errors_hold_a_session_id_or_the_password_of_the_store() {
    let server = Server::start();
    let store = RedisStore::new(&server.url).unwrap();
    let key = key();
    store.end(&key.id, LIFE).await.unwrap();
    store.put_record(&key, "sealed", LIFE).await.unwrap();
    let mut connection =
        redis::Client::open(server.url.as_str()).unwrap().get_multiplexed_async_connection().await.unwrap();
    let keys: Vec<String> = connection.keys("*").await.unwrap();
    let id = serde_json::to_value(&key.id).unwrap();
    assert!(!keys.is_empty() && keys.iter().all(|name| name.starts_with("vestibule:")));
    assert!(!keys.concat().contains(id.as_str().unwrap()));

    let refused = RedisStore::new(&format!("redis://user:canary-password@127.0.0.1:{}/0", server.port)).unwrap();
    let error = refused.ping().await.unwrap_err();
    assert!(!format!("{error} {error:?} {refused:?}").contains("canary"), "{error}");
}
