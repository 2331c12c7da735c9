use axum::Router;
use axum::routing::get;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use crate::fixture::App;

/// SV-06
#[tokio::test]
async fn what_was_accepted_is_answered_before_the_server_stops() {
    let mut config = crate::fixture::config("");
    config.server.drain_delay = std::time::Duration::ZERO;
    let app = App::with(config);
    let (entered, mut inside) = tokio::sync::mpsc::channel::<()>(1);
    let (release, released) = oneshot::channel::<()>();
    let released = std::sync::Arc::new(tokio::sync::Mutex::new(Some(released)));
    let router = Router::new().route(
        "/slow",
        get(move || async move {
            entered.send(()).await.unwrap();
            let released = released.lock().await.take().unwrap();
            released.await.unwrap();
            "finished"
        }),
    );
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let vestibule = app.vestibule.clone();
    let server = tokio::spawn(async move {
        super::serve(&vestibule, router, listener, async { stopped.await.unwrap() }).await;
    });

    let idle = TcpStream::connect(address).await.unwrap();
    let mut client = TcpStream::connect(address).await.unwrap();
    client.write_all(b"GET /slow HTTP/1.1\r\nhost: app.example\r\n\r\n").await.unwrap();
    inside.recv().await.unwrap();
    stop.send(()).unwrap();
    // The listener closes once the drain begins; only then is the request let go.
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(app.vestibule.draining());
    release.send(()).unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("finished"), "{answer}");
    server.await.unwrap();
    drop(idle);
}
