//! The store of several instances: Redis, or Valkey.
//!
//! One server, or a primary with replicas (not a cluster: an operation touches several keys at once). Every entry has a
//! time to live, and every operation is one command or one script, so that it is atomic. Keys begin with `vestibule:`
//! and hold hashes, never a session's id; values that are secret are sealed.
//!
//! | key | what |
//! | --- | --- |
//! | `vestibule:ended:SESSION` | the session was ended |
//! | `vestibule:before:IDENTITY`, `vestibule:before:*` | sessions that began at or before this moment were ended (ms) |
//! | `vestibule:spent:SESSION` | the newest generation of a session whose refresh token rotated |
//! | `vestibule:lease:SESSION:GENERATION` | who renews it now |
//! | `vestibule:landing:SESSION:GENERATION` | what came of it |
//! | `vestibule:record:SESSION` | generation and sealed record, with `session.storage = "store"` |
//! | `vestibule:used:MARK` | what may be used once was used |
//! | `vestibule:wrong:BUCKET` | wrong passwords of an account or an address, by its life |
//! | `vestibule:guessing:BUCKET` | the sign-ins that are under way there |

mod breaker;
mod scripts;
mod unsent;

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, RedisError, RedisResult, ScriptInvocation};

use self::breaker::Breaker;
use self::scripts::Scripts;
use self::unsent::Unsent;
use super::{
    Bucket, Failure, Finish, Guess, Guessed, Keep, Landing, Operation, SessionKey, Standing, Start, Store, StoreError,
    Whose,
};
use crate::config::Quota;
use crate::record::SessionId;

/// The longest that one operation takes, connecting included.
const LONGEST: Duration = Duration::from_secs(1);
/// The longest wait between two attempts to connect.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// A [`Store`] in Redis or Valkey. Cheap to clone; clones share their connection.
///
/// While it is away, sessions that were ended here are remembered, refused here at once, and told to it when it is back.
#[derive(Clone)]
pub struct RedisStore {
    connection: ConnectionManager,
    scripts: Arc<Scripts>,
    breaker: Arc<Breaker>,
    unsent: Arc<Unsent>,
}

impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RedisStore")
    }
}

/// `store.url` names no store. Remedy: write `redis://HOST:PORT/DATABASE`, or `rediss://` for TLS.
#[derive(Debug, thiserror::Error)]
#[error("not the address of a Redis or Valkey server")]
pub struct InvalidUrl;

impl RedisStore {
    /// The store at an address such as `redis://127.0.0.1:6379/0` or `rediss://user:password@store.example`. It connects
    /// with the first operation, and again whenever the connection is lost; it must be made inside a tokio runtime.
    ///
    /// # Errors
    /// [`InvalidUrl`]. Whether somebody answers there is not tried.
    pub fn new(url: &str) -> Result<Self, InvalidUrl> {
        // For rediss://; one that the application has installed already stays.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::open(url).map_err(|_| InvalidUrl)?;
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(LONGEST))
            .set_response_timeout(Some(LONGEST))
            .set_max_delay(LONGEST_PAUSE)
            .set_number_of_retries(1);
        Ok(Self {
            connection: ConnectionManager::new_lazy_with_config(client, config).map_err(|_| InvalidUrl)?,
            scripts: Arc::default(),
            breaker: Arc::default(),
            unsent: Arc::default(),
        })
    }

    /// Runs an operation in bounded time. After one that failed, the next fail at once for a moment: a store that hangs
    /// must not make every request wait for it.
    async fn within<T>(&self, operation: impl Future<Output = RedisResult<T>>) -> Result<T, StoreError> {
        if self.breaker.is_open() {
            return Err(StoreError("it did not answer a moment ago".to_owned()));
        }
        let result = match tokio::time::timeout(LONGEST, operation).await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => Err(StoreError(described(&error))),
            Err(_) => Err(StoreError("it did not answer in time".to_owned())),
        };
        self.breaker.note(result.is_ok());
        result
    }

    async fn run<T: redis::FromRedisValue>(&self, invocation: ScriptInvocation<'_>) -> Result<T, StoreError> {
        let mut connection = self.connection.clone();
        self.within(invocation.invoke_async(&mut connection)).await
    }

    /// Ends sessions in the store; where it is away, now and until it is back.
    async fn end_surely(&self, what: unsent::End, life: Duration) -> Result<(), StoreError> {
        let result = self.run(self.scripts.end(&what, life)).await;
        if result.is_err() {
            self.unsent.keep(self, what, life);
        }
        result
    }
}

/// What a log line may say of an error: its kind and the server's own code, never a key or a value.
fn described(error: &RedisError) -> String {
    match error.code() {
        Some(code) => format!("{} ({code})", error.category()),
        None => error.category().to_owned(),
    }
}

impl Store for RedisStore {
    fn look_up<'a>(&'a self, key: &'a SessionKey) -> Operation<'a, Standing> {
        Box::pin(async move {
            // What was ended here while the store was away is ended, whatever the store says.
            if self.unsent.has(key) {
                return Ok(Standing { ended: true, ..Standing::default() });
            }
            let (ended, landing): (u8, Option<String>) = self.run(self.scripts.look_up(key)).await?;
            Ok(Standing {
                ended: ended == scripts::ENDED,
                superseded: ended == scripts::SPENT,
                landing: landing.as_deref().map(read).transpose()?,
            })
        })
    }

    fn end<'a>(&'a self, id: &'a SessionId, life: Duration) -> Operation<'a, ()> {
        Box::pin(self.end_surely(unsent::End::Session(id.clone()), life))
    }

    fn end_before<'a>(&'a self, whose: &'a Whose, moment_millis: i64, life: Duration) -> Operation<'a, ()> {
        Box::pin(self.end_surely(unsent::End::Before(whose.clone(), moment_millis), life))
    }

    fn start_flight<'a>(
        &'a self,
        key: &'a SessionKey,
        holder: &'a str,
        lease: Duration,
        now_millis: i64,
    ) -> Operation<'a, Start> {
        Box::pin(async move {
            let invocation = self.scripts.start_flight(key, holder, lease, now_millis);
            let (state, landing): (u8, Option<String>) = self.run(invocation).await?;
            let landing: Option<Landing> = landing.as_deref().map(read).transpose()?;
            Ok(match (state, landing) {
                (scripts::GONE, _) => Start::Gone,
                (scripts::BUSY, _) => Start::Busy,
                (scripts::LANDED, Some(landing)) => Start::Landed(landing),
                (_, Some(Landing::Failed(failure))) => Start::Ours(failure),
                _ => Start::Ours(Failure::default()),
            })
        })
    }

    fn finish_flight<'a>(
        &'a self,
        key: &'a SessionKey,
        holder: &'a str,
        landing: &'a Landing,
        keep: Keep,
    ) -> Operation<'a, Finish> {
        Box::pin(async move {
            let written = serde_json::to_string(landing).map_err(|_| StoreError("unwritable".to_owned()))?;
            let invocation = self.scripts.finish_flight(key, holder, &written, keep);
            let (state, before): (u8, Option<String>) = self.run(invocation).await?;
            let before: Option<Landing> = before.as_deref().map(read).transpose()?;
            Ok(match (state, before) {
                (scripts::ENDED, _) => Finish::Ended,
                (_, Some(Landing::Renewed(sealed))) => Finish::Overtaken(sealed),
                _ => Finish::Kept,
            })
        })
    }

    fn delivered<'a>(&'a self, key: &'a SessionKey, grace: Duration) -> Operation<'a, ()> {
        Box::pin(self.run(self.scripts.delivered(key, grace)))
    }

    fn put_record<'a>(&'a self, key: &'a SessionKey, sealed: &'a str, life: Duration) -> Operation<'a, ()> {
        Box::pin(self.run(self.scripts.put_record(key, sealed, life)))
    }

    fn record<'a>(&'a self, id: &'a SessionId) -> Operation<'a, Option<String>> {
        Box::pin(self.run(self.scripts.record(id)))
    }

    fn spend<'a>(&'a self, mark: &'a str, life: Duration) -> Operation<'a, bool> {
        Box::pin(self.run(self.scripts.spend(mark, life)))
    }

    fn start_guess<'a>(&'a self, bucket: &'a Bucket, quota: Quota, holder: &'a str) -> Operation<'a, Guess> {
        Box::pin(async move {
            Ok(match self.run::<i64>(self.scripts.start_guess(bucket, quota, holder)).await? {
                0 => Guess::Ours,
                wait if wait > 0 => Guess::Over(Duration::from_millis(wait.unsigned_abs())),
                _ => Guess::Busy,
            })
        })
    }

    fn finish_guess<'a>(
        &'a self,
        bucket: &'a Bucket,
        quota: Quota,
        holder: &'a str,
        guessed: Guessed,
    ) -> Operation<'a, ()> {
        Box::pin(self.run(self.scripts.finish_guess(bucket, quota, holder, guessed)))
    }

    fn ping(&self) -> Operation<'_, ()> {
        Box::pin(async {
            let mut connection = self.connection.clone();
            self.within(async move { redis::cmd("PING").query_async::<()>(&mut connection).await }).await
        })
    }
}

/// A landing as it was written; another release's that cannot be read is a store that cannot be used.
fn read(text: &str) -> Result<Landing, StoreError> {
    serde_json::from_str(text).map_err(|_| StoreError("it holds what this release cannot read".to_owned()))
}

#[cfg(test)]
mod tests;
