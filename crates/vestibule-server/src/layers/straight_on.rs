//! A login page with one provider and no form sends people straight on (`login.auto`).

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::Method;
use url::form_urlencoded;
use vestibule_core::wire;

use crate::app::Vestibule;
use crate::routes::sent;
use crate::session::SessionHandle;

/// Whoever is signed in, or was sent here with something to read, sees the page. It stands within the session layer.
pub(crate) async fn layer(State(vestibule): State<Vestibule>, request: Request, next: Next) -> Response {
    let query = request.uri().query().unwrap_or_default();
    let is_page = *request.method() == Method::GET && request.uri().path() == vestibule.login_form().page;
    if !(vestibule.config().login.auto && is_page) || has_to_be_read(query) || is_of_another_site(&request) {
        return next.run(request).await;
    }
    let nobody = request
        .extensions()
        .get::<SessionHandle>()
        .filter(|handle| handle.session().is_none() && handle.ended().is_none());
    match (vestibule.providers(), nobody) {
        ([only], Some(handle)) => {
            let asked = crate::callback::from_query(request.uri().query());
            sent(vestibule.leave_for_provider(handle, only, asked, request.headers()).await)
        }
        _ => next.run(request).await,
    }
}

/// Another site's link begins nothing here; the person sees the page.
fn is_of_another_site(request: &Request) -> bool {
    request.headers().get("sec-fetch-site").is_some_and(|site| site == "cross-site")
}

/// Whether the page has something to say, or was asked for in a language.
fn has_to_be_read(query: &str) -> bool {
    form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == wire::REASON || name == wire::LANG)
}
