//! `POST /auth/sign-out`: ends the session, for forms and programs.

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::header::LOCATION;
use http::{HeaderValue, StatusCode};
use vestibule_core::ErrorCode;

use crate::app::Vestibule;
use crate::callbacks::After;
use crate::form::{self, SubmittedForm};
use crate::layers::{is_form, refuse};
use crate::session::SessionHandle;

/// 303 to the callback URL or `/`, also for somebody who is signed out. A body is not needed.
pub(super) async fn sign_out(
    State(vestibule): State<Vestibule>,
    Extension(handle): Extension<SessionHandle>,
    request: Request,
) -> Response {
    let uri = request.uri().clone();
    let typed = is_form(&request);
    let body = match read(request).await {
        Ok(body) => body,
        Err(code) => return refuse(&uri, code),
    };
    if !typed && !body.is_empty() {
        return refuse(&uri, ErrorCode::UnsupportedType);
    }
    let form = match SubmittedForm::parse(&body) {
        Ok(form) => form,
        Err(code) => return refuse(&uri, code),
    };
    let at_provider = vestibule.end_session_url(&handle);
    if form.everywhere() {
        vestibule.sign_out_everywhere(&handle).await;
    } else {
        vestibule.sign_out(&handle).await;
    }
    let target = at_provider
        .or_else(|| vestibule.signed_out_page())
        .unwrap_or_else(|| vestibule.destination(After::SignOut, &handle, form.callback_url(), uri.query()));
    let mut response = StatusCode::SEE_OTHER.into_response();
    // The target was written by the URL parser: ASCII without control characters.
    if let Ok(location) = HeaderValue::from_str(&target) {
        response.headers_mut().insert(LOCATION, location);
    }
    response
}

async fn read(request: Request) -> Result<Bytes, ErrorCode> {
    axum::body::to_bytes(request.into_body(), form::MOST_BYTES).await.map_err(|_| ErrorCode::TooLarge)
}
