//! Puts the parts together, listens, and serves until the process is asked to stop.

use std::error::Error;

use vestibule::ssr;
use vestibule_app::app::App;
use vestibule_app::shell::shell;
use vestibule_server::app::Vestibule;
use vestibule_server::config::Config;
use vestibule_server::serve::{listen, serve, stop_signal, whereabouts};
use vestibule_server::upstream::Contract;
use vestibule_server::{layers, log};

use crate::audit::Audit;
use crate::demo::{self, Demo};
use crate::download;

/// What the build calls the browser's files: `output-name` in `Cargo.toml`.
const OUTPUT_NAME: &str = "vestibule-app";

/// Serves with this configuration.
///
/// # Errors
/// In one line, what could not be started.
pub(crate) fn run(config: Config) -> Result<(), Box<dyn Error>> {
    log::init(&config.log)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let outcome = runtime.block_on(start(config));
    // What still hangs after the drain, hangs for good; the process must not wait for it.
    runtime.shutdown_background();
    outcome
}

#[expect(clippy::print_stdout, reason = "the person at the terminal wants to know where to look")]
async fn start(config: Config) -> Result<(), Box<dyn Error>> {
    let listener = listen(&config).await?;
    let (contract, demo) = contract(&config).await?;
    let vestibule = Vestibule::connect(config, contract)?.callbacks(Audit).build()?;
    let options = ssr::options(vestibule.config(), OUTPUT_NAME);
    ssr::require_site(vestibule.config(), &options)?;
    let pages = ssr::router(&vestibule, options.clone(), App, shell).merge(download::route());
    let router = layers::protect(&vestibule, pages, ssr::files(&options));
    println!("{}", whereabouts(&vestibule.config().server));
    if let Some(demo) = &demo {
        println!("{}", demo.account);
    }
    serve(&vestibule, router, listener, stop_signal()).await;
    Ok(())
}

/// The contract to keep, with the demo API where the configuration names none: that lives as long as what is returned.
pub(crate) async fn contract(config: &Config) -> Result<(Contract, Option<Demo>), Box<dyn Error>> {
    if let Some(contract) = &config.upstream {
        return Ok((contract.clone(), None));
    }
    let demo = demo::start(config).await?;
    Ok((demo.contract.clone(), Some(demo)))
}
