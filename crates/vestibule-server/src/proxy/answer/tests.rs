use http::HeaderMap;
use http::header::CACHE_CONTROL;

use super::private;

#[test]
fn caches_that_others_share_keep_nothing() {
    for (said, kept) in [
        (None, "private, no-store"),
        (Some("no-store"), "private, no-store"),
        (Some("public, max-age=60"), "private, max-age=60"),
        (Some("PUBLIC,S-MAXAGE=9, must-revalidate"), "private, must-revalidate"),
        (Some("private"), "private"),
        (Some(""), "private"),
    ] {
        let mut headers = HeaderMap::new();
        if let Some(said) = said {
            headers.insert(CACHE_CONTROL, said.parse().unwrap());
        }
        assert_eq!(private(&headers), kept, "{said:?}");
    }
}
