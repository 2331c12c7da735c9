//! The client as an argument of axum's handlers.

use axum::extract::FromRequestParts;
use axum::response::Response;
use http::request::Parts;
use vestibule_server::session::Authenticated;

use super::ApiLink;
use crate::api::Api;

/// The API in the name of whoever is signed in; as an argument of a handler it answers 401 in the handler's place where
/// that is nobody. The session itself is [`Authenticated`], beside it.
///
/// ```
/// use axum::Json;
/// use http::StatusCode;
/// use vestibule::Api;
/// use vestibule_server::session::Authenticated;
///
/// async fn names(user: Authenticated, api: Api) -> Result<Json<Vec<String>>, StatusCode> {
///     let names: Vec<String> = api.get("/names").await.map_err(|_| StatusCode::BAD_GATEWAY)?;
///     println!("{} names for {:?}", names.len(), user.session().user.email);
///     Ok(Json(names))
/// }
/// # let _: axum::Router = axum::Router::new().route("/names", axum::routing::get(names));
/// ```
impl<S: Send + Sync> FromRequestParts<S> for Api {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        Authenticated::from_request_parts(parts, state).await.map(Self::from)
    }
}

impl From<Authenticated> for Api {
    fn from(user: Authenticated) -> Self {
        Self::over(ApiLink::of(user.handle().clone()))
    }
}
