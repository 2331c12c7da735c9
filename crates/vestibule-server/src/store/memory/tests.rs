use std::sync::Arc;
use std::time::Duration;

use super::MemoryStore;
use crate::clock::TestClock;
use crate::record::SessionId;
use crate::store::suite::{Bench, NOW, suite};
use crate::store::{SessionKey, Store};

suite!(async {
    let clock = TestClock::at(NOW / 1_000);
    let store = Arc::new(MemoryStore::new(Arc::new(clock.clone())));
    Bench::new(store, move |seconds| {
        clock.advance(seconds);
        Box::pin(std::future::ready(()))
    })
});

/// SE-09
#[tokio::test]
async fn a_flood_of_ended_sessions_drops_those_that_end_soonest() {
    let store = MemoryStore::with_capacity(Arc::new(TestClock::at(NOW / 1_000)), 100, 1_000);
    let key = || SessionKey { id: SessionId::random().unwrap(), identity: None, begun_millis: NOW, generation: 0 };
    let (long, short) = (key(), key());
    store.end(&long.id, Duration::from_secs(9_000)).await.unwrap();
    store.end(&short.id, Duration::from_secs(10)).await.unwrap();
    for _ in 0..99 {
        store.end(&key().id, Duration::from_secs(5_000)).await.unwrap();
    }
    assert!(store.look_up(&long).await.unwrap().ended);
    assert!(!store.look_up(&short).await.unwrap().ended);
}
