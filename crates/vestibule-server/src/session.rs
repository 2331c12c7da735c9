//! The session of one request: opened on the way in, changed through one handle, written on the way out.

mod ended;
mod handle;
mod layer;

pub use ended::EndedSessions;
pub use handle::SessionHandle;
pub use layer::session_layer;
