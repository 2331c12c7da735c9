//! Telling an application what happened, without any response waiting for it.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use tracing::{Instrument, Span};

use super::{Erased, Event};

/// As many events as wait for an application that is slow.
const MOST_WAITING: usize = 1_024;
/// As long as one event may take.
const LONGEST: Duration = Duration::from_secs(30);

/// The way from this program to an application's `event`: a queue, and one task that empties it in order.
pub(crate) struct Audit {
    callbacks: Arc<dyn Erased>,
    /// Begun by the first event: whoever builds an application need not be inside of a runtime.
    queue: OnceLock<mpsc::Sender<Item>>,
}

enum Item {
    /// With the span of the request that it happened in, whose id log lines of the application then carry.
    Event(Event, Span),
    /// Everything before this was told.
    Mark(oneshot::Sender<()>),
}

impl Audit {
    pub(super) fn new(callbacks: Arc<dyn Erased>) -> Self {
        Self { callbacks, queue: OnceLock::new() }
    }

    /// Has the application told, soon.
    pub(crate) fn tell(&self, event: Event) {
        if let Err(error) = self.queue().try_send(Item::Event(event, Span::current()))
            && let Item::Event(event, _) = error.into_inner()
        {
            // The log is the second-best place for it.
            let Event { session, account, address, .. } = &event;
            tracing::error!(
                event = event.happening.name(), ?session, user = ?event.user_for_log(), ?account, ?address, at = %event.at, happening = ?event.happening,
                "an event was not told to the application, whose callback is too slow"
            );
        }
    }

    /// Waits until everything that happened so far was told.
    pub(crate) async fn settled(&self) {
        let Some(queue) = self.queue.get() else { return };
        let (told, waits) = oneshot::channel();
        if queue.send(Item::Mark(told)).await.is_ok() {
            let _ = waits.await;
        }
    }

    fn queue(&self) -> &mpsc::Sender<Item> {
        self.queue.get_or_init(|| {
            let (sender, receiver) = mpsc::channel(MOST_WAITING);
            tokio::spawn(tell_all(Arc::clone(&self.callbacks), receiver));
            sender
        })
    }
}

/// Ends with the application that it belongs to.
async fn tell_all(callbacks: Arc<dyn Erased>, mut queue: mpsc::Receiver<Item>) {
    while let Some(item) = queue.recv().await {
        match item {
            Item::Event(event, span) => {
                let telling = AssertUnwindSafe(async { callbacks.event(&event).await }).catch_unwind().instrument(span);
                let what = match timeout(LONGEST, telling).await {
                    Ok(Ok(())) => continue,
                    Ok(Err(_)) => "panicked",
                    Err(_) => "took too long",
                };
                tracing::error!(event = event.happening.name(), session = ?event.session, "the event callback {what}");
            }
            Item::Mark(told) => _ = told.send(()),
        }
    }
}
