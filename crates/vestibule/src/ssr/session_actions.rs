//! What the session's server functions do.

use std::sync::Arc;

use vestibule_core::{ErrorCode, Session};
use vestibule_server::app::UpdateError;
use vestibule_server::callbacks::After;
use vestibule_server::form::SubmittedForm;
use vestibule_server::session::SessionHandle;

use super::PageRequest;
use crate::server_functions::{FormBody, ServerFailure, SignedInSession};

/// Signs in with a posted form.
pub(crate) async fn sign_in(form: &FormBody) -> Result<SignedInSession, ServerFailure> {
    let (request, handle) = current()?;
    let form = SubmittedForm::parse(form.text().as_bytes()).map_err(ServerFailure::of)?;
    let vestibule = request.vestibule();
    let locale = vestibule.locale_of(&form, request.locale());
    let session = vestibule.sign_in(&handle, &form, &locale).await.map_err(ServerFailure::reported)?;
    let callback_url = vestibule.destination(After::SignIn, &handle, form.callback_url(), None);
    Ok(SignedInSession { session, callback_url })
}

/// Ends the session, or all of the person's, and says where to go where that is elsewhere than `callback_url`: at
/// the provider, to sign out there, too, or where the application wants them.
pub(crate) async fn sign_out(everywhere: bool, callback_url: Option<&str>) -> Result<Option<String>, ServerFailure> {
    let (request, handle) = current()?;
    let vestibule = request.vestibule();
    let way_out = vestibule.way_out(&handle);
    if everywhere {
        vestibule.sign_out_everywhere(&handle).await;
    } else {
        vestibule.sign_out(&handle).await;
    }
    if way_out.is_some() {
        return Ok(way_out);
    }
    let destination = vestibule.destination(After::SignOut, &handle, callback_url, None);
    Ok((destination != vestibule.callback(callback_url, None)).then_some(destination))
}

/// Reads the profile again.
pub(crate) async fn update() -> Result<Arc<Session>, ServerFailure> {
    let (request, handle) = current()?;
    request.vestibule().update(&handle).await.map_err(|error| match error {
        UpdateError::SignedOut => ServerFailure::of(ErrorCode::SignedOut),
        UpdateError::Away => ServerFailure::of(ErrorCode::ServiceUnavailable),
    })?;
    handle.session().ok_or_else(|| ServerFailure::of(ErrorCode::SignedOut))
}

/// The session that the request came with.
pub(crate) fn current_session() -> Result<Option<Arc<Session>>, ServerFailure> {
    let (_, handle) = current()?;
    Ok(handle.session())
}

/// The request that is being answered, and its session's handle.
pub(super) fn current() -> Result<(PageRequest, SessionHandle), ServerFailure> {
    let request = PageRequest::current();
    let handle = request.as_ref().and_then(|request| request.handle().cloned());
    match (request, handle) {
        (Some(request), Some(handle)) => Ok((request, handle)),
        _ => {
            tracing::error!(
                "a server function was called outside the session layer: serve vestibule::ssr::router behind it"
            );
            Err(ServerFailure::of(ErrorCode::Internal))
        }
    }
}
