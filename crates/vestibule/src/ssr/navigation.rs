//! Going elsewhere by a real redirect, decided before anything is rendered.

use http::request::Parts;
use leptos::prelude::*;
use leptos_router::MatchNestedRoutes;
use vestibule_core::wire;

use super::status::see_other;
use crate::context::Context;
use crate::query;

/// A redirect leads to pages and files alike.
pub(crate) fn know_routes<Defs: MatchNestedRoutes>(_: Context, _: &Defs) {}

/// The server renders the page that was asked for.
pub(crate) fn stand_at(_: &str) {}

/// For event handlers, which run in the browser only.
pub(crate) fn use_way() -> impl Fn(&str, bool) -> bool + Clone {
    |_, _| false
}

/// As above.
pub(crate) fn leave_for(_: &str) {}

/// 303 to the login page, if nobody is signed in.
///
/// It is called synchronously from the seed: after an await inside a streamed region the head would be gone.
pub(crate) fn require_session(context: Context) {
    let session = context.session;
    if untrack(|| session.signed_in()) {
        return;
    }
    let here = with_context(|parts: &Parts| parts.uri.path_and_query().map(|here| here.as_str().to_owned()));
    if let Some(here) = here.flatten() {
        let reason = session.ended_now().map(|ended| (wire::REASON, ended.reason()));
        see_other(&query::to_login(&context.login_page(), Some(&here), reason));
    }
}

/// 303 to `target`, if the visitor is `done` here.
pub(crate) fn send_on(done: impl Fn() -> bool + 'static, target: impl Fn() -> String + 'static) {
    if untrack(done) {
        see_other(&untrack(target));
    }
}
