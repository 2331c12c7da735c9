//! `vestibule-app sessions …`: what an operator does to sessions, through the store that all instances share.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use vestibule_server::clock::{Clock, SystemClock};
use vestibule_server::config::{Config, LONGEST_SESSION};
use vestibule_server::store::{Identity, RedisStore, Store, StoreError, Whose};

/// What can be done.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// End sessions that began before now: the people have to sign in again.
    End(Target),
}

/// Whose sessions.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Target {
    /// The sessions of one user: their id in the profile (`upstream.profile.id`).
    #[arg(long, value_name = "ID")]
    user: Option<String>,
    /// Everybody's sessions.
    #[arg(long)]
    all: bool,
}

/// Does it: 0 when the store was told, 2 when the configuration names none, 1 when it is away.
#[expect(clippy::print_stdout, reason = "what the person at the terminal asked for")]
pub(crate) fn run(config: &Config, Command::End(target): &Command) -> ExitCode {
    let Some(url) = &config.store.url else {
        eprintln!(
            "{}: store.url: is not set, so each process keeps its sessions to itself — set it, or restart the process",
            config.path.display()
        );
        return ExitCode::from(crate::MISTAKEN);
    };
    let whose = match &target.user {
        Some(id) => Whose::Of(Identity::of_text(id)),
        None => Whose::All,
    };
    match end(url.expose(), &whose) {
        Ok(()) => {
            println!("The sessions that began before now are ended.");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("vestibule-app: {error}");
            ExitCode::FAILURE
        }
    }
}

fn end(url: &str, whose: &Whose) -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let store = RedisStore::new(url)?;
        store
            .end_before(whose, SystemClock.now_millis(), LONGEST_SESSION)
            .await
            .map_err(|error: StoreError| error.into())
    })
}
