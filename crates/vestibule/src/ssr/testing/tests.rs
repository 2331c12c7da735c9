use axum::extract::Request;
use axum::routing::get;
use axum::{Json, Router};
use http::header::AUTHORIZATION;
use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::components::{Route, Router as Pages};
use leptos_router::{SsrMode, path};
use serde_json::{Value, json};

use super::TestSite;
use crate::ssr::PageHead;
use crate::{
    FlatRoutes, LoginAlert, LoginButton, LoginFields, LoginForm, RequireSession, provide_vestibule, use_api, use_login,
    use_session,
};

#[derive(Clone, PartialEq, serde::Deserialize)]
struct Profile {
    roles: Vec<String>,
}

#[component]
fn Welcome() -> impl IntoView {
    let login = use_login();
    view! {
        <h1>{login.title()}</h1>
        <LoginForm>
            <LoginFields/>
            <LoginAlert/>
            <LoginButton>"Let me in"</LoginButton>
        </LoginForm>
    }
}

/// A login page that uses no part of ours.
#[component]
fn Bare() -> impl IntoView {
    let login = use_login();
    let inputs = login.fields().get().into_iter().map(|field| {
        let problem = login.problem(&field.name);
        view! {
            <input name=field.name.clone() value=login.typed(&field.name)/>
            <em>{move || problem.get()}</em>
        }
    });
    view! {
        <form method="post" action="/login" on:submit=move |event| login.submit(event)>
            {login.hidden()}
            <b role="alert">{move || login.alert().get()}</b>
            {inputs.collect_view()}
        </form>
    }
}

#[component]
fn Admin() -> impl IntoView {
    let is_admin = use_session::<Profile>().is(|profile| profile.roles.iter().any(|role| role == "admin"));
    view! { <RequireSession when=is_admin><h1>"canary of admins"</h1></RequireSession> }
}

#[component]
fn Staff() -> impl IntoView {
    let is_staff = use_session::<Profile>().is(|profile| !profile.roles.is_empty());
    view! { <RequireSession when=is_staff denied=|| "For the staff only"><p>"canary of the staff"</p></RequireSession> }
}

#[component]
fn Projects() -> impl IntoView {
    let api = use_api();
    let projects = Resource::new_blocking(
        || (),
        move |()| {
            let api = api.clone();
            async move { api.get::<Value>("/projects").await.map(|it| it.to_string()).unwrap_or_else(|it| it.to_string()) }
        },
    );
    view! { <Suspense>{move || Suspend::new(async move { projects.await })}</Suspense> }
}

#[component]
fn App() -> impl IntoView {
    provide_vestibule();
    provide_meta_context();
    view! {
        <Pages>
            <FlatRoutes fallback=|| "No such page">
                <Route path=path!("/welcome") view=Welcome/>
                <Route path=path!("/bare") view=Bare/>
                <Route path=path!("/admin") view=Admin/>
                <Route path=path!("/staff") view=Staff/>
                <Route path=path!("/projects") view=Projects ssr=SsrMode::Async/>
            </FlatRoutes>
        </Pages>
    }
}

fn shell() -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head><PageHead/></head>
            <body><App/></body>
        </html>
    }
}

/// An API that says who asks.
fn api() -> Router {
    let projects = async |request: Request| {
        let token = request.headers().get(AUTHORIZATION).and_then(|it| it.to_str().ok().map(ToOwned::to_owned));
        Json(json!({ "asked with": token }))
    };
    Router::new().route("/projects", get(projects))
}

async fn site(toml: &str) -> TestSite {
    TestSite::builder().config(toml).api(api()).build(App, shell).await
}

#[tokio::test]
async fn a_page_calls_the_api_of_the_test_as_its_visitor() {
    let site = site("login.page = '/welcome'").await;
    let ana = site.signed_in_as(json!({ "email": "ana@example.com" })).await;
    let ben = site.signed_in_as(json!({ "email": "ben@example.com" })).await;
    assert!(ana.get("/projects").await.html.contains("Bearer token-of-test-user-0"));
    assert!(ben.get("/projects").await.html.contains("Bearer token-of-test-user-1"));
    assert!(site.signed_out().get("/projects").await.html.contains("signed"), "nobody's token is none");
}

/// OU-12: the page that somebody may not see is no part of what they get.
#[tokio::test]
async fn a_gate_with_a_condition_answers_403_to_whom_it_does_not_hold_for() {
    let site = site("login.page = '/welcome'").await;
    let admin = site.signed_in_as(json!({ "email": "ana@example.com", "roles": ["admin"] })).await;
    let staff = site.signed_in_as(json!({ "email": "ben@example.com", "roles": ["staff"] })).await;
    // A profile that does not fit the type passes no test.
    let other = site.signed_in_as(json!({ "email": "cy@example.com", "roles": "admin" })).await;

    let page = admin.get("/admin").await;
    assert_eq!((page.status, page.html.contains("canary of admins")), (200, true));
    for visitor in [&staff, &other] {
        let page = visitor.get("/admin").await;
        assert_eq!((page.status, page.html.contains("canary of admins")), (403, false));
        assert!(page.html.contains("<h1>No access</h1>"), "{}", page.html);
    }
    assert_eq!(staff.get("/staff").await.status, 200);
    let page = other.get("/staff").await;
    assert_eq!((page.status, page.html.contains("For the staff only")), (403, true));
    let page = site.signed_out().get("/admin?a=b").await;
    assert_eq!((page.status, page.location()), (303, Some("/welcome?callbackUrl=%2Fadmin%3Fa%3Db")));
    assert!(!page.html.contains("canary"));
}

/// RD-01, RD-04
#[tokio::test]
async fn login_leads_to_the_application_s_own_page() {
    let site = site("login.page = '/welcome'\nlogin.title = 'Sign in with Marxan'").await;
    let visitor = site.signed_out();
    for (asked, location) in
        [("/login", "/welcome"), ("/login?callbackUrl=%2Fadmin&x", "/welcome?callbackUrl=%2Fadmin&x")]
    {
        let page = visitor.get(asked).await;
        assert_eq!((page.status, page.location()), (303, Some(location)));
    }
    let page = visitor.get("/welcome?callbackUrl=%2Fadmin").await;
    assert_eq!(page.status, 200);
    assert!(page.html.contains("<h1>Sign in with Marxan</h1>"), "{}", page.html);
    assert!(page.html.contains("Let me in"));
    assert!(page.html.contains(r#"name="callbackUrl" value="/admin""#), "{}", page.html);
    // Its own address is no place to be sent to.
    for circle in ["/welcome", "/login"] {
        let page = visitor.get(&format!("/welcome?callbackUrl={circle}")).await;
        assert!(page.html.contains(r#"name="callbackUrl" value="/""#), "{circle}");
    }
    let ana = site.signed_in_as(json!({ "email": "ana@example.com" })).await;
    let page = ana.get("/welcome?callbackUrl=%2Fadmin").await;
    assert_eq!((page.status, page.location()), (303, Some("/admin")));
}

#[tokio::test]
async fn a_failed_post_to_login_shows_the_application_s_own_page() {
    for own in ["/welcome", "/bare"] {
        let site = site(&format!("login.page = '{own}'")).await;
        let page = site.signed_out().post("/login?callbackUrl=%2Fadmin", "username=ana&password=").await;
        assert_eq!(page.status, 422);
        for part in
            [r#"value="ana""#, "Please fill in this field.", r#"role="alert""#, r#"name="callbackUrl" value="/admin""#]
        {
            assert!(page.html.contains(part), "{part} on {own}: {}", page.html);
        }
    }
}
