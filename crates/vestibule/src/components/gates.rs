//! `<SignedIn>` and `<SignedOut>`: what one visitor sees and the other does not.

use leptos::prelude::*;

use crate::at_once::GateChildren;
use crate::context::Context;

/// Shows its children to whoever is signed in. It decides what is shown, not what may be asked for: the API and the
/// server functions check for themselves.
#[component]
pub fn SignedIn(
    /// What a signed-in visitor sees.
    children: GateChildren,
) -> impl IntoView {
    let session = Context::get().session;
    move || session.signed_in().then(|| children.render())
}

/// Shows its children to whoever is signed out.
#[component]
pub fn SignedOut(
    /// What a signed-out visitor sees.
    children: GateChildren,
) -> impl IntoView {
    let session = Context::get().session;
    move || (!session.signed_in()).then(|| children.render())
}
