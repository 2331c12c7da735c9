//! Fault 28: one part of a page that streams has slow data. The application's own pages load what they need before they
//! begin, so that they work without scripts; the page here is one that somebody may build with the same library, behind the
//! same layers and the same server.

use axum::Router;
use leptos::prelude::*;
use leptos_meta::{MetaTags, provide_meta_context};
use leptos_router::components::{FlatRoutes, Route, Router as Pages};
use leptos_router::path;
use scripted_upstream::{Answer, Gate, ScriptedUpstream};
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};
use vestibule::ssr::{self, PageHead};
use vestibule::{LoginPage, RequireSession, at_once, provide_vestibule, use_api};
use vestibule_server::app::Vestibule;
use vestibule_server::config::{Config, Source};
use vestibule_server::{layers, serve};

use crate::browser::{Browser, PASSWORD};

#[component]
fn App() -> impl IntoView {
    provide_vestibule();
    provide_meta_context();
    view! {
        <Pages>
            <h1>"The shell"</h1>
            <FlatRoutes fallback=|| ()>
                <Route path=path!("/login") view=LoginPage/>
                <Route path=path!("/account") view=Five/>
            </FlatRoutes>
        </Pages>
    }
}

fn shell() -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <PageHead/>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

/// A page of five parts, each with data of its own.
#[component]
fn Five() -> impl IntoView {
    at_once(view! { <RequireSession>{(1..=5).map(|number| view! { <Part number/> }).collect_view()}</RequireSession> })
}

#[component]
fn Part(number: u8) -> impl IntoView {
    let api = use_api();
    let data = Resource::new(
        || (),
        move |()| {
            let api = api.clone();
            async move { api.get::<String>(&format!("/part/{number}")).await }
        },
    );
    let shown = move || Suspend::new(async move { data.await.unwrap_or_else(|error| format!("Failed: {error:?}")) });
    view! {
        <Suspense fallback=|| "Loading…">
            <p>{shown}</p>
        </Suspense>
    }
}

/// The application, served; calls of the API have so long.
async fn site(upstream: &ScriptedUpstream, timeout: &str) -> Browser {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let text = format!(
        "server.address = '{address}'\nsession.secrets = ['kV8-test-Qz3nXcRm6TbWyLpHsDfGaJeU']\n\
         session.refresh_before = '1m'\n[upstream]\nbase_url = '{}'\ntimeout = '{timeout}'\n\
         expiry = {{ from = 'pointer', pointer = '/expiresIn', unit = 's' }}\n[upstream.refresh]\n",
        upstream.url()
    );
    let config = Config::read(&Source::of_text(text)).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let contract = config.upstream.clone().unwrap();
    let vestibule = Vestibule::connect(config, contract).unwrap().build().unwrap();
    let options = ssr::options(vestibule.config(), "five");
    let router = layers::protect(&vestibule, ssr::router(&vestibule, options, App, shell), Router::new());
    tokio::spawn(async move { serve::serve(&vestibule, router, listener, std::future::pending()).await });
    Browser::at(address)
}

/// Somebody whose token is due asks for the page; what comes until the shell and all parts but the third are there.
async fn all_but_the_third(browser: &Browser) -> (TcpStream, String) {
    let cookies = browser.signs_in().await;
    let mut connection = browser.opens("/account", &cookies).await;
    let mut come = String::new();
    while !["The shell", "text of 1", "text of 2", "text of 4", "text of 5"].iter().all(|part| come.contains(part)) {
        let mut bytes = [0; 4_096];
        let count = connection.read(&mut bytes).await.unwrap();
        assert!(count > 0, "{come}");
        come.push_str(&String::from_utf8_lossy(&bytes[..count]));
    }
    (connection, come)
}

async fn rest_of(mut connection: TcpStream) -> String {
    let mut rest = String::new();
    connection.read_to_string(&mut rest).await.unwrap();
    rest
}

/// Fault 28: the shell and the other parts are there while it is waited for; it comes in its place when it comes, or else an
/// error at the deadline. The renewed session's cookie stands before all of that.
#[tokio::test]
async fn a_slow_part_holds_up_nothing_but_itself() {
    let upstream = ScriptedUpstream::start().await;
    let gate = Gate::new();
    let tokens = |number: u32, life: u32| -> Value {
        json!({ "accessToken": format!("access-{number}"), "refreshToken": "refresh", "expiresIn": life })
    };
    upstream
        .on("GET", "/me", Answer::json(200, json!({ "id": 7, "displayName": "Mira" })))
        .on("POST", "/sign-in", Answer::json(200, tokens(1, 30)))
        .on("POST", "/refresh", Answer::json(200, tokens(2, 7_200)));
    for part in [1, 2, 4, 5] {
        upstream.on("GET", &format!("/part/{part}"), Answer::json(200, json!(format!("text of {part}"))));
    }
    upstream.on("GET", "/part/3", Answer::json(200, json!("text of 3")).held_by(&gate));
    // While an application's routes are listed, no resource of the process loads.
    let (patient, strict) = (site(&upstream, "14s").await, site(&upstream, "1s").await);

    let (connection, come) = all_but_the_third(&patient).await;
    assert!(!gate.is_open() && !come.contains("text of 3") && !come.contains("Failed"), "{come}");
    let (head, _) = come.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.0 200"), "{head}");
    assert_eq!(head.matches("set-cookie: session=v1.").count(), 1, "{head}");
    assert!(come.contains("Loading…"), "in its place");
    gate.open();
    let rest = rest_of(connection).await;
    assert!(rest.contains("text of 3") && !rest.contains("Failed"), "{rest}");
    assert_eq!(upstream.requests_to("/refresh").len(), 1);
    for part in 1..=5 {
        let asked = upstream.requests_to(&format!("/part/{part}"));
        let tokens: Vec<_> = asked.iter().map(|request| request.header("authorization")).collect();
        assert_eq!(tokens, [Some("Bearer access-2")], "with the renewed token, once");
    }

    gate.close();
    let (connection, come) = all_but_the_third(&strict).await;
    let all = come + &rest_of(connection).await;
    let failed = all.find("Failed: Timeout").unwrap();
    for part in ["The shell", "text of 1", "text of 2", "text of 4", "text of 5"] {
        assert!(all.find(part).unwrap() < failed, "{part} came first");
    }
    assert!(!all.contains("text of 3") && all.contains("</html>"));
    assert!(!all.contains(&upstream.url()) && !all.contains(PASSWORD), "OU-12");
}
