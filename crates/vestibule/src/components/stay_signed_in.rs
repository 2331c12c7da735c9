//! `<StaySignedIn>`: the question before an untouched session ends.

use leptos::prelude::*;
use vestibule_core::Text;

use crate::at_once::at_once;
use crate::context::Context;
use crate::side;

/// Asks "Stay signed in?" a minute before the session ends for want of use, with a button that keeps it alive. Put it
/// once into the application's frame; it is nothing while there is nothing to ask (WCAG 2.2.1).
///
/// ```
/// use leptos::prelude::*;
/// use vestibule::StaySignedIn;
///
/// #[component]
/// fn Frame() -> impl IntoView {
///     view! { <main>"…"</main> <StaySignedIn/> }
/// }
/// ```
#[component]
pub fn StaySignedIn() -> impl IntoView {
    let context = Context::get();
    let question = move || {
        context.asks.get().then(|| {
            at_once(view! {
                <p>{context.word(Text::IdleQuestion)}</p>
                <button type="button" class="primary" on:click=move |_| side::stay_signed_in()>
                    {context.word(Text::StaySignedIn)}
                </button>
            })
            .into_any()
        })
    };
    // The region is there from the start, so that what comes into it is announced.
    view! { <aside class="stay-signed-in" role="alert" lang=context.lang()>{question}</aside> }
}
