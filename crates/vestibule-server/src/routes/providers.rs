//! `GET /auth/providers`: what can sign in.

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use crate::app::Vestibule;

/// One way in.
#[derive(Serialize)]
pub(super) struct Provider {
    id: &'static str,
    name: String,
    kind: &'static str,
}

/// The form alone, so far.
pub(super) async fn list(State(vestibule): State<Vestibule>) -> Json<Vec<Provider>> {
    let name = vestibule.login_form().title.clone();
    Json(vec![Provider { id: "credentials", name, kind: "credentials" }])
}
