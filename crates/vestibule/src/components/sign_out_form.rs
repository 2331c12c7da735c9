//! `<SignOutForm>`: a button that ends the session.

use leptos::either::Either;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use vestibule_core::{ErrorCode, Text, wire};
use wasm_bindgen::JsCast;
use web_sys::{HtmlButtonElement, HtmlFormElement};

use crate::context::{Context, Ended};
use crate::server_functions::sign_out;
use crate::side;

/// A form with one button. Without JavaScript it posts to `/auth/sign-out`; with it, the session ends without a reload.
///
/// It is used inside a `<Router>`.
#[component]
pub fn SignOutForm(
    /// Where to go afterwards: a path of this site; `/` if not given.
    #[prop(optional, into)]
    callback_url: Option<String>,
    /// The button's class.
    #[prop(optional, into)]
    class: Option<String>,
    /// Whether a second button ends the person's sessions in every browser.
    #[prop(optional)]
    everywhere: bool,
    /// The button's text; "Sign out", in the language of the page, if not given.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let context = Context::get();
    let session = context.session;
    let go = side::use_way();
    let pending = RwSignal::new(false);
    let target = callback_url.unwrap_or_else(|| "/".to_owned());
    let callback = target.clone();
    let submit = move |event: SubmitEvent| {
        let form = event.target().and_then(|target| target.dyn_into::<HtmlFormElement>().ok());
        event.prevent_default();
        if pending.get_untracked() {
            return;
        }
        pending.set(true);
        let (go, target) = (go.clone(), target.clone());
        let pressed = event.submitter().and_then(|button| button.dyn_into::<HtmlButtonElement>().ok());
        let everywhere = pressed.is_some_and(|button| button.name() == wire::EVERYWHERE);
        spawn_local(async move {
            let outcome = sign_out(everywhere, Some(target.clone())).await;
            if outcome.as_ref().is_err_and(|failure| failure.0.code == ErrorCode::OtherUser) {
                // Somebody else is signed in by now; the page loads anew, and nobody is signed out.
            } else if let Ok(elsewhere) = outcome {
                side::tell_end(Ended::SignedOut);
                // Away first, so that no gate sends the person to the login page; nor may one do so while the browser
                // is loading something else.
                if go(&elsewhere.unwrap_or(target), false) {
                    session.end(Ended::SignedOut);
                }
            } else if let Some(form) = form {
                // The browser's own way, whose failure the person sees.
                if everywhere {
                    stand_in_for_button(&form);
                }
                let _ = form.submit();
            }
            pending.try_set(false);
        });
    };
    let label = match children {
        Some(children) => Either::Left(children()),
        None => Either::Right(view! { <span lang=context.lang()>{context.word(Text::SignOut)}</span> }),
    };
    let everywhere = everywhere.then(|| {
        view! {
            <button type="submit" class="quiet" name=wire::EVERYWHERE value="on" disabled=move || pending.get()>
                <span lang=context.lang()>{context.word(Text::SignOutEverywhere)}</span>
            </button>
        }
    });
    view! {
        <form class="sign-out" method="post" action=wire::SIGN_OUT on:submit=submit>
            <input type="hidden" name=wire::CALLBACK_URL value=callback/>
            <button type="submit" class=class disabled=move || pending.get()>
                {label}
            </button>
            {everywhere}
        </form>
    }
}

/// Puts what the second button says into the form: a form that a script submits knows of no button.
fn stand_in_for_button(form: &HtmlFormElement) {
    if let Ok(field) = document().create_element("input") {
        for (name, value) in [("type", "hidden"), ("name", wire::EVERYWHERE), ("value", "on")] {
            let _ = field.set_attribute(name, value);
        }
        let _ = form.append_child(&field);
    }
}
