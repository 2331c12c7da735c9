use super::*;

#[test]
fn all_codes_are_known_under_the_key_that_they_have_on_the_wire() {
    assert_eq!(ErrorCode::ALL.len(), ErrorCode::Internal as usize + 1);
    for (place, code) in ErrorCode::ALL.into_iter().enumerate() {
        assert_eq!((code as usize, serde_json::to_value(code).unwrap()), (place, code.key().into()));
    }
}
