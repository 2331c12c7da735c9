use super::https_url;
use crate::User;

/// OU-03
#[test]
fn only_an_https_address_is_one() {
    for address in [
        "https://img.example/a.png",
        "HTTPS://img.example/a.png?size=2#top",
        "https://[::1]:8443/a",
        "https://xn--exmple-cua.example",
        "https://bücher.example/ä",
    ] {
        assert_eq!(https_url(address), Some(address));
    }
    for hostile in [
        "",
        "https",
        "https:",
        "https://",
        "https:///img.example/a",
        "https://?a",
        "https://#a",
        "https://:443/",
        "https://@img.example/",
        "https:img.example",
        "https:/img.example",
        "https:\\\\img.example",
        "https://img.example\\@evil.example",
        "http://img.example/a.png",
        "//img.example/a.png",
        "/auth/sign-out",
        "a.png",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        " javascript:alert(1)",
        "\u{1}javascript:alert(1)",
        "javascript://https://img.example/%0aalert(1)",
        "javascript:https://img.example",
        "data:text/html,<script>alert(1)</script>",
        "data:image/svg+xml,<svg onload=alert(1)>",
        "vbscript:x",
        "blob:https://app.example/1",
        "file:///etc/passwd",
        "about:blank",
        " https://img.example/",
        "https://img.example/ ",
        "https://img.example/\n",
        "ht\ntps://img.example/",
        "https://img\texample/",
        "https://img.example/\0",
        "\u{feff}https://img.example/",
        "ｈｔｔｐｓ://img.example/",
        "httpsé//img.example",
    ] {
        assert_eq!(https_url(hostile), None, "{hostile:?}");
    }
}

/// OU-03
#[test]
fn a_picture_of_a_person_is_an_https_address_or_none() {
    let of = |image: Option<&str>| User { image: image.map(str::to_owned), ..User::default() };
    assert_eq!(of(Some("https://img.example/ana.png")).image_url(), Some("https://img.example/ana.png"));
    for image in [None, Some("javascript:alert(1)"), Some("data:image/png;base64,AAAA"), Some("/ana.png")] {
        assert_eq!(of(image).image_url(), None, "{image:?}");
    }
}
