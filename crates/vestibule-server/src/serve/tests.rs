use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::routing::{get, post};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use crate::callbacks::{Callbacks, Event};
use crate::fixture::{App, Log, config};
use crate::record::Record;
use crate::session::rotating::{REFRESHING, Rotating};
use crate::session::{Delivery, Errand, Flights};

mod patience;

/// SV-06
#[tokio::test]
async fn what_was_accepted_is_answered_before_the_server_stops() {
    let mut config = config("");
    config.server.drain_delay = Duration::ZERO;
    let app = App::with(config);
    let (entered, mut inside) = tokio::sync::mpsc::channel::<()>(1);
    let (release, released) = oneshot::channel::<()>();
    let released = Arc::new(tokio::sync::Mutex::new(Some(released)));
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

/// UP-08: with the request goes whatever it waits for, a call of the API among it.
#[tokio::test]
async fn who_leaves_ends_the_work_that_was_done_for_them() {
    let mut config = config("");
    config.server.drain_delay = Duration::ZERO;
    let app = App::with(config);
    let (entered, mut inside) = tokio::sync::mpsc::channel::<tokio::sync::mpsc::Receiver<()>>(1);
    let router = Router::new().route(
        "/slow",
        get(move || async move {
            let (here, gone) = tokio::sync::mpsc::channel::<()>(1);
            entered.send(gone).await.unwrap();
            std::future::pending::<()>().await;
            drop(here);
        }),
    );
    let router = crate::layers::protect(&app.vestibule, router, Router::new());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let vestibule = app.vestibule.clone();
    let server = tokio::spawn(async move {
        super::serve(&vestibule, router, listener, std::future::pending()).await;
    });
    let mut client = TcpStream::connect(address).await.unwrap();
    client.write_all(b"GET /slow HTTP/1.1\r\nhost: app.example\r\n\r\n").await.unwrap();
    let mut gone = inside.recv().await.unwrap();
    let left = std::time::Instant::now();
    drop(client);
    assert_eq!(gone.recv().await, None);
    assert!(left.elapsed() < Duration::from_secs(1), "{:?}", left.elapsed());
    server.abort();
}

/// An application that is told to stop without a delay, and a session whose tokens are due.
async fn with_due_tokens() -> (App, Arc<Record>) {
    let mut config = config(REFRESHING);
    config.server.drain_delay = Duration::ZERO;
    let app = App::with(config);
    app.script(Rotating::living(100).script());
    let record = Arc::new(app.record_of(&app.cookies_of("ana").await).await);
    app.clock.advance(85);
    (app, record)
}

/// A refresh that nobody waits for; the API has it, and its answer waits.
async fn refreshes(app: &App, record: &Arc<Record>) {
    app.upstream.hold();
    let (vestibule, record) = (app.vestibule.clone(), Arc::clone(record));
    tokio::spawn(async move { Flights::renew(&vestibule, &record, Errand::Refresh, Delivery::Now, None).await });
    app.upstream.called("/refresh", 1).await;
}

/// SV-06, UP-08: a refresh that nobody waits for has as long as any request.
#[tokio::test(start_paused = true)]
async fn a_refresh_whose_browser_left_has_as_long_as_a_request() {
    let (app, record) = with_due_tokens().await;
    refreshes(&app, &record).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let release = async {
        tokio::time::sleep(Duration::from_secs(9)).await;
        app.upstream.release();
    };
    tokio::join!(super::serve(&app.vestibule, Router::new(), listener, async {}), release);
    assert!(app.store.look_up(&record.key()).await.unwrap().is_renewed());
}

/// UP-08: whoever sends or reads slowly takes no time from a refresh.
#[tokio::test(start_paused = true)]
async fn a_slow_client_costs_no_refresh_its_end() {
    let (app, record) = with_due_tokens().await;
    let router = Router::new().route("/slow", post(async |_: bytes::Bytes| "read"));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let vestibule = app.vestibule.clone();
    let (stop, stopped) = oneshot::channel::<()>();
    let begun = tokio::time::Instant::now();
    let server = tokio::spawn(async move {
        super::serve(&vestibule, router, listener, async { stopped.await.unwrap() }).await;
        begun.elapsed().as_secs()
    });
    let mut slow = TcpStream::connect(address).await.unwrap();
    slow.write_all(b"POST /slow HTTP/1.1\r\nhost: app.example\r\ncontent-length: 9\r\n\r\n").await.unwrap();
    stop.send(()).unwrap();
    tokio::time::sleep(Duration::from_secs(24)).await;
    refreshes(&app, &record).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    app.upstream.release();
    assert_eq!(server.await.unwrap(), 27);
    assert!(app.store.look_up(&record.key()).await.unwrap().is_renewed());
    drop(slow);
}

/// UP-08: the tokens that a refresh brings are lost if nobody is there to keep them.
#[tokio::test]
async fn a_refresh_in_flight_lands_before_the_server_stops() {
    let mut config = config(REFRESHING);
    config.server.drain_delay = Duration::ZERO;
    let app = Arc::new(App::with(config));
    app.script(Rotating::living(100).script());
    let cookies = app.cookies_of("ana").await;
    let key = app.record_of(&cookies).await.key();
    app.clock.advance(85);
    app.upstream.hold();
    let gone = tokio::spawn({
        let app = Arc::clone(&app);
        async move { app.get("/test/page", &cookies).await }
    });
    app.upstream.called("/refresh", 1).await;
    gone.abort();

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let vestibule = app.vestibule.clone();
    let server = tokio::spawn(async move {
        super::serve(&vestibule, Router::new(), listener, async {}).await;
    });
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert!(!server.is_finished());
    app.upstream.release();
    server.await.unwrap();
    assert!(app.store.look_up(&key).await.unwrap().is_renewed());
}

/// Says whom it is told of, later.
struct Late(Arc<tokio::sync::Semaphore>, tokio::sync::mpsc::UnboundedSender<&'static str>);

impl Callbacks for Late {
    async fn event(&self, event: &Event) {
        let _leave = self.0.acquire().await.unwrap();
        self.1.send(event.happening.name()).unwrap();
    }
}

/// LG-02
#[tokio::test]
async fn what_happened_is_told_before_the_server_stops_and_handlers_know_where_a_connection_comes_from() {
    let (leave, (tells, mut told)) = (Arc::new(tokio::sync::Semaphore::new(0)), tokio::sync::mpsc::unbounded_channel());
    let app = App::calling("server.drain_delay = '0s'\n", Late(Arc::clone(&leave), tells));
    app.cookies_of("ana").await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let vestibule = app.vestibule.clone();
    let (stop, stopped) = oneshot::channel::<()>();
    let router = Router::new()
        .route("/whence", get(async |ConnectInfo(peer): ConnectInfo<std::net::SocketAddr>| peer.to_string()));
    let server = tokio::spawn(async move {
        super::serve(&vestibule, router, listener, async { stopped.await.unwrap() }).await;
    });
    let mut client = TcpStream::connect(address).await.unwrap();
    let head = b"GET /whence HTTP/1.1\r\nhost: app.example\r\nconnection: close\r\n\r\n";
    client.write_all(head).await.unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.unwrap();
    assert!(answer.ends_with(&client.local_addr().unwrap().to_string()), "{answer}");
    stop.send(()).unwrap();
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(told.try_recv().is_err() && !server.is_finished());
    leave.add_permits(1);
    server.await.unwrap();
    assert_eq!(told.try_recv().ok(), Some("signed_in"));
}

/// Metrics and health have a listener of their own, which goes on while the site's drains.
#[tokio::test]
async fn the_admin_listener_is_there_to_the_end() {
    let mut config = config("server.address = '127.0.0.1:0'\nserver.admin_address = '127.0.0.2:0'\n");
    config.server.drain_delay = Duration::from_secs(3_600);
    let listeners = super::listen(&config).await.unwrap();
    let site = listeners.site.local_addr().unwrap();
    let admin = listeners.admin.as_ref().unwrap().local_addr().unwrap();
    let app = App::with(config);
    let vestibule = app.vestibule.clone();
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(async move {
        super::serve(&vestibule, Router::new(), listeners, async { stopped.await.unwrap() }).await;
    });
    let ask = async |address: std::net::SocketAddr| {
        let mut client = TcpStream::connect(address).await.unwrap();
        client.write_all(b"GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.unwrap();
        answer
    };
    assert!(ask(admin).await.contains("vestibule_draining 0"));
    assert!(ask(site).await.starts_with("HTTP/1.1 404"));
    stop.send(()).unwrap();
    while !ask(admin).await.contains("vestibule_draining 1") {}
    server.abort();
}

/// SV-06: a connection that was accepted has a request on its way, which is answered although the listener is closed by now.
#[tokio::test]
async fn whoever_has_just_connected_is_answered() {
    let mut config = config("");
    config.server.drain_delay = Duration::ZERO;
    let app = App::with(config);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let vestibule = app.vestibule.clone();
    let router = Router::new().route("/", get(async || "answered"));
    let server = tokio::spawn(async move {
        super::serve(&vestibule, router, listener, async { stopped.await.unwrap() }).await;
    });
    let mut client = TcpStream::connect(address).await.unwrap();
    stop.send(()).unwrap();
    while TcpStream::connect(address).await.is_ok() {}
    client.write_all(b"GET / HTTP/1.1\r\nhost: app.example\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("answered"), "{answer}");
    server.await.unwrap();
}

/// What the API said before its answer broke off is the browser's to know.
#[tokio::test]
async fn an_answer_that_breaks_off_at_once_still_has_its_head() {
    let app = App::with(config(""));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (vestibule, of_app) = (app.vestibule.clone(), app.vestibule.clone());
    let broken = move || {
        let cut = futures_util::stream::once(std::future::ready(Err::<bytes::Bytes, _>(std::io::Error::other("cut"))));
        let body = crate::proxy::watched(axum::body::Body::from_stream(cut), Duration::from_secs(9), &of_app, false);
        std::future::ready(body)
    };
    let router = Router::new().route("/", get(broken));
    let server = tokio::spawn(async move { super::serve(&vestibule, router, listener, std::future::pending()).await });
    let mut client = TcpStream::connect(address).await.unwrap();
    client.write_all(b"GET / HTTP/1.1\r\nhost: app.example\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(!answer.ends_with("0\r\n\r\n"), "and no end");
    server.abort();
}

/// SV-02: who asks for much and reads nothing of it is given up; the clock is paused, and goes on where nothing else can.
#[tokio::test(start_paused = true)]
async fn who_never_reads_does_not_hold_a_connection() {
    let app = App::with(config(""));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let vestibule = app.vestibule.clone();
    let (here, mut gone) = tokio::sync::mpsc::channel::<()>(1);
    let here = Arc::new(std::sync::Mutex::new(Some(here)));
    let endless = move || {
        let held = here.lock().unwrap().take();
        let zeros = futures_util::stream::repeat_with(move || {
            let _ = &held;
            Ok::<_, std::convert::Infallible>(bytes::Bytes::from_static(&[0; 4_096]))
        });
        std::future::ready(axum::body::Body::from_stream(zeros))
    };
    let router = Router::new().route("/", get(endless));
    let server = tokio::spawn(async move { super::serve(&vestibule, router, listener, std::future::pending()).await });
    let mut client = TcpStream::connect(address).await.unwrap();
    client.write_all(b"GET / HTTP/1.1\r\nhost: app.example\r\n\r\n").await.unwrap();
    assert_eq!(gone.recv().await, None, "the response is let go, although the client is there");
    drop(client);
    server.abort();
}

/// LG-02: what is no request has no layer that could tell of it.
#[tokio::test]
async fn what_is_no_http_is_counted_and_told() {
    let mut config = config("");
    config.server.drain_delay = Duration::ZERO;
    let app = App::with(config);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let log = Log::as_json();
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = super::serve(&app.vestibule, Router::new(), listener, async { stopped.await.unwrap() });
    let asking = async {
        let large = format!("GET / HTTP/1.1\r\nhost: app.example\r\nx: {}\r\n\r\n", "canary".repeat(60_000));
        for (bytes, status) in [("\u{16}\u{3}\u{1} canary\r\n\r\n", "400"), (large.as_str(), "431")] {
            let mut client = TcpStream::connect(address).await.unwrap();
            // It may be refused before the end of it.
            let _ = client.write_all(bytes.as_bytes()).await;
            let mut answer = Vec::new();
            let _ = client.read_to_end(&mut answer).await;
            let answer = String::from_utf8_lossy(&answer);
            assert!(answer.is_empty() || answer.starts_with(&format!("HTTP/1.1 {status}")), "{answer}");
        }
        stop.send(()).unwrap();
    };
    tokio::join!(serving, asking);
    let events: Vec<_> = log.objects().into_iter().filter(|line| line["what"] == "denied").collect();
    let told: Vec<_> = events.iter().map(|line| (line["why"].as_str(), line["address"].as_str())).collect();
    assert_eq!(told, ["malformed", "too_large"].map(|why| (Some(why), Some("127.0.0.1"))));
    assert!(!log.text().contains("canary"));
}
