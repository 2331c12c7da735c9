use super::*;

#[test]
fn an_integer_and_a_unit_are_a_duration() {
    for (text, millis) in
        [("0s", 0), ("500ms", 500), ("5s", 5_000), ("15m", 900_000), ("2h", 7_200_000), ("30d", 2_592_000_000)]
    {
        assert_eq!(parse_duration(text), Ok(Duration::from_millis(millis)), "{text}");
    }
}

#[test]
fn anything_else_is_refused() {
    for text in
        ["", "5", "s", "3x", "-1s", "+1s", "1.5h", "1 h", " 1h", "1h ", "1H", "1h30m", "٣s", "1µs", "inf", "1e3s"]
    {
        assert_eq!(parse_duration(text), Err(InvalidDuration::Form), "{text}");
    }
}

#[test]
fn what_would_overflow_a_date_is_refused() {
    for text in ["36501d", "999999999999d", "99999999999999999999999999s", "18446744073709551615d"] {
        assert_eq!(parse_duration(text), Err(InvalidDuration::TooLong), "{text}");
    }
    assert_eq!(parse_duration("36500d"), Ok(LONGEST));
}

#[test]
fn a_duration_is_written_as_it_would_be_read() {
    for text in ["0ms", "500ms", "1500ms", "90s", "15m", "36h", "30d"] {
        assert_eq!(parse_duration(text).map(written).as_deref(), Ok(text));
    }
    assert_eq!(written(Duration::from_secs(86_400)), "1d");
}

#[test]
fn serde_reads_a_text_and_nothing_else() {
    #[derive(Debug, serde::Deserialize)]
    struct Settings {
        timeout: HumanDuration,
    }
    let read: Settings = toml::from_str("timeout = '10s'").unwrap();
    assert_eq!(read.timeout, HumanDuration(Duration::from_secs(10)));
    let form = toml::from_str::<Settings>("timeout = '3x'").unwrap_err();
    assert_eq!(form.message(), "3x is not a duration — write an integer and ms, s, m, h or d, such as \"2h\"");
    let kind = toml::from_str::<Settings>("timeout = 10").unwrap_err();
    assert!(kind.message().contains("expected a duration"), "{}", kind.message());
}
