//! The profile as a table, nested where the API nests it. Whatever a value is, it is shown as text.

use std::sync::Arc;

use leptos::either::EitherOf3;
use leptos::prelude::*;
use serde_json::Value;
use vestibule::{Session, at_once, use_session};

/// The session's whole profile.
#[component]
pub(crate) fn ProfileTable() -> impl IntoView {
    let session = use_session::<Value>().session();
    // Only another profile makes another table: a new token leaves it as it is.
    let session = Memo::new_with_compare(move |_| session.get(), |a, b| profile_of(a) != profile_of(b));
    move || session.with(|session| session.as_ref().map(|session| table(&session.profile)))
}

fn profile_of(session: Option<&Option<Arc<Session>>>) -> Option<&Value> {
    Some(&session?.as_ref()?.profile)
}

/// A table of what the value holds; a value that holds nothing is a table of one row.
fn table(value: &Value) -> AnyView {
    let rows = match value {
        Value::Object(members) if !members.is_empty() => {
            members.iter().map(|(name, value)| row(name.clone(), value)).collect_view()
        }
        // People count from one.
        Value::Array(items) if !items.is_empty() => {
            (1_usize..).zip(items).map(|(at, item)| row(at.to_string(), item)).collect_view()
        }
        only => vec![row("profile".to_owned(), only)].collect_view(),
    };
    at_once(view! {
        <table class="profile">
            <tbody>{rows}</tbody>
        </table>
    })
    .into_any()
}

fn row(name: String, value: &Value) -> impl IntoView + use<> {
    let cell = match value {
        Value::Null => nothing("none"),
        Value::String(text) if text.is_empty() => nothing("empty"),
        Value::Array(items) if items.is_empty() => nothing("empty list"),
        Value::Object(members) if members.is_empty() => nothing("empty"),
        Value::String(text) => EitherOf3::B(text.clone()),
        Value::Bool(_) | Value::Number(_) => EitherOf3::B(value.to_string()),
        Value::Array(_) | Value::Object(_) => EitherOf3::C(table(value)),
    };
    view! {
        <tr>
            <th scope="row">{name}</th>
            <td>{cell}</td>
        </tr>
    }
}

/// The absence of a value, in our words.
fn nothing<B, C>(word: &'static str) -> EitherOf3<impl IntoView, B, C> {
    EitherOf3::A(view! { <span class="muted">{word}</span> })
}

#[cfg(test)]
mod tests;
