//! The providers on the login page, as the server renders it.

use super::fixture::Site;
use super::html::{tags, typed};

const PROVIDERS: &str = "[[providers]]\nid = 'spotify'\nclient_id = 'a'\nclient_secret = 'canary-secret'\n\
    [[providers]]\nid = 'work'\nname = 'Our <directory>'\nkind = 'oidc'\nissuer = 'https://id.example'\n\
    client_id = 'b'\nscopes = ['openid']\n";

/// It works without JavaScript: each button is a form of its own, with where the person wants to go.
#[tokio::test]
async fn each_provider_is_a_form_that_posts() {
    let site = Site::new(PROVIDERS).await;
    let page = site.get("/login?callbackUrl=/desk&lang=en", "__Host-last-provider=work").await;
    let tags = tags(&page.body);
    let forms: Vec<_> = tags.iter().filter(|tag| tag.name == "form").map(|tag| tag.attribute("action")).collect();
    assert_eq!(forms, [Some("/login"), Some("/auth/sign-in/spotify"), Some("/auth/sign-in/work")]);
    let hidden = tags.iter().filter(|tag| tag.is("input", "name", "callbackUrl"));
    assert_eq!(hidden.map(|tag| tag.attribute("value").unwrap()).collect::<Vec<_>>(), ["/desk"; 3]);
    let text: String = tags.iter().map(|tag| tag.text.as_str()).collect();
    for part in ["Continue with Spotify", "Continue with Our <directory>", "or"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    // The mark is in the page: nobody else is asked for it (OU-04).
    let marks: Vec<_> = tags.iter().filter(|tag| tag.name == "svg").map(|tag| tag.attribute("fill")).collect();
    assert!(marks.contains(&Some("#1db954")), "{marks:?}");
    assert_eq!(page.body.matches("Last used").count(), 1);
    assert!(!page.everything().contains("canary-secret"));
    // A choice that is no provider's is none.
    assert!(!site.get("/login", "__Host-last-provider=gone").await.body.contains("Last used"));
}

#[tokio::test]
async fn without_fields_there_is_no_form_and_nothing_to_divide() {
    let site = Site::new(&format!("login.fields = []\n{PROVIDERS}")).await;
    let page = site.get("/login?reason=cancelled", "").await;
    let tags = tags(&page.body);
    assert!(!tags.iter().any(|tag| tag.is("form", "action", "/login") || tag.is("p", "class", "or")));
    let alert = tags.iter().find(|tag| tag.attribute("role") == Some("alert")).unwrap();
    assert!(alert.text.contains("it was cancelled there"), "{}", alert.text);
}

/// Somebody who is signed in, and did not become somebody else, reads why, and stays who they are.
#[tokio::test]
async fn whoever_is_signed_in_reads_what_went_wrong_at_a_provider() {
    let site = Site::new(PROVIDERS).await;
    let cookies = site.cookies_of("ana").await;
    for (reason, status) in [("cancelled", 200), ("denied", 200), ("unavailable", 200), ("ended", 303), ("x", 303)] {
        let page = site.get(&format!("/login?reason={reason}&callbackUrl=/desk"), &cookies).await;
        assert_eq!(page.status, status, "{reason}");
    }
}

/// In every language, with the provider's name where it belongs.
#[tokio::test]
async fn the_buttons_speak_the_language_of_the_page() {
    let site = Site::new(PROVIDERS).await;
    for (tag, text) in [("es", "Continuar con Spotify"), ("de", "Weiter mit Spotify"), ("ca", "Continua amb Spotify")] {
        let page = site.get(&format!("/login?lang={tag}"), "").await;
        assert!(page.body.contains(text), "{tag}");
        assert_eq!(typed(&page.body, "lang").as_deref(), Some(tag));
    }
}
