//! A text field with its label and what is wrong with it.

use leptos::prelude::*;

/// One line of text.
#[component]
pub(crate) fn TextField(
    /// The field's name; its id is made from it.
    name: &'static str,
    /// What stands over it.
    label: &'static str,
    /// The input's type.
    #[prop(default = "text")]
    kind: &'static str,
    /// Whether it must be filled in.
    #[prop(optional)]
    required: bool,
    /// What is wrong with it.
    problem: Signal<Option<String>>,
) -> impl IntoView {
    let problem_id = [name, "-problem"].concat();
    let described_by = {
        let problem_id = problem_id.clone();
        Signal::derive(move || problem.with(Option::is_some).then(|| problem_id.clone()))
    };
    let invalid = Signal::derive(move || problem.with(Option::is_some).then_some("true"));
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <input
                id=name
                name=name
                type=kind
                // HTML has none for files.
                autocomplete=(kind != "file").then_some("off")
                required=required
                aria-invalid=invalid
                aria-describedby=described_by
            />
            <p class="field-error" id=problem_id>{problem}</p>
        </div>
    }
}
