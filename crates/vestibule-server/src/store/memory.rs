//! The store of one process: in memory, bounded, forgotten by a restart.

mod shelf;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::ready;

use self::shelf::Shelf;
use super::{
    Bucket, Failure, Finish, Guess, Guessed, Identity, Keep, LONGEST_GUESS, Landing, Operation, SessionKey, Standing,
    Start, Store, Whose,
};
use crate::clock::Clock;
use crate::config::Quota;
use crate::record::SessionId;

/// As many of each kind, such as ended sessions; about 30 MB a shelf when full.
const MOST_ENTRIES: usize = 200_000;
/// Bytes of sealed records, and of what refreshes brought.
const MOST_BYTES: usize = 256 << 20;
/// What a failure weighs beside them, in bytes.
const FAILURE: usize = 64;

/// A [`Store`] for one instance. When a shelf is full, the entry nearest to its end goes, with a warning in the log that
/// advises `store.url`.
pub struct MemoryStore {
    clock: Arc<dyn Clock>,
    shelves: Mutex<Shelves>,
}

struct Shelves {
    ended: Shelf<SessionId, ()>,
    ended_before: Shelf<Option<Identity>, i64>,
    spent: Shelf<SessionId, u64>,
    leases: Shelf<(SessionId, u64), String>,
    landings: Shelf<(SessionId, u64), Landing>,
    records: Shelf<SessionId, (u64, String)>,
    used: Shelf<String, ()>,
    /// The end is when all of them are forgotten: as many steps from now as there are.
    wrong: Shelf<Bucket, ()>,
    /// Those under way, and when each is taken to be over.
    guessing: Shelf<Bucket, Vec<(String, i64)>>,
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemoryStore")
    }
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self::with_capacity(clock, MOST_ENTRIES, MOST_BYTES)
    }

    fn with_capacity(clock: Arc<dyn Clock>, entries: usize, bytes: usize) -> Self {
        let shelves = Shelves {
            ended: Shelf::new("ended sessions", entries),
            ended_before: Shelf::new("people who signed out everywhere", entries),
            spent: Shelf::new("generations", entries),
            leases: Shelf::new("running refreshes", entries),
            landings: Shelf::new("bytes of refreshes", bytes),
            records: Shelf::new("bytes of records", bytes),
            used: Shelf::new("attempts", entries),
            wrong: Shelf::new("wrong passwords", entries),
            guessing: Shelf::new("sign-ins under way", entries),
        };
        Self { clock, shelves: Mutex::new(shelves) }
    }

    /// Does something at one moment, with everything that is over put away.
    fn now<T>(&self, act: impl FnOnce(&mut Shelves, i64) -> T) -> Operation<'_, T>
    where
        T: Send + 'static,
    {
        let now = self.clock.now_millis();
        Box::pin(ready(Ok(act(&mut self.shelves(), now))))
    }

    fn shelves(&self) -> MutexGuard<'_, Shelves> {
        // Each shelf keeps itself consistent; nothing spans two of them that a panic could leave half done.
        self.shelves.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whole milliseconds.
fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// The moment `life` from now, in milliseconds.
fn until(now: i64, life: Duration) -> i64 {
    now.saturating_add(millis(life))
}

impl Shelves {
    fn is_ended(&self, key: &SessionKey, now: i64) -> bool {
        let before =
            |whose: &Option<Identity>| self.ended_before.get(whose, now).is_some_and(|at| key.begun_millis <= *at);
        let by_name = || key.owners().any(|owner| before(&Some(owner.clone())));
        self.ended.get(&key.id, now).is_some() || before(&None) || by_name()
    }

    fn is_spent(&self, key: &SessionKey, now: i64) -> bool {
        self.spent.get(&key.id, now).is_some_and(|newest| key.generation < *newest)
    }

    /// How long until every wrong guess is forgotten, in milliseconds; of a quota that became smaller, no longer than that.
    fn ahead(&mut self, bucket: &Bucket, quota: Quota, now: i64) -> i64 {
        let latest = now.saturating_add(i64::from(quota.most()).saturating_mul(millis(quota.step())));
        self.wrong.shorten(bucket, latest);
        self.wrong.end(bucket).map_or(0, |end| end.saturating_sub(now).max(0))
    }

    /// The guesses under way, but for that of `holder`.
    fn running(&self, bucket: &Bucket, holder: &str, now: i64) -> Vec<(String, i64)> {
        let all = self.guessing.get(bucket, now).into_iter().flatten();
        all.filter(|(by, end)| *end > now && by != holder).cloned().collect()
    }
}

impl Store for MemoryStore {
    fn look_up<'a>(&'a self, key: &'a SessionKey) -> Operation<'a, Standing> {
        self.now(|shelves, now| Standing {
            ended: shelves.is_ended(key, now),
            superseded: shelves.is_spent(key, now),
            landing: shelves.landings.get(&(key.id.clone(), key.generation), now).cloned(),
        })
    }

    fn end<'a>(&'a self, id: &'a SessionId, life: Duration) -> Operation<'a, ()> {
        self.now(|shelves, now| {
            shelves.records.remove(id);
            shelves.ended.put(id.clone(), (), 1, until(now, life), now);
        })
    }

    fn end_before<'a>(&'a self, whose: &'a Whose, moment_millis: i64, life: Duration) -> Operation<'a, ()> {
        let whose = match whose {
            Whose::Of(identity) => Some(identity.clone()),
            Whose::All => None,
        };
        self.now(move |shelves, now| {
            let latest = shelves.ended_before.get(&whose, now).map_or(moment_millis, |at| moment_millis.max(*at));
            let end = until(now, life).max(shelves.ended_before.end(&whose).unwrap_or_default());
            shelves.ended_before.put(whose, latest, 1, end, now);
        })
    }

    fn start_flight<'a>(
        &'a self,
        key: &'a SessionKey,
        holder: &'a str,
        lease: Duration,
        now_millis: i64,
    ) -> Operation<'a, Start> {
        self.now(|shelves, now| {
            let flight = (key.id.clone(), key.generation);
            let before = match shelves.landings.get(&flight, now) {
                Some(Landing::Failed(failure)) if failure.again_at <= now_millis => *failure,
                Some(landing) => return Start::Landed(landing.clone()),
                None => Failure::default(),
            };
            if shelves.is_ended(key, now) || shelves.is_spent(key, now) {
                return Start::Gone;
            }
            if shelves.leases.get(&flight, now).is_some() {
                return Start::Busy;
            }
            shelves.leases.put(flight, holder.to_owned(), 1, until(now, lease), now);
            Start::Ours(before)
        })
    }

    fn finish_flight<'a>(
        &'a self,
        key: &'a SessionKey,
        holder: &'a str,
        landing: &'a Landing,
        keep: Keep,
    ) -> Operation<'a, Finish> {
        self.now(|shelves, now| {
            let flight = (key.id.clone(), key.generation);
            if shelves.leases.get(&flight, now).is_some_and(|by| by == holder) {
                shelves.leases.remove(&flight);
            }
            if shelves.is_ended(key, now) {
                return Finish::Ended;
            }
            if let Some(Landing::Renewed(sealed)) = shelves.landings.get(&flight, now) {
                return Finish::Overtaken(sealed.clone());
            }
            let weight = match landing {
                Landing::Renewed(sealed) => sealed.len(),
                Landing::Failed(_) => FAILURE,
            };
            shelves.landings.put(flight, landing.clone(), weight, until(now, keep.result), now);
            if let Some(life) = keep.spent {
                shelves.spent.put(key.id.clone(), key.generation + 1, 1, until(now, life), now);
            }
            Finish::Kept
        })
    }

    fn delivered<'a>(&'a self, key: &'a SessionKey, grace: Duration) -> Operation<'a, ()> {
        self.now(|shelves, now| {
            let flight = (key.id.clone(), key.generation);
            shelves.landings.shorten(&flight, until(now, grace));
        })
    }

    fn put_record<'a>(&'a self, key: &'a SessionKey, sealed: &'a str, life: Duration) -> Operation<'a, ()> {
        self.now(|shelves, now| {
            let newer = shelves.records.get(&key.id, now).is_some_and(|(generation, _)| *generation > key.generation);
            if !newer && !shelves.is_ended(key, now) {
                let value = (key.generation, sealed.to_owned());
                shelves.records.put(key.id.clone(), value, sealed.len(), until(now, life), now);
            }
        })
    }

    fn record<'a>(&'a self, id: &'a SessionId) -> Operation<'a, Option<String>> {
        self.now(|shelves, now| shelves.records.get(id, now).map(|(_, sealed)| sealed.clone()))
    }

    fn spend<'a>(&'a self, mark: &'a str, life: Duration) -> Operation<'a, bool> {
        self.now(|shelves, now| {
            let is_first = shelves.used.get(&mark.to_owned(), now).is_none();
            if is_first {
                shelves.used.put(mark.to_owned(), (), 1, until(now, life), now);
            }
            is_first
        })
    }

    fn start_guess<'a>(&'a self, bucket: &'a Bucket, quota: Quota, holder: &'a str) -> Operation<'a, Guess> {
        self.now(|shelves, now| {
            let (most, step) = (i64::from(quota.most()), millis(quota.step()));
            let ahead = shelves.ahead(bucket, quota, now);
            let wrong = ahead.saturating_add(step - 1) / step;
            if wrong >= most {
                return Guess::Over(Duration::from_millis((ahead - (most - 1) * step).unsigned_abs()));
            }
            let mut running = shelves.running(bucket, holder, now);
            if wrong + i64::try_from(running.len()).unwrap_or(i64::MAX) >= most {
                return Guess::Busy;
            }
            let end = until(now, LONGEST_GUESS);
            running.push((holder.to_owned(), end));
            let weight = running.len();
            shelves.guessing.put(bucket.clone(), running, weight, end, now);
            Guess::Ours
        })
    }

    fn finish_guess<'a>(
        &'a self,
        bucket: &'a Bucket,
        quota: Quota,
        holder: &'a str,
        guessed: Guessed,
    ) -> Operation<'a, ()> {
        self.now(move |shelves, now| {
            let running = shelves.running(bucket, holder, now);
            shelves.guessing.remove(bucket);
            if let Some(end) = running.iter().map(|(_, end)| *end).max() {
                let weight = running.len();
                shelves.guessing.put(bucket.clone(), running, weight, end, now);
            }
            match guessed {
                Guessed::Wrong => {
                    let ahead = shelves.ahead(bucket, quota, now).saturating_add(millis(quota.step()));
                    shelves.wrong.put(bucket.clone(), (), 1, now.saturating_add(ahead), now);
                    // No more count than may be wrong.
                    shelves.ahead(bucket, quota, now);
                }
                Guessed::Right => shelves.wrong.remove(bucket),
                Guessed::Nothing => {}
            }
        })
    }

    fn ping(&self) -> Operation<'_, ()> {
        Box::pin(ready(Ok(())))
    }
}

#[cfg(test)]
mod tests;
