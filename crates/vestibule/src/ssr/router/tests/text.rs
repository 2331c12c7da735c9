//! Text that must stay text, wherever it comes from.

use serde_json::{Value, json};

use super::fixture::{RIGHT, Site, WRONG, form, json_answer, ordinary};
use super::html::{alert, seed, shape, tags, typed};

/// Names and values that would run, break out or vanish if they were taken for markup.
const HOSTILE: [&str; 24] = [
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "--><script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover=alert(1) x='",
    "\" autofocus onfocus=alert(1) x=\"",
    "</textarea><svg onload=alert(1)>",
    "</title><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "]]>",
    "{{7*7}}",
    "${7*7}",
    "line\u{2028}and\u{2029}paragraph",
    "\\u003c/script\\u003e",
    "\\\"+alert(1)+\\\"",
    "&lt;b&gt; &amp; &quot;",
    "\u{feff}byte order mark",
    "\u{202e}drawkcab",
    "javascript:alert(1)",
    "<form id=x><input name=nodeName>",
    "<template><slot>",
    "__proto__",
    "e\u{301}, ß, 日本語, 🦊👩\u{200d}👩\u{200d}👧",
    "a\r\nb\tc",
];

/// A page's scripts hold no character that a browser could take for the end of them.
fn assert_inert(html: &str, like: &[String], case: &str) {
    assert_eq!(shape(html), like, "{case}");
    for script in tags(html).iter().filter(|tag| tag.name == "script") {
        assert!(!script.text.contains("<!--") && !script.text.contains('<'), "{case}: {}", script.text);
        assert!(!script.text.contains(['\u{2028}', '\u{2029}']), "{case}");
    }
}

/// OU-01
#[tokio::test]
async fn what_was_typed_comes_back_as_text() {
    let site = Site::new("login.remember = true").await;
    let post = async |name: &str, callback: &str| {
        let fields = [("username", name), ("callbackUrl", callback), ("password", WRONG), (name, name)];
        site.post("/login", "", &form(&fields)).await
    };
    let plain = shape(&post("plain", "/plain").await.body);
    for text in HOSTILE {
        let answer = post(text, &format!("/{text}")).await;
        assert_eq!(answer.status, 401, "{text}");
        assert_inert(&answer.body, &plain, text);
        assert_eq!(typed(&answer.body, "username").as_deref(), Some(text));
        let failure = seed(&answer.body).failure.unwrap();
        assert_eq!(failure.typed.get("username").map(String::as_str), Some(text), "OU-02: as the browser reads it");
        assert!(typed(&answer.body, "callbackUrl").unwrap().starts_with('/'));
        assert!(!answer.everything().contains(WRONG));
    }
    let plain = shape(&post("a\0", "/").await.body);
    let answer = post("\0</script><script>alert(1)</script>", "/").await;
    assert_eq!(answer.status, 422, "NUL cannot be sent on");
    assert_inert(&answer.body, &plain, "NUL");
}

/// OU-01, RD-07
#[tokio::test]
async fn what_an_address_says_is_text_or_nothing() {
    let site = Site::new("").await;
    let encoded = |text: &str| form(&[("", text)])[1..].to_owned();
    for path in
        ["/login?callbackUrl=", "/login?reason=", "/login?error=", "/login?__err=", "/login?", "/nowhere?", "/?"]
    {
        let plain = shape(&site.get(&format!("{path}plain"), "").await.body);
        for text in HOSTILE {
            let text = encoded(text);
            let answer = site.get(&format!("{path}{text}"), "").await;
            assert_inert(&answer.body, &plain, &format!("{path}{text}"));
            assert!(answer.set_cookies().is_empty() && answer.location().is_none());
        }
    }
    let plain = shape(&site.get("/nowhere", "").await.body);
    for text in HOSTILE {
        let answer = site.get(&format!("/{}", encoded(text)), "").await;
        assert_eq!(answer.status, 404, "{text}");
        assert_inert(&answer.body, &plain, text);
    }
    // Raw, as no browser but any program may send it.
    for path in ["/login?callbackUrl=/'onfocus=alert(1)`{{7*7}}", "/nowhere\"onfocus='alert(1)'?\\'"] {
        let answer = site.get(path, "").await;
        let plain = shape(&site.get(path.split('?').next().unwrap(), "").await.body);
        assert_inert(&answer.body, &plain, path);
    }
}

/// OU-01, OU-02
#[tokio::test]
async fn a_profile_is_text_and_reaches_the_browser_unchanged() {
    let site = Site::new("").await;
    let page = async |profile: Value| {
        site.profile(profile);
        let answer = site.post("/login", "", &form(&[("username", "ana"), ("password", RIGHT)])).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        site.get("/", &answer.cookies()).await
    };
    let plain = shape(&page(json!({ "id": 1, "displayName": "plain", "email": "plain" })).await.body);
    for text in HOSTILE.into_iter().chain(["\0\u{1}\u{7f}"]) {
        let profile = json!({
            "id": text, "displayName": text, "email": text, "avatar": text, text: text, "more": { text: [text, { text: null }] },
            "__proto__": text, "constructor": { "prototype": text },
        });
        let answer = page(profile.clone()).await;
        assert_inert(&answer.body, &plain, text);
        let who = tags(&answer.body).into_iter().find(|tag| tag.is("b", "class", "who")).unwrap().text;
        assert_eq!(who, text);
        assert_eq!(seed(&answer.body).session.unwrap().profile, profile, "OU-02: {text}");
    }
}

/// OU-03: the library's pages show no address of a profile, neither as a link nor as a picture, nor as anything else that
/// a browser loads or follows.
#[tokio::test]
async fn no_address_of_a_profile_is_loaded_or_followed() {
    let site = Site::new("").await;
    for address in ["javascript:canary()", "data:text/html,canary", "https://canary.example/a.png"] {
        site.profile(json!({
            "email": "ana@example.com", "displayName": "ana", "avatar": address, "website": address,
            "links": [{ "href": address }],
        }));
        let answer = site.post("/login", "", &form(&[("username", "ana"), ("password", RIGHT)])).await;
        let cookies = answer.cookies();
        for path in super::pages::PAGES {
            let answer = site.get(path, &cookies).await;
            assert_eq!(seed(&answer.body).session.unwrap().user.image.as_deref(), Some(address), "{path}");
            for tag in tags(&answer.body) {
                assert!(!tag.attributes.iter().any(|(_, value)| value.contains("canary")), "{path}: {tag:?}");
            }
            assert!(!format!("{:?}", answer.headers).contains("canary"), "{path}");
        }
    }
}

/// OU-01
#[tokio::test]
async fn the_words_of_the_upstream_are_text_where_they_are_shown() {
    let site = Site::new("login.messages = 'upstream'\nlimits.account = '1000/1h'").await;
    let page = async |status: u16, words: &'static str| {
        site.script(move |request| match request.uri().path() {
            "/sign-in" if status == 401 => json_answer(401, &json!({ "errors": [{ "title": words }] })),
            "/sign-in" => json_answer(422, &json!({ "errors": { "username": [words], "password": words } })),
            _ => ordinary(request),
        });
        let answer = site.post("/login", "", &form(&[("username", "ana"), ("password", WRONG)])).await;
        assert_eq!(answer.status, status, "{words}");
        answer
    };
    for status in [401, 422] {
        let plain = shape(&page(status, "plain").await.body);
        for text in HOSTILE {
            let answer = page(status, text).await;
            assert_inert(&answer.body, &plain, text);
            let failure = seed(&answer.body).failure.unwrap().failure;
            assert_eq!(alert(&answer.body), failure.message, "OU-02: the browser hydrates what the server wrote");
        }
    }
    assert!(alert(&page(401, HOSTILE[0]).await.body).contains("</script>"), "it is shown, as text");
}

/// OU-02: the data of a page's own calls, and their errors, in every mode of rendering.
#[tokio::test]
async fn data_of_the_api_is_text_in_streamed_chunks_too() {
    let site = Site::new("").await;
    let cookies = site.cookies_of("ana").await;
    let page = async |path: &str, body: Value, status: u16| {
        site.script(move |_| json_answer(status, &body));
        let answer = site.get(path, &cookies).await;
        assert_eq!(answer.status, 200);
        answer.body
    };
    for path in super::application::GUARDED {
        let plain = shape(&page(path, json!(["plain"]), 200).await);
        let failed = shape(&page(path, json!({ "plain": "plain" }), 400).await);
        for text in HOSTILE {
            let html = page(path, json!([text]), 200).await;
            assert_inert_stream(&html, &plain, text);
            assert_eq!(tags(&html).into_iter().find(|tag| tag.is("p", "class", "projects")).unwrap().text, text);
            assert_inert_stream(&page(path, json!({ text: text }), 400).await, &failed, text);
        }
    }
}

/// As [`assert_inert`], for pages whose own scripts compare with `<`.
fn assert_inert_stream(html: &str, like: &[String], case: &str) {
    assert_eq!(shape(html), like, "{case}");
    for script in tags(html).iter().filter(|tag| tag.text.contains("__RESOLVED_RESOURCES")) {
        assert!(!script.text.contains('<'), "{case}: {}", script.text);
    }
}
