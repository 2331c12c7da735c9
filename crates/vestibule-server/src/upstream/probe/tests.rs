use serde_json::json;

use super::probe;
use crate::config::Messages;
use crate::upstream::Algorithm;
use crate::upstream::fake::{Answer, NOW, Rig, answer, checked, credentials, json_answer, jwt, me};
use crate::upstream::verify::signing::{SECRET, claims, token};

const WHOLE: &str = "base_url = 'https://api.example'\n[refresh]\n[sign_out]";

async fn lines(contract: &str, answers: Vec<Answer>) -> (bool, Vec<String>) {
    let rig = Rig::new(checked(contract, false).unwrap(), Messages::Neutral, answers);
    let right = credentials(&[("username", "ana"), ("password", "canary-right")]);
    let wrong = credentials(&[("username", "ana"), ("password", "canary-wrong")]);
    let mut said = Vec::new();
    let is_well = probe(&rig.upstream, &right, &wrong, &mut |finding| said.push(finding.to_string())).await;
    assert!(!said.join("").contains("canary"), "{said:?}");
    (is_well, said)
}

fn signed_in() -> Answer {
    let token = jwt(&json!({ "sub": "7", "exp": NOW + 7_200, "canary": 1 }));
    json_answer(200, json!({ "accessToken": token, "refreshToken": "canary-refresh" }))
}

fn renewed() -> Answer {
    let token = jwt(&json!({ "sub": "7", "exp": NOW + 7_300, "canary": 2 }));
    json_answer(200, json!({ "accessToken": token, "refreshToken": "canary-refresh-2" }))
}

fn status(status: u16) -> Answer {
    json_answer(status, json!({ "message": "canary" }))
}

#[tokio::test]
async fn a_contract_that_fits_is_well_at_every_step() {
    let answers = vec![signed_in(), me(), renewed(), me(), answer(204, &[], ""), status(401)];
    let (is_well, said) = lines(WHOLE, answers).await;
    assert_eq!(
        said,
        [
            "ok    upstream.sign_in: an access token and a refresh token",
            "ok    upstream.profile: found id, name, email; without image",
            "ok    upstream.expiry: the token lives for 7200 s",
            "ok    upstream.refresh: a new access token and a new refresh token",
            "ok    upstream.profile: the new token opens the same profile",
            "ok    upstream.sign_out: the API was told",
            "ok    upstream.sign_in: a wrong password is told as one",
        ]
    );
    assert!(is_well);
}

#[tokio::test]
async fn what_is_not_configured_is_noted() {
    let opaque = json_answer(200, json!({ "accessToken": "canary-opaque" }));
    let (is_well, said) = lines("base_url = 'https://api.example'", vec![opaque, me(), status(401)]).await;
    assert!(is_well);
    let notes: Vec<_> = said.iter().filter(|line| line.starts_with("note")).map(|line| line.as_str()).collect();
    assert_eq!(notes.len(), 3, "{said:?}");
    assert!(notes[0].contains("upstream.expiry") && notes[1].contains("upstream.refresh"));
    assert!(notes[2].contains("upstream.sign_out"));
}

/// Whether the token verifies is a step of its own, and where it does not, the key to change is named.
#[tokio::test]
async fn a_token_that_is_verified_is_told_and_one_that_is_not_names_the_key() {
    let contract = |verify: &str| {
        format!(
            "base_url = 'https://api.example'\ntoken.verify = {{ secret = '{SECRET}'{verify} }}\n[refresh]\n[sign_out]"
        )
    };
    let given =
        || json_answer(200, json!({ "accessToken": token(Algorithm::Hs256, None, &claims()), "refreshToken": "r" }));
    let answers = || vec![given(), me(), given(), me(), answer(204, &[], ""), status(401)];
    let (is_well, said) = lines(&contract(""), answers()).await;
    assert!(is_well && said[1] == "ok    upstream.token.verify: the token verifies", "{said:?}");

    let (is_well, said) = lines(&contract(", audience = 'another'"), answers()).await;
    let line = "FAIL  upstream.sign_in: upstream.sign_in: unexpected answer: an access token that does not verify: its aud does \
                not name the one configured — mend upstream.token.verify.audience";
    assert!(!is_well && said == [line], "{said:?}");

    let mut later = answers();
    later[2] = renewed();
    let (is_well, said) = lines(&contract(""), later).await;
    let last = said.last().unwrap();
    assert!(
        !is_well && last.starts_with("FAIL  upstream.refresh: ") && last.contains("upstream.token.verify"),
        "{said:?}"
    );

    let keys = "base_url = 'https://api.example'\ntoken.verify = { jwks_url = 'https://api.example/jwks' }";
    let (is_well, said) = lines(keys, vec![status(404)]).await;
    let last = said.last().unwrap();
    assert!(
        !is_well && last.starts_with("FAIL  upstream.token.verify: ") && last.contains("the status 404"),
        "{said:?}"
    );
    assert!(last.ends_with("mend upstream.token.verify.jwks_url"), "{said:?}");
}

/// Every first failure names the key to change, and nothing is tried behind it.
#[tokio::test]
async fn what_does_not_fit_names_the_key() {
    let stranger = json_answer(200, json!({ "id": 8, "email": "zoe@example.com" }));
    for (answers, end, key) in [
        (vec![status(401)], "the credentials are wrong", "bad_credentials"),
        (vec![status(404)], "matches the status 404", "path, method, encoding or body of upstream.sign_in"),
        (vec![json_answer(200, json!({ "jwt": "x" }))], "no access token", "upstream.sign_in.token"),
        (vec![status(503)], "the status 503", "the API's own log"),
        (vec![signed_in(), status(404)], "the status 404", "upstream.profile.path"),
        (vec![signed_in(), me(), status(401)], "refused (status 401)", "upstream.refresh.body"),
        (vec![signed_in(), me(), status(500)], "the status 500", "the API's own log"),
        (vec![signed_in(), me(), renewed(), status(401)], "does not open the profile", "upstream.refresh.token"),
        (vec![signed_in(), me(), renewed(), stranger], "somebody else's profile", "upstream.refresh.token"),
    ] {
        let (is_well, said) = lines(WHOLE, answers).await;
        let last = said.last().unwrap();
        assert!(!is_well && last.starts_with("FAIL") && last.contains(end) && last.contains(key), "{last}");
    }
}

#[tokio::test]
async fn a_wrong_password_that_no_rule_tells_names_the_rule_to_write() {
    let before = || vec![signed_in(), me(), renewed(), me(), answer(204, &[], "")];
    for (last, end) in [
        (status(400), "upstream.sign_in.bad_credentials = [{ status = 400 }]"),
        (status(404), "upstream.sign_in.bad_credentials = [{ status = 404 }]"),
    ] {
        let (is_well, said) = lines(WHOLE, before().into_iter().chain([last]).collect()).await;
        assert!(!is_well && said.last().unwrap().ends_with(end), "{said:?}");
    }
}
