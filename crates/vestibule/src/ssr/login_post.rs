//! `POST /login`: signing in without JavaScript.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use http::request::Parts;
use leptos::prelude::*;
use vestibule_core::{ErrorCode, SignInFailure};
use vestibule_server::callbacks::After;
use vestibule_server::form::{self, SubmittedForm};
use vestibule_server::layers::{RequestId, RequestLocale, is_form};
use vestibule_server::locale::Locale;
use vestibule_server::session::SessionHandle;

use super::request::{FailedLogin, Shared};
use super::router::with_query_of;
use super::set_status;
use super::status::{put_retry_after, see_other_response};
use crate::seed::{LoginFailure, SeededCallback};

/// Signs in with the posted form: 303 to the callback URL with the cookie, or the login page again, with a true status,
/// what was typed, and never the password.
pub(super) async fn sign_in<V: IntoView + 'static>(
    shared: Arc<Shared>,
    context: impl Fn() + Clone + Send + Sync + 'static,
    shell: impl Fn() -> V + Clone + Send + Sync + 'static,
    request: Request,
) -> Response {
    let is_form = is_form(&request);
    let (mut parts, body) = request.into_parts();
    let form = read(is_form, body).await;
    let of_request = parts.extensions.get::<RequestLocale>().map(|RequestLocale(locale)| Arc::clone(locale));
    let of_request = of_request.unwrap_or_else(|| Arc::clone(shared.vestibule.locales().standard()));
    let locale = form.as_ref().map_or(Arc::clone(&of_request), |form| shared.vestibule.locale_of(form, &of_request));
    let outcome = match &form {
        Ok(form) => attempt(&shared, &parts, form, &locale).await,
        Err(code) => Err(locale.failure(*code)),
    };
    // The page that comes again is in the language of the form.
    parts.extensions.insert(RequestLocale(locale));
    let form = form.ok();
    let posted = form.as_ref().and_then(SubmittedForm::callback_url);
    let callback = SeededCallback {
        query: parts.uri.query().unwrap_or_default().to_owned(),
        target: shared.vestibule.callback(posted, parts.uri.query()),
        asked: shared.vestibule.asked(posted, parts.uri.query()),
    };
    match outcome {
        Ok(()) => see_other_response(&destination(&shared, &parts, posted).unwrap_or(callback.target)),
        // The application sends the person to another page than that of the login form.
        Err(SignInFailure { elsewhere: Some(elsewhere), .. }) => see_other_response(&elsewhere),
        Err(failure) => again(shared, context, shell, parts, form.as_ref(), failure, callback).await,
    }
}

async fn read(is_form: bool, body: Body) -> Result<SubmittedForm, ErrorCode> {
    if !is_form {
        return Err(ErrorCode::UnsupportedType);
    }
    let body = form::read(body, form::MOST_BYTES).await?;
    SubmittedForm::parse(&body)
}

async fn attempt(shared: &Shared, parts: &Parts, form: &SubmittedForm, locale: &Locale) -> Result<(), SignInFailure> {
    let Some(handle) = parts.extensions.get::<SessionHandle>() else {
        tracing::error!("POST /login stands outside the session layer: serve vestibule::ssr::router behind it");
        return Err(locale.failure(ErrorCode::Internal));
    };
    shared.vestibule.sign_in(handle, form, locale).await.map(|_| ())
}

/// Where whoever has just signed in goes.
fn destination(shared: &Shared, parts: &Parts, posted: Option<&str>) -> Option<String> {
    let handle = parts.extensions.get::<SessionHandle>()?;
    Some(shared.vestibule.destination(After::SignIn, handle, posted, parts.uri.query()))
}

/// Renders the login page for the same request, with the failure in its extensions. Where the application has a login page
/// of its own, that is what the router is asked for; the browser's half does the same ([`stand_at`](super::stand_at)).
async fn again<V: IntoView + 'static>(
    shared: Arc<Shared>,
    context: impl Fn() + Clone + Send + Sync + 'static,
    shell: impl Fn() -> V + Clone + Send + Sync + 'static,
    mut parts: Parts,
    form: Option<&SubmittedForm>,
    failure: SignInFailure,
    callback: SeededCallback,
) -> Response {
    let status = failure.code.status();
    let reference = parts.extensions.get::<RequestId>().filter(|_| status >= 500).map(|id| id.0.clone());
    parts.extensions.insert(FailedLogin {
        callback,
        failure: LoginFailure {
            failure: failure.clone(),
            typed: form.map(|form| form.typed(shared.vestibule.login_form())).unwrap_or_default(),
            remember: form.is_some_and(SubmittedForm::remember),
            reference,
        },
    });
    if let Ok(login_page) = with_query_of(&parts.uri, &shared.vestibule.login_form().page).parse() {
        parts.uri = login_page;
    }
    let render = leptos_axum::render_app_async_with_context(
        move || {
            context();
            set_status(status);
        },
        shell,
    );
    let mut response = render(Request::from_parts(parts, Body::empty())).await;
    put_retry_after(response.headers_mut(), &failure);
    response
}
