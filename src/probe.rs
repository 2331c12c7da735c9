//! `vestibule-app probe`: tries the configured contract against the living API, and says which key to change.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{self, BufRead, IsTerminal};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use vestibule_core::FieldKind;
use vestibule_server::clock::SystemClock;
use vestibule_server::config::{Config, Messages};
use vestibule_server::secret::Secret;
use vestibule_server::upstream::{Credentials, HttpTransport, Upstream, probe};

use crate::server::contract;

/// What nobody's password is.
const WRONG: &str = "vestibule-probe-wrong-password";

/// Who to sign in as.
#[derive(Debug, Args)]
pub(crate) struct User {
    /// What this user types into the first field of the login form. The password is asked for, or read from standard
    /// input where that is no terminal.
    #[arg(long, value_name = "NAME")]
    user: String,
}

/// Tries it: 0 when every step is well, 1 otherwise.
pub(crate) fn run(config: &Config, user: &User) -> ExitCode {
    match attempt(config, user) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("vestibule-app: {error}");
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stdout, reason = "what the person at the terminal asked for")]
fn attempt(config: &Config, user: &User) -> Result<bool, Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let (contract, _demo) = contract(config).await?;
        println!("      {}: as {}", contract.base_url(), user.user);
        let password = ask_password()?;
        let transport = Arc::new(HttpTransport::new(&contract)?);
        let upstream = Upstream::new(contract, transport, Arc::new(SystemClock), Messages::Neutral);
        let (right, wrong) = (credentials(config, user, &password), credentials(config, user, WRONG));
        Ok(probe(&upstream, &right, &wrong, &mut |finding| println!("{finding}")).await)
    })
}

/// The form as this person would fill it in; other fields stay empty.
fn credentials(config: &Config, user: &User, password: &str) -> Credentials {
    let mut is_first = true;
    let fields = config.login.form().fields.iter().map(|field| {
        let text = if field.kind == FieldKind::Password {
            password
        } else if std::mem::take(&mut is_first) {
            user.user.as_str()
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
