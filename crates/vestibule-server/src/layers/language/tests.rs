use axum::body::Body;
use http::Request;
use http::header::{ACCEPT_LANGUAGE, COOKIE};

use crate::fixture::{App, body, set_cookies};

/// The language of a page that says which it is in, and the cookies that it sets.
async fn answered(path: &str, headers: &[(&str, &str)]) -> (String, Vec<String>) {
    let app = App::new("login.languages = ['en', 'es', 'de']");
    let request = headers.iter().fold(Request::get(path), |request, (name, value)| request.header(*name, *value));
    let response = app.send(request, Body::empty()).await;
    let cookies = set_cookies(&response);
    (body(response).await, cookies)
}

async fn language(path: &str, headers: &[(&str, &str)]) -> String {
    answered(path, headers).await.0
}

#[tokio::test]
async fn the_address_goes_before_the_choice_and_the_choice_before_the_browser() {
    let accepts = (ACCEPT_LANGUAGE.as_str(), "es-ES,es;q=0.9");
    let chose = (COOKIE.as_str(), "__Host-lang=de");
    assert_eq!(language("/test/language", &[]).await, "en");
    assert_eq!(language("/test/language", &[accepts]).await, "es");
    assert_eq!(language("/test/language", &[accepts, chose]).await, "de");
    assert_eq!(language("/test/language?a=b&lang=en", &[accepts, chose]).await, "en");
    assert_eq!(language("/test/language?lang=xx", &[accepts, chose]).await, "de");
    assert_eq!(language("/test/language", &[accepts, (COOKIE.as_str(), "__Host-lang=%00; lang=de")]).await, "es");
}

#[tokio::test]
async fn a_choice_made_here_is_remembered() {
    for site in [&[][..], &[("sec-fetch-site", "same-origin")], &[("sec-fetch-site", "none")]] {
        let (_, cookies) = answered("/test/language?lang=es-MX", site).await;
        assert_eq!(cookies, ["__Host-lang=es; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=31536000"], "{site:?}");
    }
    let again = answered("/test/language?lang=es", &[("cookie", "__Host-lang=es")]).await;
    assert_eq!(again.1, Vec::<String>::new(), "it is remembered already");
}

/// CS-04: a link of another site changes nothing here.
#[tokio::test]
async fn a_link_of_another_site_is_shown_and_not_remembered() {
    for site in ["cross-site", "same-site", ""] {
        let (language, cookies) = answered("/test/language?lang=es", &[("sec-fetch-site", site)]).await;
        assert_eq!((language.as_str(), cookies), ("es", vec![]), "{site}");
    }
}

#[tokio::test]
async fn a_file_that_caches_keep_sets_no_cookie() {
    assert_eq!(answered("/pkg/style.css?lang=es", &[]).await.1, Vec::<String>::new());
}

#[tokio::test]
async fn a_refused_sign_in_is_told_in_the_language_of_the_form() {
    let app = App::new("");
    let sign_in = async |form: &str, accepts: &str| {
        let request = Request::post("/test/sign-in").header("origin", crate::fixture::ORIGIN);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        body(app.send(request.header(ACCEPT_LANGUAGE, accepts), form.to_owned()).await).await
    };
    let spanish = sign_in("username=ana&password=wrong", "es").await;
    assert!(spanish.contains("No coincide con ninguna cuenta."), "{spanish}");
    let german = sign_in("username=ana&password=&lang=de", "es").await;
    assert!(german.contains("Bitte füllen Sie dieses Feld aus."), "{german}");
    let malformed = sign_in("username=ana&username=ana", "fr").await;
    assert!(malformed.contains("Cette requête n’a pas pu être lue."), "{malformed}");
}
