//! Puts the parts together, listens, and serves until the process is asked to stop.

use std::error::Error;
use std::sync::Arc;

use leptos::prelude::LeptosOptions;
use tokio::net::TcpListener;
use vestibule::ssr;
use vestibule_app::app::App;
use vestibule_app::shell::shell;
use vestibule_server::app::Vestibule;
use vestibule_server::clock::{Clock, SystemClock};
use vestibule_server::config::Config;
use vestibule_server::serve::{serve, stop_signal};
use vestibule_server::store::RedisStore;
use vestibule_server::upstream::{Contract, HttpTransport, Upstream};
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
    let listener = TcpListener::bind(config.server.address).await.map_err(|error| {
        format!("{}: server.address: cannot listen on {}: {error}", config.path.display(), config.server.address)
    })?;
    let (contract, demo) = contract(&config).await?;

    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let transport = Arc::new(HttpTransport::new(&contract)?);
    let upstream = Upstream::new(contract, transport, Arc::clone(&clock), config.login.messages);
    let options = options(&config);
    let store = config.store.url.as_ref().map(|url| RedisStore::new(url.expose())).transpose()?;
    let builder = Vestibule::builder(config, upstream, clock).callbacks(Audit);
    let vestibule = match store {
        Some(store) => builder.store(Arc::new(store)).build()?,
        None => builder.build()?,
    };
    let pages = ssr::router(&vestibule, options.clone(), App, shell).merge(download::route());
    let router = layers::protect(&vestibule, pages, ssr::files(&options));

    let server = &vestibule.config().server;
    let public_url = server.public_url.as_str().trim_end_matches('/');
    if public_url == format!("http://{}", server.address) {
        println!("Listening on {public_url}");
    } else {
        println!("Listening on http://{}, which is {public_url} for browsers", server.address);
    }
    if let Some(demo) = &demo {
        println!("{}", demo.account);
    }
    let stop = async {
        if let Err(error) = stop_signal().await {
            tracing::error!(%error, "signals cannot be listened for; stopping");
        }
    };
    serve(&vestibule, router, listener, stop).await;
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

/// What Leptos wants to know; the operator's file decides, not the environment of a build tool.
fn options(config: &Config) -> LeptosOptions {
    LeptosOptions::builder()
        .output_name(OUTPUT_NAME)
        .site_root(config.server.site_root.to_string_lossy())
        .site_addr(config.server.address)
        .reload_port(u32::from(config.server.reload_port))
        .build()
}
