//! What the fuzz targets call: for each a function that takes any bytes and panics where something does not hold.
//!
//! The functions stand beside what they are about, where the property tests call them too. This is their door to `fuzz/`, a
//! workspace of its own; applications never have it.

pub use crate::callback::invariants::callback_url;
pub use crate::config::invariants::configuration;
pub use crate::cookies::invariants::{chunks, cookie_header};
pub use crate::proxy::invariants::proxy_path;
pub use crate::seal::invariants::seal;
pub use crate::upstream::jwt::invariants::jwt_exp;
pub use crate::upstream::pointer::invariants::json_pointer;

#[cfg(test)]
mod tests;
