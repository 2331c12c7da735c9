use super::is_colour;

#[test]
fn only_a_colour_is_written_into_the_style_sheet() {
    assert!(is_colour("#1c6458") && is_colour("#FFF"));
    for text in ["", "red", "#12", "#1234567", "#fff}body{", "#ggg", "1c6458"] {
        assert!(!is_colour(text), "{text}");
    }
}
