use std::net::IpAddr;

use http::HeaderMap;
use ipnet::IpNet;

use super::client;

fn from(peer: &str, lines: &[&str]) -> String {
    let trusted: Vec<IpNet> = ["10.0.0.0/8", "fd00::/8"].iter().map(|network| network.parse().unwrap()).collect();
    let mut headers = HeaderMap::new();
    for line in lines {
        headers.append("x-forwarded-for", line.parse().unwrap());
    }
    client(peer.parse::<IpAddr>().unwrap(), &headers, &trusted).to_string()
}

/// RL-03, CVE-2026-45364
#[test]
fn the_nearest_address_that_is_no_proxy_of_ours_counts() {
    for (peer, lines, client) in [
        ("192.0.2.9", &[][..], "192.0.2.9"),
        ("192.0.2.9", &["198.51.100.1"], "192.0.2.9"),
        ("10.0.0.1", &[], "10.0.0.1"),
        ("10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", &["203.0.113.5, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", &["203.0.113.5, 198.51.100.1, 10.2.2.2"], "198.51.100.1"),
        ("10.0.0.1", &["203.0.113.5", "198.51.100.1", "10.2.2.2"], "198.51.100.1"),
        ("10.0.0.1", &["10.3.3.3, 10.2.2.2"], "10.3.3.3"),
        ("fd00::1", &["2001:db8::7"], "2001:db8::7"),
        ("::ffff:10.0.0.1", &["::ffff:198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", &["198.51.100.1:4711"], "198.51.100.1"),
        ("10.0.0.1", &["[2001:db8::7]:443"], "2001:db8::7"),
        ("10.0.0.1", &["[2001:db8::7]"], "2001:db8::7"),
    ] {
        assert_eq!(from(peer, lines), client, "{peer} {lines:?}");
    }
}

/// What cannot be read is not skipped: what stands to the left of it was written by anybody.
#[test]
fn what_is_no_address_ends_the_way() {
    for line in ["198.51.100.1, unknown", "198.51.100.1, ", "198.51.100.1, _hidden, 10.2.2.2", "198.51.100.1,é"] {
        let nearest = from("10.0.0.1", &[line]);
        assert!(nearest.starts_with("10."), "{line}: {nearest}");
    }
}
