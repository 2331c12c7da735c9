use vestibule_core::Timestamp;

use super::EndedSessions;
use crate::record::SessionId;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix(seconds)
}

/// SE-07
#[test]
fn an_ended_session_is_known_until_it_would_have_ended_by_itself() {
    let ended = EndedSessions::with_capacity(10);
    let (first, second) = (SessionId::random().unwrap(), SessionId::random().unwrap());
    ended.insert(&first, at(100), at(0));
    assert!(ended.contains(&first));
    assert!(!ended.contains(&second));
    ended.insert(&second, at(300), at(200));
    assert!(!ended.contains(&first), "its seal refuses it now; the list needs no memory of it");
    assert!(ended.contains(&second));
}

/// SE-09
#[test]
fn a_full_list_forgets_the_session_nearest_to_its_end_and_stays_bounded() {
    let ended = EndedSessions::with_capacity(2);
    let ids: Vec<_> = (0..3).map(|_| SessionId::random().unwrap()).collect();
    ended.insert(&ids[0], at(300), at(0));
    ended.insert(&ids[1], at(100), at(0));
    ended.insert(&ids[2], at(200), at(0));
    assert!(ended.contains(&ids[0]) && ended.contains(&ids[2]));
    assert!(!ended.contains(&ids[1]));
    let lists = ended.lists();
    assert_eq!(lists.by_end.len(), lists.ends.len());
}

#[test]
fn ending_a_session_twice_counts_once() {
    let ended = EndedSessions::with_capacity(2);
    let id = SessionId::random().unwrap();
    ended.insert(&id, at(100), at(0));
    ended.insert(&id, at(100), at(0));
    assert_eq!(ended.lists().by_end.len(), 1);
}
