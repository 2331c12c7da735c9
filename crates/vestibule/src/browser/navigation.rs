//! Going elsewhere by the router.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use vestibule_core::wire;

use crate::context::SessionState;
use crate::query;

/// Leaves for the login page as soon as nobody is signed in, and comes back here afterwards.
pub(crate) fn require_session(session: SessionState) {
    let navigate = use_navigate();
    let location = use_location();
    let guarded = location.pathname.get_untracked();
    Effect::new(move || {
        if session.signed_in() {
            return;
        }
        let here = location.pathname.get_untracked();
        // Signing out goes to a page of its own: who is leaving already is not sent elsewhere.
        if here != guarded {
            return;
        }
        let search = location.search.get_untracked();
        let here = if search.is_empty() { here } else { here + "?" + &search };
        navigate(&query::with(wire::LOGIN, wire::CALLBACK_URL, &here), replacing());
    });
}

/// Leaves for `target` as soon as the visitor is `done` here.
pub(crate) fn send_on(done: impl Fn() -> bool + 'static, target: impl Fn() -> String + 'static) {
    let navigate = use_navigate();
    Effect::new(move || {
        if done() {
            navigate(&untrack(&target), replacing());
        }
    });
}

/// "Back" leads past the page that sent the person on.
fn replacing() -> NavigateOptions {
    NavigateOptions { replace: true, ..NavigateOptions::default() }
}
