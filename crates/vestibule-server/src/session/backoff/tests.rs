use super::{FIRST, LONGEST, after, is_spent, jittered};
use crate::store::Failure;
use crate::upstream::{Away, RefreshError, TransportError};

const NOW: i64 = 1_800_000_000_000;
const AWAY: RefreshError = RefreshError::Away(Away::Status(503));
const LOST: RefreshError = RefreshError::Lost(TransportError::Reset);

/// The wait after so many failures in a row, in milliseconds.
fn wait(failures: u32, error: &RefreshError) -> i64 {
    after(Failure { failures: failures - 1, ..Failure::default() }, error, NOW).again_at - NOW
}

/// Faults 20 and 31: each failure doubles the wait, and none is longer than half a minute.
#[test]
fn waits_double_and_are_bounded() {
    for (failures, seconds) in [(1, 1), (2, 2), (3, 4), (4, 8), (5, 16), (6, 25), (7, 25), (40, 25), (u32::MAX, 25)] {
        let (least, most) = (seconds * 800, seconds * 1_200);
        let wait = wait(failures, &AWAY);
        assert!((least..=most.min(30_000)).contains(&wait), "{failures}: {wait}");
    }
}

/// Fault 20: what failed together does not come back together.
#[test]
fn chance_moves_a_wait_by_a_fifth_either_way() {
    assert_eq!((jittered(FIRST, 0), jittered(FIRST, 255)), (800, 1_200));
    assert_eq!((jittered(LONGEST, 0), jittered(LONGEST, 255)), (20_000, 30_000));
    let first = wait(6, &AWAY);
    assert!((0..100).any(|_| wait(6, &AWAY) != first), "a hundred waits are not one");
}

/// Fault 13: what the upstream asks for is the least.
#[test]
fn a_limit_upstream_is_waited_for() {
    assert_eq!(wait(1, &RefreshError::TooManyAttempts { retry_after: 300 }), 300_000);
    assert!(wait(6, &RefreshError::TooManyAttempts { retry_after: 1 }) >= 20_000);
}

/// Fault 24: only what may have spent the token counts, and it counts through other failures.
#[test]
fn a_second_lost_answer_is_the_last() {
    let once = after(Failure::default(), &LOST, NOW);
    assert!(!is_spent(&once));
    let away = after(after(once, &AWAY, NOW), &RefreshError::TooManyAttempts { retry_after: 1 }, NOW);
    assert_eq!((away.failures, away.lost), (3, 1));
    assert!(!is_spent(&away));
    assert!(is_spent(&after(away, &LOST, NOW)));
}
