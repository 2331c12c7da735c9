use super::remaining;

#[test]
fn the_two_largest_units_are_told() {
    let expected = [
        (7_199, "1 h 59 min"),
        (3_600, "1 h 0 min"),
        (3_543, "59 min 3 s"),
        (60, "1 min 0 s"),
        (3, "3 s"),
        (90_061, "1 d 1 h"),
    ];
    for (seconds, text) in expected {
        assert_eq!(remaining(seconds), text);
    }
}

#[test]
fn nothing_is_left_of_a_life_that_is_over() {
    assert_eq!(remaining(0), "expired");
    assert_eq!(remaining(i64::MIN), "expired");
}
