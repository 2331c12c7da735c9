//! What holds an answer back until the test lets it go.

use std::fmt;
use std::sync::Arc;

use tokio::sync::watch;

/// A gate that answers wait at, closed at first. Clones are the same gate.
///
/// Together with [`ScriptedUpstream::wait_for`](crate::ScriptedUpstream::wait_for) it makes "while the request is in
/// flight" a fact instead of a sleep: wait until the request has arrived, do what is to be proved, open the gate.
///
/// ```
/// use scripted_upstream::{Answer, Gate};
///
/// let gate = Gate::new();
/// let slow = Answer::status(204).held_by(&gate);
/// // … script `slow`, start the call, prove something …
/// gate.open();
/// assert!(gate.is_open());
/// ```
#[derive(Clone)]
pub struct Gate(Arc<watch::Sender<bool>>);

impl Gate {
    /// A closed gate.
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }

    /// Lets every answer pass that waits here, and every later one.
    pub fn open(&self) {
        self.0.send_replace(true);
    }

    /// Holds answers back from now on.
    pub fn close(&self) {
        self.0.send_replace(false);
    }

    /// Whether answers pass.
    #[must_use]
    pub fn is_open(&self) -> bool {
        *self.0.borrow()
    }

    pub(crate) async fn pass(&self) {
        // An error would mean that the sender is gone, and `self` holds it.
        let _ = self.0.subscribe().wait_for(|open| *open).await;
    }
}

impl Default for Gate {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_open() { "Gate(open)" } else { "Gate(closed)" })
    }
}
