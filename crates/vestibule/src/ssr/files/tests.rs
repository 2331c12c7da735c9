use axum::body::Body;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, RANGE};
use tower::ServiceExt;

use super::*;

/// OU-06: only a name that changes with its content may be kept for ever.
#[test]
fn only_names_with_a_hash_are_kept_for_ever() {
    assert!(has_hash("/pkg/vestibule-app.xT3vY0b2kq-_9LmZ1aQw4g.wasm"));
    for path in
        ["/pkg/vestibule-app.wasm", "/favicon.svg", "/pkg/app.min.js", "/", "/0123456789abcdef.js", "/robots.txt"]
    {
        assert!(!has_hash(path), "{path}");
    }
}

#[test]
fn hidden_files_and_compressed_copies_have_no_route() {
    let root = std::env::temp_dir().join(format!("vestibule-files-{}", std::process::id()));
    fs::create_dir_all(root.join("pkg")).unwrap();
    for name in [".secret", "robots.txt", "robots.txt.br", "robots.txt.gz", "{x}"] {
        fs::write(root.join(name), "").unwrap();
    }
    assert_eq!(public(&root, "pkg"), ["robots.txt"]);
}

/// SV-08: what begins with a dot is somebody's tool's, at any depth and in any spelling; `/.well-known` alone is public
/// (RFC 8615).
#[tokio::test]
async fn nothing_whose_name_begins_with_a_dot_is_served() {
    let root = std::env::temp_dir().join(format!("vestibule-hidden-files-{}", std::process::id()));
    for folder in ["pkg", "docs/.git", "docs/.well-known", ".well-known/.git", ".git"] {
        fs::create_dir_all(root.join(folder)).unwrap();
    }
    let hidden = [
        "pkg/.env",
        "docs/.env",
        "docs/.git/config",
        "docs/.well-known/x",
        ".well-known/.env",
        ".well-known/.git/config",
        ".git/config",
    ];
    let shown = ["pkg/app.js", "docs/manual.txt", ".well-known/security.txt"];
    for name in hidden.into_iter().chain(shown) {
        fs::write(root.join(name), "canary").unwrap();
    }
    let options = LeptosOptions::builder().output_name("app").site_root(root.to_string_lossy()).build();
    let router = files(&options);
    let status = async |path: &str| {
        let request = Request::get(path).body(Body::empty()).unwrap();
        router.clone().oneshot(request).await.unwrap().status()
    };
    for name in shown {
        assert_eq!(status(&format!("/{name}")).await, StatusCode::OK, "{name}");
    }
    for name in hidden {
        assert_eq!(status(&format!("/{name}")).await, StatusCode::NOT_FOUND, "{name}");
    }
    for path in [
        "/docs/%2eenv",
        "/docs/%2Egit/config",
        "/docs/%2egit%2fconfig",
        "/docs%2f.env",
        "/docs/x%2f.env",
        "/docs/manual.txt/..%2f.env",
        "/docs//.env",
        "/docs/./.env",
        "/.well-known%2f.env",
        "/.well-known/..%2f.git/config",
        "/pkg/%2e%65nv",
    ] {
        assert_eq!(status(path).await, StatusCode::NOT_FOUND, "{path}");
    }
    fs::remove_dir_all(root).unwrap();
}

/// ASVS 4.1.1: texts are UTF-8, whatever the way that they go out by; what is no text has no charset.
#[tokio::test]
async fn texts_say_that_they_are_utf_8() {
    let root = std::env::temp_dir().join(format!("vestibule-typed-files-{}", std::process::id()));
    for folder in ["pkg", "docs"] {
        fs::create_dir_all(root.join(folder)).unwrap();
    }
    let types = [
        ("pkg/app.css", "text/css; charset=utf-8"),
        ("pkg/app.js", "text/javascript; charset=utf-8"),
        ("pkg/app.wasm", "application/wasm"),
        ("docs/manual.html", "text/html; charset=utf-8"),
        ("docs/data.json", "application/json"),
        ("robots.txt", "text/plain; charset=utf-8"),
        ("sitemap.xml", "text/xml; charset=utf-8"),
        ("logo.svg", "image/svg+xml; charset=utf-8"),
        ("photo.png", "image/png"),
    ];
    for (name, _) in types {
        fs::write(root.join(name), "a text").unwrap();
    }
    for name in ["pkg/app.css.br", "robots.txt.gz"] {
        fs::write(root.join(name), "compressed").unwrap();
    }
    let options = LeptosOptions::builder().output_name("app").site_root(root.to_string_lossy()).build();
    let router = files(&options);
    let answer = async |request: http::request::Builder| {
        router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    };
    for (name, expected) in types {
        let plain = answer(Request::get(format!("/{name}"))).await;
        assert_eq!(plain.headers()[CONTENT_TYPE], expected, "{name}");
        let part = answer(Request::get(format!("/{name}")).header(RANGE, "bytes=0-1")).await;
        assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT, "{name}");
        assert_eq!(part.headers()[CONTENT_TYPE], expected, "{name}");
    }
    for (name, coding) in [("pkg/app.css", "br"), ("robots.txt", "gzip")] {
        let compressed = answer(Request::get(format!("/{name}")).header(ACCEPT_ENCODING, coding)).await;
        assert_eq!(compressed.headers()[CONTENT_ENCODING], coding, "{name}");
        assert!(compressed.headers()[CONTENT_TYPE].to_str().unwrap().ends_with("; charset=utf-8"), "{name}");
    }
    fs::remove_dir_all(root).unwrap();
}
