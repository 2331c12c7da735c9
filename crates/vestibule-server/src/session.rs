//! The session of one request: opened on the way in, renewed where that is due, changed through one handle, written on
//! the way out.

mod authenticated;
mod backoff;
mod flight;
mod full;
mod handle;
mod layer;
mod opening;
#[cfg(test)]
pub(crate) mod rotating;
mod stale_page;

pub use authenticated::Authenticated;
pub(crate) use flight::{Delivery, Errand, Flights, Flown, Kept};
pub use full::FullSession;
pub use handle::SessionHandle;
pub use layer::session_layer;
