use axum::response::Response;
use http::{Request, StatusCode};
use serde_json::{Value, json};

use crate::fixture::{App, body, cookies, json_answer, set_cookies};

/// An API that wants `246810` from everybody, after the right password.
const ASKS: &str = "upstream.sign_in.mfa = [{ status = 401, pointer = '/code', equals = 'OTP' }]\n\
                    upstream.sign_in.body = { '/username' = '{username}', '/password' = '{password}', '/otp' = '{otp}' }\n\
                    login.remember = true\n";
const FIRST: &str = "username=ana&password=right&remember=on";
const CODE: &str = "secondStep=on&otp=246810";

fn asking(toml: &str) -> App {
    let app = App::new(&format!("{ASKS}{toml}"));
    app.script(|request| match request.uri().path() {
        "/sign-in" => {
            let sent: Value = serde_json::from_slice(request.body()).unwrap();
            match sent["otp"].as_str() {
                _ if sent["password"] == "wrong" => json_answer(401, &json!({ "code": "CREDENTIALS" })),
                None => json_answer(401, &json!({ "code": "OTP" })),
                Some("246810") => json_answer(200, &json!({ "accessToken": "canary-token" })),
                Some("locked") => json_answer(423, &json!({})),
                Some("broken") => json_answer(503, &json!({})),
                Some("refused") => json_answer(401, &json!({ "code": "CREDENTIALS" })),
                Some(_) => json_answer(401, &json!({ "code": "OTP" })),
            }
        }
        _ => json_answer(200, &json!({ "email": "ana@example.com" })),
    });
    app
}

async fn post(app: &App, cookies: &str, form: &str) -> Response {
    app.post("/test/sign-in", cookies, form).await
}

async fn failure(response: Response) -> (StatusCode, Value) {
    let status = response.status();
    (status, serde_json::from_str(&body(response).await).unwrap())
}

/// What was sent to the upstream's sign-in, call by call.
fn sent(app: &App) -> Vec<Value> {
    let requests = app.upstream.requests.lock().unwrap();
    let sign_ins = requests.iter().filter(|request| request.uri().path() == "/sign-in");
    sign_ins.map(|request: &Request<_>| serde_json::from_slice(request.body()).unwrap()).collect()
}

#[tokio::test]
async fn a_code_is_asked_for_without_the_password_again() {
    let app = asking("");
    let first = post(&app, "", FIRST).await;
    let step = cookies(&first);
    let written = set_cookies(&first);
    assert_eq!(written.len(), 1, "no session yet: {written:?}");
    assert!(written[0].starts_with("__Host-session-step=v1."), "{written:?}");
    assert!(written[0].ends_with("; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=300"), "{written:?}");
    let (status, answer) = failure(first).await;
    assert_eq!((status.as_u16(), &answer["code"], &answer["secondStep"]), (401, &json!("second_step"), &json!(true)));
    assert!(!answer.to_string().contains("right"), "{answer}");

    let second = post(&app, &step, CODE).await;
    assert_eq!(second.status(), StatusCode::SEE_OTHER);
    assert_eq!(app.who(&cookies(&second)).await.as_deref(), Some("ana@example.com"));
    assert_eq!(sent(&app)[1], json!({ "username": "ana", "password": "right", "otp": "246810" }));
    let written = set_cookies(&second);
    assert!(written.iter().any(|line| line.starts_with("__Host-session-step=;")), "it goes: {written:?}");
    assert!(
        written.iter().any(|line| line.starts_with("__Host-session=") && line.contains("Max-Age=")),
        "the longer session that was asked for in the first step: {written:?}"
    );
}

#[tokio::test]
async fn the_first_step_is_good_for_five_minutes() {
    let app = asking("");
    let step = cookies(&post(&app, "", FIRST).await);
    app.clock.advance(299);
    assert_eq!(failure(post(&app, &step, "secondStep=on&otp=1").await).await.1["secondStep"], true);
    app.clock.advance(1);
    let late = post(&app, &step, CODE).await;
    assert!(set_cookies(&late).iter().any(|line| line.starts_with("__Host-session-step=;")));
    let (status, answer) = failure(late).await;
    assert_eq!((status.as_u16(), &answer["code"]), (401, &json!("second_step_over")));
    assert_eq!(answer.get("secondStep"), None, "the first form comes next");
    assert_eq!(sent(&app).len(), 2, "the upstream was not asked");
}

#[tokio::test]
async fn a_wrong_code_is_asked_for_again() {
    let app = asking("");
    let step = cookies(&post(&app, "", FIRST).await);
    for form in ["secondStep=on&otp=000000", "secondStep=on&otp=refused"] {
        let wrong = post(&app, &step, form).await;
        assert_eq!(set_cookies(&wrong), Vec::<String>::new(), "the first step stays as it is");
        let (status, answer) = failure(wrong).await;
        assert_eq!((status.as_u16(), &answer["code"]), (401, &json!("bad_credentials")));
        assert_eq!(answer["secondStep"], true);
        assert_eq!(answer["message"], "That code did not match. Please try again.");
    }
    assert_eq!(post(&app, &step, CODE).await.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn what_ends_the_second_step_and_what_does_not() {
    let app = asking("");
    let step = cookies(&post(&app, "", FIRST).await);
    let (status, answer) = failure(post(&app, &step, "secondStep=on&otp=broken").await).await;
    assert_eq!((status.as_u16(), &answer["secondStep"]), (503, &json!(true)), "try again: {answer}");
    let (status, answer) = failure(post(&app, &step, "secondStep=on").await).await;
    assert_eq!((status.as_u16(), &answer["fields"]["otp"]), (422, &json!("Please fill in this field.")));
    assert_eq!(answer["secondStep"], true);
    let locked = post(&app, &step, "secondStep=on&otp=locked").await;
    assert!(set_cookies(&locked)[0].starts_with("__Host-session-step=;"));
    let (status, answer) = failure(locked).await;
    assert_eq!((status.as_u16(), &answer["code"]), (401, &json!("bad_credentials")));
    assert_eq!(answer.get("secondStep"), None);
}

/// SE-03
#[tokio::test]
async fn a_first_step_is_no_session_and_a_session_no_first_step() {
    let app = asking("");
    let step = cookies(&post(&app, "", FIRST).await);
    let session = cookies(&post(&app, &step, CODE).await);
    let value = |cookies: &str| cookies.split_once('=').unwrap().1.to_owned();
    assert_eq!(app.who(&format!("__Host-session={}", value(&step))).await, None);
    let swapped = format!("__Host-session-step={}", value(&session));
    assert_eq!(failure(post(&app, &swapped, CODE).await).await.1["code"], "second_step_over");
    let twice = format!("{step}; {step}");
    assert_eq!(failure(post(&app, &twice, CODE).await).await.1["code"], "second_step_over");
    assert_eq!(failure(post(&app, "", CODE).await).await.1["code"], "second_step_over");
}

#[tokio::test]
async fn a_wrong_password_gets_no_second_step() {
    let app = asking("");
    let response = post(&app, "", "username=ana&password=wrong").await;
    assert_eq!(set_cookies(&response), Vec::<String>::new());
    let (_, answer) = failure(response).await;
    assert_eq!((&answer["code"], answer.get("secondStep")), (&json!("bad_credentials"), None));
}

#[tokio::test]
async fn signing_out_takes_the_first_step_away() {
    let app = asking("");
    let step = cookies(&post(&app, "", FIRST).await);
    let response = app.post("/auth/sign-out", &step, "").await;
    assert!(set_cookies(&response).iter().any(|line| line.starts_with("__Host-session-step=;")));
}

#[tokio::test]
async fn an_api_that_can_ask_but_takes_no_code_offers_none() {
    let app = App::new("upstream.sign_in.mfa = [{ status = 401, pointer = '/code', equals = 'OTP' }]");
    app.script(|_| json_answer(401, &json!({ "code": "OTP" })));
    let response = post(&app, "", FIRST).await;
    assert_eq!(set_cookies(&response), Vec::<String>::new());
    let (status, answer) = failure(response).await;
    assert_eq!((status.as_u16(), &answer["code"], answer.get("secondStep")), (401, &json!("second_step"), None));
    assert_eq!(
        failure(post(&app, "", CODE).await).await.0,
        StatusCode::UNPROCESSABLE_ENTITY,
        "its form is no form of ours"
    );
}

/// RL-06
#[tokio::test]
async fn a_password_reaches_the_upstream_unchanged_by_way_of_the_first_step() {
    let app = asking("");
    for password in ["p".repeat(1_024), " spaces ".to_owned(), "Zoe\u{308} 👩🏽\u{200d}🚀 \"\\</x>".to_owned()] {
        let form = format!(
            "username=ana&password={}",
            url::form_urlencoded::byte_serialize(password.as_bytes()).collect::<String>()
        );
        let step = cookies(&post(&app, "", &form).await);
        assert_eq!(post(&app, &step, CODE).await.status(), StatusCode::SEE_OTHER);
        assert_eq!(sent(&app).pop().unwrap()["password"], password);
    }
    let endless = format!("username=ana&password={}", "p".repeat(14_000));
    assert_eq!(failure(post(&app, "", &endless).await).await.0, StatusCode::PAYLOAD_TOO_LARGE);
}

/// RL-06
#[tokio::test]
async fn a_password_keeps_its_spaces_wherever_its_field_stands() {
    let app = App::new("login.fields = [{ name = 'password', type = 'password' }, { name = 'username' }]");
    assert_eq!(post(&app, "", "username=+ana+&password=+wrong+").await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(sent(&app), [json!({ "username": "ana", "password": " wrong " })]);
}

#[tokio::test]
async fn an_api_that_never_asks_has_no_second_step() {
    let body = "{ '/username' = '{username}', '/password' = '{password}', '/otp' = '{otp}' }";
    let app = App::new(&format!("upstream.sign_in.body = {body}"));
    assert_eq!(app.vestibule.login_form().second_step, None);
    assert!(asking("").vestibule.login_form().second_step.is_some());
}

/// A token that nobody keeps is dead, also where its profile cannot be had.
#[tokio::test]
async fn what_the_api_granted_is_given_back_where_it_has_no_profile() {
    let app = App::new("upstream.sign_out.path = '/sign-out'");
    app.script(|request| match request.uri().path() {
        "/sign-in" => json_answer(200, &json!({ "accessToken": "canary-token" })),
        "/me" => json_answer(500, &json!({})),
        _ => json_answer(204, &json!({})),
    });
    assert_eq!(app.sign_in_as("ana", "").await.status(), StatusCode::SERVICE_UNAVAILABLE);
    app.upstream.called("/sign-out", 1).await;
    let requests = app.upstream.requests.lock().unwrap();
    assert_eq!(requests.last().unwrap().headers()["authorization"], "Bearer canary-token");
}
