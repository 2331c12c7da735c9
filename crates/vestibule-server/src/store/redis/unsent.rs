//! Endings that the store could not be told of: they hold here at once, and are told when it is back.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::RedisStore;
use crate::record::SessionId;
use crate::store::{SessionKey, Whose};

/// As many as are kept; beyond, the oldest goes, with a warning.
const MOST: usize = 10_000;
/// Between two attempts.
const PAUSE: Duration = Duration::from_secs(1);

/// What was ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// One session.
    Session(SessionId),
    /// Sessions that began at or before a moment.
    Before(Whose, i64),
}

impl End {
    fn ends(&self, key: &SessionKey) -> bool {
        match self {
            Self::Session(id) => *id == key.id,
            Self::Before(whose, moment) => {
                let meant = match whose {
                    Whose::All => true,
                    Whose::Of(identity) => key.owners().any(|owner| owner == identity),
                };
                meant && key.begun_millis <= *moment
            }
        }
    }
}

#[derive(Default)]
pub(super) struct Unsent(Mutex<Queue>);

#[derive(Default)]
struct Queue {
    endings: VecDeque<(End, Instant)>,
    is_sending: bool,
}

impl Unsent {
    /// Keeps an ending, and sees to it that it is told.
    pub(super) fn keep(&self, store: &RedisStore, what: End, life: Duration) {
        let mut queue = self.queue();
        if queue.endings.len() == MOST {
            tracing::warn!(
                most = MOST,
                "too many sessions ended while the store was away: the first may be used again"
            );
            queue.endings.pop_front();
        }
        queue.endings.push_back((what, Instant::now() + life));
        if !std::mem::replace(&mut queue.is_sending, true) {
            tokio::spawn(send(store.clone()));
        }
    }

    /// Whether one of them ends this session.
    pub(super) fn has(&self, key: &SessionKey) -> bool {
        self.queue().endings.iter().any(|(what, _)| what.ends(key))
    }

    fn next(&self) -> Option<(End, Duration)> {
        let mut queue = self.queue();
        let now = Instant::now();
        while queue.endings.front().is_some_and(|(_, until)| *until <= now) {
            queue.endings.pop_front();
        }
        let next = queue.endings.front().map(|(what, until)| (what.clone(), *until - now));
        queue.is_sending = next.is_some();
        next
    }

    fn sent(&self, what: &End) {
        let mut queue = self.queue();
        if queue.endings.front().is_some_and(|(front, _)| front == what) {
            queue.endings.pop_front();
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells the store, one after the other, until nothing is left.
async fn send(store: RedisStore) {
    while let Some((what, life)) = store.unsent.next() {
        match store.run::<()>(store.scripts.end(&what, life)).await {
            Ok(()) => store.unsent.sent(&what),
            Err(_) => sleep(PAUSE).await,
        }
    }
}
