//! What comes over the wire, to the byte: sizes, framing, hosts, methods, and headers that others obey.
//!
//! The tests of the layers prove the same of each by itself; here it is the built program, with its parser.

use std::time::{Duration, Instant};

use scripted_upstream::{Answer, Refusing, ScriptedUpstream};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::browser::{Browser, PASSWORD, Page, USER};
use crate::program::{Program, until};

/// Sends these bytes on one connection, and gives every answer on it until it is closed.
async fn answers(browser: &Browser, case: &str, bytes: impl AsRef<[u8]>) -> Vec<Page> {
    let connection = browser.sends("").await.unwrap();
    let (mut reads, mut writes) = connection.into_split();
    // Who is refused early may be hung up on while there is more to say.
    let sends = async {
        let _ = writes.write_all(bytes.as_ref()).await;
    };
    let mut come = Vec::new();
    let hears = async { while matches!(reads.read_buf(&mut come).await, Ok(count) if count > 0) {} };
    let is_over = tokio::time::timeout(Duration::from_secs(8), async { tokio::join!(sends, hears) }).await;
    assert!(is_over.is_ok(), "{case}: neither refused nor closed: {}", String::from_utf8_lossy(&come));
    parsed(&come)
}

/// Answers one after another, by their own framing (RFC 9112, section 6.3).
fn parsed(mut bytes: &[u8]) -> Vec<Page> {
    let mut answers = Vec::new();
    while !bytes.is_empty() {
        let end = position(bytes, b"\r\n\r\n").unwrap();
        let mut page = Page::new(std::str::from_utf8(&bytes[..end]).unwrap(), "");
        let mut rest = &bytes[end + 4..];
        let body = if page.header("transfer-encoding") == Some("chunked") {
            let mut body = Vec::new();
            loop {
                let line = position(rest, b"\r\n").unwrap();
                let size = usize::from_str_radix(std::str::from_utf8(&rest[..line]).unwrap(), 16).unwrap();
                body.extend_from_slice(&rest[line + 2..line + 2 + size]);
                rest = &rest[line + 4 + size..];
                if size == 0 {
                    break body;
                }
            }
        } else {
            let length = page.header("content-length").map_or(rest.len(), |length| length.parse().unwrap());
            let (body, after) = rest.split_at(length);
            rest = after;
            body.to_vec()
        };
        page.body = String::from_utf8(body).unwrap();
        answers.push(page);
        bytes = rest;
    }
    answers
}

fn position(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}

/// The only answer there, for a request that asks for none after it.
async fn answer(browser: &Browser, case: &str, bytes: impl AsRef<[u8]>) -> Page {
    let mut answers = answers(browser, case, bytes).await;
    assert_eq!(answers.len(), 1, "{case}: {answers:?}");
    answers.remove(0)
}

fn statuses(answers: &[Page]) -> Vec<u16> {
    answers.iter().map(|answer| answer.status).collect()
}

/// SV-01: each limit, and one more.
#[tokio::test]
async fn what_is_too_long_is_refused_at_its_own_limit() {
    let upstream = ScriptedUpstream::start().await;
    let mut program = Program::before(&upstream, "").await;
    let host = program.address().to_string();
    let get =
        |target: &str, more: &str| format!("GET {target} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{more}\r\n");
    // What the fields of `get` are long, and how many they are.
    let (size, count) = ("hostconnectionclose".len() + host.len(), 2);
    let fields = |count: usize| (0..count).map(|number| format!("h{number}: v\r\n")).collect::<String>();
    let sign_in = |length: usize| {
        let form = format!("username=mira&password={PASSWORD}&x=");
        format!("{form}{}", "x".repeat(length - form.len()))
    };
    let post = |framing: &str, body: &str| {
        let head = format!("POST /login HTTP/1.1\r\nhost: {host}\r\norigin: http://{host}\r\nconnection: close\r\n");
        format!("{head}content-type: application/x-www-form-urlencoded\r\n{framing}\r\n\r\n{body}")
    };
    let known = |body: &str| post(&format!("content-length: {}", body.len()), body);
    let chunked = |body: &str| post("transfer-encoding: chunked", &format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len()));
    let query = |length: usize| format!("/livez?{}", "q".repeat(length - "/livez?".len()));
    for (case, request, status) in [
        ("a target of 8 KiB", get(&query(8_192), ""), 200),
        ("and a byte more", get(&query(8_193), ""), 414),
        ("and far more", get(&query(40_000), ""), 414),
        ("fields of 32 KiB", get("/livez", &format!("h: {}\r\n", "v".repeat(32_768 - size - 1))), 200),
        ("and a byte more", get("/livez", &format!("h: {}\r\n", "v".repeat(32_768 - size))), 431),
        ("and more than is read", get("/livez", &format!("h: {}\r\n", "v".repeat(100_000))), 431),
        ("a hundred fields", get("/livez", &fields(100 - count)), 200),
        ("and another", get("/livez", &fields(101 - count)), 431),
        ("and more than are parsed", get("/livez", &fields(1_000)), 431),
        ("a sign-in of 16 KiB", known(&sign_in(16_384)), 303),
        ("and a byte more", known(&sign_in(16_385)), 413),
        ("in chunks", chunked(&sign_in(16_384)), 303),
        ("and a byte more", chunked(&sign_in(16_385)), 413),
        ("and a megabyte more", known(&sign_in(1 << 20)), 413),
    ] {
        assert_eq!(answer(&program, case, &request).await.status, status, "{case}: {}", request.len());
    }
    program.came_through(&upstream).await;
}

/// The answers on a connection that are allowed, by their statuses: the request's, and that of the one after it. Where there is
/// one alone, the connection is closed.
type Allowed = &'static [&'static [u16]];

/// SV-03: what frames a request is read in one way, or not at all; what follows on the connection is answered for itself, or
/// the connection is closed (RFC 9112, sections 2.2, 5.1, 5.2, 6.1 to 6.3, 7.1).
#[tokio::test]
async fn no_request_hides_in_another() {
    let upstream = ScriptedUpstream::start().await;
    let mut program = Program::before(&upstream, "").await;
    let host = program.address().to_string();
    let hidden = format!("GET /account HTTP/1.1\r\nhost: {host}\r\n\r\n");
    let after = format!("GET /livez HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    let get = |fields: &str| format!("GET /livez HTTP/1.1\r\nhost: {host}\r\n{fields}\r\n");
    let post = |framing: &str, body: &str| {
        let head = format!("POST /auth/sign-out HTTP/1.1\r\nhost: {host}\r\n");
        format!("{head}content-type: application/x-www-form-urlencoded\r\n{framing}\r\n\r\n{body}")
    };
    let chunked = |body: &str| post("transfer-encoding: chunked", body);
    let length = |value: &str| post(&format!("content-length: {value}"), "");
    let coding = |value: &str| post(&format!("transfer-encoding: {value}"), "0\r\n\r\n");
    let over = format!("0\r\n\r\n{hidden}");
    let all = over.len();
    let (refused, either): (Allowed, Allowed) = (&[&[400]], &[&[400], &[303]]);
    let (answered, ok): (Allowed, Allowed) = (&[&[303, 200]], &[&[200, 200]]);
    for (case, request, allowed) in [
        ("both framings", post(&format!("content-length: {all}\r\ntransfer-encoding: chunked"), &over), either),
        ("the other way round", post(&format!("transfer-encoding: chunked\r\ncontent-length: {all}"), &over), either),
        ("both, for less", post("content-length: 3\r\ntransfer-encoding: chunked", &over), either),
        ("two lengths", post(&format!("content-length: 0\r\ncontent-length: {}", hidden.len()), &hidden), refused),
        ("one length twice", post("content-length: 3\r\ncontent-length: 3", "a=b"), answered),
        ("a list of lengths", post("content-length: 3, 3", "a=b"), refused),
        ("a negative length", length("-1"), refused),
        ("a length with a plus", length("+0"), refused),
        ("a length in hexadecimal", length("0x0"), refused),
        ("a length with a fraction", length("0.0"), refused),
        ("a length beyond 64 bits", length("99999999999999999999"), refused),
        ("a length of nothing", length(""), refused),
        ("a length and a letter", length("0a"), refused),
        ("another coding at the end", coding("chunked, x"), refused),
        ("another coding", coding("x"), refused),
        ("identity", coding("identity"), refused),
        ("almost chunked", coding("xchunked"), refused),
        ("chunked with a parameter", coding("chunked;q=1"), refused),
        ("chunked behind a vertical tab", coding("\x0bchunked"), refused),
        ("chunked in quotes", coding("\"chunked\""), refused),
        ("chunked in HTTP/1.0", coding("chunked").replace("HTTP/1.1", "HTTP/1.0"), refused),
        ("a space before the colon", post("transfer-encoding : chunked", &over), refused),
        ("a tab before the colon", post("content-length\t: 0", ""), refused),
        ("a folded field", get("x: a\r\n b: c\r\n"), refused),
        ("a folded length", post("content-length:\r\n 3", "a=b"), refused),
        ("a field that begins with a space", get(" x: a\r\n"), refused),
        ("a field without a colon", get("x\r\n"), refused),
        ("a field without a name", get(": x\r\n"), refused),
        ("line feeds alone", get("").replace("\r\n", "\n"), ok),
        ("a carriage return in a value", get("x: a\rb\r\n"), refused),
        ("a carriage return for an end", get("x: a\rtransfer-encoding: chunked\r\n"), refused),
        ("NUL in a value", get("x: a\0b\r\n"), refused),
        ("NUL in a name", get("x\0y: a\r\n"), refused),
        ("NUL in the target", get("").replace("/livez", "/li\0vez"), refused),
        ("a letter for a size", chunked("z\r\na=b\r\n0\r\n\r\n"), refused),
        ("a size of nothing", chunked("\r\na=b\r\n0\r\n\r\n"), refused),
        ("a negative size", chunked("-3\r\na=b\r\n0\r\n\r\n"), refused),
        ("a size with a plus", chunked("+3\r\na=b\r\n0\r\n\r\n"), refused),
        ("a size with a prefix", chunked("0x3\r\na=b\r\n0\r\n\r\n"), refused),
        ("a size beyond 64 bits", chunked("10000000000000003\r\na=b\r\n0\r\n\r\n"), refused),
        ("a chunk longer than its size", chunked("3\r\na=bcd\r\n0\r\n\r\n"), refused),
        ("line feeds between chunks", chunked("3\na=b\n0\n\n"), refused),
        ("a line feed in an extension", chunked("3;a\na=b\r\n0\r\n\r\n"), refused),
        ("an extension of 64 KiB", chunked(&format!("3;{}\r\na=b\r\n0\r\n\r\n", "x".repeat(65_536))), refused),
        ("trailers of 64 KiB", chunked(&format!("3\r\na=b\r\n0\r\nx: {}\r\n\r\n", "x".repeat(65_536))), refused),
        ("an extension", chunked("3;x=y\r\na=b\r\n0\r\n\r\n"), answered),
        ("trailers that would be fields", chunked("3\r\na=b\r\n0\r\ncontent-length: 9\r\n\r\n"), answered),
        (
            "a body that looks like a request",
            post(&format!("content-length: {}", hidden.len()), &hidden),
            &[&[303, 200], &[400, 200]],
        ),
        (
            "a body of a GET",
            format!("{}{hidden}", get(&format!("content-length: {}\r\n", hidden.len()))),
            &[&[200, 200], &[200]],
        ),
        ("an empty line before", format!("\r\n{}", get("")), ok),
        ("two spaces before the target", get("").replace(" /livez", "  /livez"), refused),
        ("a word behind the version", get("").replace("HTTP/1.1", "HTTP/1.1 x"), refused),
        ("no version", get("").replace(" HTTP/1.1", ""), refused),
        ("a version that is not spoken", get("").replace("HTTP/1.1", "HTTP/1.2"), refused),
        ("HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(), &[&[400], &[]]),
        (
            "HTTP/2, asked for",
            get("connection: upgrade, http2-settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABk\r\n"),
            &[&[200, 200], &[200]],
        ),
    ] {
        let answers = answers(&program, case, format!("{request}{after}")).await;
        let seen = statuses(&answers);
        assert!(allowed.contains(&seen.as_slice()), "{case}: {seen:?}");
        assert!(answers.iter().all(|it| it.header("location").is_none_or(|to| to == "/")), "{case}: {answers:?}");
        assert!(answers.get(1).is_none_or(|second| second.body == "ok"), "{case}: {answers:?}");
    }
    program.came_through(&upstream).await;
}

/// SV-03: what goes on to the API is one request, however its framing was meant.
#[tokio::test]
async fn nothing_hides_in_what_goes_on_to_the_api() {
    let upstream = ScriptedUpstream::start().await;
    let mut program = Program::before(&upstream, "").await;
    let cookies = program.signs_in().await;
    upstream.on("POST", "/data", Answer::status(204));
    let host = program.address().to_string();
    let hidden = "0\r\n\r\nGET /hidden HTTP/1.1\r\nhost: x\r\n\r\n";
    let chunked = "transfer-encoding: chunked";
    for (case, framing, body) in [
        ("both framings", format!("content-length: {}\r\n{chunked}", hidden.len()), hidden),
        ("the other way round", format!("{chunked}\r\ncontent-length: {}", hidden.len()), hidden),
        ("a length that hides it", format!("content-length: {}", hidden.len()), hidden),
        ("a length for the next", format!("content-length: 5\r\nconnection: content-length, {chunked}"), "a=b&c"),
        ("a coding for the next", format!("content-length: 5\r\nte: chunked\r\nx-{chunked}"), "a=b&c"),
        ("trailers", chunked.to_owned(), "3\r\na=b\r\n0\r\ncontent-length: 9\r\ntransfer-encoding: x\r\n\r\n"),
        ("an extension", chunked.to_owned(), "3;transfer-encoding=x\r\na=b\r\n0\r\n\r\n"),
        ("a broken chunk", chunked.to_owned(), "3\r\na=b\r\nz\r\n"),
    ] {
        let (calls, connections) = (upstream.requests().len(), upstream.received().len());
        let head =
            format!("POST /upstream/data HTTP/1.1\r\nhost: {host}\r\norigin: http://{host}\r\ncookie: {cookies}\r\n");
        let request = format!("{head}{framing}\r\nconnection: close\r\n\r\n{body}");
        let page = answer(&program, case, request).await;
        assert!(matches!(page.status, 204 | 400 | 502), "{case}: {}", page.status);
        let requests = upstream.requests();
        assert_eq!(requests.len() - calls, usize::from(page.status == 204), "{case}");
        for request in &requests[calls..] {
            let framings = (request.count_of("content-length"), request.count_of("transfer-encoding"));
            assert!(matches!(framings, (1, 0) | (0, 1)) && request.path() == "/data", "{case}: {framings:?}");
        }
        for received in &upstream.received()[connections..] {
            let heads = String::from_utf8_lossy(received).matches(" HTTP/1.1\r\nhost").count();
            assert!(heads <= 1 || case == "a length that hides it", "{case}");
        }
    }
    program.came_through(&upstream).await;
}

/// SV-04: whoever names another site, or none, gets nothing of this one (RFC 9112, section 3.2).
#[tokio::test]
async fn another_host_gets_none_of_this_site() {
    let upstream = ScriptedUpstream::start().await;
    let mut program = Program::before(&upstream, "").await;
    let cookies = program.signs_in().await;
    let ours = program.address().to_string();
    let port = program.address().port();
    for (case, target, hosts, allowed) in [
        ("another", "/account", "host: evil.example\r\n".to_owned(), [421, 400]),
        ("another port", "/account", "host: 127.0.0.1:9\r\n".to_owned(), [421, 400]),
        ("none", "/account", String::new(), [421, 400]),
        ("an empty one", "/account", "host:\r\n".to_owned(), [421, 400]),
        ("ours twice", "/account", format!("host: {ours}\r\nhost: {ours}\r\n"), [421, 400]),
        ("ours, then another", "/account", format!("host: {ours}\r\nhost: evil.example\r\n"), [421, 400]),
        ("another, then ours", "/account", format!("host: evil.example\r\nhost: {ours}\r\n"), [421, 400]),
        ("a list", "/account", format!("host: {ours}, evil.example\r\n"), [421, 400]),
        ("with somebody before it", "/account", format!("host: {ours}@evil.example\r\n"), [421, 400]),
        ("somebody at ours", "/account", format!("host: evil@{ours}\r\n"), [421, 400]),
        ("with a path", "/account", format!("host: {ours}/x\r\n"), [421, 400]),
        ("a target of another site", "http://evil.example/account", format!("host: {ours}\r\n"), [421, 400]),
        ("and its host", "http://evil.example/account", "host: evil.example\r\n".to_owned(), [421, 400]),
        ("a name of loopback for a page", "/account", format!("host: localhost:{port}\r\n"), [303, 303]),
        ("ours", "/account", format!("host: {ours}\r\n"), [200, 200]),
        ("ours in the target, too", &format!("http://{ours}/account"), format!("host: {ours}\r\n"), [200, 200]),
    ] {
        let request = format!("GET {target} HTTP/1.1\r\n{hosts}cookie: {cookies}\r\nconnection: close\r\n\r\n");
        let page = answer(&program, case, request).await;
        assert!(allowed.contains(&page.status), "{case}: {}", page.status);
        assert_eq!(page.body.contains(USER), page.status == 200, "{case}");
        assert!(page.header("location").is_none_or(|to| to.starts_with(&format!("http://{ours}/"))), "{case}");
        assert!(!page.head.contains("evil"), "{case}: {}", page.head);
    }
    program.came_through(&upstream).await;
}

/// CS-09: a method that nothing here takes does nothing, and tells nobody what was sent.
#[tokio::test]
async fn methods_that_nothing_takes_do_nothing_and_echo_nothing() {
    let upstream = ScriptedUpstream::start().await;
    let mut program = Program::before(&upstream, "").await;
    let cookies = program.signs_in().await;
    let host = program.address().to_string();
    let after = format!("GET /livez HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    let calls = upstream.requests().len();
    for method in ["TRACE", "TRACK", "CONNECT", "PUT", "PATCH", "DELETE", "PROPFIND", "DEBUG", "get", "X"] {
        for target in ["/", "/login", "/account", "/projects", "/auth/session", "/auth/sign-out", "/livez", "/readyz"] {
            let case = format!("{method} {target}");
            let request = format!(
                "{case} HTTP/1.1\r\nhost: {host}\r\norigin: http://{host}\r\ncookie: {cookies}; x=canary\r\n\
                 x-canary: canary\r\n\r\n"
            );
            let answers = answers(&program, &case, format!("{request}{after}")).await;
            assert!(matches!(answers[0].status, 400 | 405 | 501), "{case}: {}", answers[0].status);
            assert!(answers.len() == 1 || answers[1].body == "ok", "{case}: {answers:?}");
            let all = format!("{answers:?}");
            assert!(!all.contains("canary") && !all.contains(&cookies) && !all.contains(USER), "{case}: {all}");
        }
    }
    for target in ["127.0.0.1:9", &host, "evil.example:443", "*"] {
        for method in ["CONNECT", "OPTIONS"] {
            let case = format!("{method} {target}");
            let answers = answers(&program, &case, format!("{case} HTTP/1.1\r\nhost: {host}\r\n\r\n{after}")).await;
            assert!(matches!(answers[0].status, 400 | 404 | 405 | 421 | 501), "{case}: {}", answers[0].status);
            assert!(answers.len() == 1 || answers[1].body == "ok", "{case}: {answers:?}");
        }
    }
    assert_eq!(upstream.requests().len(), calls);
    assert_eq!(program.session(&cookies).await.1["user"]["email"], USER, "nobody was signed out");
    program.came_through(&upstream).await;
}

/// RD-07: line ends and NUL, in whatever spelling and wherever a value comes back in a header, make no header.
#[tokio::test]
async fn no_value_becomes_a_header() {
    let upstream = ScriptedUpstream::start().await;
    let mut program = Program::before(&upstream, "").await;
    let cookies = program.signs_in().await;
    let host = program.address().to_string();
    let form = |value: &str| format!("username=mira&password={PASSWORD}&callbackUrl={value}");
    let sinks = async |value: &str| {
        [
            program.get(&format!("/login?callbackUrl={value}"), "").await,
            program.get(&format!("/login?callbackUrl={value}"), &cookies).await,
            program.get(&format!("/login?reason={value}"), "").await,
            program.get(&format!("/account?x={value}"), "").await,
            program.get(&format!("/account/?x={value}"), "").await,
            program.get(&format!("/nowhere/{value}"), "").await,
            program.get(&format!("/auth/callback/x?error={value}"), "").await,
            program.post("/login", "", &form(value)).await,
            program.post(&format!("/login?callbackUrl={value}"), "", "username=&password=").await,
            program.post(&format!("/auth/sign-out?callbackUrl={value}"), "", "").await,
            program.post("/auth/sign-out", "", &format!("callbackUrl={value}")).await,
        ]
    };
    let names = |page: &Page| {
        page.head.lines().skip(1).map(|line| line.split(':').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let plain: Vec<_> = sinks("%2Fx").await.iter().map(|page| (page.status, names(page))).collect();
    for value in [
        "%0d%0ax-evil:%201",
        "/x%0d%0ax-evil:%201",
        "/x%0ax-evil:%201",
        "/x%0dx-evil:%201",
        "/x%00x-evil:%201",
        "/x%0d%0a%0d%0a%3Ch1%3Eevil",
        "/x%250d%250ax-evil:%201",
        "/x%E5%98%8D%E5%98%8Ax-evil:%201",
        "/x%E2%80%A8x-evil:%201",
        "/x%c0%8d%c0%8ax-evil:%201",
        "/x%u000d%u000ax-evil:%201",
        "/x%0d%0aset-cookie:%20session=evil",
        "/x%0d%0alocation:%20//evil.example",
    ] {
        for (number, (page, (status, names_of_plain))) in sinks(value).await.iter().zip(&plain).enumerate() {
            assert_eq!((page.status, &names(page)), (*status, names_of_plain), "{value}, sink {number}: {}", page.head);
            let ends = page.head.matches(['\r', '\n', '\0']).count();
            assert_eq!(ends, 2 * names_of_plain.len(), "{value}, sink {number}: {}", page.head);
        }
    }
    for end in ["\r\n", "\n", "\r", "\0"] {
        // Raw, the target ends there, and what follows is no version.
        let target = format!("/login?callbackUrl=/x{end}x-evil:1");
        let request = format!("GET {target} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
        let page = answer(&program, &format!("{end:?}"), request).await;
        assert!(page.status == 400 && !page.head.contains("evil"), "{end:?}: {}", page.head);
        // Raw in a form, it is a part of the value.
        let page = program.post("/login", "", &form(&format!("/x{end}x-evil: 1"))).await;
        assert_eq!((page.status, names(&page)), plain[7], "{end:?}: {}", page.head);
    }
    program.came_through(&upstream).await;
}

/// SV-05: whoever watches the process is answered whatever the API does, and learns nothing but that.
#[tokio::test]
async fn health_is_independent_of_the_api_and_tells_of_the_drain() {
    let program = Program::start(&Refusing::new().url(), "server.drain_delay = '2s'").await;
    let ask = async |path: &str| {
        let more = "cookie: session=canary; x=canary\r\nauthorization: Bearer canary\r\nconnection: close\r\n";
        let request = format!("GET {path} HTTP/1.1\r\nhost: 10.0.0.7\r\n{more}\r\n");
        answer(&program, path, request).await
    };
    for path in ["/livez", "/readyz", "/livez?verbose=1"] {
        let page = ask(path).await;
        assert_eq!(
            (page.status, page.body.as_str(), page.header("cache-control")),
            (200, "ok", Some("no-store")),
            "{path}"
        );
        assert_eq!((page.header("set-cookie"), page.header("server")), (None, None), "{path}");
        assert!(!page.head.contains("canary") && !page.head.contains(env!("CARGO_PKG_VERSION")), "{}", page.head);
    }
    program.terminate();
    until("readiness", async || ask("/readyz").await.status == 503).await;
    assert_eq!(ask("/livez").await.status, 200, "it lives while it drains");
    assert_eq!(program.exit().await, Some(0), "{}", program.log());
    assert!(!program.log().contains("canary"));
}

/// CS-11: what frameworks, gateways and proxies take for a word of their own is none here (CVE-2025-29927, CVE-2025-64484).
#[tokio::test]
async fn no_header_opens_what_is_guarded() {
    let headers = [
        "authorization",
        "cf-connecting-ip",
        "client-ip",
        "forwarded",
        "proxy-authorization",
        "remote-user",
        "true-client-ip",
        "x-accel-redirect",
        "x-amzn-oidc-identity",
        "x-auth-request-email",
        "x-auth-request-user",
        "x-authenticated-userid",
        "x-client-ip",
        "x-envoy-original-path",
        "x-forwarded-email",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-prefix",
        "x-forwarded-proto",
        "x-forwarded-uri",
        "x-forwarded-user",
        "x-goog-authenticated-user-email",
        "x-http-method-override",
        "x-middleware-prefetch",
        "x-middleware-subrequest",
        "x-nextjs-data",
        "x-original-method",
        "x-original-url",
        "x-real-ip",
        "x-remote-user",
        "x-rewrite-url",
        "x-session-user",
        "x-user-id",
        "x_forwarded_user",
    ];
    let upstream = ScriptedUpstream::start().await;
    let mut program = Program::before(&upstream, "").await;
    upstream.on("GET", "/secrets", Answer::text(200, "application/json", "\"canary\""));
    let host = program.address().to_string();
    let guarded = ["GET /account", "GET /projects", "GET /admin", "GET /auth/session", "GET /upstream/secrets"];
    let functions = ["POST /api/current_session", "POST /api/update", "POST /upstream/secrets"];
    let ask = async |line: &str, more: &str| {
        let head = format!("{line} HTTP/1.1\r\nhost: {host}\r\norigin: http://{host}\r\ncontent-length: 0\r\n");
        let form = "content-type: application/x-www-form-urlencoded\r\naccept: text/html\r\nconnection: close\r\n";
        let page = answer(&program, &format!("{line} {more}"), format!("{head}{form}{more}\r\n")).await;
        (page.status, page.header("location").map(str::to_owned), page.header("content-type").map(str::to_owned))
    };
    let calls = upstream.requests().len();
    for line in guarded.into_iter().chain(functions) {
        let without = ask(line, "").await;
        assert!(matches!(without.0, 200 | 303 | 401 | 403 | 404), "{line}: {without:?}");
        for header in headers {
            for value in [USER, "1", "/livez", "127.0.0.1", "middleware:middleware:middleware:middleware:middleware"] {
                let with = ask(line, &format!("{header}: {value}\r\n")).await;
                assert_eq!(with, without, "{line} with {header}: {value}");
            }
        }
        for agent in ["kube-probe/1.30", "GoogleHC/1.0", "ELB-HealthChecker/2.0"] {
            assert_eq!(ask(line, &format!("user-agent: {agent}\r\n")).await, without, "{line}: {agent}");
        }
    }
    assert_eq!(upstream.requests().len(), calls, "nobody's request reached the API");
    program.came_through(&upstream).await;
}

/// SV-02: whoever sends a head that does not end, by drops or not at all, is hung up on after ten seconds. Nobody else notices.
#[tokio::test]
async fn a_head_that_does_not_end_is_hung_up_on() {
    let upstream = ScriptedUpstream::start().await;
    let mut program = Program::before(&upstream, "").await;
    let host = program.address().to_string();
    let begun = Instant::now();
    let ends = async |start: String, drips: bool| {
        let (mut reads, mut writes) = program.sends(start).await.unwrap().into_split();
        let drops = async {
            while drips && writes.write_all(b"x").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            std::future::pending::<()>().await;
        };
        let mut come = Vec::new();
        tokio::select! {
            _ = reads.read_to_end(&mut come) => {}
            () = drops => {}
        }
        let after = begun.elapsed().as_secs();
        assert!((9..=12).contains(&after), "after {after} s");
        come
    };
    let half = format!("GET /account HTTP/1.1\r\nhost: {host}\r\nx: ");
    let asked = format!("GET /livez HTTP/1.1\r\nhost: {host}\r\n");
    let mut kept = program.sends(format!("{asked}\r\n")).await.unwrap();
    let (silent, halves, dripping) =
        tokio::join!(ends(String::new(), false), ends(half.clone(), false), ends(half, true));
    for come in [silent, halves, dripping] {
        assert!(come.is_empty() || come.starts_with(b"HTTP/1.1 408"), "{}", String::from_utf8_lossy(&come));
    }
    kept.write_all(format!("{asked}connection: close\r\n\r\n").as_bytes()).await.unwrap();
    let mut come = Vec::new();
    kept.read_to_end(&mut come).await.unwrap();
    assert_eq!(statuses(&parsed(&come)), [200, 200], "SV-01: a connection is kept for longer than a head may take");
    program.came_through(&upstream).await;
}

/// OU-07: an address that a cache could take for a file's has nobody's page, or one that no cache keeps.
#[tokio::test]
async fn no_cache_is_deceived_into_keeping_a_page() {
    let upstream = ScriptedUpstream::start().await;
    let program = Program::before(&upstream, "").await;
    let cookies = program.signs_in().await;
    assert!(program.get("/account", &cookies).await.body.contains("Mira"));
    let below = [
        "/x.css",
        "%2f..%2fx.js",
        "/..%2fx.js",
        ";x.css",
        "%3bx.css",
        "%00x.css",
        "%0ax.css",
        "%23x.css",
        "%3fx.css",
        ".css",
    ];
    let paths = below
        .iter()
        .flat_map(|rest| [format!("/account{rest}"), format!("/auth/session{rest}"), format!("/upstream/me{rest}")]);
    for path in
        paths.chain(["/pkg/..%2faccount".to_owned(), "/pkg/%2e%2e/account".to_owned(), "/account?x=/x.css".to_owned()])
    {
        let page = program.get(&path, &cookies).await;
        let is_kept = !page.header("cache-control").unwrap_or_default().contains("no-store");
        assert!(!is_kept || page.status >= 400 && !page.body.contains("Mira"), "{path}: {} {}", page.head, page.body);
    }
}
