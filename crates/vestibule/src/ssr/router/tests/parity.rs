//! What an answer to a sign-in tells: nothing of an account that is not opened, and nothing that the API did not mean for us.

use serde_json::{Value, json};

use super::fixture::{Answer, RIGHT, Site, WRONG, form, json_answer, ordinary};

/// The API of these tests tells everything: 404 for a user that nobody knows, 401 for a wrong password, 403 and 423 for one
/// who is locked or disabled, each with headers of its own.
const TELLING: &str = "[upstream.sign_in]\nbad_credentials = [{ status = 401 }, { status = 404 }]\n\
    locked = [{ status = 403 }, { status = 423 }]";

/// The whole answer, without what is drawn anew for each: the nonce, the request's id and the date.
fn told(answer: &Answer) -> (u16, Vec<(String, String)>, String) {
    let nonce = answer.header("content-security-policy").unwrap().split_once("'nonce-").unwrap().1;
    let nonce = nonce.split('\'').next().unwrap();
    let without = |text: &str| text.replace(nonce, "NONCE");
    let headers = answer.headers.iter().filter(|(name, _)| !["x-request-id", "date"].contains(&name.as_str()));
    let headers = headers.map(|(name, value)| (name.to_string(), without(value.to_str().unwrap()))).collect();
    (answer.status, headers, without(&answer.body))
}

/// RL-05, fault 12: status, every header in its order, and every byte of the body.
#[tokio::test]
async fn an_unknown_user_a_wrong_password_and_a_locked_account_look_the_same() {
    let site = Site::new(TELLING).await;
    let refusals = [
        ("wrong password", 401, json!({ "message": "canary: wrong password", "attempts": 3 })),
        ("unknown user", 404, json!({ "message": "canary: no such user", "errors": { "username": "unknown" } })),
        ("unknown user, in no words", 404, Value::Null),
        ("disabled", 403, json!({ "message": "canary: ask the administrator" })),
        ("locked", 423, json!({ "message": "canary: locked", "retryAfter": 900 })),
    ];
    let body = form(&[("callbackUrl", "/account"), ("username", "ana"), ("password", WRONG)]);
    for path in ["/login", "/api/sign_in"] {
        let mut first = None;
        for (name, status, words) in &refusals {
            let (status, words) = (*status, words.clone());
            site.script(move |request| match request.uri().path() {
                "/sign-in" => {
                    let mut answer = json_answer(status, &words)?;
                    for (header, value) in [("retry-after", "900"), ("set-cookie", "canary=1"), ("x-canary", "1")] {
                        answer.headers_mut().append(header, value.parse().unwrap());
                    }
                    Ok(answer)
                }
                _ => ordinary(request),
            });
            let answer = site.post(path, "", &body).await;
            assert_eq!(answer.status, 401, "{path}, {name}: {}", answer.body);
            assert!(!answer.everything().contains("canary"), "{path}, {name}");
            let told = told(&answer);
            assert_eq!(told, *first.get_or_insert(told.clone()), "{path}, {name}");
        }
        assert_eq!(site.asked(), vec!["POST /sign-in"; refusals.len()], "{path}: the same calls, too");
    }
}

/// Fault 16: what an answer to a sign-in carries beside its tokens stays here.
#[tokio::test]
async fn no_header_of_the_api_comes_through_a_sign_in() {
    let site = Site::new("").await;
    let body = form(&[("username", "ana"), ("password", RIGHT)]);
    for path in ["/login", "/api/sign_in"] {
        site.script(ordinary);
        let plain: Vec<_> = site.post(path, "", &body).await.headers.into_iter().map(|(name, _)| name).collect();
        site.script(|request| {
            let mut answer = ordinary(request)?;
            for (name, value) in [
                ("set-cookie", "__Host-session=canary; Path=/; Secure"),
                ("set-cookie", "canary=1"),
                ("strict-transport-security", "max-age=0; canary"),
                ("content-security-policy", "default-src canary"),
                ("access-control-allow-origin", "https://canary.example"),
                ("clear-site-data", "\"canary\""),
                ("location", "https://canary.example/"),
                ("refresh", "0; url=https://canary.example/"),
                ("x-canary", "1"),
            ] {
                answer.headers_mut().append(name, value.parse().unwrap());
            }
            Ok(answer)
        });
        let answer = site.post(path, "", &body).await;
        assert_eq!(answer.set_cookies().len(), 1, "{path}: our own");
        assert!(!format!("{:?}", answer.headers).contains("canary"), "{path}: {:?}", answer.headers);
        assert_eq!(answer.headers.into_iter().map(|(name, _)| name).collect::<Vec<_>>(), plain, "{path}");
    }
}
