//! The choice of a language, below the login form.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use vestibule_core::{Text, wire};

use crate::at_once::at_once;
use crate::context::Context;
use crate::pages::callback_target;
use crate::query;

/// A link for each language; nothing where there is only one.
#[component]
pub(crate) fn Languages() -> impl IntoView {
    let context = Context::get();
    let search = use_location().search;
    let words = context.words.get_value();
    let label = words.get(Text::ChooseLanguage).to_owned();
    let link = |(tag, name): &(String, String)| {
        let here = tag.clone();
        let href = move || {
            let login = query::to_login(&callback_target(context.login, &search.get()), None);
            [login.as_str(), "&", wire::LANG, "=", &here].concat()
        };
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
