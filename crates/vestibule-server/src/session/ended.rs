//! The sessions that were ended before their time, so that a copied cookie is signed out (ASVS 7.4.1).

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use vestibule_core::Timestamp;

use crate::record::SessionId;

/// As many as are kept; about 30 MB when full.
const CAPACITY: usize = 200_000;

/// A bounded list of ended session ids, in this process's memory: each is kept until its session would have ended by
/// itself. When the list is full, the one nearest to its end goes. A restart forgets it.
#[derive(Debug)]
pub struct EndedSessions {
    capacity: usize,
    lists: Mutex<Lists>,
}

#[derive(Debug, Default)]
struct Lists {
    ends: HashMap<SessionId, Timestamp>,
    by_end: BTreeSet<(Timestamp, SessionId)>,
}

impl Default for EndedSessions {
    fn default() -> Self {
        Self::with_capacity(CAPACITY)
    }
}

impl EndedSessions {
    /// A list that keeps `capacity` entries at the most.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self { capacity, lists: Mutex::default() }
    }

    /// Ends a session whose absolute end is at `end`.
    pub fn insert(&self, id: &SessionId, end: Timestamp, now: Timestamp) {
        let mut lists = self.lists();
        while let Some((nearest, _)) = lists.by_end.first()
            && (*nearest <= now || lists.ends.len() >= self.capacity)
        {
            if *nearest > now {
                tracing::warn!(
                    capacity = self.capacity,
                    "the list of ended sessions is full: one that was signed out may be used again until it expires"
                );
            }
            if let Some((_, id)) = lists.by_end.pop_first() {
                lists.ends.remove(&id);
            }
        }
        if end > now && lists.ends.insert(id.clone(), end).is_none() {
            lists.by_end.insert((end, id.clone()));
        }
    }

    /// Whether the session was ended.
    #[must_use]
    pub fn contains(&self, id: &SessionId) -> bool {
        self.lists().ends.contains_key(id)
    }

    fn lists(&self) -> MutexGuard<'_, Lists> {
        // Nothing between the two updates can panic; a poisoned lock still guards consistent lists.
        self.lists.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
