//! Views that come alive at once, and children made of them.
//!
//! Where a view's type is erased (a route, the children of a gate), Leptos compiles its hydration twice: once as it is
//! used, once as a future for code that is loaded lazily. An application that loads none pays for the second in every
//! page's bytes; a tenth of the whole.

use std::sync::Arc;

use leptos::attr::Attribute;
use leptos::attr::any_attribute::AnyAttribute;
use leptos::prelude::*;
use leptos::tachys::hydration::Cursor;
use leptos::tachys::ssr::StreamBuilder;
use leptos::tachys::view::{Position, PositionState};

/// Marks a view that holds nothing to be loaded lazily (`#[lazy]`): it renders as it would, and its hydration is
/// compiled once. Put it around a page's whole view.
///
/// A view that borrows nothing is erased as it is, too; Leptos would copy every text and attribute of it first.
///
/// ```
/// use leptos::prelude::*;
/// use vestibule::at_once;
///
/// #[component]
/// fn Imprint() -> impl IntoView {
///     at_once(view! { <h1>"Imprint"</h1> })
/// }
/// ```
pub fn at_once<V: RenderHtml + 'static>(view: V) -> AtOnce<V> {
    AtOnce(view)
}

/// What [`at_once`] makes.
#[derive(Debug)]
pub struct AtOnce<V>(V);

impl<V: Render> Render for AtOnce<V> {
    type State = V::State;

    fn build(self) -> Self::State {
        self.0.build()
    }

    fn rebuild(self, state: &mut Self::State) {
        self.0.rebuild(state);
    }
}

impl<V: RenderHtml> AddAnyAttr for AtOnce<V> {
    type Output<A: Attribute> = V::Output<A>;

    fn add_any_attr<A: Attribute>(self, attribute: A) -> Self::Output<A>
    where
        Self::Output<A>: RenderHtml,
    {
        self.0.add_any_attr(attribute)
    }
}

/// Everything is the view's own, but for `hydrate_async`, which is left as the trait has it: `hydrate`, in a future.
impl<V: RenderHtml + 'static> RenderHtml for AtOnce<V> {
    type AsyncOutput = V::AsyncOutput;
    type Owned = Self;

    const MIN_LENGTH: usize = V::MIN_LENGTH;
    const EXISTS: bool = V::EXISTS;

    fn dry_resolve(&mut self) {
        self.0.dry_resolve();
    }

    async fn resolve(self) -> Self::AsyncOutput {
        self.0.resolve().await
    }

    fn html_len(&self) -> usize {
        self.0.html_len()
    }

    fn to_html_with_buf(
        self,
        html: &mut String,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        attributes: Vec<AnyAttribute>,
    ) {
        self.0.to_html_with_buf(html, position, escape, mark_branches, attributes);
    }

    fn to_html_async_with_buf<const OUT_OF_ORDER: bool>(
        self,
        html: &mut StreamBuilder,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        attributes: Vec<AnyAttribute>,
    ) {
        self.0.to_html_async_with_buf::<OUT_OF_ORDER>(html, position, escape, mark_branches, attributes);
    }

    fn hydrate<const FROM_SERVER: bool>(self, cursor: &Cursor, position: &PositionState) -> Self::State {
        self.0.hydrate::<FROM_SERVER>(cursor, position)
    }

    fn into_owned(self) -> Self::Owned {
        self
    }
}

/// Children that may be rendered again and again, each time at once.
#[derive(Clone)]
pub struct GateChildren(Arc<dyn Fn() -> AnyView + Send + Sync>);

impl std::fmt::Debug for GateChildren {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("GateChildren")
    }
}

impl GateChildren {
    pub(crate) fn render(&self) -> AnyView {
        (self.0)()
    }
}

impl<F, C> ToChildren<F> for GateChildren
where
    F: Fn() -> C + Send + Sync + 'static,
    C: RenderHtml + Send + 'static,
{
    fn to_children(children: F) -> Self {
        Self(Arc::new(move || at_once(children()).into_any()))
    }
}
