use proptest::prelude::*;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{LAST, Timestamp};

proptest! {
    #[test]
    fn writes_what_a_date_library_writes(seconds in 0..=LAST) {
        let library = OffsetDateTime::from_unix_timestamp(seconds).unwrap().format(&Rfc3339).unwrap();
        prop_assert_eq!(Timestamp::from_unix(seconds).to_string(), library);
    }

    #[test]
    fn reads_back_what_it_wrote(seconds in 0..=LAST) {
        let moment = Timestamp::from_unix(seconds);
        prop_assert_eq!(moment.to_string().parse(), Ok(moment));
    }

    #[test]
    fn never_panics_on_other_text(text in ".{0,30}") {
        let _ = text.parse::<Timestamp>();
    }
}

#[test]
fn refuses_days_that_no_month_has() {
    for text in ["2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-04-31T00:00:00Z", "2026-01-00T00:00:00Z"] {
        assert!(text.parse::<Timestamp>().is_err(), "{text}");
    }
    assert!("2028-02-29T23:59:59Z".parse::<Timestamp>().is_ok());
}

#[test]
fn clamps_what_the_wire_cannot_write() {
    assert_eq!(Timestamp::from_unix(-1).to_string(), "1970-01-01T00:00:00Z");
    assert_eq!(Timestamp::from_unix(i64::MAX).to_string(), "9999-12-31T23:59:59Z");
}
