//! A store behind a gate that a test opens and shuts.

use std::fmt;
use std::future::ready;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::{
    Bucket, Failure, Finish, Guess, Guessed, Keep, Landing, MemoryStore, Operation, SessionKey, Standing, Start, Store,
    StoreError, Whose,
};
use crate::clock::TestClock;
use crate::config::Quota;
use crate::record::SessionId;

/// What every operation passes.
pub(crate) trait Gate: Send + Sync + 'static {
    /// On the way there; an error is one of a store that was not reached.
    fn enter(&self) -> Operation<'_, ()>;

    /// On the way back; an error is one of a store that acted, and whose answer was lost.
    fn leave(&self) -> Operation<'_, ()> {
        Box::pin(ready(Ok(())))
    }

    /// Whether the store keeps flights apart.
    fn locks(&self) -> bool {
        true
    }
}

pub(crate) struct GatedStore<G> {
    store: MemoryStore,
    pub(crate) gate: G,
    /// The sessions that it was told the end of, reached or not.
    pub(crate) told: Mutex<Vec<SessionId>>,
}

impl<G: Gate> GatedStore<G> {
    pub(crate) fn new(gate: G, clock: &TestClock) -> Arc<Self> {
        Arc::new(Self { store: MemoryStore::new(Arc::new(clock.clone())), gate, told: Mutex::default() })
    }

    fn pass<'a, T: Send + 'a>(&'a self, act: impl FnOnce() -> Operation<'a, T> + Send + 'a) -> Operation<'a, T> {
        Box::pin(async move {
            self.gate.enter().await?;
            let result = act().await;
            self.gate.leave().await?;
            result
        })
    }
}

/// Away or there, as the test says.
#[derive(Default)]
pub(crate) struct Door {
    is_open: AtomicBool,
}

impl Door {
    pub(crate) fn open(&self) {
        self.is_open.store(true, Ordering::Relaxed);
    }

    pub(crate) fn shut(&self) {
        self.is_open.store(false, Ordering::Relaxed);
    }
}

impl Gate for Door {
    fn enter(&self) -> Operation<'_, ()> {
        let is_open = self.is_open.load(Ordering::Relaxed);
        Box::pin(ready(if is_open { Ok(()) } else { Err(StoreError("a test".to_owned())) }))
    }
}

impl<G> fmt::Debug for GatedStore<G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GatedStore")
    }
}

impl<G: Gate> Store for GatedStore<G> {
    fn look_up<'a>(&'a self, key: &'a SessionKey) -> Operation<'a, Standing> {
        self.pass(move || self.store.look_up(key))
    }

    fn end<'a>(&'a self, id: &'a SessionId, life: Duration) -> Operation<'a, ()> {
        self.told.lock().unwrap().push(id.clone());
        self.pass(move || self.store.end(id, life))
    }

    fn end_before<'a>(&'a self, whose: &'a Whose, moment_millis: i64, life: Duration) -> Operation<'a, ()> {
        self.pass(move || self.store.end_before(whose, moment_millis, life))
    }

    fn start_flight<'a>(
        &'a self,
        key: &'a SessionKey,
        holder: &'a str,
        lease: Duration,
        now_millis: i64,
    ) -> Operation<'a, Start> {
        self.pass(move || {
            if self.gate.locks() {
                self.store.start_flight(key, holder, lease, now_millis)
            } else {
                Box::pin(ready(Ok(Start::Ours(Failure::default()))))
            }
        })
    }

    fn finish_flight<'a>(
        &'a self,
        key: &'a SessionKey,
        holder: &'a str,
        landing: &'a Landing,
        keep: Keep,
    ) -> Operation<'a, Finish> {
        self.pass(move || self.store.finish_flight(key, holder, landing, keep))
    }

    fn delivered<'a>(&'a self, key: &'a SessionKey, grace: Duration) -> Operation<'a, ()> {
        self.pass(move || self.store.delivered(key, grace))
    }

    fn put_record<'a>(&'a self, key: &'a SessionKey, sealed: &'a str, life: Duration) -> Operation<'a, ()> {
        self.pass(move || self.store.put_record(key, sealed, life))
    }

    fn record<'a>(&'a self, id: &'a SessionId) -> Operation<'a, Option<String>> {
        self.pass(move || self.store.record(id))
    }

    fn spend<'a>(&'a self, mark: &'a str, life: Duration) -> Operation<'a, bool> {
        self.pass(move || self.store.spend(mark, life))
    }

    fn start_guess<'a>(&'a self, bucket: &'a Bucket, quota: Quota, holder: &'a str) -> Operation<'a, Guess> {
        self.pass(move || self.store.start_guess(bucket, quota, holder))
    }

    fn finish_guess<'a>(
        &'a self,
        bucket: &'a Bucket,
        quota: Quota,
        holder: &'a str,
        guessed: Guessed,
    ) -> Operation<'a, ()> {
        self.pass(move || self.store.finish_guess(bucket, quota, holder, guessed))
    }

    fn ping(&self) -> Operation<'_, ()> {
        self.pass(move || self.store.ping())
    }
}
