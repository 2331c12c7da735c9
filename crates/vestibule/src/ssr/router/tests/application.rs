//! The smallest application that has every kind of page, and a server function of its own.

use leptos::prelude::*;
use leptos_meta::{MetaTags, Title, provide_meta_context};
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::{SsrMode, path};
use serde_json::Value;
use server_fn::codec::JsonEncoding;
use server_fn::{BoxedStream, Websocket};

use crate::ssr::PageHead;
use crate::{
    ApiError, ErrorCode, LoginPage, LogoutPage, RequireSession, ServerFailure, SignInFailure, SignedIn, SignedOut,
    at_once, provide_vestibule, set_status, use_api, use_session,
};

/// What stands on a guarded page, whoever looks at it.
pub(super) const PROTECTED: &str = "canary-heading";
/// What stands there until the data has come.
pub(super) const LOADING: &str = "Loading…";
/// The guarded page in every mode of rendering that a route may choose.
pub(super) const GUARDED: [&str; 4] = ["/streamed", "/in-order", "/partly", "/whole"];

#[component]
pub(super) fn App() -> impl IntoView {
    provide_vestibule();
    provide_meta_context();
    let user = use_session::<Value>().user();
    let who = move || user.get().and_then(|user| user.name);
    view! {
        <Router>
            <header>
                <SignedIn><b class="who">{who}</b></SignedIn>
                <SignedOut><b class="who">"nobody"</b></SignedOut>
            </header>
            <FlatRoutes fallback=NotFound>
                <Route path=path!("/") view=Home/>
                <Route path=path!("/login") view=LoginPage/>
                <Route path=path!("/logout") view=LogoutPage/>
                <Route path=path!("/streamed") view=Guarded/>
                <Route path=path!("/in-order") view=Guarded ssr=SsrMode::InOrder/>
                <Route path=path!("/partly") view=Guarded ssr=SsrMode::PartiallyBlocked/>
                <Route path=path!("/whole") view=Guarded ssr=SsrMode::Async/>
                <Route path=path!("/five") view=Five/>
                <Route path=path!("/closed") view=Closed/>
            </FlatRoutes>
        </Router>
    }
}

pub(super) fn shell() -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <PageHead/>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

#[component]
fn Home() -> impl IntoView {
    at_once(view! {
        <Title text="Home"/>
        <h1>"Come in."</h1>
    })
}

#[component]
fn NotFound() -> impl IntoView {
    at_once(view! {
        <Title text="Not found"/>
        <h1>"There is no such page"</h1>
    })
}

#[component]
fn Guarded() -> impl IntoView {
    at_once(view! {
        <Title text="Guarded"/>
        <RequireSession>
            <Projects/>
        </RequireSession>
    })
}

/// A page that nobody may see.
#[component]
fn Closed() -> impl IntoView {
    at_once(view! { <RequireSession when=Signal::stored(false)>{PROTECTED}</RequireSession> })
}

#[component]
fn Projects() -> impl IntoView {
    let api = use_api();
    let projects = Resource::new(
        || (),
        move |()| {
            let api = api.clone();
            async move { api.get::<Vec<String>>("/projects").await }
        },
    );
    let list = move || Suspend::new(async move { projects.await.map_or_else(|e| e.to_string(), |all| all.join(", ")) });
    view! {
        <h1>{PROTECTED}</h1>
        <Suspense fallback=|| LOADING>
            <p class="projects">{list}</p>
        </Suspense>
    }
}

/// A page of five parts, each with data of its own.
#[component]
fn Five() -> impl IntoView {
    at_once(view! {
        <RequireSession>
            {(1..=5).map(|number| view! { <Part number/> }).collect_view()}
        </RequireSession>
    })
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
    let shown = move || Suspend::new(async move { data.await.unwrap_or_else(|error| format!("{error:?}")) });
    view! {
        <Suspense fallback=|| LOADING>
            <p class="part" id=format!("part-{number}")>{shown}</p>
        </Suspense>
    }
}

/// The projects, for whoever calls it directly.
#[server(endpoint = "own_data", prefix = "/api")]
pub(super) async fn own_data() -> Result<Vec<String>, ServerFailure> {
    use_api().get("/projects").await.map_err(|error| {
        let code = if error == ApiError::SignedOut { ErrorCode::SignedOut } else { ErrorCode::UnexpectedAnswer };
        set_status(code.status());
        ServerFailure(SignInFailure::new(code))
    })
}

/// What the server keeps of the notes, and what a browser may see of them.
#[server(endpoint = "own_notes", prefix = "/api")]
pub(super) async fn own_notes() -> Result<(Value, Value), ServerFailure> {
    let full = crate::ssr::PageRequest::require_full_session()?;
    let shown = crate::ssr::PageRequest::require_session()?;
    Ok((full.profile()["notes"]["a"].clone(), shown.profile["notes"].clone()))
}

/// The same, with the error of the client itself.
#[server(endpoint = "own_projects", prefix = "/api")]
pub(super) async fn own_projects() -> Result<Vec<String>, ApiError> {
    use_api().get("/projects").await
}

/// A function that would be a WebSocket, with whoever may open one.
#[server(endpoint = "own_socket", prefix = "/api", protocol = Websocket<JsonEncoding, JsonEncoding>)]
pub(super) async fn own_socket(
    input: BoxedStream<String, ServerFnError>,
) -> Result<BoxedStream<String, ServerFnError>, ServerFnError> {
    own_data().await.map_err(ServerFnError::new)?;
    Ok(input)
}

/// A function whose encoding is a `GET`, which other sites' links could make; it does whatever it is asked.
#[server(endpoint = "own_get", prefix = "/api", input = server_fn::codec::GetUrl)]
pub(super) async fn own_get() -> Result<Vec<String>, ServerFailure> {
    own_data().await
}
