use super::{InvalidQuota, Quota};

#[test]
fn a_quota_is_so_many_in_so_long() {
    for (text, most, step) in
        [("10/15m", 10, 90_000), ("50/15m", 50, 18_000), ("1/24h", 1, 86_400_000), ("3/1s", 3, 333)]
    {
        let quota = Quota::parse(text).unwrap();
        assert_eq!((quota.most(), quota.step().as_millis()), (most, step), "{text}");
    }
}

#[test]
fn what_limits_nothing_or_everything_is_none() {
    for text in
        ["", "10", "/15m", "0/15m", "-1/15m", "10/0s", "10/25h", "2000/1s", "10/15", "10 / 15m", "5000000000/1h"]
    {
        assert_eq!(Quota::parse(text), Err(InvalidQuota), "{text}");
    }
}
