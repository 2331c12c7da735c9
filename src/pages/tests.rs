//! The pages, rendered as somebody who is signed in.

use serde_json::json;
use vestibule::ssr::testing::TestSite;

use crate::app::App;
use crate::shell::shell;

/// TK-01: the profile decides, and nothing that a token says.
#[tokio::test]
async fn the_administrators_page_is_open_to_administrators_alone() {
    let toml = "[upstream.profile.attributes]\nname = '/attributes/displayName'\nemail = '/attributes/email'";
    let site = TestSite::builder().config(toml).build(App, shell).await;
    let visitor = async |is_admin: serde_json::Value| {
        let attributes = json!({ "email": "ana@example.com", "displayName": "Ana", "isAdmin": is_admin });
        site.signed_in_as(json!({ "id": 7, "attributes": attributes })).await
    };
    let page = visitor(json!(true)).await.get("/admin").await;
    assert_eq!((page.status, page.html.contains("<h1>Administration</h1>")), (200, true));
    for not in [json!(false), json!(null), json!("true")] {
        let page = visitor(not).await.get("/admin").await;
        assert_eq!((page.status, page.html.contains("Administration")), (403, false));
        assert!(page.html.contains("<h1>No access</h1>"), "{}", page.html);
    }
    let page = site.signed_out().get("/admin").await;
    assert_eq!((page.status, page.location()), (303, Some("/login?callbackUrl=%2Fadmin")));
}
