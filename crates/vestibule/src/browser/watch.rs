//! The watch over a page's session: it follows time, the network and the other tabs, and asks the server only when there
//! is something to learn.
//!
//! - Shortly before the token dies, at the session's ends, when the page becomes visible or goes online, and when it
//!   comes back from the back/forward cache, it asks. These checks are passive: an untouched page ends at the idle
//!   time-out.
//! - A minute before that end, it has the page ask whether somebody is there.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::task::spawn_local;
use vestibule_core::{Session, Text, wire};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, PageTransitionEvent, VisibilityState};

use super::check::{Found, check, somebody_is_there};
use super::tabs::Tabs;
use crate::context::{Context, Ended};

/// Between two checks, at the least, in seconds.
const APART: i64 = 5;
/// Before the next check when the last one taught nothing, in seconds.
const LATER: i64 = 30;
/// How long before the idle end the page asks whether somebody is there, in seconds; at most half of the idle time.
const ASK_BEFORE: i64 = 60;
/// No timer of a browser counts further, in seconds.
const LONGEST: i64 = 86_400;

thread_local! {
    /// The page's one watch.
    static WATCH: RefCell<Option<Rc<Watch>>> = const { RefCell::new(None) };
}

pub(super) struct Watch {
    pub(super) context: Context,
    pub(super) tabs: Option<Tabs>,
    timer: Cell<Option<TimeoutHandle>>,
    /// When the last check began, and when the next may; by the server's clock, in seconds.
    checked: Cell<i64>,
    not_before: Cell<i64>,
    /// How long the session may be without use, in seconds, as far as this page has seen.
    idle: Cell<i64>,
    is_checking: Cell<bool>,
    /// Somebody said that they are there while a check was under way.
    is_wanted: Cell<bool>,
}

/// Begins the watch, once the page is alive.
pub(crate) fn watch(context: Context) {
    // Effects run after hydration, so that nothing is touched that is still coming alive.
    Effect::new(move || {
        WATCH.with(|watch| {
            watch.borrow_mut().get_or_insert_with(|| Watch::begin(context));
        });
        let session = context.session.follow();
        with_watch(|watch| watch.wait_for(session.as_deref()));
        // What the server learnt while the page was on its way.
        if let Some(note) = document().get_element_by_id(wire::STALE_PAGE) {
            note.remove();
            look_again();
        }
    });
}

/// Tells the other tabs what the session is now.
pub(crate) fn tell(session: Arc<Session>) {
    with_watch(|watch| {
        if let Some(tabs) = &watch.tabs {
            tabs.tell(session);
        }
    });
}

/// Tells the other tabs that this page's session is over; before the page itself is told.
pub(crate) fn tell_end(why: Ended) {
    with_watch(|watch| {
        if let (Some(tabs), Some(session)) = (&watch.tabs, watch.context.session.now()) {
            tabs.tell_end(&session, why);
        }
    });
}

/// Keeps the session alive: somebody is there.
pub(crate) fn stay_signed_in() {
    with_watch(|watch| watch.ask(false));
}

/// Asks the server at once: it has just said that something is not as this page believes.
pub(crate) fn look_again() {
    with_watch(|watch| watch.ask(true));
}

/// The server has answered a call of this page. Where the token was due, it has renewed it on the way.
pub(crate) fn was_asked() {
    with_watch(|watch| {
        let renews = watch.context.session.now().and_then(|session| session.renews);
        let now = watch.now();
        let is_due = renews.is_some_and(|moment| moment.as_unix() <= now);
        if is_due && now >= watch.not_before.get() && now - watch.checked.get() >= APART {
            watch.ask(true);
        }
    });
}

/// A text, in the language of the page.
pub(super) fn word(text: Text) -> String {
    let watch = WATCH.with(|watch| watch.borrow().clone());
    watch.map_or_else(|| text.english().to_owned(), |watch| watch.context.word(text))
}

/// Whom the page was made for, if it was made for anybody.
pub(crate) fn identity_of_page() -> Option<String> {
    let watch = WATCH.with(|watch| watch.borrow().clone())?;
    watch.context.session.now()?.identity.clone()
}

pub(super) fn with_watch(act: impl FnOnce(&Rc<Watch>)) {
    let watch = WATCH.with(|watch| watch.borrow().clone());
    if let Some(watch) = watch {
        act(&watch);
    }
}

impl Watch {
    fn begin(context: Context) -> Rc<Self> {
        let watch = Rc::new(Self {
            context,
            tabs: Tabs::open(),
            timer: Cell::new(None),
            checked: Cell::new(0),
            not_before: Cell::new(0),
            idle: Cell::new(0),
            is_checking: Cell::new(false),
            is_wanted: Cell::new(false),
        });
        if let Some(tabs) = &watch.tabs {
            tabs.tell_seed(context.session.now());
        }
        let look = || with_watch(|watch| watch.look());
        _ = window_event_listener_untyped("online", move |_| look());
        _ = window_event_listener_untyped("visibilitychange", move |_| look());
        _ = window_event_listener_untyped("pageshow", |event| {
            if event.dyn_ref::<PageTransitionEvent>().is_some_and(PageTransitionEvent::persisted) {
                with_watch(Watch::wake_from_cache);
            }
        });
        watch
    }

    /// Something happened that may have changed the session: the page became visible, or goes online.
    fn look(self: &Rc<Self>) {
        if !is_visible() {
            return;
        }
        if self.now() - self.checked.get() >= APART {
            self.ask(true);
        } else {
            // The timer may have rung while nobody was looking.
            self.wait_for(self.context.session.now().as_deref());
        }
    }

    /// The page was frozen, with everything on it, and is shown again as it was. Whoever signed out meanwhile must not
    /// be seen, not even for a moment: the page hides until the server has said who is there.
    fn wake_from_cache(self: &Rc<Self>) {
        let Some(ours) = self.context.session.now() else {
            // It may have been left as a login page, by somebody who is signed in now.
            spawn_local(async {
                if somebody_is_there().await {
                    reload();
                }
            });
            return;
        };
        hide_page(true);
        self.checked.set(self.now());
        let watch = Rc::clone(self);
        spawn_local(async move {
            match check(&ours, true).await {
                Found::Session(session) => {
                    watch.context.session.replace(session);
                    hide_page(false);
                }
                // The server decides what is to be seen at this address now.
                Found::Nobody | Found::SomebodyElse | Found::Unknown => reload(),
            }
        });
    }

    /// Sets the timer for whatever comes next in this session's life.
    fn wait_for(self: &Rc<Self>, session: Option<&Session>) {
        if let Some(timer) = self.timer.take() {
            timer.clear();
        }
        let Some(session) = session else {
            self.idle.set(0);
            self.context.asks.set(false);
            return;
        };
        let now = self.now();
        let unused_for = session.idle_expires.as_unix() - now;
        self.idle.set(self.idle.get().max(unused_for));
        self.context.asks.set((1..=self.lead()).contains(&unused_for));
        let token = session.renews.unwrap_or(session.expires);
        let ask = session.idle_expires.as_unix() - self.lead();
        let next = [token.as_unix(), session.session_expires.as_unix(), session.idle_expires.as_unix(), ask]
            .into_iter()
            // A moment that is over and changed nothing is asked about again, but not at once.
            .map(|moment| if moment < now { self.not_before.get().max(now + APART) } else { moment + 1 })
            .filter(|moment| *moment > now)
            .min()
            .unwrap_or(now + LATER);
        let wait = u64::try_from((next - now).clamp(1, LONGEST)).unwrap_or(1);
        let watch = Rc::clone(self);
        let ring = move || {
            watch.timer.set(None);
            if is_visible() {
                watch.ask(true);
            }
        };
        self.timer.set(set_timeout_with_handle(ring, Duration::from_secs(wait)).ok());
    }

    /// Asks the server, and becomes what it says.
    fn ask(self: &Rc<Self>, passive: bool) {
        let Some(ours) = self.context.session.now() else { return };
        if self.is_checking.replace(true) {
            if !passive {
                self.is_wanted.set(true);
            }
            return;
        }
        self.checked.set(self.now());
        let watch = Rc::clone(self);
        spawn_local(async move {
            let found = check(&ours, passive).await;
            watch.is_checking.set(false);
            watch.take(&ours, found);
            if watch.is_wanted.take() {
                watch.ask(false);
            }
        });
    }

    fn take(self: &Rc<Self>, ours: &Arc<Session>, found: Found) {
        let session = self.context.session;
        // Another tab, or the person, may have changed it while the answer was on its way: it is about another session then,
        // or about older tokens. Whoever changed it has set the timer.
        if session.now().is_none_or(|now| !Arc::ptr_eq(&now, ours)) {
            return;
        }
        match found {
            Found::Session(found) => {
                let is_new = found.access_token != ours.access_token || found.expires != ours.expires;
                self.not_before.set(self.now() + if is_new { APART } else { LATER });
                if is_new || found.idle_expires != ours.idle_expires {
                    tell(Arc::clone(&found));
                }
                if *found == **ours {
                    self.wait_for(Some(&found));
                } else {
                    session.replace(found);
                }
            }
            Found::Nobody => {
                tell_end(Ended::Expired);
                session.end(Ended::Expired);
            }
            Found::SomebodyElse => reload(),
            Found::Unknown => {
                self.not_before.set(self.now() + LATER);
                self.wait_for(Some(ours));
            }
        }
    }

    fn lead(&self) -> i64 {
        ASK_BEFORE.min(self.idle.get() / 2)
    }

    fn now(&self) -> i64 {
        self.context.now()
    }
}

/// Shows nothing of the page, or all of it again.
fn hide_page(hidden: bool) {
    if let Some(root) = document().document_element().and_then(|root| root.dyn_into::<HtmlElement>().ok()) {
        root.set_hidden(hidden);
    }
}

fn reload() {
    let _ = window().location().reload();
}

fn is_visible() -> bool {
    document().visibility_state() == VisibilityState::Visible
}
