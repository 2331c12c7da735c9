//! `<LoginForm>`: the generated form, with and without JavaScript.

use std::sync::Arc;

use leptos::either::Either;
use leptos::ev::SubmitEvent;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_location;
use vestibule_core::{ErrorCode, LoginField, Text, wire};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{FormData, HtmlFormElement, HtmlInputElement, UrlSearchParams};

use super::login_field::Field;
use crate::at_once::at_once;
use crate::context::{Context, LoginState};
use crate::pages::{Reason, callback_target};
use crate::seed::{LoginFailure, SeededCallback};
use crate::server_functions::{FormBody, sign_in};
use crate::{query, side};

/// The login form that `[login]` of the configuration describes, with the alert above it.
///
/// Without JavaScript it posts to `/login`, and the server renders the page again where it must. With it, the server
/// function `sign_in` is called; the session then appears in the context, and the page around this form
/// ([`LoginPage`](crate::LoginPage)) sends the person on. It is used inside a `<Router>`.
#[component]
pub fn LoginForm() -> impl IntoView {
    let context = Context::get();
    let login = context.login;
    let search = use_location().search;
    let form = login.form.get_value();
    let second_step = form.second_step.clone();
    let is_second = login.is_second_step();
    let pending = RwSignal::new(false);
    let shown = RwSignal::new(false);
    let alive = RwSignal::new(false);
    let alert = NodeRef::<html::P>::new();
    Effect::new(move || {
        alive.set(true);
        // Also for a failure that the server rendered: whoever listens hears it, whoever reads is taken there. The first
        // question for a code is no failure; its field has the focus.
        if login.failure.with(|failure| failure.as_ref().is_some_and(|it| !is_question(it)))
            && let Some(alert) = alert.get()
        {
            let _ = alert.focus();
        }
    });

    let submit = move |event: SubmitEvent| {
        let Some(form) = event.target().and_then(|target| target.dyn_into::<HtmlFormElement>().ok()) else { return };
        // What cannot be read here is sent by the browser itself.
        let Some(body) = written(&form) else { return };
        event.prevent_default();
        if pending.get_untracked() {
            return;
        }
        pending.set(true);
        // Password managers look at the type of the field.
        shown.set(false);
        spawn_local(async move {
            match sign_in(body).await {
                Ok(signed_in) => {
                    let query = search.get_untracked();
                    login.failure.try_set(None);
                    login.callback.try_set(Some(SeededCallback { query, target: signed_in.callback_url }));
                    side::tell(Arc::clone(&signed_in.session));
                    context.session.replace(signed_in.session);
                }
                Err(refused) => {
                    forget_password(&form);
                    login.failure.try_set(Some(LoginFailure {
                        failure: refused.0,
                        typed: Default::default(),
                        remember: false,
                        reference: None,
                    }));
                }
            }
            pending.try_set(false);
        });
    };

    let message = move || match login.failure.get() {
        Some(failure) if is_question(&failure) => None,
        Some(LoginFailure { failure, reference, .. }) => Some(match reference {
            Some(reference) => failure.message + " (" + &reference + ")",
            None => failure.message,
        }),
        None => Reason::of(&search.get()).filter(|reason| reason.is_alarming()).map(|it| context.word(it.text())),
    };
    let has_remember = form.remember;
    let remember = move || {
        let checked = login.failure.with_untracked(|failure| failure.as_ref().is_some_and(|it| it.remember));
        view! {
            <label class="check">
                <input type="checkbox" name=wire::REMEMBER value="on" checked=checked/>
                " " {context.word(Text::Remember)}
            </label>
        }
    };
    let first = form.fields.clone();
    let fields = move || match second_step.as_ref().filter(|_| is_second.get()) {
        Some(step) => {
            let fields = inputs(&step.fields, true, login, shown, alive.read_only());
            Either::Left(view! {
                <p class="hint">{context.word(Text::SecondStepHint)}</p>
                <input type="hidden" name=wire::SECOND_STEP value="on"/>
                {fields}
            })
        }
        None => {
            let fields = inputs(&first, false, login, shown, alive.read_only());
            Either::Right(view! { {fields} {has_remember.then(remember)} })
        }
    };
    let start_again = move || {
        is_second.get().then(|| {
            let here = query::to_login(&callback_target(login, &search.get_untracked()), None);
            view! { <p class="start-again"><a href=here rel="external">{context.word(Text::StartAgain)}</a></p> }
        })
    };
    // Cookies may be new here: the form says itself in which language it wants to be answered.
    let lang = context.words.with_value(|words| {
        (!words.choices.is_empty()).then(|| view! { <input type="hidden" name=wire::LANG value=words.lang.clone()/> })
    });
    at_once(view! {
        <p class="alert" role="alert" tabindex="-1" node_ref=alert>{message}</p>
        <form class="form" method="post" action=wire::LOGIN on:submit=submit aria-busy=move || pending.get().then_some("true")>
            <input type="hidden" name=wire::CALLBACK_URL value=move || callback_target(login, &search.get())/>
            {lang}
            {fields}
            <button type="submit" class="primary" disabled=move || pending.get()>
                {move || context.word(if pending.get() { Text::SigningIn } else { Text::SignIn })}
            </button>
            {start_again}
        </form>
    })
    .into_any()
}

/// Whether nothing failed yet: the first step was taken, and the second is asked for.
fn is_question(failure: &LoginFailure) -> bool {
    failure.failure.code == ErrorCode::SecondStep && failure.failure.second_step
}

/// The inputs of one step.
fn inputs(
    fields: &[LoginField],
    is_second: bool,
    login: LoginState,
    shown: RwSignal<bool>,
    alive: ReadSignal<bool>,
) -> Vec<AnyView> {
    // Erased: a type as deep as the whole form would be more than compilers of applications take.
    let input = |(index, field): (usize, &LoginField)| {
        let takes_focus = is_second && index == 0;
        at_once(view! { <Field field=field.clone() takes_focus login shown alive/> }).into_any()
    };
    fields.iter().enumerate().map(input).collect()
}

/// The form's body, as the browser itself would send it.
fn written(form: &HtmlFormElement) -> Option<FormBody> {
    let data: JsValue = FormData::new_with_form(form).ok()?.into();
    // A FormData is a sequence of pairs, which is one of the things that URLSearchParams can be made of.
    let fields = UrlSearchParams::new_with_str_sequence_sequence(&data).ok()?;
    Some(FormBody::written(fields.to_string().into()))
}

/// Empties the password, so that the next attempt begins with a fresh one.
fn forget_password(form: &HtmlFormElement) {
    let elements = form.elements();
    for index in 0..elements.length() {
        if let Some(input) = elements.item(index).and_then(|it| it.dyn_into::<HtmlInputElement>().ok())
            && input.type_() == "password"
        {
            input.set_value("");
        }
    }
}
