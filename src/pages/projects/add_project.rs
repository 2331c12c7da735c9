//! The form that adds a project, from the browser with the session's token.

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;
use vestibule::{Api, ApiError};
use web_sys::HtmlFormElement;

use super::PROJECTS;
use super::project::{NewProject, problem_of};
use crate::components::{Fault, TextField, asleep, submitted, text_of};

/// A constant and no literal: the framework prints an element of literals alone as it is written, this attribute too.
const WITHOUT_SCRIPTS: &str = "<p class=\"muted\">Adding a project needs JavaScript.</p>";

/// What came of the last attempt.
#[derive(Clone, Debug, Default, PartialEq)]
struct Outcome {
    message: Option<String>,
    name: Option<String>,
    description: Option<String>,
}

impl Outcome {
    fn of(error: &ApiError) -> Self {
        if let ApiError::Status { status: 400 | 422, problem: Some(problem) } = error {
            let (name, description) = (problem_of(problem, "name"), problem_of(problem, "description"));
            if name.is_some() || description.is_some() {
                return Self { message: None, name, description };
            }
        }
        Self { message: Some(Fault::of(error).message), ..Self::default() }
    }
}

/// A name and, perhaps, a description.
#[component]
pub(super) fn AddProject(
    /// The API.
    api: Api,
    /// Called when a project was added.
    added: impl Fn() + Copy + 'static,
) -> impl IntoView {
    let asleep = asleep();
    let pending = RwSignal::new(false);
    let outcome = RwSignal::new(Outcome::default());
    let name_problem = Signal::derive(move || outcome.get().name);
    let description_problem = Signal::derive(move || outcome.get().description);
    let message = Signal::derive(move || outcome.get().message);
    let disabled = Signal::derive(move || pending.get() || asleep.get());
    let label = Signal::derive(move || if pending.get() { "Adding…" } else { "Add" });
    let submit = submitted(move |form| {
        if pending.get_untracked() {
            return;
        }
        pending.set(true);
        let sent = api.post::<_, Value>(PROJECTS, &typed(&form));
        spawn_local(async move {
            let came = sent.await;
            if came.is_ok() {
                form.reset();
                added();
            }
            outcome.try_set(came.err().map(|error| Outcome::of(&error)).unwrap_or_default());
            pending.try_set(false);
        });
    });
    view! {
        <section class="panel">
            <h2>"Add a project"</h2>
            // Set as HTML: a browser that runs scripts takes the inside of <noscript> for text, and hydration would
            // look for elements there.
            <noscript inner_html=WITHOUT_SCRIPTS></noscript>
            <form class="form inline" on:submit=submit>
                <TextField name="name" label="Name" required=true problem=name_problem/>
                <TextField name="description" label="Description" problem=description_problem/>
                <button type="submit" class="primary" disabled=disabled>
                    {label}
                </button>
                <p class="alert" role="alert">{message}</p>
            </form>
        </section>
    }
}

fn typed(form: &HtmlFormElement) -> NewProject {
    NewProject { name: text_of(form, "name"), description: text_of(form, "description") }
}
