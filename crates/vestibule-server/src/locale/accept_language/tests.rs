use super::*;

fn tags(header: &str) -> Vec<&str> {
    preferred(header).collect()
}

#[test]
fn the_most_wanted_comes_first() {
    assert_eq!(tags("de;q=0.5, ca, es;q=0.8"), ["ca", "es", "de"]);
    assert_eq!(tags("es-ES,es;q=0.9,en;q=0.8"), ["es-ES", "es", "en"]);
    assert_eq!(tags("fr; q=0.7 , pt ;q=0.7"), ["fr", "pt"]);
}

#[test]
fn what_is_not_wanted_or_not_readable_is_left_out() {
    for header in ["", ",", ";q=1", "de;q=0", "de;q=0.000", "de;q=2", "de;q=-1", "de;q=nan", "de;x=1", "de;q"] {
        assert_eq!(tags(header), Vec::<&str>::new(), "{header}");
    }
}

#[test]
fn a_header_of_any_length_is_read_in_part_only() {
    assert_eq!(tags(&"de,".repeat(10_000)).len(), MOST_RANGES);
}
