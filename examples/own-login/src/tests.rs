//! The pages, as somebody sees them who is signed in, and as somebody who is not.

use serde_json::json;
use vestibule::ssr::testing::TestSite;

use crate::app::{App, shell};

async fn site() -> TestSite {
    TestSite::builder().config("login.page = '/welcome'").build(App, shell).await
}

#[tokio::test]
async fn whoever_is_signed_in_is_greeted_by_name() {
    let page = site().await.signed_in_as(json!({ "email": "ana@example.com" })).await.get("/").await;
    assert_eq!(page.status, 200);
    assert!(page.html.contains("ana@example.com"), "{}", page.html);
}

#[tokio::test]
async fn everybody_else_comes_to_the_welcome() {
    let visitor = site().await.signed_out();
    let page = visitor.get("/").await;
    assert_eq!((page.status, page.location()), (303, Some("/welcome?callbackUrl=%2F")));
    let page = visitor.get("/welcome").await;
    assert!(page.html.contains("The Harbour Office"), "{}", page.html);
}

#[tokio::test]
async fn who_forgets_the_password_keeps_the_name_that_was_typed() {
    let page = site().await.signed_out().post("/login", "username=ana&password=").await;
    assert_eq!(page.status, 422);
    assert!(page.html.contains(r#"value="ana""#) && page.html.contains("Please fill in this field."), "{}", page.html);
}

#[tokio::test]
async fn nothing_that_is_configured_is_missing() {
    const MORE: &str = "login.page = '/welcome'\nlogin.links = [{ label = 'Forgotten?', href = '/forgotten' }]\n\
        [[providers]]\nid = 'google'\nclient_id = 'a'\nclient_secret = 'b'\n";
    let site = TestSite::builder().config(MORE).build(App, shell).await;
    let page = site.signed_out().get("/welcome?callbackUrl=%2Fdesk").await;
    for part in [r#"action="/auth/sign-in/google""#, r#"name="callbackUrl" value="/desk""#, r#"href="/forgotten""#] {
        assert!(page.html.contains(part), "{part}: {}", page.html);
    }
}
