//! `redirect`: where people go. What signing in does is proved where the login form is.

use std::sync::{Arc, Mutex};

use http::StatusCode;
use http::header::LOCATION;

use crate::callbacks::{After, Callbacks, ExternalOrigins, Redirect, Redirection};
use crate::fixture::App;

/// Sends by a function, and to one other site.
struct Guide<F>(F);

impl<F: Fn(&Redirection<'_>) -> Redirect + Send + Sync + 'static> Callbacks for Guide<F> {
    fn redirect(&self, redirection: &Redirection<'_>) -> Redirect {
        (self.0)(redirection)
    }

    fn external_origins(&self) -> ExternalOrigins {
        ExternalOrigins::new(["https://docs.example.org"]).unwrap()
    }
}

async fn signs_out_to(app: &App, callback_url: &str) -> String {
    let cookies = app.cookies_of("ana").await;
    let response = app.post("/auth/sign-out", &cookies, &format!("callbackUrl={callback_url}")).await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    assert_eq!(app.who(&cookies).await, None, "whatever comes of the redirect");
    response.headers()[LOCATION].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn it_hears_of_the_target_after_the_rule_and_of_what_was_asked_for() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let keeps = Arc::clone(&seen);
    let app = App::calling(
        "",
        Guide(move |it: &Redirection<'_>| {
            keeps.lock().unwrap().push((
                it.after,
                it.target.to_owned(),
                it.asked.map(str::to_owned),
                it.profile.is_some(),
            ));
            Redirect::keep()
        }),
    );
    assert_eq!(signs_out_to(&app, "/there").await, "/there");
    assert_eq!(signs_out_to(&app, "https://evil.example/").await, "/");
    let sent = |target: &str, asked: &str| (After::SignOut, target.to_owned(), Some(asked.to_owned()), false);
    assert_eq!(*seen.lock().unwrap(), [sent("/there", "/there"), sent("/", "https://evil.example/")]);
}

/// RD-01: what came in, given back, is still no way off the site.
#[tokio::test]
async fn what_came_in_loosens_nothing() {
    for answer in [|asked: &str| Redirect::path(asked), |asked: &str| Redirect::external(asked)] {
        let app = App::calling("", Guide(move |it: &Redirection<'_>| answer(it.asked.unwrap())));
        for evil in
            ["https://evil.example/", "//evil.example", "/\\evil.example", "https://docs.example.org@evil.example"]
        {
            assert_eq!(signs_out_to(&app, evil).await, "/", "{evil}");
        }
    }
}

#[tokio::test]
async fn a_path_of_this_site_and_a_declared_origin_are_taken() {
    let app = App::calling("", Guide(|_: &Redirection<'_>| Redirect::path("/goodbye")));
    assert_eq!(signs_out_to(&app, "/there").await, "/goodbye");
    let app = App::calling("", Guide(|it: &Redirection<'_>| Redirect::external(it.asked.unwrap())));
    assert_eq!(signs_out_to(&app, "https://docs.example.org/bye").await, "https://docs.example.org/bye");
}

#[tokio::test]
async fn a_callback_that_panics_changes_nothing() {
    let app = App::calling("", Guide(|_: &Redirection<'_>| panic!("a fault of the application")));
    assert_eq!(signs_out_to(&app, "/there").await, "/there");
}

/// OU-04: browsers hold the redirect of a form to the policy.
#[tokio::test]
async fn declared_origins_stand_in_the_policy_and_no_others() {
    let policy = async |app: &App| {
        let response = app.get("/test/page", "").await;
        response.headers()["content-security-policy"].to_str().unwrap().to_owned()
    };
    let app = App::calling("", Guide(|_: &Redirection<'_>| Redirect::keep()));
    assert!(policy(&app).await.ends_with("; form-action 'self' https://docs.example.org"));
    assert!(policy(&App::new("")).await.ends_with("; form-action 'self'"));
}
