//! The access token: what it is, how long it lives, and a button that copies it.

use std::time::Duration;

use leptos::either::Either;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;
use vestibule::{AccessToken, use_now, use_session};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use super::token_life::remaining;

/// The session's access token.
#[component]
pub(crate) fn TokenCard() -> impl IntoView {
    let session = use_session::<Value>();
    let (token, expires) = (session.access_token(), session.expires());
    let now = use_now();
    let life = Signal::derive(move || expires.get().map(|expires| remaining(expires.since(now.get()))));
    let moment = Signal::derive(move || expires.get().map(|expires| expires.to_string()));
    view! {
        <div class="token">
            {move || match token.get() {
                Some(token) => Either::Left(view! { <Token token/> }),
                None => Either::Right(view! { <p class="muted">"The token stays on the server."</p> }),
            }}
            <p>"Time left: " <time class="token-life" datetime=moment>{life}</time></p>
        </div>
    }
}

/// The token's text, and the button.
#[component]
fn Token(
    /// The token.
    token: AccessToken,
) -> impl IntoView {
    let asleep = RwSignal::new(true);
    let copied = RwSignal::new(None);
    let said = Signal::derive(move || copied.get());
    Effect::new(move || asleep.set(false));
    let text = token.secret().to_owned();
    let copy = move |_| {
        let text = text.clone();
        spawn_local(async move {
            let word = if copy_text(&text).await { "Copied." } else { "Please select the text and copy it." };
            copied.try_set(Some(word));
            set_timeout(move || _ = copied.try_set(None), Duration::from_secs(4));
        });
    };
    view! {
        <pre><code>{token.secret().to_owned()}</code></pre>
        // Without JavaScript there is nothing that it could do.
        <div class="actions">
            <button type="button" class="copy" hidden=asleep on:click=copy>
                "Copy the token"
            </button>
            <p class="muted" role="status">{said}</p>
        </div>
    }
}

/// Puts a text into the clipboard; false where the browser has none for this page (it is not secure) or refuses.
async fn copy_text(text: &str) -> bool {
    let clipboard = window().navigator().clipboard();
    if JsValue::from(clipboard.clone()).is_undefined() {
        return false;
    }
    JsFuture::from(clipboard.write_text(text)).await.is_ok()
}
