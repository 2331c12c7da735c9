//! Signing in with a provider: what there is, the way there, the way back, and the provider's own word that somebody left.

use axum::Json;
use axum::extract::{Extension, Path, Request, State};
use axum::response::{IntoResponse, Response};
use http::header::CACHE_CONTROL;
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use url::form_urlencoded;
use vestibule_core::{ErrorCode, wire};

use super::see_other;
use crate::app::{Passage, Vestibule};
use crate::cookies::append;
use crate::form::{self, SubmittedForm};
use crate::layers::{is_form, refuse};
use crate::providers::ResponseMode;
use crate::session::SessionHandle;

/// One way in.
#[derive(Serialize)]
pub(super) struct Way {
    id: String,
    name: String,
    kind: &'static str,
    #[serde(rename = "signIn", skip_serializing_if = "Option::is_none")]
    sign_in: Option<String>,
}

/// The form, where there is one, and the providers.
pub(super) async fn list(State(vestibule): State<Vestibule>) -> Json<Vec<Way>> {
    let form = vestibule.login_form();
    let credentials = (!form.fields.is_empty()).then(|| Way {
        id: "credentials".to_owned(),
        name: form.title.clone(),
        kind: "credentials",
        sign_in: None,
    });
    let providers = vestibule.providers().iter().map(|client| Way {
        id: client.provider.id.clone(),
        name: client.provider.name.clone(),
        kind: client.provider.kind.name(),
        sign_in: Some([wire::PROVIDER_SIGN_IN, "/", &client.provider.id].concat()),
    });
    Json(credentials.into_iter().chain(providers).collect())
}

/// 303 to the provider.
pub(super) async fn sign_in(
    State(vestibule): State<Vestibule>,
    Extension(handle): Extension<SessionHandle>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let uri = request.uri().clone();
    let Some(client) = vestibule.provider(&id) else { return refuse(&uri, ErrorCode::NotFound) };
    let is_form = is_form(&request);
    let (head, body) = request.into_parts();
    let body = match form::read(body, form::MOST_BYTES).await {
        Ok(body) if is_form || body.is_empty() => body,
        Ok(_) => return refuse(&uri, ErrorCode::UnsupportedType),
        Err(code) => return refuse(&uri, code),
    };
    let form = match SubmittedForm::parse(&body) {
        Ok(form) => form,
        Err(code) => return refuse(&uri, code),
    };
    let asked = form.callback_url().map(str::to_owned).or_else(|| crate::callback::from_query(uri.query()));
    sent(vestibule.leave_for_provider(&handle, client, asked, &head.headers).await)
}

/// The browser comes back with a query; or by itself, after the provider's page has posted the answer.
pub(super) async fn callback(
    State(vestibule): State<Vestibule>,
    Extension(handle): Extension<SessionHandle>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let uri = request.uri().clone();
    match vestibule.provider(&id) {
        Some(client) => {
            let returned = uri.query().unwrap_or_default().as_bytes();
            sent(vestibule.arrive_from_provider(&handle, client, returned, request.headers()).await)
        }
        None => refuse(&uri, ErrorCode::NotFound),
    }
}

/// The browser comes back with a form, which the provider's page posted.
pub(super) async fn callback_form(
    State(vestibule): State<Vestibule>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let uri = request.uri().clone();
    let is_form = is_form(&request);
    let Some(client) = vestibule.provider(&id).filter(|client| client.provider.response_mode == ResponseMode::FormPost)
    else {
        return refuse(&uri, ErrorCode::NotFound);
    };
    if !is_form {
        return refuse(&uri, ErrorCode::UnsupportedType);
    }
    let (head, body) = request.into_parts();
    match form::read(body, form::MOST_BYTES).await {
        Ok(body) => sent(vestibule.hold_answer(client, &String::from_utf8_lossy(&body), &head.headers)),
        Err(code) => refuse(&uri, code),
    }
}

/// Back-channel logout: no browser is here (OpenID Connect Back-Channel Logout 1.0, section 2.5).
pub(super) async fn logout(State(vestibule): State<Vestibule>, Path(id): Path<String>, request: Request) -> Response {
    let uri = request.uri().clone();
    let Some(client) = vestibule.provider(&id) else { return refuse(&uri, ErrorCode::NotFound) };
    if !is_form(&request) {
        return refuse(&uri, ErrorCode::UnsupportedType);
    }
    let body = match form::read(request.into_body(), form::MOST_BYTES).await {
        Ok(body) => body,
        Err(code) => return refuse(&uri, code),
    };
    let token =
        form_urlencoded::parse(&body).find(|(name, _)| name == "logout_token").map(|(_, token)| token.into_owned());
    let outcome = match token {
        Some(token) => vestibule.sign_out_by_provider(client, &token).await.map_err(|error| error.to_string()),
        None => Err("there is no logout_token".to_owned()),
    };
    match outcome {
        Ok(()) => (StatusCode::OK, [(CACHE_CONTROL, "no-store")]).into_response(),
        Err(error) => {
            tracing::warn!(provider = id, error, "a back-channel logout was refused");
            refuse(&uri, ErrorCode::Malformed)
        }
    }
}

/// 303 to where somebody goes, with the cookies of it.
pub(crate) fn sent(passage: Passage) -> Response {
    let mut response = see_other(&passage.target);
    append(response.headers_mut(), passage.cookies);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
