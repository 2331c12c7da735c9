use super::*;

/// OpenID Connect Core 1.0, appendix A.3.
#[test]
fn the_hash_of_an_access_token_is_that_of_the_specification() {
    let token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
    assert_eq!(half_hash(Algorithm::Rs256, token), "77QmUPtjPfzWtF2AnpK9RQ");
    let length = |algorithm| half_hash(algorithm, token).len();
    assert_eq!((length(Algorithm::Es384), length(Algorithm::EdDsa)), (32, 43));
}
