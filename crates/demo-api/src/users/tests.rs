use super::{DEMO_USERS, User, seed};
use crate::password;

#[tokio::test]
async fn the_printed_passwords_are_the_right_ones() {
    let users = seed();
    assert_eq!(users.len(), DEMO_USERS.len());
    for demo in DEMO_USERS {
        let user = User::find(&users, demo.email).unwrap();
        assert!(password::matches(demo.password.to_owned(), user.password_hash).await, "{}", demo.email);
        assert!(!password::matches(format!("{}x", demo.password), user.password_hash).await);
    }
}

#[tokio::test]
async fn a_password_without_a_user_never_matches() {
    assert!(!password::matches("vestibule-demo-ana".to_owned(), None).await);
}

/// OU-01
#[test]
fn the_awkward_profile_is_awkward_in_every_way() {
    let users = seed();
    let zoe = User::find(&users, "zoe@example.com").unwrap().resource();
    let attributes = &zoe["data"]["attributes"];
    assert!(attributes["lname"].as_str().unwrap().contains("</script><script>alert(1)</script>"));
    assert!(attributes["metadata"]["organization"]["address"]["verified"].is_null());
    assert_eq!(attributes["metadata"]["organization"]["roles"][0]["scopes"][1], "write");
    assert_eq!(attributes["metadata"]["counts"]["zero"], 0);
    let bytes = zoe.to_string().len();
    // Long enough to need more than one look, and small enough for the cookies of a session, token included.
    assert!((1_300..2_000).contains(&bytes), "{bytes} bytes");
}
