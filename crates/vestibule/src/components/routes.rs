//! The router's `<Routes>` and `<FlatRoutes>`, which also tell the rest of the library what the application's pages are.

use leptos::prelude::*;
use leptos_router::MatchNestedRoutes;
use leptos_router::components::{self, RouteChildren};

use crate::context::Context;
use crate::side;

/// [`leptos_router`'s `<FlatRoutes>`](components::FlatRoutes), to be used in its place.
///
/// Who signs in is sent on by the router where their way leads to a page of the application, and by the browser where
/// it leads to something else that this site serves: a download, a page of another program. With the router's own
/// component it cannot be known which is which, and the browser loads every one.
///
/// ```
/// use leptos::prelude::*;
/// use leptos_router::components::{Route, Router};
/// use leptos_router::path;
/// use vestibule::{FlatRoutes, LoginPage, provide_vestibule};
///
/// #[component]
/// fn App() -> impl IntoView {
///     provide_vestibule();
///     view! {
///         <Router>
///             <FlatRoutes fallback=|| "There is no such page">
///                 <Route path=path!("/login") view=LoginPage/>
///             </FlatRoutes>
///         </Router>
///     }
/// }
/// ```
#[component(transparent)]
pub fn FlatRoutes<Defs, FallbackFn, Fallback>(
    /// What is shown where no route leads.
    fallback: FallbackFn,
    /// Whether to use the browser's view transitions.
    #[prop(optional)]
    transition: bool,
    /// The routes.
    children: RouteChildren<Defs>,
) -> impl IntoView
where
    Defs: MatchNestedRoutes + Clone + Send + 'static,
    FallbackFn: FnOnce() -> Fallback + Clone + Send + 'static,
    Fallback: IntoView + 'static,
{
    let children = known(children);
    components::FlatRoutes(components::FlatRoutesProps { fallback, transition, children })
}

/// [`leptos_router`'s `<Routes>`](components::Routes), for routes that nest: see [`FlatRoutes`].
#[component(transparent)]
pub fn Routes<Defs, FallbackFn, Fallback>(
    /// What is shown where no route leads.
    fallback: FallbackFn,
    /// Whether to use the browser's view transitions.
    #[prop(optional)]
    transition: bool,
    /// The routes.
    children: RouteChildren<Defs>,
) -> impl IntoView
where
    Defs: MatchNestedRoutes + Clone + Send + 'static,
    FallbackFn: FnOnce() -> Fallback + Clone + Send + 'static,
    Fallback: IntoView + 'static,
{
    let children = known(children);
    components::Routes(components::RoutesProps { fallback, transition, children })
}

fn known<Defs: MatchNestedRoutes + Clone + 'static>(children: RouteChildren<Defs>) -> RouteChildren<Defs> {
    let routes = children.into_inner();
    side::know_routes(Context::get(), &routes);
    RouteChildren::to_children(|| routes)
}
