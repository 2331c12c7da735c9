//! Going elsewhere: by the router to the application's pages, by the browser to whatever else this site serves.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_navigate};
use leptos_router::location::{BrowserUrl, LocationProvider};
use leptos_router::{MatchNestedRoutes, NavigateOptions, RouteDefs};
use send_wrapper::SendWrapper;
use vestibule_core::wire;
use wasm_bindgen::JsValue;

use crate::context::{Context, IsPage};
use crate::query;

/// Keeps the router's own judgement of what a page is.
pub(crate) fn know_routes<Defs: MatchNestedRoutes + Clone + 'static>(context: Context, routes: &Defs) {
    let routes = SendWrapper::new(RouteDefs::new(routes.clone()));
    context.is_page.set_value(Some(IsPage(Arc::new(move |path| routes.match_route(path).is_some()))));
}

/// Has the router find the application's own login page where a form was posted to `/login` without JavaScript: the
/// answer is that page, at the address of the post.
pub(crate) fn stand_at(login_page: &str) {
    let location = window().location();
    if login_page == wire::LOGIN || location.pathname().as_deref() != Ok(wire::LOGIN) {
        return;
    }
    let here = [login_page, &location.search().unwrap_or_default(), &location.hash().unwrap_or_default()].concat();
    if let Ok(history) = window().history() {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&here));
    }
}

/// A function that goes to an address of this site, or one that the server allows, and says whether the document stays.
/// "Back" then leads past the page that sent the person on, if its second argument is true.
///
/// The router would show its "no such page" for what is none of its own: a file, a download, another program behind the
/// same origin. Those the browser loads, and so it does with everything where the routes are not known.
pub(crate) fn use_way() -> impl Fn(&str, bool) -> bool + Clone {
    let navigate = use_navigate();
    let is_page = Context::get().is_page;
    move |target, replace| {
        let path = BrowserUrl::parse(target).map(|url| url.path().to_owned()).unwrap_or_default();
        // What the application allows on another site may have a path that is a page here.
        if target.starts_with('/')
            && is_page.with_value(|is_page| is_page.as_ref().is_some_and(|is_page| (is_page.0)(&path)))
        {
            navigate(target, NavigateOptions { replace, ..NavigateOptions::default() });
            return true;
        }
        let location = window().location();
        let _ = if replace { location.replace(target) } else { location.assign(target) };
        false
    }
}

/// Has the browser load another page of this site.
pub(crate) fn leave_for(target: &str) {
    let _ = window().location().assign(target);
}

/// Leaves for the login page as soon as nobody is signed in, and comes back here afterwards.
pub(crate) fn require_session(context: Context) {
    let session = context.session;
    let go = use_way();
    let location = use_location();
    let guarded = location.pathname.get_untracked();
    Effect::new(move || {
        if session.signed_in() {
            return;
        }
        let here = location.pathname.get_untracked();
        // Signing out goes to a page of its own: who is leaving already is not sent elsewhere.
        if here != guarded {
            return;
        }
        let search = location.search.get_untracked();
        let here = if search.is_empty() { here } else { here + "?" + &search };
        let here = here + &location.hash.get_untracked();
        let reason = session.ended_now().map(|ended| (wire::REASON, ended.reason()));
        go(&query::to_login(&context.login_page(), Some(&here), reason), true);
    });
}

/// Leaves for `target` as soon as the visitor is `done` here.
pub(crate) fn send_on(done: impl Fn() -> bool + 'static, target: impl Fn() -> String + 'static) {
    let go = use_way();
    // No server sees a fragment. The one of a guarded address was carried here by the browser, over the redirect to this
    // page; what the person does here may change the address's, so it is read now.
    let fragment = use_location().hash.get_untracked();
    Effect::new(move || {
        if done() {
            let target = untrack(&target);
            // A fragment of this site is no other site's business.
            let is_whole = target.contains('#') || !target.starts_with('/');
            go(&if is_whole { target } else { target + &fragment }, true);
        }
    });
}
