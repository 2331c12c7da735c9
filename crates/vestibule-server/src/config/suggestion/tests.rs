use super::*;

#[test]
fn a_slip_of_the_hand_finds_the_key_that_was_meant() {
    let known = ["address", "public_url", "trusted_origins", "drain_delay", "hsts_subdomains"];
    for (written, meant) in
        [("adress", "address"), ("public-url", "public_url"), ("PUBLIC_URL", "public_url"), ("publicurl", "public_url")]
    {
        assert_eq!(closest(written, &known), Some(meant), "{written}");
    }
}

#[test]
fn another_word_finds_nothing() {
    assert_eq!(closest("port", &["address", "public_url"]), None);
    assert_eq!(closest("", &["address"]), None);
}

#[test]
fn the_distance_counts_letters() {
    assert_eq!(distance("kitten", "sitting"), 3);
    assert_eq!(distance("idel", "idle"), 1);
    assert_eq!(distance("", "abc"), 3);
    assert_eq!(distance("abc", ""), 3);
    assert_eq!(distance("same", "same"), 0);
}
