//! Stands in for the demo API in a program that was built without it.

use std::error::Error;

use vestibule_server::config::Config;
use vestibule_server::upstream::Contract;

/// Whether a demo API is compiled in.
pub(crate) const AVAILABLE: bool = false;

/// Never made.
#[derive(Debug)]
pub(crate) struct Demo {
    pub(crate) contract: Contract,
    pub(crate) account: String,
}

/// There is none.
///
/// # Errors
/// Always.
pub(crate) async fn start(_: &Config) -> Result<Demo, Box<dyn Error>> {
    Err("this program was built without the demo API: set upstream.base_url".into())
}
