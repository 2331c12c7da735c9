//! The routes of an application: its pages, the server functions, `POST /login`, and the page for what does not exist.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use axum::routing::{MethodFilter, get, on, post};
use http::Uri;
use leptos::prelude::*;
use leptos_axum::{AxumRouteListing, LeptosRoutes, generate_route_list_with_exclusions_and_ssg_and_context};
use vestibule_core::wire;
use vestibule_server::app::Vestibule;

use super::assets::AssetSource;
use super::request::{PageRequest, Shared};
use super::status::see_other_response;
use super::{login_post, server_functions, set_status};
use crate::seed::DirectApi;
use crate::server_functions::{CurrentSession, SignIn, SignOut, Update};

/// The pages of an application and its server functions, to be put behind
/// [`vestibule_server::layers::protect`].
///
/// - `app` is the application's `App`, from which the routes are read; one of them is `/login`, or what `login.page` of the configuration
///   names.
/// - `shell` is the whole document around it, with [`PageHead`](super::PageHead) in its head.
///
/// Static files are not served here: Leptos's own handler of files may lend one request the context of another. What no
/// route takes is rendered by `App` with status 404, but for a page's path with a slash too many, which is redirected.
///
/// Call it before anything is served: while Leptos lists the routes of an `App`, no resource of the whole process loads.
pub fn router<App, AppView, Shell, ShellView>(
    vestibule: &Vestibule,
    options: LeptosOptions,
    app: App,
    shell: Shell,
) -> Router
where
    App: Fn() -> AppView + Clone + Send + Sync + 'static,
    AppView: IntoView + 'static,
    Shell: Fn() -> ShellView + Clone + Send + Sync + 'static,
    ShellView: IntoView + 'static,
{
    router_with_context(vestibule, options, || {}, app, shell)
}

/// [`router`], with contexts of the application's own around its pages and server functions: a pool of connections, or its
/// settings.
///
/// ```no_run
/// use leptos::prelude::*;
/// use vestibule::ssr;
/// use vestibule_server::app::Vestibule;
///
/// #[derive(Clone)]
/// struct Pool;
///
/// fn pages(vestibule: &Vestibule, options: LeptosOptions, pool: Pool) -> axum::Router {
///     ssr::router_with_context(vestibule, options, move || provide_context(pool.clone()), App, shell)
/// }
/// # #[component] fn App() -> impl IntoView {}
/// # fn shell() -> impl IntoView {}
/// ```
pub fn router_with_context<More, App, AppView, Shell, ShellView>(
    vestibule: &Vestibule,
    options: LeptosOptions,
    more: More,
    app: App,
    shell: Shell,
) -> Router
where
    More: Fn() + Clone + Send + Sync + 'static,
    App: Fn() -> AppView + Clone + Send + Sync + 'static,
    AppView: IntoView + 'static,
    Shell: Fn() -> ShellView + Clone + Send + Sync + 'static,
    ShellView: IntoView + 'static,
{
    let shared = Arc::new(Shared {
        api: vestibule
            .browser_api()
            .map(|api| Arc::new(DirectApi { base_url: api.base_url, header: api.header, scheme: api.scheme })),
        assets: AssetSource::new(&options, vestibule.config().server.watched),
        options: options.clone(),
        vestibule: vestibule.clone(),
    });
    let context = {
        let shared = Arc::clone(&shared);
        move || {
            PageRequest::provide(&shared);
            more();
        }
    };

    // A linker may drop what nobody names; the application's own functions are named by its pages.
    server_fn::axum::register_explicit::<SignIn>();
    server_fn::axum::register_explicit::<SignOut>();
    server_fn::axum::register_explicit::<CurrentSession>();
    server_fn::axum::register_explicit::<Update>();
    let functions: Vec<_> = server_fn::axum::server_fn_paths().collect();
    let mut own_routes: Vec<_> = functions.iter().map(|(path, _)| (*path).to_owned()).collect();
    let login_page = vestibule.login_form().page.clone();
    let has_own_login = login_page != wire::LOGIN;
    if has_own_login {
        own_routes.push(wire::LOGIN.to_owned());
    }
    let routes = {
        let context = context.clone();
        generate_route_list_with_exclusions_and_ssg_and_context(app, Some(own_routes), context).0
    };
    if routes.iter().all(|route| route.path() != login_page) {
        tracing::error!(path = login_page, "login.page: the application has no such page: nobody can sign in");
    }
    let slashed = with_slash(&routes);

    let mut router = Router::new().leptos_routes_with_context(&options, routes, context.clone(), shell.clone());
    for (path, method) in functions {
        let Ok(method) = MethodFilter::try_from(method) else { continue };
        let context = context.clone();
        router = router.route(path, on(method, move |request: Request| server_functions::call(context, request)));
    }
    for path in slashed {
        router = router.route(&path, get(without_slash));
    }
    if has_own_login {
        // Links and bookmarks need not know of it.
        let to_own_login = async move |uri: Uri| see_other_response(&with_query_of(&uri, &login_page));
        router = router.route(wire::LOGIN, get(to_own_login));
    }
    let not_found = context.clone();
    let missing = leptos_axum::render_app_async_with_context(
        move || {
            not_found();
            set_status(404);
        },
        shell.clone(),
    );
    router
        .route(wire::LOGIN, post(move |request: Request| login_post::sign_in(shared, context, shell, request)))
        .fallback(missing)
        .with_state(options)
}

/// The paths of pages with a slash behind them. Leptos's own router takes them for the pages; here they have no route,
/// and the page would come with status 404.
fn with_slash(routes: &[AxumRouteListing]) -> Vec<String> {
    // Where the first part is anybody's, a path without its last slash could lead to another site.
    let fixed = |path: &&str| !path.ends_with('/') && !path.starts_with("/{") && !path.contains("{*");
    let pages = routes.iter().filter(|route| route.methods().next().is_some()).map(AxumRouteListing::path);
    let slashed = pages.filter(fixed).map(|path| format!("{path}/"));
    slashed.filter(|path| routes.iter().all(|route| route.path() != path)).collect()
}

/// 303 from `/x/` to `/x`.
async fn without_slash(uri: Uri) -> Response {
    see_other_response(&with_query_of(&uri, uri.path().trim_end_matches('/')))
}

/// A path, with the query of another address.
pub(super) fn with_query_of(uri: &Uri, path: &str) -> String {
    uri.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"))
}

#[cfg(test)]
mod tests;
