//! Until the page is alive, its forms would be sent by the browser itself.

use leptos::prelude::*;

/// Whether the page is not alive yet, or never will be for want of scripts.
pub(crate) fn asleep() -> Signal<bool> {
    let asleep = RwSignal::new(true);
    Effect::new(move || asleep.set(false));
    asleep.into()
}
