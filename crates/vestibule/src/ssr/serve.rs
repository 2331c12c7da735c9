//! A whole server for an application that has nothing to add to it.

use std::fmt;

use leptos::prelude::*;
use vestibule_server::app::{ConnectError, Vestibule};
use vestibule_server::config::{Config, Mistakes, generate_secret};
use vestibule_server::log::{self, LogError};
use vestibule_server::seal::NoKey;
use vestibule_server::serve::{CannotListen, listen, stop_signal, whereabouts};
use vestibule_server::{layers, serve as accept};

use super::{NoSite, files, require_site, router};

/// Why an application could not be served. `Debug` is what a `main` that returns it prints: the lines of `Display`.
#[derive(thiserror::Error)]
pub enum ServeError {
    /// What stands on the command line is no argument of this program.
    #[error("{0:?} is no argument — there are --check, which reads the configuration, and secret, which makes one")]
    Argument(String),
    /// The configuration has mistakes; one line each.
    #[error("{0}")]
    Config(#[from] Mistakes),
    /// No upstream is configured. Remedy: `base_url` in `[upstream]`.
    #[error("{0}: upstream.base_url: is missing — set the address of your API")]
    NoUpstream(String),
    /// The log could not be set up.
    #[error(transparent)]
    Log(#[from] LogError),
    /// Somebody else listens at the address.
    #[error(transparent)]
    Listen(#[from] CannotListen),
    /// A client could not be made.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The site was not built, or is elsewhere.
    #[error(transparent)]
    Site(#[from] NoSite),
    /// There is no secret to seal with.
    #[error(transparent)]
    Seal(#[from] NoKey),
}

impl fmt::Debug for ServeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Serves an application until the process is asked to stop: reads the configuration, sets up the log, listens, and puts the
/// pages behind every layer. It is all that the `main` of most applications does.
///
/// - `output_name`: what the build calls the browser's files, as in `Cargo.toml`.
/// - `app`, `shell`: as in [`router`].
///
/// On the command line, `--check` has it read the configuration, which is an error where it has mistakes, and nothing else;
/// `secret` has it print a new one for `session.secrets`. Anything else there is an error.
///
/// ```no_run
/// # use leptos::prelude::*;
/// # #[component] fn App() -> impl IntoView {}
/// # fn shell() -> impl IntoView {}
/// #[tokio::main]
/// async fn main() -> Result<(), vestibule::ssr::ServeError> {
///     vestibule::ssr::serve("my-app", App, shell).await
/// }
/// ```
///
/// An application with more to it (routes of its own, callbacks, contexts) puts the same parts together itself; this is how:
///
/// ```no_run
/// # use leptos::prelude::*;
/// # use vestibule::ssr;
/// # use vestibule_server::{app::Vestibule, config::Config, layers, log, serve};
/// # #[component] fn App() -> impl IntoView {}
/// # fn shell() -> impl IntoView {}
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let config = Config::load()?;
/// log::init(&config.log)?;
/// let listener = serve::listen(&config).await?;
/// let contract = config.upstream.clone().ok_or("upstream.base_url is missing")?;
/// let vestibule = Vestibule::connect(config, contract)?.build()?;
/// let options = ssr::options(vestibule.config(), "my-app");
/// ssr::require_site(vestibule.config(), &options)?;
/// let pages = ssr::router(&vestibule, options.clone(), App, shell);
/// let router = layers::protect(&vestibule, pages, ssr::files(&options));
/// serve::serve(&vestibule, router, listener, serve::stop_signal()).await;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// [`ServeError`].
#[expect(clippy::print_stdout, clippy::print_stderr, reason = "for the person at the terminal")]
pub async fn serve<App, AppView, Shell, ShellView>(output_name: &str, app: App, shell: Shell) -> Result<(), ServeError>
where
    App: Fn() -> AppView + Clone + Send + Sync + 'static,
    AppView: IntoView + 'static,
    Shell: Fn() -> ShellView + Clone + Send + Sync + 'static,
    ShellView: IntoView + 'static,
{
    let is_check = match Wish::of(std::env::args().skip(1))? {
        Wish::Secret => {
            println!("{}", generate_secret().expose());
            return Ok(());
        }
        wish => wish == Wish::Check,
    };
    // A check writes nothing, not even the secret that development makes for itself.
    let config = if is_check { Config::check() } else { Config::load() }?;
    for warning in &config.warnings {
        eprintln!("{warning}");
    }
    let contract = config.upstream.clone();
    let contract = contract.ok_or_else(|| ServeError::NoUpstream(config.path.display().to_string()))?;
    if is_check {
        println!("{}: the configuration is valid", config.path.display());
        return Ok(());
    }
    log::init(&config.log)?;
    let listener = listen(&config).await?;
    let vestibule = Vestibule::connect(config, contract)?.build()?;
    let options = options(vestibule.config(), output_name);
    require_site(vestibule.config(), &options)?;
    let pages = router(&vestibule, options.clone(), app, shell);
    let router = layers::protect(&vestibule, pages, files(&options));
    println!("{}", whereabouts(&vestibule.config().server));
    accept::serve(&vestibule, router, listener, stop_signal()).await;
    Ok(())
}

/// What the command line asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    Serve,
    Check,
    Secret,
}

impl Wish {
    fn of(mut arguments: impl Iterator<Item = String>) -> Result<Self, ServeError> {
        let wish = match arguments.next().as_deref() {
            None => Self::Serve,
            Some("--check") => Self::Check,
            Some("secret") => Self::Secret,
            Some(other) => return Err(ServeError::Argument(other.to_owned())),
        };
        // A server that ignored one would do something else than it was asked.
        arguments.next().map_or(Ok(wish), |more| Err(ServeError::Argument(more)))
    }
}

/// What Leptos wants to know. The operator's file decides, not the environment of a build tool. `output_name`: what the
/// build calls the browser's files.
#[must_use]
pub fn options(config: &Config, output_name: &str) -> LeptosOptions {
    LeptosOptions::builder()
        .output_name(output_name)
        .site_root(config.server.site_root.to_string_lossy())
        .site_addr(config.server.address)
        .reload_port(u32::from(config.server.reload_port))
        .build()
}

#[cfg(test)]
mod tests;
