//! What a form does in the place of the browser's own way to send it.

use leptos::ev::SubmitEvent;
use wasm_bindgen::JsCast;
use web_sys::{FormData, HtmlFormElement};

/// A handler for `on:submit`, of one type for all forms: a browser would pay for each.
pub(crate) fn submitted(act: impl Fn(HtmlFormElement) + 'static) -> Box<dyn FnMut(SubmitEvent)> {
    Box::new(move |event| {
        event.prevent_default();
        if let Some(form) = event.target().and_then(|target| target.dyn_into().ok()) {
            act(form);
        }
    })
}

/// What was typed into a field.
pub(crate) fn text_of(form: &HtmlFormElement, name: &str) -> String {
    FormData::new_with_form(form).ok().and_then(|data| data.get(name).as_string()).unwrap_or_default()
}
