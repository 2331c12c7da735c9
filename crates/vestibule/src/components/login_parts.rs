//! The parts of the login page, for pages that put them together in their own way. Each reads the state that
//! [`use_login`](crate::use_login) gives.

use leptos::either::Either;
use leptos::html;
use leptos::prelude::*;
use vestibule_core::{LoginField, Text, wire};

use super::login_field::Field;
use crate::at_once::at_once;
use crate::login::{UseLogin, is_question};

/// What went wrong, in an element with `role="alert"`, which takes the focus when something did. A login page has one.
#[component]
pub fn LoginAlert() -> impl IntoView {
    let login = UseLogin::here();
    let failure = login.failure();
    let element = NodeRef::<html::P>::new();
    Effect::new(move || {
        // Also for a failure that the server rendered: whoever listens hears it, whoever reads is taken there. The first
        // question for a code is no failure; its field has the focus.
        if failure.with(|failure| failure.as_ref().is_some_and(|it| !is_question(it)))
            && let Some(alert) = element.get()
        {
            let _ = alert.focus();
        }
    });
    let alert = login.alert();
    view! { <p class="alert" role="alert" tabindex="-1" node_ref=element>{move || alert.get()}</p> }
}

/// Why the person was sent to the login page, where nothing went wrong; an element with `role="status"`.
#[component]
pub fn LoginNotice() -> impl IntoView {
    let notice = UseLogin::here().notice();
    view! { <p class="notice" role="status">{move || notice.get()}</p> }
}

/// The fields of the step that is asked for: labels, inputs, and what is wrong with each.
#[component]
pub fn LoginFields() -> impl IntoView {
    let login = UseLogin::here();
    let is_second = login.is_second_step();
    let form = login.form();
    let fields = move || match form.second_step.as_ref().filter(|_| is_second.get()) {
        Some(step) => {
            let fields = inputs(&step.fields, true);
            Either::Left(view! {
                <p class="hint">{login.word(Text::SecondStepHint)}</p>
                {fields}
            })
        }
        None => Either::Right(inputs(&form.fields, false)),
    };
    at_once(fields).into_any()
}

/// The inputs of one step.
fn inputs(fields: &[LoginField], is_second: bool) -> Vec<AnyView> {
    // Erased: a type as deep as the whole form would be more than compilers of applications take.
    let input = |(index, field): (usize, &LoginField)| {
        let takes_focus = is_second && index == 0;
        at_once(view! { <Field field=field.clone() takes_focus/> }).into_any()
    };
    fields.iter().enumerate().map(input).collect()
}

/// The box that asks for a longer session; nothing where `login.remember` is off, and in the second step.
#[component]
pub fn LoginRemember() -> impl IntoView {
    let login = UseLogin::here();
    let is_second = login.is_second_step();
    let is_offered = login.form().remember;
    let remember = move || {
        (is_offered && !is_second.get()).then(|| {
            view! {
                <label class="check">
                    <input type="checkbox" name=wire::REMEMBER value="on" checked=login.remembered()/>
                    " " {login.word(Text::Remember)}
                </label>
            }
        })
    };
    at_once(remember).into_any()
}

/// The form's button.
#[component]
pub fn LoginButton(
    /// Its text; "Sign in" and "Signing in…", in the language of the page, if not given.
    #[prop(optional)]
    children: Option<ChildrenFn>,
) -> impl IntoView {
    let login = UseLogin::here();
    let pending = login.pending();
    let usual = move || login.word(if pending.get() { Text::SigningIn } else { Text::SignIn });
    let text = match children {
        Some(children) => Either::Left(children()),
        None => Either::Right(usual),
    };
    view! { <button type="submit" class="primary" disabled=move || pending.get()>{text}</button> }
}

/// The way back from the second step to the first; nothing in the first.
#[component]
pub fn LoginStartAgain() -> impl IntoView {
    let login = UseLogin::here();
    let is_second = login.is_second_step();
    let here = login.start_again_url();
    let way_back = move || {
        is_second.get().then(|| {
            view! {
                <p class="start-again">
                    <a href=here.get() rel="external">{login.word(Text::StartAgain)}</a>
                </p>
            }
        })
    };
    at_once(way_back).into_any()
}

/// The links of `login.links`: a forgotten password, registration, help. Nothing where there are none.
#[component]
pub fn LoginLinks() -> impl IntoView {
    let form = UseLogin::here().form();
    let links = (!form.links.is_empty()).then(|| {
        let links = form.links.iter().cloned();
        // Wherever they lead, it is the browser that goes there.
        let links = links.map(|link| view! { <li><a href=link.href rel="external">{link.label}</a></li> });
        view! { <ul class="links">{links.collect_view()}</ul> }
    });
    at_once(links).into_any()
}

/// A link for each language of `login.languages`; nothing where there is only one.
#[component]
pub fn LoginLanguages() -> impl IntoView {
    let login = UseLogin::here();
    let words = login.context.words.get_value();
    let label = words.get(Text::ChooseLanguage).to_owned();
    let link = |(tag, name): &(String, String)| {
        let here = tag.clone();
        let href = move || login.in_language(&here);
        let current = (*tag == words.lang).then_some("true");
        view! {
            <li>
                <a href=href rel="external" hreflang=tag.clone() lang=tag.clone() aria-current=current>
                    {name.clone()}
                </a>
            </li>
        }
    };
    let links = words.choices.iter().map(link).collect_view();
    let nav = move || view! { <nav class="languages" aria-label=label><ul>{links}</ul></nav> };
    at_once((!words.choices.is_empty()).then(nav)).into_any()
}
