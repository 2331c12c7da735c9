//! The providers on the login page.

use leptos::prelude::*;
use vestibule_core::{LoginProvider, Text, wire};

use crate::at_once::at_once;
use crate::login::UseLogin;

/// A button for each of `[[providers]]`, and the word "or" between them and the form, where there is one; nothing in the
/// second step, and where there are none.
///
/// Each is a form of its own, which posts to `/auth/sign-in/{id}`: the browser leaves the page, with or without JavaScript.
#[component]
pub fn LoginProviders() -> impl IntoView {
    let login = UseLogin::here();
    let is_second = login.is_second_step();
    let form = login.form();
    let has_form = !form.fields.is_empty();
    let providers = move || {
        (!form.providers.is_empty() && !is_second.get()).then(|| {
            let buttons = form.providers.iter().map(|provider| button(login, provider)).collect_view();
            let or =
                has_form.then(|| view! { <p class="or" aria-hidden="true"><span>{login.word(Text::Or)}</span></p> });
            view! {
                {or}
                <ul class="providers">{buttons}</ul>
            }
        })
    };
    at_once(providers).into_any()
}

fn button(login: UseLogin, provider: &LoginProvider) -> AnyView {
    let is_last = login.context.login.last_provider.with_value(|last| last.as_deref() == Some(&*provider.id));
    let text = login.word(Text::ContinueWith).replace("{provider}", &provider.name);
    let last = is_last.then(|| view! { <span class="last">{login.word(Text::LastUsed)}</span> });
    let action = [wire::PROVIDER_SIGN_IN, "/", &provider.id].concat();
    let mark = mark(provider);
    at_once(view! {
        <li>
            <form method="post" action=action>
                {login.hidden_callback()}
                <button type="submit" class="provider">
                    {mark} <span>{text}</span> {last}
                </button>
            </form>
        </li>
    })
    .into_any()
}

/// The mark, or the first letter of the name.
fn mark(provider: &LoginProvider) -> AnyView {
    match &provider.mark {
        Some(path) => {
            let color = provider.color.clone().unwrap_or_else(|| "currentColor".to_owned());
            view! {
                <svg class="mark" viewBox="0 0 24 24" width="20" height="20" fill=color aria-hidden="true">
                    <path d=path.clone()></path>
                </svg>
            }
            .into_any()
        }
        None => {
            let letter: String = provider.name.chars().take(1).collect();
            view! { <span class="mark" aria-hidden="true">{letter}</span> }.into_any()
        }
    }
}
