//! Passwords: Argon2id, checked in the time that it takes, whether or not there is such a user.

use argon2::Argon2;
use argon2::password_hash::PasswordVerifier;
use argon2::password_hash::phc::PasswordHash;
use tokio::sync::Semaphore;

/// What a password is compared with where there is no such user, so that the answer takes as long (OWASP,
/// Authentication Cheat Sheet). Nobody knows its password, and a match would not count.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$8pLvzp2Vtu0CeT3Sbo3YGg$O/rlE3qqeBsC5jbQGAc0kY9Z/WNARFi5k3ID1z87T5w";

/// Each check takes 19 MiB of memory and a processor: more at once would only make all of them late.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// Whether the password is the one that `hash` (a PHC string) was made of. `None` takes as long, and is `false`.
pub(crate) async fn matches(password: String, hash: Option<&'static str>) -> bool {
    // The semaphore is never closed, so that this cannot fail; if it did, nobody would be let in.
    let Ok(_permit) = AT_ONCE.acquire().await else { return false };
    let check = tokio::task::spawn_blocking(move || verify(&password, hash.unwrap_or(NOBODY)));
    check.await.unwrap_or(false) && hash.is_some()
}

fn verify(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}
