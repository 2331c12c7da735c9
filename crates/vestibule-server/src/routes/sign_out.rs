//! `POST /auth/sign-out`: ends the session, for forms and programs.

use axum::Extension;
use axum::extract::{Request, State};
use axum::response::Response;
use vestibule_core::ErrorCode;

use super::see_other;
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
    let body = match form::read(request.into_body(), form::MOST_BYTES).await {
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
    let way_out = vestibule.way_out(&handle);
    if form.everywhere() {
        vestibule.sign_out_everywhere(&handle).await;
    } else {
        vestibule.sign_out(&handle).await;
    }
    let target =
        way_out.unwrap_or_else(|| vestibule.destination(After::SignOut, &handle, form.callback_url(), uri.query()));
    see_other(&target)
}
