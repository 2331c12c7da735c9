use super::{InvalidSize, parse_size};

#[test]
fn a_size_is_an_integer_and_a_unit() {
    for (text, bytes) in [("0B", 0), ("7B", 7), ("64KiB", 65_536), ("10MiB", 10_485_760), ("2GiB", 2_147_483_648)] {
        assert_eq!(parse_size(text), Ok(bytes), "{text}");
    }
}

#[test]
fn whatever_else_is_none() {
    for text in ["", "10", "10MB", "MiB", "-1B", "1.5MiB", "10 MiB", "10mib", "99999999999999999999B", "17179869184GiB"]
    {
        assert_eq!(parse_size(text), Err(InvalidSize), "{text}");
    }
}
