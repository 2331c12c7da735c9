//! The layers around every route, in order, each with its reason.

mod client_address;
mod cross_origin;
mod denied;
mod fence;
mod host;
mod language;
mod limits;
mod refusal;
mod request_id;
mod security_headers;
mod server_functions;
mod straight_on;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};

pub use self::client_address::ClientAddress;
pub(crate) use self::denied::Caller;
pub use self::language::RequestLocale;
pub(crate) use self::limits::LONGEST_REQUEST;
pub(crate) use self::refusal::RefusalPage;
pub(crate) use self::refusal::with_status as refuse_with_status;
pub use self::refusal::{Refusal, refuse};
pub(crate) use self::request_id::address_field;
pub use self::security_headers::RequestNonce;
pub use self::server_functions::is_form;
use crate::app::Vestibule;
pub use crate::log::RequestId;
use crate::routes;
use crate::session::session_layer;

/// As many fields as are parsed at all; beyond the limit, but within this, the answer is in words.
pub(crate) const MOST_FIELDS_PARSED: usize = 2 * limits::FIELDS;

/// Puts every layer around an application.
///
/// - `pages`: what knows a session: pages and server functions. The session's own routes ([`routes::wire`]) are added
///   here.
/// - `files`: static files, which know none: no cookie is read or written there, and caches may keep them.
///
/// From the outside in:
/// 1. the client's address, past trusted proxies;
/// 2. a request id, and the log's span under which everything below speaks;
/// 3. the events of what was denied, whoever denied it;
/// 4. security headers, on every answer, whoever makes it;
/// 5. the language of whoever asks;
/// 6. the page of a refusal, whichever layer or route further in refuses;
/// 7. a fence for panics: the request ends with 500, the process lives;
/// 8. size limits, before anything is read or parsed;
/// 9. the host: who asks for another site gets none of ours;
/// 10. the cross-origin guard: no other site changes anything here;
/// 11. time limits;
/// 12. the session, for pages alone;
/// 13. the way straight on to the only provider, where that is configured;
/// 14. what server functions need around them.
pub fn protect(vestibule: &Vestibule, pages: Router, files: Router) -> Router {
    let with_session = pages
        .merge(routes::wire(vestibule))
        .layer(from_fn(server_functions::layer))
        .layer(from_fn_with_state(vestibule.clone(), straight_on::layer))
        .layer(from_fn_with_state(vestibule.clone(), session_layer));
    with_session
        .merge(files)
        .layer(from_fn(limits::time))
        .layer(from_fn_with_state(vestibule.clone(), cross_origin::layer))
        .layer(from_fn_with_state(vestibule.clone(), host::layer))
        // Health is asked by address, from inside: neither the host nor a session matters there.
        .merge(routes::health(vestibule))
        .layer(from_fn(limits::size))
        .layer(from_fn(fence::layer))
        .layer(from_fn_with_state(vestibule.clone(), refusal::layer))
        .layer(from_fn_with_state(vestibule.clone(), language::layer))
        .layer(from_fn_with_state(security_headers::Policy::new(vestibule), security_headers::layer))
        .layer(from_fn_with_state(vestibule.clone(), denied::layer))
        .layer(from_fn_with_state(vestibule.clone(), request_id::layer))
        .layer(from_fn_with_state(client_address::Proxies::new(vestibule), client_address::layer))
}

#[cfg(test)]
mod tests;
