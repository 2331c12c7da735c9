//! Projects as a file: out of the API to the person's disk, and from there into the API.

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;
use vestibule::{Api, ApiError, ApiResponse};
use wasm_bindgen::JsCast;
use web_sys::{File, FormData, HtmlFormElement};

use super::PROJECTS;
use crate::components::{Fault, TextField, asleep, submitted};

/// Both ways. Neither has the file in the page's memory: the browser carries it between the disk and the network.
#[component]
pub(super) fn TransferProjects(
    /// The API.
    api: Api,
    /// Called when projects were added.
    added: impl Fn() + Copy + 'static,
) -> impl IntoView {
    let disabled = asleep();
    let said = RwSignal::new(None);
    let message = Signal::derive(move || said.get());
    let import = {
        let api = api.clone();
        submitted(move |form| {
            let Some(file) = file_of(&form) else { return };
            let sent = api.post::<_, Value>(&[PROJECTS, "/import"].concat(), file);
            spawn_local(async move {
                let came = sent.await;
                if came.is_ok() {
                    form.reset();
                    added();
                }
                said.try_set(came.err().map(words));
            });
        })
    };
    let export = move |_| {
        let file = api.get::<ApiResponse>(&[PROJECTS, "/export"].concat());
        spawn_local(async move {
            let came = async { file.await?.save("projects.tsv").await };
            said.try_set(came.await.err().map(words));
        });
    };
    view! {
        <section class="panel">
            <h2>"Projects as a file"</h2>
            <form class="form inline" on:submit=import>
                <TextField
                    name="file"
                    kind="file"
                    label="A file, one project a line: name, tab, description"
                    required=true
                    problem=Signal::stored(None)
                />
                <button type="submit" class="primary" disabled=disabled>
                    "Import"
                </button>
                <button type="button" class="quiet" disabled=disabled on:click=export>
                    "Export"
                </button>
                <p class="alert" role="alert">{message}</p>
            </form>
            <p><a href="/projects.json" rel="external" download="">"Download all of them as JSON"</a></p>
        </section>
    }
}

fn file_of(form: &HtmlFormElement) -> Option<File> {
    FormData::new_with_form(form).ok()?.get("file").dyn_into().ok()
}

/// The API's own words, where it has some.
fn words(error: ApiError) -> String {
    error.problem().and_then(|problem| problem.detail).unwrap_or_else(|| Fault::of(&error).message)
}
