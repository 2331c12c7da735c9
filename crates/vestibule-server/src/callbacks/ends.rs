//! Which ends of sessions were told, so that each is told once: a browser may come back with a dead cookie for days.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, PoisonError};

use crate::record::{Over, SessionId};

/// As many as are remembered.
const MOST: usize = 10_000;

/// The latest ends.
#[derive(Default)]
pub(crate) struct Ends(Mutex<Known>);

#[derive(Default)]
struct Known {
    all: HashSet<End>,
    in_order: VecDeque<End>,
}

/// A session, and whether it is only an older copy that is over.
type End = (SessionId, bool);

impl Ends {
    /// Whether the end of this session was not told yet; from now on it is.
    pub(crate) fn is_news(&self, session: &SessionId, why: Over) -> bool {
        let end = (session.clone(), why == Over::Superseded);
        // What a panic could leave behind is an end that is told twice.
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !known.all.insert(end.clone()) {
            return false;
        }
        known.in_order.push_back(end);
        if known.in_order.len() > MOST
            && let Some(oldest) = known.in_order.pop_front()
        {
            known.all.remove(&oldest);
        }
        true
    }
}
