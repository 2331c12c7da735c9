//! One field of the login form: label, input, what is wrong with it.

use leptos::either::Either;
use leptos::html;
use leptos::prelude::*;
use vestibule_core::{FieldKind, LoginField, Text};

use crate::login::UseLogin;

/// A field, as the configuration describes it. The input is the browser's own: what is typed before the page comes
/// alive stays.
#[component]
pub(super) fn Field(
    /// What to render.
    field: LoginField,
    /// Whether it has the focus as soon as it is there.
    takes_focus: bool,
) -> impl IntoView {
    let login = UseLogin::here();
    let id = format!("login-{}", field.name);
    let problem_id = format!("{id}-problem");
    let problem = login.problem(&field.name);
    let described_by = {
        let problem_id = problem_id.clone();
        move || problem.with(Option::is_some).then(|| problem_id.clone())
    };
    let invalid = move || problem.with(Option::is_some).then_some("true");
    let is_password = field.kind == FieldKind::Password;
    // The password is never rendered again: pages are kept, printed and sent on.
    let typed = (!is_password).then(|| login.typed(&field.name)).flatten();
    let kind = field.kind.as_str();
    // Codes are digits, mostly; what has letters in it is declared without the completion of codes.
    let keyboard = (field.autocomplete == "one-time-code").then_some("numeric");
    // Whether the password can be read, and whether the page is alive: without JavaScript nothing could toggle.
    let (shown, alive) = (RwSignal::new(false), RwSignal::new(false));
    let pending = login.pending();
    let element = NodeRef::<html::Input>::new();
    Effect::new(move || {
        alive.set(true);
        // Password managers look at the type of the field.
        if pending.get() {
            shown.set(false);
        }
    });
    Effect::new(move || {
        if takes_focus && let Some(input) = element.get() {
            let _ = input.focus();
        }
    });
    let some = |text: String| (!text.is_empty()).then_some(text);
    let input = view! {
        <input
            id=id.clone()
            name=field.name
            type=move || if is_password && shown.get() { "text" } else { kind }
            value=typed
            placeholder=some(field.placeholder)
            autocomplete=some(field.autocomplete)
            inputmode=keyboard
            autofocus=takes_focus
            node_ref=element
            autocapitalize="none"
            spellcheck="false"
            required=field.required
            aria-invalid=invalid
            aria-describedby=described_by
        />
    };
    let input = if is_password {
        Either::Left(view! {
            <div class="input-row">
                {input}
                <button
                    type="button"
                    class="reveal"
                    aria-label=login.word(Text::ShowPassword)
                    aria-controls=id.clone()
                    aria-pressed=move || if shown.get() { "true" } else { "false" }
                    hidden=move || !alive.get()
                    on:click=move |_| shown.update(|shown| *shown = !*shown)
                >
                    {login.word(Text::Show)}
                </button>
            </div>
        })
    } else {
        Either::Right(input)
    };
    view! {
        <div class=if is_password { "field password" } else { "field" }>
            <label for=id>{field.label}</label>
            {input}
            <p class="field-error" id=problem_id>{move || problem.get()}</p>
        </div>
    }
}
