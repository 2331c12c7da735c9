//! From record to cookies and back: sealed whole into them, or sealed into the store with a sealed id in the cookie.

use http::HeaderValue;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::Vestibule;
use crate::config::Storage;
use crate::cookies::{Presented, TooLarge};
use crate::record::{Record, SessionId};
use crate::seal::{Opened, Purpose};
use crate::store::StoreError;

/// The largest sealed record that the store takes, in bytes.
const MOST_STORED: usize = 1 << 20;

/// A record that did not become cookies.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotSealed {
    /// It is too large; the remedy is in [`TooLarge`].
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
    /// It cannot be written as JSON: a fault of ours.
    #[error("the record cannot be written: {0}")]
    Unwritable(#[from] serde_json::Error),
    /// It belongs into the store, which is away.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The record is in the store, and the store is away: nobody can say whether there is a session.
#[derive(Debug)]
pub(crate) struct Unreadable {
    /// The session that the cookie names.
    pub(crate) id: SessionId,
    pub(crate) error: StoreError,
}

/// What the cookie holds with `session.storage = "store"`.
#[derive(Serialize, Deserialize)]
struct Reference {
    v: u8,
    id: SessionId,
}

impl Vestibule {
    /// The record that a request presents, whether or not it is a session still.
    pub(crate) async fn open(&self, presented: &Presented) -> Result<Option<Record>, Unreadable> {
        let Some(sealed) = presented.sealed.as_deref() else { return Ok(None) };
        let name = self.cookies().name();
        match self.config().session.storage {
            Storage::Cookie => {
                let opened = self.0.ring.open(Purpose::Session, name, sealed);
                Ok(opened.and_then(|opened| Record::from_text(&opened.text)).filter(|record| self.knows_owner(record)))
            }
            Storage::Store => {
                let reference = self.0.ring.open(Purpose::Reference, name, sealed).and_then(|it| read_reference(&it));
                let Some(reference) = reference else { return Ok(None) };
                let stored = self.store().record(&reference.id).await;
                let stored = stored.map_err(|error| Unreadable { id: reference.id.clone(), error })?;
                let opened =
                    stored.and_then(|stored| self.0.ring.open(Purpose::Stored, &stored_name(&reference.id), &stored));
                Ok(opened.and_then(|opened| Record::from_text(&opened.text)).filter(|record| self.knows_owner(record)))
            }
        }
    }

    /// Whether what a request presents was ours, and is no more: it names a key of the ring, and does not open with it; or it is
    /// in pieces of which one is missing. What names no key of ours is the cookie of a key that was removed, or of another
    /// program on this host.
    pub(crate) fn is_changed(&self, presented: &Presented) -> bool {
        let Some(sealed) = presented.sealed.as_deref() else { return presented.any() };
        // Where records are kept may have been changed since.
        let opens = |purpose| self.0.ring.open(purpose, self.cookies().name(), sealed).is_some();
        self.0.ring.knows_key_of(sealed) && !opens(Purpose::Session) && !opens(Purpose::Reference)
    }

    /// Keeps a record, and gives the `Set-Cookie` values by which the browser has it from now on.
    pub(crate) async fn write(&self, record: &Record, presented: &Presented) -> Result<Vec<HeaderValue>, NotSealed> {
        let sealed = match self.config().session.storage {
            Storage::Cookie => self.seal_cookie(record)?,
            Storage::Store => {
                self.put_record(record).await?;
                self.seal_reference(&record.id)?
            }
        };
        Ok(self.cookies().write(&sealed, presented, record.max_age(self.clock().now()))?)
    }

    /// Puts a record into the store, where that is where records are.
    pub(crate) async fn put_record(&self, record: &Record) -> Result<(), NotSealed> {
        let sealed = self.seal_stored(record)?;
        Ok(self.store().put_record(&record.key(), &sealed, self.left(record)).await?)
    }

    /// Sees to it that a record that begins can be kept: it fits into the cookies, or is in the store.
    pub(crate) async fn admit(&self, record: &Record) -> Result<(), NotSealed> {
        match self.config().session.storage {
            Storage::Cookie => self.fits(record),
            Storage::Store => self.put_record(record).await,
        }
    }

    /// Whether a record fits where it is kept; nothing is written.
    pub(crate) fn fits(&self, record: &Record) -> Result<(), NotSealed> {
        match self.config().session.storage {
            Storage::Cookie => Ok(self.cookies().fits(&self.seal_cookie(record)?)?),
            Storage::Store => self.seal_stored(record).map(|_| ()),
        }
    }

    /// What a refresh brought, sealed for those who come with the generation before.
    pub(crate) fn seal_landing(&self, before: &Record, renewed: &Record) -> Result<String, serde_json::Error> {
        let text = Zeroizing::new(renewed.to_text()?);
        Ok(self.0.ring.seal(Purpose::Landing, &landing_name(before), &text))
    }

    /// The successor of a record, out of the store.
    pub(crate) fn open_landing(&self, before: &Record, sealed: &str) -> Option<Record> {
        let opened = self.0.ring.open(Purpose::Landing, &landing_name(before), sealed)?;
        Record::from_text(&opened.text).filter(|renewed| renewed.generation > before.generation)
    }

    fn seal_cookie(&self, record: &Record) -> Result<String, serde_json::Error> {
        let text = Zeroizing::new(record.to_text()?);
        Ok(self.0.ring.seal(Purpose::Session, self.cookies().name(), &text))
    }

    fn seal_reference(&self, id: &SessionId) -> Result<String, serde_json::Error> {
        let text = Zeroizing::new(serde_json::to_string(&Reference { v: 1, id: id.clone() })?);
        Ok(self.0.ring.seal(Purpose::Reference, self.cookies().name(), &text))
    }

    fn seal_stored(&self, record: &Record) -> Result<String, NotSealed> {
        let text = Zeroizing::new(record.to_text()?);
        let sealed = self.0.ring.seal(Purpose::Stored, &stored_name(&record.id), &text);
        if sealed.len() > MOST_STORED {
            return Err(TooLarge { bytes: sealed.len(), most: MOST_STORED }.into());
        }
        Ok(sealed)
    }
}

fn read_reference(opened: &Opened) -> Option<Reference> {
    serde_json::from_str(&opened.text).ok().filter(|reference: &Reference| reference.v == 1)
}

/// Sealed under the session it belongs to: who can write to the store cannot give one session another's record.
fn stored_name(id: &SessionId) -> String {
    format!("record {}", id.for_store())
}

fn landing_name(before: &Record) -> String {
    format!("landing {} {}", before.id.for_store(), before.generation)
}

#[cfg(test)]
mod tests;
