//! The calls.

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, JsonRejection};
use axum::extract::{DefaultBodyLimit, FromRequestParts, RawQuery, State};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::DemoApi;
use crate::cors::cors;
use crate::fault::{Fault, FieldErrors, Problem};
use crate::limit::limit;
use crate::password;
use crate::projects::{MOST, NewProject, Project, transfer};
use crate::users::User;

/// The largest body that is read, in bytes: four times the longest project.
const MAX_BODY: usize = 16 * 1024;

/// The largest file of projects, in bytes.
const MAX_FILE: usize = 128 * 1024;

/// The API as an axum router, for a server of the caller's own or for a test.
pub fn router(api: DemoApi) -> Router {
    Router::new()
        .route("/auth/sign-in", post(sign_in))
        .route("/auth/exchange", post(exchange))
        .route("/auth/refresh-token", post(refresh))
        .route("/auth/sign-out", post(sign_out))
        .route("/api/v1/users/me", get(me))
        .route("/api/v1/projects", get(projects).post(add_project))
        .route("/api/v1/projects/export", get(export))
        .route("/api/v1/projects/import", post(import).layer(DefaultBodyLimit::max(MAX_FILE)))
        .fallback(async || Fault::new(StatusCode::NOT_FOUND, "There is no such call."))
        .method_not_allowed_fallback(async || Fault::new(StatusCode::METHOD_NOT_ALLOWED, "Not with this method."))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn_with_state(api.clone(), limit))
        .layer(from_fn_with_state(api.clone(), cors))
        .layer(map_response(never_stored))
        .with_state(api)
}

/// Everything here is somebody's own.
async fn never_stored(mut response: Response) -> Response {
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The user whose living token came in `Authorization: Bearer`.
struct Bearer(User);

impl FromRequestParts<DemoApi> for Bearer {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, api: &DemoApi) -> Result<Self, Fault> {
        let mut values = parts.headers.get_all(AUTHORIZATION).iter();
        // Twice is nobody's: which of the two would count?
        let token = match (values.next(), values.next()) {
            (Some(value), None) => value.to_str().ok().and_then(|value| value.split_once(' ')),
            _ => None,
        };
        token
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .and_then(|(_, token)| api.tokens().verify(token))
            .and_then(|claims| api.user(&claims.sub))
            .map(Self)
            .ok_or_else(|| Fault::unauthorized("The access token is missing, not ours, expired or signed out."))
    }
}

async fn sign_in(State(api): State<DemoApi>, body: Result<Json<Value>, JsonRejection>) -> Result<Response, Fault> {
    let Json(body) = body?;
    let field = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let user = api.user(&field("username"));
    let right = password::matches(field("password"), user.as_ref().and_then(|user| user.password_hash)).await;
    let user = user.filter(|_| right).ok_or_else(|| Fault::unauthorized("No such user, or not with this password."))?;
    let known = |name: &str| ["username", "password"].contains(&name) || name == "otp" && user.totp_secret.is_some();
    // As the real API: whoever has the right password learns that nothing else may be sent.
    if body.as_object().is_some_and(|members| members.keys().any(|name| !known(name))) {
        return Err(Fault::new(StatusCode::BAD_REQUEST, "Only username and password may be sent."));
    }
    if let Some(secret) = user.totp_secret {
        let code = field("otp");
        if code.is_empty() {
            return Err(Fault::unauthorized("This user has a second factor: send a one-time code, too.")
                .because("otp_required"));
        }
        if !api.one_time_codes().take(&user.email, secret, &code, api.clock().now()) {
            return Err(Fault::unauthorized("The one-time code is wrong, too old or used.").because("otp_invalid"));
        }
    }
    signed_in(&api, &user)
}

/// For a provider's ID token, this API's own access token.
async fn exchange(State(api): State<DemoApi>, body: Result<Json<Value>, JsonRejection>) -> Result<Response, Fault> {
    let Json(body) = body?;
    let token = body.get("idToken").and_then(Value::as_str).unwrap_or_default();
    let user = api.user_of(token).await;
    signed_in(
        &api,
        &user.ok_or_else(|| Fault::unauthorized("That is no ID token of a provider that is trusted here."))?,
    )
}

async fn refresh(State(api): State<DemoApi>, Bearer(user): Bearer) -> Result<Response, Fault> {
    signed_in(&api, &user)
}

fn signed_in(api: &DemoApi, user: &User) -> Result<Response, Fault> {
    let token = api.tokens().issue(&user.email).ok_or_else(Fault::internal)?;
    Ok((StatusCode::CREATED, Json(json!({ "user": user.flat(), "accessToken": token }))).into_response())
}

async fn sign_out(State(api): State<DemoApi>, Bearer(user): Bearer) -> StatusCode {
    api.tokens().sign_out(&user.email);
    StatusCode::CREATED
}

async fn me(Bearer(user): Bearer) -> Json<Value> {
    Json(user.resource())
}

/// What is looked for.
#[derive(Default, Deserialize)]
struct Wanted {
    #[serde(default)]
    search: String,
}

async fn projects(State(api): State<DemoApi>, Bearer(user): Bearer, RawQuery(query): RawQuery) -> Json<Value> {
    let wanted: Wanted = serde_urlencoded::from_str(&query.unwrap_or_default()).unwrap_or_default();
    Json(json!({ "data": api.projects().found(&user.email, &wanted.search) }))
}

async fn export(State(api): State<DemoApi>, Bearer(user): Bearer) -> Response {
    let headers =
        [(CONTENT_TYPE, transfer::MEDIA_TYPE), (CONTENT_DISPOSITION, "attachment; filename=\"projects.tsv\"")];
    (headers, transfer::written(&api.projects().of(&user.email))).into_response()
}

async fn import(
    State(api): State<DemoApi>,
    Bearer(user): Bearer,
    file: Result<Bytes, BytesRejection>,
) -> Result<Response, Fault> {
    let file = file.map_err(|_| Fault::new(StatusCode::PAYLOAD_TOO_LARGE, "The file is too large."))?;
    let text = String::from_utf8_lossy(&file);
    let projects = match transfer::read(&text) {
        Ok(projects) => projects,
        Err(detail) => return Ok(Problem { detail }.into_response()),
    };
    let mut added = Vec::new();
    for NewProject { name, description } in projects {
        let id = api.tokens().id().ok_or_else(Fault::internal)?;
        let project = Project { id, name, description, created_at: api.clock().now_text() };
        if !api.projects().add(&user.email, project.clone()) {
            let kept = added.len();
            let detail = format!("There is room for {MOST} projects; the first {kept} of the file were taken.");
            return Ok(Problem { detail }.into_response());
        }
        added.push(project);
    }
    Ok((StatusCode::CREATED, Json(json!({ "data": added }))).into_response())
}

async fn add_project(
    State(api): State<DemoApi>,
    Bearer(user): Bearer,
    body: Result<Json<Value>, JsonRejection>,
) -> Result<Response, Fault> {
    let Json(body) = body?;
    let NewProject { name, description } = match NewProject::read(&body) {
        Ok(project) => project,
        Err(errors) => return Ok(FieldErrors(errors).into_response()),
    };
    let id = api.tokens().id().ok_or_else(Fault::internal)?;
    let project = Project { id, name, description, created_at: api.clock().now_text() };
    if !api.projects().add(&user.email, project.clone()) {
        let words = format!("This demonstration keeps {MOST} projects for each user, and no more.");
        return Ok(FieldErrors(json!({ "name": words })).into_response());
    }
    Ok((StatusCode::CREATED, Json(json!({ "data": project }))).into_response())
}

#[cfg(test)]
mod tests;
