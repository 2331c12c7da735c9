//! What stands in the place of something that could not be had.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use vestibule::ApiError;

/// Data that could not be loaded, in words for the person, with the request's id for the operator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Fault {
    /// What happened.
    pub(crate) message: String,
    /// The id under which the log knows the request; none for a call that the browser made itself.
    pub(crate) reference: Option<String>,
}

impl Fault {
    pub(crate) fn of(error: &ApiError) -> Self {
        let message = match error {
            ApiError::SignedOut | ApiError::Status { status: 401, .. } => "You need to sign in again.",
            ApiError::OtherUser => "Somebody else has signed in meanwhile. Please reload the page.",
            ApiError::Unreachable | ApiError::Status { status: 502..=503, .. } => {
                "The API cannot be reached at the moment. Please try again shortly."
            }
            ApiError::Timeout | ApiError::Status { status: 504, .. } => {
                "The API took too long to answer. Please try again shortly."
            }
            ApiError::Status { status: 403, .. } => "You may not do this.",
            ApiError::Status { status: 429, .. } => "The API is busy. Please wait a moment and try again.",
            ApiError::Status { status: 413, .. } => "That is too much to send at once.",
            _ => "The API gave an unexpected answer. Please try again later.",
        };
        Self { message: message.to_owned(), reference: vestibule::request_id() }
    }
}

/// A fault, said so that everybody hears it.
#[component]
pub(crate) fn ErrorNote(
    /// What to say.
    fault: Fault,
) -> impl IntoView {
    view! {
        <div class="error-page" role="alert">
            <p>{fault.message}</p>
            {fault.reference.map(|reference| view! { <p class="muted">"Reference: " <code>{reference}</code></p> })}
        </div>
    }
}
