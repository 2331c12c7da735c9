use super::PathPattern;

#[test]
fn a_pattern_fits_segment_by_segment() {
    for (pattern, fit, others) in [
        ("/", vec!["/"], vec!["/a", ""]),
        ("/me", vec!["/me"], vec!["/me/", "/mee", "/", "/ME"]),
        ("/projects/*", vec!["/projects/7"], vec!["/projects", "/projects/", "/projects/7/x"]),
        ("/projects/**", vec!["/projects", "/projects/", "/projects/7/x"], vec!["/projectsx", "/"]),
        ("/a/*/b/**", vec!["/a/1/b", "/a/1/b/2/3"], vec!["/a/b", "/a/1/c", "/a/1/2/b"]),
        ("/**", vec!["/", "/anything/at/all"], vec![""]),
    ] {
        let pattern = PathPattern::parse(pattern).unwrap();
        for path in fit {
            assert!(pattern.fits(path), "{pattern:?} {path}");
        }
        for path in others {
            assert!(!pattern.fits(path), "{pattern:?} {path}");
        }
    }
}

#[test]
fn what_is_no_pattern_is_refused() {
    for text in ["", "a", "/a*", "/**/a", "/a//b", "/a?b", "/../a", "/a/%2e%2e", "https://evil.example/a"] {
        assert_eq!(PathPattern::parse(text), None, "{text}");
    }
}
