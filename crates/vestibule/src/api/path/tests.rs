use super::stays_below;

#[test]
fn ordinary_paths_are_taken() {
    for path in ["/", "/api/v1/projects", "/projects?filter[name]=a/../b&c=%2F", "/%C3%BCmlaut", "/...", "/a.b/..c"] {
        assert!(stays_below(path), "{path}");
    }
}

#[test]
fn what_climbs_or_leaves_is_refused() {
    let paths = [
        "",
        "projects",
        "//evil.example",
        "/..",
        "/a/../b",
        "/a/%2e%2E/b",
        "/.%2e/x",
        "/./x",
        "/..;x=1/b",
        "/a//b",
        "/a%2Fb",
        "/a%5cb",
        "/a%252e",
        "/a\\b",
        "/a b",
        "/a\nb",
        "/a#b",
        "https://evil.example/",
        "/a\u{7f}",
        "/ä",
    ];
    for path in paths {
        assert!(!stays_below(path), "{path}");
    }
}
