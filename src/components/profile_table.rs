//! The profile as a table, nested where the API nests it. Whatever a value is, it is shown as text.

use leptos::either::EitherOf3;
use leptos::prelude::*;
use serde_json::Value;
use vestibule::{at_once, use_session};

/// The session's whole profile.
#[component]
pub(crate) fn ProfileTable() -> impl IntoView {
    let session = use_session::<Value>().session();
    // A memo, so that a new token leaves the table as it is.
    let profile = Memo::new(move |_| session.with(|session| session.as_ref().map(|it| Cell::of(&it.profile))));
    move || {
        profile.get().map(|profile| match profile {
            Cell::Rows(rows) => table(rows),
            // A profile that is no object is a table of one row.
            only => table(vec![Row { name: "profile".to_owned(), cell: only }]),
        })
    }
}

/// What stands beside a name.
#[derive(Clone, Debug, PartialEq)]
enum Cell {
    /// A value, as it is.
    Text(String),
    /// The absence of one, in our words.
    Nothing(&'static str),
    /// Members of an object, or items of a list.
    Rows(Vec<Row>),
}

#[derive(Clone, Debug, PartialEq)]
struct Row {
    name: String,
    cell: Cell,
}

impl Cell {
    fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Nothing("none"),
            Value::Bool(true) => Self::Text("true".to_owned()),
            Value::Bool(false) => Self::Text("false".to_owned()),
            Value::Number(number) => Self::Text(number.to_string()),
            Value::String(text) if text.is_empty() => Self::Nothing("empty"),
            Value::String(text) => Self::Text(text.clone()),
            Value::Array(items) if items.is_empty() => Self::Nothing("empty list"),
            // People count from one.
            Value::Array(items) => Self::Rows(
                (1_usize..).zip(items).map(|(at, item)| Row { name: at.to_string(), cell: Self::of(item) }).collect(),
            ),
            Value::Object(members) if members.is_empty() => Self::Nothing("empty"),
            Value::Object(members) => Self::Rows(
                members.iter().map(|(name, value)| Row { name: name.clone(), cell: Self::of(value) }).collect(),
            ),
        }
    }
}

fn table(rows: Vec<Row>) -> AnyView {
    let rows = rows.into_iter().map(|Row { name, cell }| {
        let cell = match cell {
            Cell::Text(text) => EitherOf3::A(text),
            Cell::Nothing(word) => EitherOf3::B(view! { <span class="muted">{word}</span> }),
            Cell::Rows(rows) => EitherOf3::C(table(rows)),
        };
        view! {
            <tr>
                <th scope="row">{name}</th>
                <td>{cell}</td>
            </tr>
        }
    });
    let table = view! {
        <table class="profile">
            <tbody>{rows.collect_view()}</tbody>
        </table>
    };
    at_once(table).into_any()
}

#[cfg(test)]
mod tests;
