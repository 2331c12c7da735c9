//! The server's half: pages are rendered here, and the session, the upstream and the configuration are at hand.

mod api;
mod api_body;
mod assets;
mod extract;
mod files;
mod head;
mod login_post;
mod navigation;
mod request;
mod router;
mod serve;
mod server_functions;
pub(crate) mod session_actions;
mod status;
#[cfg(feature = "testing")]
pub mod testing;

use std::sync::Arc;

use vestibule_core::{ErrorCode, ProfileError, Session};
use vestibule_server::record::Over;
use vestibule_server::session::SessionHandle;

pub use self::assets::{Assets, NoSite, require_site};
pub use self::files::files;
pub use self::head::PageHead;
pub use self::request::PageRequest;
pub use self::router::{router, router_with_context};
pub use self::serve::{ServeError, options, serve};

pub(crate) use self::api::ApiLink;
pub(crate) use self::api_body::{AnswerHeaders, LiveAnswer, LiveBody};
pub(crate) use self::navigation::{know_routes, leave_for, require_session, send_on, stand_at, use_way};
pub(crate) use self::status::{report, set_status};
use crate::context::{Context, Ended};
use crate::seed::Seed;

/// What the request that is being rendered tells the page. The list of routes is made by rendering without a request;
/// then nobody is signed in.
pub(crate) fn seed() -> Seed {
    let Some(request) = PageRequest::current() else { return Seed::default() };
    Seed {
        session: request.session(),
        ended: request.handle().and_then(SessionHandle::ended).map(why),
        login: Arc::clone(request.locale().login_form()),
        words: Arc::clone(request.locale().words()),
        failure: request.failure().cloned(),
        callback: request.callback().cloned(),
        last_provider: request.last_provider().map(str::to_owned),
        api: request.direct_api().cloned(),
        now: request.vestibule().clock().now(),
    }
}

fn why(over: Over) -> Ended {
    match over {
        Over::SignedOut => Ended::SignedOut,
        Over::Absolute | Over::Idle | Over::Token | Over::Superseded | Over::Refused | Over::Stranger => Ended::Expired,
    }
}

/// The page's time is the seed's; a page on the server does not live long enough to add to it.
pub(crate) fn unix_now() -> i64 {
    0
}

/// A page on the server is made in a moment; there is nothing to watch over.
pub(crate) fn watch(_: Context) {}

/// There are no other tabs.
pub(crate) fn tell(_: Arc<Session>) {}

/// As above.
pub(crate) fn tell_end(_: Ended) {}

/// What a person reads of a failure, in their language.
pub(crate) fn message(code: ErrorCode) -> String {
    PageRequest::current().map_or_else(|| code.message().to_owned(), |it| it.locale().message(code).to_owned())
}

/// Nobody calls a server function over the network from here.
pub(crate) fn identity_of_page() -> Option<String> {
    None
}

/// As above.
pub(crate) fn look_again() {}

/// As above.
pub(crate) fn was_asked() {}

/// For event handlers, which run in the browser only.
pub(crate) fn stay_signed_in() {}

/// Tells the operator, in the log.
pub(crate) fn warn(error: &ProfileError) {
    tracing::warn!(path = error.path, problem = error.problem, "the profile does not fit the type of a page");
}

/// The id of the request that is being rendered.
pub(crate) fn request_id() -> Option<String> {
    PageRequest::current()?.id().map(ToOwned::to_owned)
}
