//! The words of the wire: paths, parameters, header names and waits that other programs rely on.

/// `GET`: the login page. `POST`: the sign-in of a browser without JavaScript.
pub const LOGIN: &str = "/login";
/// `GET`: the page that asks before signing out.
pub const LOGOUT: &str = "/logout";
/// `GET`: the session as JSON, or `null`.
pub const SESSION: &str = "/auth/session";
/// `GET`: what can sign in, as JSON.
pub const PROVIDERS: &str = "/auth/providers";
/// `POST`: ends the session.
pub const SIGN_OUT: &str = "/auth/sign-out";
/// `GET`: the process lives, whatever the upstream does.
pub const LIVEZ: &str = "/livez";
/// `GET`: the process can serve.
pub const READYZ: &str = "/readyz";
/// The API behind the session's token, through this server.
pub const UPSTREAM: &str = "/upstream";
/// In the query of [`SESSION`]: the browser's own check, which moves no idle time.
pub const PASSIVE: &str = "passive=1";
/// Where Leptos server functions live.
pub const SERVER_FUNCTIONS: &str = "/api";

/// Where to go after signing in or out: a form field and a query parameter, as in Auth.js.
pub const CALLBACK_URL: &str = "callbackUrl";
/// The checkbox of the login form that asks for a longer session; its value is `on`.
pub const REMEMBER: &str = "remember";
/// In the form of the second step, with the value `on`: the first was taken, and its cookie comes along.
pub const SECOND_STEP: &str = "secondStep";
/// The language that the person chose, as its tag: a form field, a query parameter, and the name of a cookie.
pub const LANG: &str = "lang";
/// Where a provider's button posts to, with the provider's id behind it.
pub const PROVIDER_SIGN_IN: &str = "/auth/sign-in";
/// Where a provider sends the person back to, with its id behind it: the redirect URI.
pub const PROVIDER_CALLBACK: &str = "/auth/callback";
/// Where a provider tells that somebody signed out there, with its id behind it (back-channel logout).
pub const PROVIDER_LOGOUT: &str = "/auth/logout";
/// The name of the cookie that remembers which provider was used last.
pub const LAST_PROVIDER: &str = "last-provider";
/// Why a visitor was sent to the login page: one of [`REASONS`]; any other value is ignored.
pub const REASON: &str = "reason";
/// The closed set of reasons that the login page has a message for.
pub const REASONS: [&str; 6] = ["ended", "signed-out", "denied", "error", "cancelled", "unavailable"];

/// `Retry-After` of a 503, in seconds, where nobody knows better.
pub const WAIT_WHILE_AWAY: u32 = 5;
/// `Retry-After` of a 429 whose cause named no time, in seconds.
pub const WAIT_WHILE_BUSY: u32 = 60;

/// Sent by the pages' own calls: whom the page was made for, as [`Session::identity`](crate::Session::identity) names
/// them. Where somebody else is signed in by now, the answer is 409 and nothing is done.
pub const SESSION_USER: &str = "x-session-user";
/// On `GET /auth/session`: when the session ends if nobody uses it (RFC 3339).
pub const IDLE_EXPIRES: &str = "x-session-idle-expires";
/// On `GET /auth/session`: when a check renews the access token (RFC 3339), where it can be renewed.
pub const RENEWS: &str = "x-session-renews";
/// On the answer to a page's own call, with the value `1`: the session's access token is another one now. Who keeps the
/// token asks [`SESSION`] for it.
pub const SESSION_RENEWED: &str = "x-session-renewed";
/// On an answer that this server gives in place of a route, or of the API behind the proxy: the code of the refusal.
pub const REFUSED: &str = "x-session-refused";
/// The `id` of an empty `<template>` at the end of a page whose session changed after the page's head had left.
pub const STALE_PAGE: &str = "vestibule-stale";
/// In the form that signs out, with the value `on`: every session of the person ends.
pub const EVERYWHERE: &str = "everywhere";

/// Names the request on every response, for the operator who is asked about it.
pub const REQUEST_ID: &str = "x-request-id";
