//! What every store must do: one suite, run against each.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;

use super::{Bucket, Failure, Finish, Guess, Guessed, Identity, Keep, Landing, SessionKey, Start, Store, Whose};
use crate::config::Quota;
use crate::record::SessionId;

pub(crate) const NOW: i64 = 1_800_000_000_000;
const LIFE: Duration = Duration::from_secs(600);
const GRACE: Duration = Duration::from_secs(30);
const LEASE: Duration = Duration::from_secs(15);

/// A store, and a way to let its time pass.
pub(crate) struct Bench {
    pub(crate) store: Arc<dyn Store>,
    advance: Box<dyn Fn(i64) -> BoxFuture<'static, ()> + Send + Sync>,
}

impl Bench {
    pub(crate) fn new(
        store: Arc<dyn Store>,
        advance: impl Fn(i64) -> BoxFuture<'static, ()> + Send + Sync + 'static,
    ) -> Self {
        Self { store, advance: Box::new(advance) }
    }

    async fn advance(&self, seconds: i64) {
        (self.advance)(seconds).await;
    }
}

/// One test for each promise, against the store that `$bench` makes.
macro_rules! suite {
    ($bench:expr) => {
        $crate::store::suite::suite!(@ $bench,
            an_ended_session_is_known_until_its_own_end,
            ending_a_person_ends_what_they_began_before_and_nothing_later,
            ending_everybody_ends_everybody,
            a_provider_ends_what_began_with_it_by_subject_or_by_session,
            what_may_be_used_once_is,
            so_many_may_guess_wrong_and_each_is_forgotten_in_its_time,
            of_a_thousand_guesses_at_once_no_more_go_than_may_be_wrong,
            a_guess_that_nobody_tells_of_is_over_by_itself,
            a_shorter_quota_counts_at_once,
            whoever_is_right_begins_anew,
            the_later_ending_counts,
            one_of_many_flies,
            a_lease_ends_by_itself,
            a_landing_is_found_within_the_grace_and_no_call_starts_again,
            after_the_grace_a_spent_generation_is_gone_and_an_unspent_one_may_fly,
            a_failure_is_remembered_and_its_time_respected,
            a_flight_that_lands_after_the_sign_out_is_told_so,
            a_flight_whose_lease_was_over_takes_the_result_that_is_there,
            a_result_that_waits_for_delivery_is_kept_and_then_only_for_the_grace,
            a_stored_record_is_never_replaced_by_an_older_one_and_goes_with_the_session,
            the_store_answers,
        );
    };
    (@ $bench:expr, $($name:ident,)*) => {
        $(
            #[tokio::test]
            async fn $name() {
                $crate::store::suite::$name(&$bench.await).await;
            }
        )*
    };
}
pub(crate) use suite;

fn key() -> SessionKey {
    SessionKey {
        id: SessionId::random().unwrap(),
        identity: Some(identity()),
        also: [None, None],
        begun_millis: NOW,
        generation: 0,
    }
}

/// A person of the test's own: suites run beside each other in one store.
fn identity() -> Identity {
    Identity::of_text(&serde_json::to_string(&SessionId::random().unwrap()).unwrap())
}

fn next(key: &SessionKey) -> SessionKey {
    SessionKey { generation: key.generation + 1, ..key.clone() }
}

fn renewed(text: &str) -> Landing {
    Landing::Renewed(text.to_owned())
}

const KEEP: Keep = Keep { result: GRACE, spent: Some(LIFE) };

/// SE-07
pub(crate) async fn an_ended_session_is_known_until_its_own_end(bench: &Bench) {
    let (ended, other) = (key(), key());
    bench.store.end(&ended.id, LIFE).await.unwrap();
    assert!(bench.store.look_up(&ended).await.unwrap().ended);
    assert!(!bench.store.look_up(&other).await.unwrap().ended);
    bench.advance(599).await;
    assert!(bench.store.look_up(&ended).await.unwrap().ended);
    bench.advance(2).await;
    assert!(!bench.store.look_up(&ended).await.unwrap().ended, "its seal refuses it now");
}

/// SE-09
pub(crate) async fn ending_a_person_ends_what_they_began_before_and_nothing_later(bench: &Bench) {
    let (before, stranger) = (key(), key());
    let now = SessionKey { id: SessionId::random().unwrap(), begun_millis: NOW + 5, ..before.clone() };
    let later = SessionKey { id: SessionId::random().unwrap(), begun_millis: NOW + 6, ..before.clone() };
    let nobody = SessionKey { identity: None, ..before.clone() };
    let whose = Whose::Of(before.identity.clone().unwrap());
    bench.store.end_before(&whose, NOW + 5, LIFE).await.unwrap();
    let store = &bench.store;
    for (key, ended) in [(&before, true), (&now, true), (&later, false), (&stranger, false), (&nobody, false)] {
        assert_eq!(store.look_up(key).await.unwrap().ended, ended, "{key:?}");
    }
}

/// SE-09
pub(crate) async fn ending_everybody_ends_everybody(bench: &Bench) {
    // Long ago, so that the other promises, which may run in the same store, are not touched.
    let long_ago = NOW - 1_000_000;
    let old = SessionKey { begun_millis: long_ago, ..key() };
    let old_nobody = SessionKey { identity: None, ..old.clone() };
    let new = key();
    bench.store.end_before(&Whose::All, long_ago, LIFE).await.unwrap();
    assert!(bench.store.look_up(&old).await.unwrap().ended);
    assert!(bench.store.look_up(&old_nobody).await.unwrap().ended);
    assert!(!bench.store.look_up(&new).await.unwrap().ended);
}

/// What a provider's word ends stays ended: for look-ups, flights and records alike.
pub(crate) async fn a_provider_ends_what_began_with_it_by_subject_or_by_session(bench: &Bench) {
    let store = &bench.store;
    let (subject, session) = (identity(), identity());
    let begun = || SessionKey { also: [Some(subject.clone()), Some(session.clone())], ..key() };
    let (by_session, elsewhere) = (begun(), SessionKey { also: [Some(subject.clone()), None], ..key() });
    store.end_before(&Whose::Of(session.clone()), NOW, LIFE).await.unwrap();
    assert!(store.look_up(&by_session).await.unwrap().ended);
    assert!(!store.look_up(&elsewhere).await.unwrap().ended, "the same person's, begun in another session there");
    assert_eq!(store.start_flight(&by_session, "a", LEASE, NOW).await.unwrap(), Start::Gone);
    store.end_before(&Whose::Of(subject.clone()), NOW, LIFE).await.unwrap();
    assert!(store.look_up(&elsewhere).await.unwrap().ended);
    let later = SessionKey { begun_millis: NOW + 1, ..begun() };
    assert!(!store.look_up(&later).await.unwrap().ended, "begun since");
}

/// OA-01
pub(crate) async fn what_may_be_used_once_is(bench: &Bench) {
    let (mark, other) = (identity(), identity());
    let spend = |mark: Identity| async move { bench.store.spend(mark.as_str(), LIFE).await.unwrap() };
    assert!(spend(mark.clone()).await && !spend(mark.clone()).await && spend(other).await);
    bench.advance(599).await;
    assert!(!spend(mark.clone()).await);
    bench.advance(2).await;
    assert!(spend(mark).await, "nothing that lives for so long is good any more");
}

fn quota() -> Quota {
    Quota::parse("3/30s").unwrap()
}

fn bucket() -> Bucket {
    Bucket::account(identity().as_str())
}

async fn start(bench: &Bench, bucket: &Bucket, holder: &str) -> Guess {
    bench.store.start_guess(bucket, quota(), holder).await.unwrap()
}

async fn finish(bench: &Bench, bucket: &Bucket, holder: &str, guessed: Guessed) {
    bench.store.finish_guess(bucket, quota(), holder, guessed).await.unwrap();
}

async fn guess(bench: &Bench, bucket: &Bucket, guessed: Guessed) -> Guess {
    let guess = start(bench, bucket, "one").await;
    if guess == Guess::Ours {
        finish(bench, bucket, "one", guessed).await;
    }
    guess
}

/// RL-01
pub(crate) async fn so_many_may_guess_wrong_and_each_is_forgotten_in_its_time(bench: &Bench) {
    let (bucket, other) = (bucket(), bucket());
    for _ in 0..3 {
        assert_eq!(guess(bench, &bucket, Guessed::Wrong).await, Guess::Ours);
    }
    let Guess::Over(wait) = guess(bench, &bucket, Guessed::Wrong).await else { panic!("a fourth may not") };
    assert!((9_000..=10_000).contains(&wait.as_millis()), "{wait:?}");
    assert_eq!(guess(bench, &other, Guessed::Wrong).await, Guess::Ours, "nobody else is limited");
    bench.advance(10).await;
    assert_eq!(guess(bench, &bucket, Guessed::Wrong).await, Guess::Ours, "one was forgotten");
    assert!(matches!(guess(bench, &bucket, Guessed::Wrong).await, Guess::Over(_)));
    bench.advance(40).await;
    for _ in 0..3 {
        assert_eq!(guess(bench, &bucket, Guessed::Nothing).await, Guess::Ours);
    }
    for _ in 0..3 {
        assert_eq!(
            guess(bench, &bucket, Guessed::Wrong).await,
            Guess::Ours,
            "all were, and what is neither does not count"
        );
    }
}

/// RL-01
pub(crate) async fn of_a_thousand_guesses_at_once_no_more_go_than_may_be_wrong(bench: &Bench) {
    let bucket = bucket();
    let starts = (0..1_000).map(|number| {
        let (store, bucket) = (Arc::clone(&bench.store), bucket.clone());
        tokio::spawn(async move { store.start_guess(&bucket, quota(), &number.to_string()).await.unwrap() })
    });
    let starts = futures_util::future::join_all(starts).await;
    let starts: Vec<Guess> = starts.into_iter().map(Result::unwrap).collect();
    let ours: Vec<String> =
        (0..1_000).filter(|number| starts[*number] == Guess::Ours).map(|number| number.to_string()).collect();
    assert_eq!((ours.len(), starts.iter().filter(|start| **start == Guess::Busy).count()), (3, 997));
    assert_eq!(start(bench, &bucket, &ours[0]).await, Guess::Ours, "it is one guess, however often it is asked");
    for holder in &ours[..2] {
        finish(bench, &bucket, holder, Guessed::Wrong).await;
        assert_eq!(start(bench, &bucket, "later").await, Guess::Busy);
    }
    finish(bench, &bucket, "nobody", Guessed::Nothing).await;
    assert_eq!(start(bench, &bucket, "later").await, Guess::Busy, "who had no place gives none back");
    finish(bench, &bucket, &ours[2], Guessed::Nothing).await;
    assert_eq!(start(bench, &bucket, "later").await, Guess::Ours, "there is room for one");
}

/// An instance that dies takes nobody's turns with it for good; each is over in its own time.
pub(crate) async fn a_guess_that_nobody_tells_of_is_over_by_itself(bench: &Bench) {
    let bucket = bucket();
    for holder in ["one", "two", "three"] {
        assert_eq!(start(bench, &bucket, holder).await, Guess::Ours);
    }
    assert_eq!(start(bench, &bucket, "four").await, Guess::Busy);
    bench.advance(31).await;
    assert_eq!(start(bench, &bucket, "four").await, Guess::Ours);
}

/// An operator who makes a limit shorter ends the waits of the longer one.
pub(crate) async fn a_shorter_quota_counts_at_once(bench: &Bench) {
    let bucket = bucket();
    let long = Quota::parse("3/24h").unwrap();
    for holder in ["one", "two", "three"] {
        bench.store.start_guess(&bucket, long, holder).await.unwrap();
        bench.store.finish_guess(&bucket, long, holder, Guessed::Wrong).await.unwrap();
    }
    let Guess::Over(wait) = start(bench, &bucket, "four").await else { panic!("they were wrong all the same") };
    assert!(wait.as_secs() <= 10, "{wait:?}");
    bench.advance(10).await;
    assert_eq!(start(bench, &bucket, "four").await, Guess::Ours);
}

/// RL-02
pub(crate) async fn whoever_is_right_begins_anew(bench: &Bench) {
    let bucket = bucket();
    for guessed in [Guessed::Wrong, Guessed::Wrong, Guessed::Right, Guessed::Wrong, Guessed::Wrong, Guessed::Wrong] {
        assert_eq!(guess(bench, &bucket, guessed).await, Guess::Ours);
    }
    assert!(matches!(guess(bench, &bucket, Guessed::Right).await, Guess::Over(_)));
}

pub(crate) async fn the_later_ending_counts(bench: &Bench) {
    let key = key();
    let whose = Whose::Of(key.identity.clone().unwrap());
    bench.store.end_before(&whose, NOW, LIFE).await.unwrap();
    bench.store.end_before(&whose, NOW - 10, LIFE / 10).await.unwrap();
    bench.advance(61).await;
    assert!(bench.store.look_up(&key).await.unwrap().ended);
}

/// TK-06
pub(crate) async fn one_of_many_flies(bench: &Bench) {
    let key = key();
    let starts = (0..100).map(|number| {
        let (store, key) = (Arc::clone(&bench.store), key.clone());
        tokio::spawn(async move { store.start_flight(&key, &format!("holder {number}"), LEASE, NOW).await.unwrap() })
    });
    let mut starts: Vec<Start> = futures_util::future::join_all(starts).await.into_iter().map(Result::unwrap).collect();
    let ours = starts.iter().position(|start| *start == Start::Ours(Failure::default())).unwrap();
    starts.remove(ours);
    assert!(starts.iter().all(|start| *start == Start::Busy), "{starts:?}");
    let other = super::SessionKey { id: SessionId::random().unwrap(), ..key };
    assert_eq!(bench.store.start_flight(&other, "x", LEASE, NOW).await.unwrap(), Start::Ours(Failure::default()));
}

/// Fault 30
pub(crate) async fn a_lease_ends_by_itself(bench: &Bench) {
    let key = key();
    bench.store.start_flight(&key, "killed", LEASE, NOW).await.unwrap();
    bench.advance(14).await;
    assert_eq!(bench.store.start_flight(&key, "next", LEASE, NOW).await.unwrap(), Start::Busy);
    bench.advance(2).await;
    assert_eq!(bench.store.start_flight(&key, "next", LEASE, NOW).await.unwrap(), Start::Ours(Failure::default()));
}

/// TK-07
pub(crate) async fn a_landing_is_found_within_the_grace_and_no_call_starts_again(bench: &Bench) {
    let key = key();
    bench.store.start_flight(&key, "holder", LEASE, NOW).await.unwrap();
    assert_eq!(bench.store.finish_flight(&key, "holder", &renewed("one"), KEEP).await.unwrap(), Finish::Kept);
    bench.advance(29).await;
    let standing = bench.store.look_up(&key).await.unwrap();
    assert_eq!((standing.landing, standing.superseded), (Some(renewed("one")), true));
    let start = bench.store.start_flight(&key, "late", LEASE, NOW).await.unwrap();
    assert_eq!(start, Start::Landed(renewed("one")));
    let standing = bench.store.look_up(&next(&key)).await.unwrap();
    assert_eq!(standing, super::Standing::default(), "the newest stands by itself");
}

/// SE-10
pub(crate) async fn after_the_grace_a_spent_generation_is_gone_and_an_unspent_one_may_fly(bench: &Bench) {
    let (spent, unspent) = (key(), key());
    for (key, keep) in [(&spent, KEEP), (&unspent, Keep { spent: None, ..KEEP })] {
        bench.store.start_flight(key, "holder", LEASE, NOW).await.unwrap();
        bench.store.finish_flight(key, "holder", &renewed("x"), keep).await.unwrap();
    }
    bench.advance(31).await;
    assert!(bench.store.look_up(&spent).await.unwrap().superseded);
    assert_eq!(bench.store.start_flight(&spent, "late", LEASE, NOW).await.unwrap(), Start::Gone);
    assert_eq!(bench.store.look_up(&unspent).await.unwrap(), super::Standing::default());
    let start = bench.store.start_flight(&unspent, "late", LEASE, NOW).await.unwrap();
    assert_eq!(start, Start::Ours(Failure::default()));
}

/// Fault 20
pub(crate) async fn a_failure_is_remembered_and_its_time_respected(bench: &Bench) {
    let key = key();
    let failure = Failure { failures: 3, lost: 1, again_at: NOW + 4_000 };
    let keep = Keep { result: LIFE, spent: None };
    bench.store.start_flight(&key, "first", LEASE, NOW).await.unwrap();
    bench.store.finish_flight(&key, "first", &Landing::Failed(failure), keep).await.unwrap();
    assert_eq!(bench.store.look_up(&key).await.unwrap().landing, Some(Landing::Failed(failure)));
    let early = bench.store.start_flight(&key, "second", LEASE, NOW + 3_999).await.unwrap();
    assert_eq!(early, Start::Landed(Landing::Failed(failure)));
    let due = bench.store.start_flight(&key, "second", LEASE, NOW + 4_000).await.unwrap();
    assert_eq!(due, Start::Ours(failure));
    assert_eq!(bench.store.start_flight(&key, "third", LEASE, NOW + 4_000).await.unwrap(), Start::Busy);
    let finish = bench.store.finish_flight(&key, "second", &renewed("at last"), KEEP).await.unwrap();
    assert_eq!(finish, Finish::Kept, "a failure is no result that overtakes");
}

/// Fault 25
pub(crate) async fn a_flight_that_lands_after_the_sign_out_is_told_so(bench: &Bench) {
    let key = key();
    bench.store.start_flight(&key, "holder", LEASE, NOW).await.unwrap();
    bench.store.end(&key.id, LIFE).await.unwrap();
    assert_eq!(bench.store.finish_flight(&key, "holder", &renewed("late"), KEEP).await.unwrap(), Finish::Ended);
    assert_eq!(bench.store.look_up(&key).await.unwrap().landing, None, "nothing comes back to life");
    assert_eq!(bench.store.start_flight(&key, "again", LEASE, NOW).await.unwrap(), Start::Gone);
}

pub(crate) async fn a_flight_whose_lease_was_over_takes_the_result_that_is_there(bench: &Bench) {
    let key = key();
    bench.store.start_flight(&key, "slow", LEASE, NOW).await.unwrap();
    bench.advance(16).await;
    bench.store.start_flight(&key, "quick", LEASE, NOW).await.unwrap();
    // The slow one's end must not take the quick one's lease away.
    let failed = Landing::Failed(Failure { failures: 1, lost: 0, again_at: 0 });
    bench.store.finish_flight(&key, "slow", &failed, Keep { spent: None, ..KEEP }).await.unwrap();
    assert_eq!(bench.store.start_flight(&key, "third", LEASE, NOW).await.unwrap(), Start::Busy);
    bench.store.finish_flight(&key, "quick", &renewed("quick"), KEEP).await.unwrap();
    let finish = bench.store.finish_flight(&key, "slow", &renewed("slow"), KEEP).await.unwrap();
    assert_eq!(finish, Finish::Overtaken("quick".to_owned()));
}

pub(crate) async fn a_result_that_waits_for_delivery_is_kept_and_then_only_for_the_grace(bench: &Bench) {
    let key = key();
    bench.store.start_flight(&key, "holder", LEASE, NOW).await.unwrap();
    let keep = Keep { result: LIFE, spent: Some(LIFE) };
    bench.store.finish_flight(&key, "holder", &renewed("waits"), keep).await.unwrap();
    bench.advance(300).await;
    assert_eq!(bench.store.look_up(&key).await.unwrap().landing, Some(renewed("waits")));
    bench.store.delivered(&key, GRACE).await.unwrap();
    bench.advance(20).await;
    bench.store.delivered(&key, GRACE).await.unwrap();
    bench.advance(11).await;
    assert_eq!(bench.store.look_up(&key).await.unwrap().landing, None, "a late delivery does not lengthen the grace");
}

pub(crate) async fn a_stored_record_is_never_replaced_by_an_older_one_and_goes_with_the_session(bench: &Bench) {
    let old = key();
    let new = next(&old);
    assert_eq!(bench.store.record(&old.id).await.unwrap(), None);
    bench.store.put_record(&old, "v1.old and more", LIFE).await.unwrap();
    bench.store.put_record(&new, "v1.new", LIFE).await.unwrap();
    bench.store.put_record(&old, "v1.late", LIFE).await.unwrap();
    assert_eq!(bench.store.record(&old.id).await.unwrap().as_deref(), Some("v1.new"));
    bench.store.put_record(&new, "v1.touched", LIFE).await.unwrap();
    assert_eq!(bench.store.record(&old.id).await.unwrap().as_deref(), Some("v1.touched"));
    bench.store.end(&old.id, LIFE).await.unwrap();
    assert_eq!(bench.store.record(&old.id).await.unwrap(), None);
    bench.store.put_record(&new, "v1.too late", LIFE).await.unwrap();
    assert_eq!(bench.store.record(&old.id).await.unwrap(), None);
}

pub(crate) async fn the_store_answers(bench: &Bench) {
    bench.store.ping().await.unwrap();
}
