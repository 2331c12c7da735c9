use url::Url;

use super::{ExternalOrigins, Redirect};

fn checked(redirect: Redirect) -> Option<String> {
    let origins = ExternalOrigins::new(["https://docs.example.org", "http://localhost:4000"]).unwrap();
    redirect.checked(&Url::parse("https://app.example").unwrap(), "/login", &origins)
}

/// RD-01, RD-02: the vectors of callback URLs, as an application's answer.
#[test]
fn no_vector_leads_off_the_site() {
    let here = Url::parse("https://app.example").unwrap();
    let corpus = include_str!("../../callback/vectors.txt");
    let mut seen = 0;
    for vector in corpus.lines().filter(|line| !line.is_empty() && !line.starts_with("# ")) {
        let vector =
            &vector.replace("<TAB>", "\t").replace("<LF>", "\n").replace("<CR>", "\r").replace("<VT>", "\u{b}");
        if let Some(path) = checked(Redirect::path(vector)) {
            assert_eq!(here.join(&path).unwrap().origin(), here.origin(), "{vector}");
        }
        assert_eq!(checked(Redirect::external(vector)), None, "{vector}");
        seen += 1;
    }
    assert!(seen > 60, "the corpus was read");
}

#[test]
fn a_path_of_this_site_is_taken_and_circles_are_not() {
    assert_eq!(checked(Redirect::path("/desk?a=1#b")).as_deref(), Some("/desk?a=1#b"));
    for circle in ["/login", "/logout", "/auth/session", "/api/sign_in", "//docs.example.org"] {
        assert_eq!(checked(Redirect::path(circle)), None, "{circle}");
    }
    assert_eq!(checked(Redirect::keep()), None);
}

#[test]
fn only_declared_origins_are_external() {
    let taken = checked(Redirect::external("HTTPS://Docs.Example.org:443/start?q=1#top"));
    assert_eq!(taken.as_deref(), Some("https://docs.example.org/start?q=1#top"));
    assert_eq!(checked(Redirect::external("http://localhost:4000")).as_deref(), Some("http://localhost:4000/"));
    for other in [
        "https://docs.example.org.evil.example/",
        "https://evil.example/docs.example.org",
        "https://docs.example.org:8443/",
        "http://docs.example.org/",
        "https://user@docs.example.org/",
        "https://docs.example.org@evil.example/",
        "//docs.example.org/",
        "/docs.example.org",
        "javascript://docs.example.org/%0aalert(1)",
        "blob:https://docs.example.org/x",
        "",
    ] {
        assert_eq!(checked(Redirect::external(other)), None, "{other}");
    }
    let long = format!("https://docs.example.org/{}", "x".repeat(2_048));
    assert_eq!(checked(Redirect::external(long)), None);
}

#[test]
fn what_is_no_origin_is_refused_by_name() {
    for text in
        ["https://a.example/x", "https://a.example?x", "http://a.example", "a.example", "*", "https://u@a.example"]
    {
        assert_eq!(ExternalOrigins::new([text]).unwrap_err().0, text);
    }
}
