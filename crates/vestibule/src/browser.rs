//! The browser's half: what the pages ask of `side` when they are WebAssembly.

mod api;
mod api_body;
mod check;
mod fetch;
mod navigation;
mod tabs;
mod watch;

use vestibule_core::{ErrorCode, ProfileError, SignInFailure, Text};

pub(crate) use self::api::ApiLink;
pub(crate) use self::api_body::{AnswerHeaders, LiveAnswer, LiveBody};
pub(crate) use self::navigation::{know_routes, leave_for, require_session, send_on, stand_at, use_way};
pub(crate) use self::watch::{identity_of_page, look_again, stay_signed_in, tell, tell_end, was_asked, watch};
use crate::seed::Seed;

/// Only a page that no server rendered comes here; the seed of any other is in its HTML.
pub(crate) fn seed() -> Seed {
    Seed::default()
}

/// This machine's clock: Unix time in seconds.
#[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 fit by far")]
pub(crate) fn unix_now() -> i64 {
    (js_sys::Date::now() / 1_000.0) as i64
}

/// What a person reads of a failure that no server told of: the network, or something on the way, was at fault.
pub(crate) fn message(code: ErrorCode) -> String {
    match code {
        ErrorCode::ServiceUnavailable | ErrorCode::UnexpectedAnswer => watch::word(Text::Unreachable),
        _ => code.message().to_owned(),
    }
}

/// There is no response to report to.
pub(crate) fn report(_: &SignInFailure) {}

/// There is no response to set the status of.
pub(crate) fn set_status(_: u16) {}

/// Tells the developer, in the console.
pub(crate) fn warn(error: &ProfileError) {
    leptos::logging::warn!("{error}");
}

/// There is no request.
pub(crate) fn request_id() -> Option<String> {
    None
}
