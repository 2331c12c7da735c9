//! A store that is always away, for tests.

use std::future::ready;
use std::sync::Mutex;
use std::time::Duration;

use super::{Finish, Keep, Landing, Operation, SessionKey, Standing, Start, Store, StoreError, Whose};
use crate::record::SessionId;

#[derive(Debug, Default)]
pub(crate) struct AbsentStore {
    /// The sessions that it was told the end of; a real one tells the server when that is back.
    pub(crate) told: Mutex<Vec<SessionId>>,
}

fn away<T: Send + 'static>() -> Operation<'static, T> {
    Box::pin(ready(Err(StoreError("a test".to_owned()))))
}

impl Store for AbsentStore {
    fn look_up<'a>(&'a self, _: &'a SessionKey) -> Operation<'a, Standing> {
        away()
    }

    fn end<'a>(&'a self, id: &'a SessionId, _: Duration) -> Operation<'a, ()> {
        self.told.lock().unwrap().push(id.clone());
        away()
    }

    fn end_before<'a>(&'a self, _: &'a Whose, _: i64, _: Duration) -> Operation<'a, ()> {
        away()
    }

    fn start_flight<'a>(&'a self, _: &'a SessionKey, _: &'a str, _: Duration, _: i64) -> Operation<'a, Start> {
        away()
    }

    fn finish_flight<'a>(&'a self, _: &'a SessionKey, _: &'a str, _: &'a Landing, _: Keep) -> Operation<'a, Finish> {
        away()
    }

    fn delivered<'a>(&'a self, _: &'a SessionKey, _: Duration) -> Operation<'a, ()> {
        away()
    }

    fn put_record<'a>(&'a self, _: &'a SessionKey, _: &'a str, _: Duration) -> Operation<'a, ()> {
        away()
    }

    fn record<'a>(&'a self, _: &'a SessionId) -> Operation<'a, Option<String>> {
        away()
    }

    fn ping(&self) -> Operation<'_, ()> {
        away()
    }
}
