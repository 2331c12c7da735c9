use std::net::IpAddr;

use super::Bucket;

fn address(text: &str) -> Bucket {
    Bucket::address(text.parse::<IpAddr>().unwrap())
}

/// RL-03
#[test]
fn a_network_is_one_guesser_in_any_spelling() {
    assert_eq!(address("2001:db8:1:2::1"), address("2001:db8:1:2:ffff:ffff:ffff:ffff"));
    assert_ne!(address("2001:db8:1:2::1"), address("2001:db8:1:3::1"));
    assert_eq!(address("::ffff:192.0.2.1"), address("192.0.2.1"));
    assert_ne!(address("192.0.2.2"), address("192.0.2.1"));
}

#[test]
fn a_bucket_names_nobody() {
    let bucket = Bucket::account("ana@example.com");
    assert!(!format!("{bucket:?}").contains("ana") && !bucket.as_str().contains("ana"));
    assert_ne!(bucket, Bucket::account("Ana@example.com"), "whoever the API keeps apart is kept apart");
    assert_ne!(Bucket::account("192.0.2.1").as_str(), address("192.0.2.1").as_str());
}
