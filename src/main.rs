//! The server program: serves the application, checks its configuration, or makes a secret.
//!
//! ```text
//! vestibule-app            serve until SIGTERM or Ctrl-C
//! vestibule-app --check    read the configuration, say what is wrong with it, and end
//! vestibule-app secret     print a new secret for session.secrets
//! vestibule-app probe --user NAME
//! vestibule-app probe --provider ID
//!                          try the contract with the API, and say which key to change
//! vestibule-app sessions end --user ID | --all
//!                          end one user's sessions, or all of them, on every instance
//! ```

mod audit;
mod download;
mod probe;
mod server;
mod sessions;
mod settings;

#[cfg(feature = "demo")]
mod demo;
#[cfg(not(feature = "demo"))]
#[path = "no_demo.rs"]
mod demo;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use vestibule_server::config::{Config, generate_secret};

use crate::settings::Settings;

/// Rendering a page is many small values, made and dropped: with this allocator the same machine answers half as many
/// requests again as with the C library's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What the configuration's mistakes end with.
const MISTAKEN: u8 = 2;

/// Signs people in against a JWT API.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Read the configuration, say what is wrong with it, and end: 0 if nothing is, 2 otherwise.
    #[arg(long)]
    check: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print a new secret for `session.secrets`.
    Secret,
    /// Try the configured contract with the living API, or a provider, step by step, and say which key to change.
    Probe(probe::Tried),
    /// Look after the sessions of a running deployment, through its store.
    #[command(subcommand)]
    Sessions(sessions::Command),
}

#[expect(clippy::print_stdout, reason = "what the person at the terminal asked for")]
fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Some(Command::Secret) = arguments.command {
        println!("{}", generate_secret().expose());
        return ExitCode::SUCCESS;
    }
    // A check writes nothing, not even the secret that development makes for itself.
    let config = match if arguments.check { Config::check() } else { Config::load() } {
        Ok(config) => config,
        Err(mistakes) => {
            eprintln!("{mistakes}");
            return ExitCode::from(MISTAKEN);
        }
    };
    if let Err(mistakes) = config.app_settings::<Settings>() {
        eprintln!("{mistakes}");
        return ExitCode::from(MISTAKEN);
    }
    if config.upstream.is_none() && !demo::AVAILABLE {
        eprintln!("{}: upstream.base_url: is missing — set the address of your API", config.path.display());
        return ExitCode::from(MISTAKEN);
    }
    for warning in &config.warnings {
        eprintln!("{warning}");
    }
    if arguments.check {
        if config.path.exists() {
            println!("{}: the configuration is valid", config.path.display());
        } else {
            println!(
                "{}: there is no such file here; the defaults and the environment are valid",
                config.path.display()
            );
        }
        return ExitCode::SUCCESS;
    }
    let outcome = match arguments.command {
        Some(Command::Probe(tried)) => return probe::run(&config, &tried),
        Some(Command::Sessions(command)) => return sessions::run(&config, &command),
        Some(Command::Secret) | None => server::run(config),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("vestibule-app: {error}");
            ExitCode::FAILURE
        }
    }
}
