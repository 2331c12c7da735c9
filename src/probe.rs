//! `vestibule-app probe`: tries the configured contract with the living API, or a provider, and says which key to change.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{self, BufRead, IsTerminal};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use vestibule_core::FieldKind;
use vestibule_server::clock::SystemClock;
use vestibule_server::config::{Config, Messages};
use vestibule_server::providers;
use vestibule_server::secret::Secret;
use vestibule_server::upstream::{Credentials, Finding, HttpTransport, Upstream, probe};

use crate::server::contract;

/// What nobody's password is.
const WRONG: &str = "vestibule-probe-wrong-password";

/// What to try.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Tried {
    /// What this user types into the first field of the login form. The password is asked for, or read from standard
    /// input where that is no terminal.
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// The provider of this id: all of its sign-in that needs no person.
    #[arg(long, value_name = "ID")]
    provider: Option<String>,
}

/// Tries it: 0 when every step is well, 1 otherwise.
pub(crate) fn run(config: &Config, tried: &Tried) -> ExitCode {
    match attempt(config, tried) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("vestibule-app: {error}");
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stdout, reason = "what the person at the terminal asked for")]
fn attempt(config: &Config, tried: &Tried) -> Result<bool, Box<dyn Error>> {
    let mut tell = |finding: Finding| println!("{finding}");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let (contract, _demo) = contract(config).await?;
        if let Some(id) = &tried.provider {
            let provider = config.providers.iter().find(|provider| provider.id == *id);
            let provider = provider.ok_or_else(|| format!("{id:?} is the id of none of the [[providers]]"))?;
            let transport = Arc::new(HttpTransport::over_tls(&contract)?);
            let public_url = &config.server.public_url;
            return Ok(providers::probe(provider, public_url, transport, Arc::new(SystemClock), &mut tell).await);
        }
        let user = tried.user.as_deref().unwrap_or_default();
        println!("      {}: as {user}", contract.base_url());
        let password = ask_password()?;
        let transport = Arc::new(HttpTransport::new(&contract)?);
        let upstream = Upstream::new(contract, transport, Arc::new(SystemClock), Messages::Neutral);
        let (right, wrong) = (credentials(config, user, &password), credentials(config, user, WRONG));
        Ok(probe(&upstream, &right, &wrong, &mut tell).await)
    })
}

/// The form as this person would fill it in; other fields stay empty.
fn credentials(config: &Config, user: &str, password: &str) -> Credentials {
    let mut is_first = true;
    let fields = config.login.form().fields.iter().map(|field| {
        let text = if field.kind == FieldKind::Password {
            password
        } else if std::mem::take(&mut is_first) {
            user
        } else {
            ""
        };
        (field.name.clone(), Secret::new(text))
    });
    Credentials::new(fields.collect::<BTreeMap<_, _>>())
}

fn ask_password() -> io::Result<String> {
    if io::stdin().is_terminal() {
        return rpassword::prompt_password("Password: ");
    }
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
