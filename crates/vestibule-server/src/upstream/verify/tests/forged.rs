//! TK-04: tokens that somebody made up. Each is refused, for the reason for which it should be: a forgery that fails for
//! another reason would prove nothing.

use ring::hmac::HMAC_SHA256;
use serde_json::{Value, json};

use super::super::key::Key;
use super::super::signing::{AUDIENCE, ISSUER, P256, RSA, claims, der, encoded, hs, raw, sign, token};
use super::{Algorithm, Unverified, refused, verified, with_keys};

const HEADER: &str = r#"{"alg":"RS256","typ":"JWT","kid":"r1"}"#;

/// A token whose header is `header` and whose signature is whatever `sign` makes of the message.
fn forged(header: &str, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let message = format!("{}.{}", encoded(header), encoded(claims().to_string()));
    let signature = encoded(sign(message.as_bytes()));
    format!("{message}.{signature}")
}

/// One that is signed well, by RS256, but for what its header says.
fn with_header(header: &str) -> String {
    raw(header, &claims().to_string(), Algorithm::Rs256)
}

fn with_member(member: &str) -> String {
    with_header(&format!(r#"{{"alg":"RS256","typ":"JWT","kid":"r1",{member}}}"#))
}

fn with_claims(payload: &str) -> String {
    raw(HEADER, payload, Algorithm::Rs256)
}

fn good() -> String {
    token(Algorithm::Rs256, Some("r1"), &claims())
}

/// The API's public key in the shapes in which somebody could take it for a secret.
fn public_bytes() -> [Vec<u8>; 3] {
    let Ok(Key::Rsa { modulus, .. }) = Key::from_pem(RSA) else { panic!("no RSA key") };
    [RSA.as_bytes().to_vec(), der(RSA), modulus]
}

fn algorithms() -> Vec<(String, Unverified)> {
    let mut list: Vec<_> = ["none", "None", "NONE", "nOnE"]
        .into_iter()
        .flat_map(|none| {
            let header = format!(r#"{{"alg":"{none}","typ":"JWT","kid":"r1"}}"#);
            let unsigned = forged(&header, |_| Vec::new());
            [unsigned, with_header(&header)]
        })
        .map(|token| (token, Unverified::UnknownAlgorithm))
        .collect();
    let hs256 = r#"{"alg":"HS256","typ":"JWT","kid":"r1"}"#;
    for secret in public_bytes().into_iter().chain([Vec::new()]) {
        let token = forged(hs256, |message| hs(HMAC_SHA256, &secret, message));
        list.push((token, Unverified::Algorithm(Algorithm::Hs256)));
    }
    // Under an algorithm that is allowed, for a key that the set has: only the signature is left to tell.
    for secret in public_bytes() {
        list.push((forged(HEADER, |message| hs(HMAC_SHA256, &secret, message)), Unverified::Signature));
    }
    list.extend([
        (token(Algorithm::Rs384, Some("r1"), &claims()), Unverified::Algorithm(Algorithm::Rs384)),
        (token(Algorithm::Ps256, Some("r1"), &claims()), Unverified::Algorithm(Algorithm::Ps256)),
        (forged(HEADER, |message| sign(Algorithm::Ps256, message)), Unverified::Signature),
        (forged(HEADER, |message| sign(Algorithm::Rs384, message)), Unverified::Signature),
        (with_header(r#"{"alg":"rs256","kid":"r1"}"#), Unverified::UnknownAlgorithm),
        (with_header(r#"{"alg":"RS256 ","kid":"r1"}"#), Unverified::UnknownAlgorithm),
        (with_header(r#"{"alg":"","kid":"r1"}"#), Unverified::UnknownAlgorithm),
        (with_header(r#"{"alg":"ES512","kid":"r1"}"#), Unverified::UnknownAlgorithm),
        // The kind of the key decides, whatever the header says of it.
        (with_header(r#"{"alg":"ES256","kid":"r1"}"#), Unverified::UnknownKey),
        (forged(r#"{"alg":"RS256","kid":"p256"}"#, |m| sign(Algorithm::Es256, m)), Unverified::UnknownKey),
        (forged(r#"{"alg":"ES256","kid":"p384"}"#, |m| sign(Algorithm::Es384, m)), Unverified::UnknownKey),
    ]);
    list
}

fn headers() -> Vec<(String, Unverified)> {
    let own = json!({ "kty": "oct", "k": encoded("attacker") });
    vec![
        (with_member(&format!(r#""jwk":{own}"#)), Unverified::OwnKey),
        (with_member(r#""jwk":null"#), Unverified::OwnKey),
        (with_member(r#""jku":"https://evil.example/jwks""#), Unverified::OwnKey),
        (with_member(r#""x5u":"https://evil.example/cert""#), Unverified::OwnKey),
        (with_member(r#""x5c":["MIIB"]"#), Unverified::OwnKey),
        (with_member(r#""crit":["exp"]"#), Unverified::Extension),
        (with_member(r#""crit":[]"#), Unverified::Extension),
        (with_member(r#""crit":null"#), Unverified::Extension),
        (with_member(r#""b64":false,"crit":["b64"]"#), Unverified::Extension),
        (with_member(r#""b64":true"#), Unverified::Extension),
        (with_member(r#""zip":"DEF""#), Unverified::Extension),
        (with_member(r#""enc":"A128GCM""#), Unverified::Extension),
        (with_member(r#""alg":"none""#), Unverified::Header),
        (with_member(r#""kid":"p256""#), Unverified::Header),
        (with_header(r#"{"typ":"JWT","kid":"r1"}"#), Unverified::Header),
        (with_header(r#"{"alg":["RS256"],"kid":"r1"}"#), Unverified::Header),
        (with_header(r#"{"alg":7,"kid":"r1"}"#), Unverified::Header),
        (with_header(r#"{"alg":"RS256","kid":1}"#), Unverified::Header),
        (with_header(r#"{"alg":"RS256","kid":"r1","typ":7}"#), Unverified::Header),
        (with_header(r#"["RS256","JWT","r1"]"#), Unverified::Header),
        (with_header(r#"{"alg":"RS256"} {"alg":"none"}"#), Unverified::Header),
        (with_header(&"[".repeat(10_000)), Unverified::Header),
        (with_header(""), Unverified::Header),
        (with_header(r#"{"alg":"RS256","kid":"../../rsa"}"#), Unverified::UnknownKey),
        (with_header(r#"{"alg":"RS256","kid":""}"#), Unverified::UnknownKey),
        (with_header(r#"{"alg":"RS256","kid":"R1"}"#), Unverified::UnknownKey),
        (with_header(r#"{"alg":"RS256","kid":"r1","typ":"logout+jwt"}"#), Unverified::Type),
        (with_header(r#"{"alg":"RS256","kid":"r1","typ":"JOSE"}"#), Unverified::Type),
    ]
}

fn shapes() -> Vec<(String, Unverified)> {
    let good = good();
    let parts: Vec<_> = good.split('.').collect();
    let [header, payload, signature] = parts.as_slice() else { panic!("no compact form") };
    // The last character of a signature of 256 bytes has bits that say nothing: they must be 0.
    let (rest, last) = signature.split_at(signature.len() - 1);
    let other = if last == "A" { "B" } else { "_" };
    vec![
        (format!("{header}.{payload}.{signature}.x.y"), Unverified::Encrypted),
        (format!("{header}.{payload}.{signature}.x"), Unverified::NotCompact),
        (format!("{header}.{payload}"), Unverified::NotCompact),
        (format!("{header}.{payload}."), Unverified::Signature),
        (format!("{header}.{payload}.{signature}="), Unverified::NotCompact),
        (format!("{header}.{payload}.{signature}=="), Unverified::NotCompact),
        (format!("{header}.{payload}.{rest}{other}"), Unverified::NotCompact),
        (format!("{header}.{payload}.{rest}+"), Unverified::NotCompact),
        (format!("{header}.{payload}.{signature}\n"), Unverified::NotCompact),
        (format!(" {good}"), Unverified::NotCompact),
        (
            json!({ "payload": payload, "protected": header, "signature": signature }).to_string(),
            Unverified::NotCompact,
        ),
        (
            json!({ "payload": payload, "signatures": [{ "protected": header, "signature": signature }] }).to_string(),
            Unverified::NotCompact,
        ),
        (String::new(), Unverified::NotCompact),
        ("..".to_owned(), Unverified::Header),
        ("opaque-token".to_owned(), Unverified::NotCompact),
        (format!("{good}{}", "A".repeat(64 * 1_024)), Unverified::TooLong),
    ]
}

fn signatures() -> Vec<(String, Unverified)> {
    let good = good();
    let (message, signature) = good.rsplit_once('.').unwrap();
    let (header, _) = message.split_once('.').unwrap();
    let mut admin = claims();
    admin["sub"] = "8".into();
    let es256 = r#"{"alg":"ES256","typ":"JWT","kid":"p256"}"#;
    let in_asn1 = |message: &[u8]| {
        let pair = sign(Algorithm::Es256, message);
        let integer = |bytes: &[u8]| [&[2, 33, 0], bytes].concat();
        [&[0x30, 70][..], &integer(&pair[..32]), &integer(&pair[32..])].concat()
    };
    vec![
        // Somebody else's claims under a signature of the API.
        (format!("{header}.{}.{signature}", encoded(admin.to_string())), Unverified::Signature),
        (format!("{}.{signature}", good.replace('.', "").split_at(10).0), Unverified::NotCompact),
        (forged(HEADER, |_| vec![0; 256]), Unverified::Signature),
        (forged(HEADER, |_| vec![1]), Unverified::Signature),
        (forged(HEADER, |message| sign(Algorithm::Rs256, message)[..255].to_vec()), Unverified::Signature),
        (forged(HEADER, |message| [sign(Algorithm::Rs256, message), vec![0]].concat()), Unverified::Signature),
        (forged(HEADER, |message| [vec![0], sign(Algorithm::Rs256, message)].concat()), Unverified::Signature),
        // r = s = 0, which once passed for a signature of anything (CVE-2022-21449).
        (forged(es256, |_| vec![0; 64]), Unverified::Signature),
        (forged(es256, in_asn1), Unverified::Signature),
        (forged(es256, |message| hs(HMAC_SHA256, der(P256), message)), Unverified::Signature),
    ]
}

fn contents() -> Vec<(String, Unverified)> {
    let without = |name: &str| {
        let mut claims = claims();
        claims.as_object_mut().unwrap().remove(name);
        claims.to_string()
    };
    let twice = format!(r#"{{"sub":"7","iss":"{ISSUER}","aud":"{AUDIENCE}","sub":"8"}}"#);
    vec![
        (with_claims(&without("iss")), Unverified::Issuer),
        (with_claims(&without("aud")), Unverified::Audience),
        (with_claims(&twice), Unverified::Claims),
        (with_claims(&Value::from(vec![claims()]).to_string()), Unverified::Claims),
        (with_claims("\"text\""), Unverified::Claims),
        (with_claims(""), Unverified::Claims),
        (with_claims("null"), Unverified::Claims),
        (with_claims(&format!("{}{}", claims(), claims())), Unverified::Claims),
        (with_claims(&"{\"a\":".repeat(5_000)), Unverified::Claims),
        // A token within a token.
        (with_claims(&good()), Unverified::Claims),
    ]
}

#[tokio::test]
async fn no_forged_token_verifies() {
    let rig = with_keys(&format!(", algorithms = ['RS256', 'ES256'], issuer = '{ISSUER}', audience = '{AUDIENCE}'"));
    verified(&rig, &good()).await.unwrap();
    verified(&rig, &token(Algorithm::Es256, Some("p256"), &claims())).await.unwrap();
    let forgeries: Vec<_> = [algorithms(), headers(), shapes(), signatures(), contents()].concat();
    assert!(forgeries.len() >= 80, "{}", forgeries.len());
    for (number, (token, reason)) in forgeries.iter().enumerate() {
        let start = token.get(..80).unwrap_or(token);
        assert_eq!(refused(&rig, token).await, *reason, "forgery {number}: {start}");
    }
    assert_eq!(rig.requests().len(), 1, "no forgery makes anybody fetch keys so soon");
}

/// A token can be cut or changed anywhere.
#[tokio::test]
async fn no_change_of_a_single_character_verifies() {
    let rig = with_keys(", algorithms = ['ES256']");
    let good = token(Algorithm::Es256, Some("p256"), &claims());
    for place in 0..good.len() {
        let mut changed = good.clone().into_bytes();
        changed[place] = if changed[place] == b'A' { b'Q' } else { b'A' };
        assert!(verified(&rig, std::str::from_utf8(&changed).unwrap()).await.is_err(), "changed at {place}");
        assert!(verified(&rig, &good[..place]).await.is_err(), "cut at {place}");
    }
}
