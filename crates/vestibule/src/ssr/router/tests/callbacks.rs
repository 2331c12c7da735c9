//! An application's callbacks, as a person and a browser see what comes of them.

use serde_json::{Value, json};
use vestibule_server::callbacks::{
    Admission, After, Callbacks, ExternalOrigins, Redirect, Redirection, Shown, SignInAttempt,
};

use super::fixture::{RIGHT, Site, form, ordinary};
use super::html::{alert, tags, typed};

/// What an application may decide of: who comes in by their name, and where they go by what they asked for.
struct Porter;

impl Callbacks for Porter {
    async fn sign_in(&self, attempt: &SignInAttempt) -> Admission {
        match attempt.user.email.as_deref() {
            Some("zoe@example.com") => Admission::Refuse,
            Some("new@example.com") => Admission::SendTo("/welcome?a=b".to_owned()),
            _ => Admission::Allow,
        }
    }

    fn redirect(&self, redirection: &Redirection<'_>) -> Redirect {
        match (redirection.after, redirection.asked) {
            (After::SignOut, _) => Redirect::path("/goodbye"),
            (_, Some("/here")) => Redirect::keep(),
            (_, Some(asked)) => Redirect::external(asked),
            (_, None) => Redirect::path(format!(
                "/desk/{}",
                redirection.profile.map_or("", |it| it["desk"].as_str().unwrap_or("none"))
            )),
        }
    }

    fn external_origins(&self) -> ExternalOrigins {
        ExternalOrigins::new(["https://docs.example.org"]).unwrap()
    }
}

fn typed_by(user: &str, callback_url: Option<&str>) -> String {
    let mut fields = vec![("username", user), ("password", RIGHT)];
    fields.extend(callback_url.map(|target| ("callbackUrl", target)));
    form(&fields)
}

#[tokio::test]
async fn whoever_is_refused_reads_so_with_and_without_javascript() {
    let site = Site::calling("upstream.sign_out.path = '/sign-out'", Porter).await;
    for path in ["/login", "/api/sign_in"] {
        let answer = site.post(path, "", &typed_by("zoe", Some("/here"))).await;
        assert_eq!((answer.status, answer.set_cookies().len(), answer.location()), (403, 0, None), "{path}");
        assert!(!answer.body.contains(RIGHT) && !answer.body.contains("canary-token"), "{path}");
        assert_eq!(site.asked(), ["POST /sign-in", "GET /me", "POST /sign-out"], "the token is given back");
        if path == "/login" {
            assert!(alert(&answer.body).contains("You were not given access"), "{}", answer.body);
            assert_eq!(typed(&answer.body, "username").as_deref(), Some("zoe"));
        } else {
            let failure = answer.json();
            assert_eq!(failure["code"], "denied");
            assert!(failure["message"].as_str().unwrap().contains("You were not given access"));
        }
    }
}

#[tokio::test]
async fn whoever_is_sent_elsewhere_goes_there_without_a_session() {
    let site = Site::calling("", Porter).await;
    let answer = site.post("/login", "", &typed_by("new", None)).await;
    assert_eq!((answer.status, answer.location(), answer.set_cookies().len()), (303, Some("/welcome?a=b"), 0));
    let answer = site.post("/api/sign_in", "", &typed_by("new", None)).await;
    assert_eq!((answer.status, answer.set_cookies().len()), (403, 0));
    assert_eq!(answer.json()["elsewhere"], "/welcome?a=b", "the page's script goes there");
}

/// RD-01
#[tokio::test]
async fn signing_in_leads_where_the_application_says_on_this_site_and_its_declared_ones() {
    let site = Site::calling("", Porter).await;
    site.profile(json!({ "email": "ana@example.com", "desk": "7" }));
    let cookies = site.cookies_of("ana").await;
    for (asked, target) in [
        (None, "/desk/7"),
        (Some("/here"), "/here"),
        (Some("https://docs.example.org/start"), "https://docs.example.org/start"),
        (Some("https://evil.example/start"), "/"),
        (Some("//evil.example"), "/"),
        (Some("/elsewhere"), "/elsewhere"),
    ] {
        let body = typed_by("ana", asked);
        let answer = site.post("/login", "", &body).await;
        assert_eq!((answer.status, answer.location()), (303, Some(target)), "{asked:?}");
        let answer = site.post("/api/sign_in", "", &body).await;
        assert_eq!((answer.status, answer.json()["callbackUrl"].as_str()), (200, Some(target)), "{asked:?}");
        // Whoever is signed in already.
        let query = asked.map_or_else(String::new, |asked| format!("?callbackUrl={asked}"));
        let answer = site.get(&format!("/login{query}"), &cookies).await;
        assert_eq!((answer.status, answer.location()), (303, Some(target)), "{asked:?}");
    }
    let page = site.get("/login?callbackUrl=https://docs.example.org/start", "").await;
    assert!(page.header("content-security-policy").unwrap().ends_with("form-action 'self' https://docs.example.org"));
}

/// What the login page's own form sends is what was asked for: the application hears it, and the rule is applied to what
/// it then says.
#[tokio::test]
async fn the_page_s_form_carries_what_was_asked_for_to_the_application() {
    let site = Site::calling("", Porter).await;
    site.profile(json!({ "email": "ana@example.com", "desk": "7" }));
    let docs = "https://docs.example.org/start?a=b&c=%22%3E";
    let longest = format!("/{}", "x".repeat(2_048));
    for (asked, sent, target) in [
        (None, None, "/desk/7"),
        (Some(""), Some(""), "/"),
        (Some("/here"), Some("/here"), "/here"),
        (Some(docs), Some(docs), docs),
        (Some("https://evil.example/"), Some("https://evil.example/"), "/"),
        (Some(longest.as_str()), Some("/"), "/"),
    ] {
        let query = asked.map(|asked| form(&[("callbackUrl", asked)])).unwrap_or_default();
        let page = site.get(&format!("/login?{query}"), "").await;
        assert_eq!(sent_by(&page.body).as_deref(), sent, "{asked:?}");
        // A failure on the way loses nothing of it.
        let again = site.post("/login", "", &submitted(&page.body, "wrong")).await;
        assert_eq!((again.status, sent_by(&again.body).as_deref()), (401, sent), "{asked:?}");
        let answer = site.post("/login", "", &submitted(&again.body, RIGHT)).await;
        assert_eq!((answer.status, answer.location()), (303, Some(target)), "{asked:?}");
    }
}

/// The callback URL that a page's form sends.
fn sent_by(page: &str) -> Option<String> {
    let input = tags(page).into_iter().find(|tag| tag.is("input", "name", "callbackUrl"))?;
    input.attribute("value").map(str::to_owned)
}

fn submitted(page: &str, password: &str) -> String {
    let asked = sent_by(page);
    let mut fields = vec![("username", "ana"), ("password", password)];
    fields.extend(asked.as_deref().map(|asked| ("callbackUrl", asked)));
    form(&fields)
}

#[tokio::test]
async fn signing_out_leads_there_with_and_without_javascript() {
    let site = Site::calling("", Porter).await;
    let cookies = site.cookies_of("ana").await;
    let answer = site.post("/auth/sign-out", &cookies, "callbackUrl=/here").await;
    assert_eq!((answer.status, answer.location()), (303, Some("/goodbye")));
    let cookies = site.cookies_of("ana").await;
    let answer = site.post("/api/sign_out", &cookies, "callbackUrl=%2Fhere").await;
    assert_eq!((answer.status, answer.json()), (200, json!("/goodbye")));
    let site = Site::new("").await;
    let answer = site.post("/api/sign_out", "", "callbackUrl=%2Fhere").await;
    assert_eq!((answer.status, answer.json()), (200, Value::Null), "without callbacks the page's own target is right");
}

/// Hides two members from browsers, and adds one.
struct Discreet;

impl Callbacks for Discreet {
    fn session(&self, shown: &mut Shown) {
        shown.remove("/notes");
        shown.remove("/email");
        shown.profile["isOwner"] = json!(true);
    }
}

/// What is hidden is in no byte of any page, of `/auth/session`, or of what a server function of the session answers.
#[tokio::test]
async fn what_is_hidden_is_in_no_byte_that_reaches_a_browser() {
    let site = Site::calling("session.access_token = 'server-only'", Discreet).await;
    site.script(|request| match request.uri().path() {
        "/me" => super::fixture::json_answer(
            200,
            &json!({ "id": 7, "email": "hidden-mail@example.com", "displayName": "Ana", "notes": { "a": "hidden-notes" } }),
        ),
        _ => ordinary(request),
    });
    let signed_in = site.post("/api/sign_in", "", &typed_by("ana", None)).await;
    let cookies = signed_in.cookies();
    let mut answers = vec![("/api/sign_in", signed_in)];
    for path in ["/", "/streamed", "/in-order", "/partly", "/whole", "/logout", "/nowhere", "/auth/session"] {
        answers.push((path, site.get(path, &cookies).await));
    }
    for path in ["/api/current_session", "/api/update"] {
        answers.push((path, site.post(path, &cookies, "").await));
    }
    // A sign-in that fails over the session renders the page with it.
    answers.push(("/login", site.post("/login", &cookies, &form(&[("username", "ana"), ("password", "")])).await));
    for (path, answer) in &answers {
        let everything = answer.everything();
        assert!(!everything.contains("hidden-"), "{path}: {everything}");
        assert!(everything.contains("isOwner"), "{path}: the session is there: {everything}");
    }
    let inside = site.post("/api/own_notes", &cookies, "").await;
    assert_eq!((inside.status, inside.json()), (200, json!(["hidden-notes", null])), "the server has it");
    assert_eq!(site.post("/api/own_notes", "", "").await.status, 401);
}
