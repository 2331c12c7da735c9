use super::is_plain_path;

/// RD-01: what a link within the application may ask for without the server.
#[test]
fn only_plain_paths_of_this_site_are_taken_unchecked() {
    for path in ["/", "/account?tab=1#x", "/a//b"] {
        assert!(is_plain_path(path), "{path}");
    }
    for path in
        ["", "account", "//evil.example", "/\\evil.example", "/\t/evil.example", "https://evil.example", "/a\\b"]
    {
        assert!(!is_plain_path(path), "{path}");
    }
}
