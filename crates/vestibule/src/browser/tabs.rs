//! The other tabs of this site: what happens to the session in one, all learn at once, without a request each.

use std::sync::Arc;

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use vestibule_core::{Session, Timestamp};
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BroadcastChannel, MessageEvent};

use super::watch::{look_again, with_watch};
use crate::context::{Context, Ended};
use crate::json::ViaValue;

/// The channel that the pages of this origin share.
const CHANNEL: &str = "vestibule";

/// What one tab tells the others. It stays within this origin, whose pages have all of it anyway.
#[derive(Serialize, Deserialize)]
struct News {
    session: Option<Arc<Session>>,
    /// Where there is none: the one that ended, and why.
    #[serde(default)]
    end: Option<End>,
    /// Whether it is what a page came with from the server, which may be older than what others have heard since.
    #[serde(default)]
    is_seed: bool,
}

/// The end of a session, which is known by its absolute end.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct End {
    why: Ended,
    of: Timestamp,
}

/// This tab's end of the channel.
#[derive(Clone, Debug)]
pub(super) struct Tabs(BroadcastChannel);

impl Tabs {
    /// Opens the channel and follows it. `None` in a browser that has none.
    pub(super) fn open() -> Option<Self> {
        let channel = BroadcastChannel::new(CHANNEL).ok()?;
        let hear = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            let text = event.data().as_string();
            if let Some(ViaValue(news)) = text.and_then(|text| serde_json::from_str::<ViaValue<News>>(&text).ok()) {
                with_watch(|watch| follow(watch.context, watch.tabs.as_ref(), news));
            }
        });
        channel.set_onmessage(Some(hear.as_ref().unchecked_ref()));
        // The page hears as long as it lives.
        hear.forget();
        Some(Self(channel))
    }

    /// Tells the other tabs what the session is now.
    pub(super) fn tell(&self, session: Arc<Session>) {
        self.post(&News { session: Some(session), end: None, is_seed: false });
    }

    /// Tells them that this session is over.
    pub(super) fn tell_end(&self, session: &Session, why: Ended) {
        self.post(&News { session: None, end: Some(End { why, of: session.session_expires }), is_seed: false });
    }

    /// Tells them what this page came with: who signed in or out by a form that the browser itself sent, or at another
    /// site, told nobody else.
    pub(super) fn tell_seed(&self, session: Option<Arc<Session>>) {
        self.post(&News { session, end: None, is_seed: true });
    }

    fn post(&self, news: &News) {
        if let Ok(text) = serde_json::to_string(news) {
            let _ = self.0.post_message(&JsValue::from_str(&text));
        }
    }
}

/// Becomes what another tab is. Where that is somebody else, the page loads anew: nothing on it was made for them.
fn follow(context: Context, tabs: Option<&Tabs>, news: News) {
    let ours = context.session.now();
    match (ours, news.session) {
        // Only the server knows whether that page is behind us or ahead.
        (Some(_), None) if news.is_seed => look_again(),
        // Who signed in since then has another session.
        (Some(ours), None) => {
            if let Some(end) = news.end.filter(|end| ours.session_expires <= end.of) {
                context.session.end(end.why);
            }
        }
        // That page was on its way while this one heard of the end: it is told to look again.
        (None, Some(theirs)) if news.is_seed && context.session.saw_end_of(&theirs) => {
            if let Some(tabs) = tabs {
                tabs.tell_seed(None);
            }
        }
        (Some(ours), Some(theirs)) if ours.identity != theirs.identity => {
            let _ = window().location().reload();
        }
        (Some(ours), Some(theirs)) if news.is_seed && !is_newer(&theirs, &ours) => {}
        (_, Some(theirs)) => context.session.replace(theirs),
        (None, None) => {}
    }
}

/// Whether one session of a person begins after the other, or has tokens that do.
fn is_newer(theirs: &Session, ours: &Session) -> bool {
    (theirs.session_expires, theirs.expires) > (ours.session_expires, ours.expires)
}
