//! The application's own callbacks: so far, one line in the log for everything that happens to a session.
//!
//! An audit of your own goes here, as does whatever else you decide about sessions: who may come in, what is kept of a
//! profile, what a browser sees of it, where people go (`docs/callbacks.md`).

use vestibule_server::callbacks::{Callbacks, Event, Happening};

/// Writes to the log's target `audit`, which `log.level` and `RUST_LOG` treat as any other.
#[derive(Debug)]
pub(crate) struct Audit;

impl Callbacks for Audit {
    async fn event(&self, event: &Event) {
        let why = match event.happening {
            Happening::Refused { code } => code.key(),
            Happening::Ended { why } => why.name(),
            _ => "",
        };
        tracing::info!(
            target: "audit",
            what = event.happening.name(),
            why,
            at = %event.at,
            session = event.session.as_deref().unwrap_or_default(),
            user = event.user_for_log().unwrap_or_default(),
            account = event.account.as_deref().unwrap_or_default(),
            way = event.way.as_ref().map_or("", |way| way.id()),
            address = %event.address.map(|address| address.to_string()).unwrap_or_default(),
            "audit"
        );
    }
}
