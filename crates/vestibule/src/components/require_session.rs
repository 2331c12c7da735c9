//! `<RequireSession>`: the gate around a page.

use leptos::prelude::*;

use crate::at_once::GateChildren;
use crate::context::Context;
use crate::side;

/// Shows its children to whoever is signed in, and sends everybody else to `/login?callbackUrl=…`.
///
/// The server decides from the seed, before anything is rendered: a real 303 whose body holds nothing of the
/// children. In the browser the gate stays shut after the session has gone, and the router leaves for the login page.
///
/// ```
/// use leptos::prelude::*;
/// use vestibule::RequireSession;
///
/// #[component]
/// fn Account() -> impl IntoView {
///     view! { <RequireSession><h1>"Your account"</h1></RequireSession> }
/// }
/// ```
#[component]
pub fn RequireSession(
    /// The page; not run at all while nobody is signed in.
    children: GateChildren,
) -> impl IntoView {
    let session = Context::get().session;
    side::require_session(session);
    move || session.signed_in().then(|| children.render())
}
