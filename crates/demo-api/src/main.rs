//! The API as a program of its own.

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use demo_api::{DEMO_USERS, Options, RateLimit, start};

/// A JWT API with two users whose passwords are public, for development and demonstration.
#[derive(Debug, Parser)]
struct Arguments {
    /// Where to listen; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:4000", value_name = "ADDRESS:PORT")]
    address: SocketAddr,
    /// How long an access token lives, in seconds
    #[arg(long, default_value_t = 7_200, value_name = "SECONDS")]
    access_lifetime: u64,
    /// A file to keep the signing key in, so that a restart signs nobody out; it is made if it is missing
    #[arg(long, value_name = "PATH")]
    key_file: Option<PathBuf>,
    /// An origin whose pages may call with fetch, such as http://127.0.0.1:3000; may be given several times
    #[arg(long = "origin", value_name = "ORIGIN")]
    origins: Vec<String>,
    /// Answer the 26th call that one address makes within a minute with 429
    #[arg(long)]
    rate_limit: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let options = Options {
        address: arguments.address,
        access_lifetime: Duration::from_secs(arguments.access_lifetime),
        key_file: arguments.key_file,
        origins: arguments.origins,
        rate_limit: arguments.rate_limit.then_some(RateLimit::MARXAN),
        ..Options::default()
    };
    let running = match start(options).await {
        Ok(running) => running,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "demo-api: {error}");
            return ExitCode::FAILURE;
        }
    };
    // Nobody may be reading; the API runs all the same.
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "demo-api listens on {}", running.url);
    for user in DEMO_USERS {
        let code = user.totp_secret.map(|secret| format!(" / one-time codes of {secret}")).unwrap_or_default();
        let _ = writeln!(out, "  {} / {}{code}", user.email, user.password);
    }
    drop(out);
    let _ = tokio::signal::ctrl_c().await;
    ExitCode::SUCCESS
}
