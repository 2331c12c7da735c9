//! Everything that a running API knows.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::exchange::{self, Fetch, TrustedIssuer};
use crate::key;
use crate::limit::Counts;
use crate::one_time_code::OneTimeCodes;
use crate::projects::Projects;
use crate::tokens::Tokens;
use crate::users::{self, User};
use crate::{Clock, Options, RateLimit};

/// As many people of providers as are kept.
const MOST_PEOPLE: usize = 1_000;

/// The API's state: cheap to clone, and the clones are the same API.
#[derive(Clone, Debug)]
pub struct DemoApi(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    users: Vec<User>,
    /// Who came with a provider, since the start.
    people: Mutex<Vec<User>>,
    issuers: Vec<TrustedIssuer>,
    fetch: Option<Fetch>,
    tokens: Tokens,
    one_time_codes: OneTimeCodes,
    projects: Projects,
    counts: Counts,
    rate_limit: Option<RateLimit>,
    origins: Vec<String>,
    clock: Clock,
}

/// The API cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The signing key cannot be read or made.
    ///
    /// Remedy: a folder that exists and may be written to; a file that is not a key of 32 bytes may be deleted, which
    /// ends the sessions that it signed.
    #[error("the signing key {path}: {problem}")]
    Key {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: io::Error,
    },
    /// The machine gives no random bytes.
    #[error("no random bytes: {0}")]
    Random(io::Error),
    /// The address cannot be listened at.
    ///
    /// Remedy: another port, or 0 for a free one.
    #[error("cannot listen on {address}: {problem}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What is wrong with it.
        problem: io::Error,
    },
}

impl DemoApi {
    /// The API as the options ask for it; `options.address` is for [`start`](crate::start) only.
    ///
    /// # Errors
    /// Where there is no signing key to be had.
    pub fn new(options: Options) -> Result<Self, StartError> {
        let Options { access_lifetime, key_file, origins, rate_limit, issuers, fetch, clock, .. } = options;
        let key = match key_file {
            Some(path) => key::kept_in(&path).map_err(|problem| StartError::Key { path, problem })?,
            None => key::random().map_err(StartError::Random)?,
        };
        Ok(Self(Arc::new(Inner {
            users: users::seed(),
            people: Mutex::default(),
            issuers,
            fetch,
            tokens: Tokens::new(&key, access_lifetime.as_secs(), clock.clone()),
            one_time_codes: OneTimeCodes::default(),
            projects: Projects::default(),
            counts: Counts::default(),
            rate_limit,
            origins,
            clock,
        })))
    }

    pub(crate) fn user(&self, email: &str) -> Option<User> {
        User::find(&self.0.users, email).cloned().or_else(|| User::find(&self.people(), email).cloned())
    }

    /// The account of whoever an ID token is about; it is made for who comes for the first time. `None` where nobody
    /// trusted says so.
    pub(crate) async fn user_of(&self, id_token: &str) -> Option<User> {
        let claims = exchange::verified(id_token, &self.0.issuers, self.0.fetch.as_ref()?, self.clock().now()).await?;
        let new = User::of_claims(&claims, self.tokens().id()?)?;
        let mut people = self.people();
        if let Some(known) = User::find(&people, &new.email) {
            return Some(known.clone());
        }
        if people.len() >= MOST_PEOPLE {
            return None;
        }
        people.push(new.clone());
        Some(new)
    }

    fn people(&self) -> MutexGuard<'_, Vec<User>> {
        self.0.people.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn tokens(&self) -> &Tokens {
        &self.0.tokens
    }

    pub(crate) fn one_time_codes(&self) -> &OneTimeCodes {
        &self.0.one_time_codes
    }

    pub(crate) fn projects(&self) -> &Projects {
        &self.0.projects
    }

    pub(crate) fn counts(&self) -> &Counts {
        &self.0.counts
    }

    pub(crate) fn rate_limit(&self) -> Option<RateLimit> {
        self.0.rate_limit
    }

    pub(crate) fn origins(&self) -> &[String] {
        &self.0.origins
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.0.clock
    }
}
