use std::sync::Arc;
use std::time::Duration;

use super::MemoryStore;
use crate::clock::TestClock;
use crate::record::SessionId;
use crate::store::suite::{Bench, NOW, suite};
use crate::store::{Keep, Landing, SessionKey, Store};

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
    let key = || SessionKey {
        id: SessionId::random().unwrap(),
        identity: None,
        also: [None, None],
        begun_millis: NOW,
        generation: 0,
    };
    let (long, short) = (key(), key());
    store.end(&long.id, Duration::from_secs(9_000)).await.unwrap();
    store.end(&short.id, Duration::from_secs(10)).await.unwrap();
    for _ in 0..99 {
        store.end(&key().id, Duration::from_secs(5_000)).await.unwrap();
    }
    assert!(store.look_up(&long).await.unwrap().ended);
    assert!(!store.look_up(&short).await.unwrap().ended);
}

/// SE-09: sealed records may be a megabyte each, so they are counted by their bytes.
#[tokio::test]
async fn a_flood_of_big_refreshes_drops_those_that_end_soonest() {
    let store = MemoryStore::with_capacity(Arc::new(TestClock::at(NOW / 1_000)), 100, 1_000);
    let key = || SessionKey {
        id: SessionId::random().unwrap(),
        identity: None,
        also: [None, None],
        begun_millis: NOW,
        generation: 0,
    };
    let (long, short, last) = (key(), key(), key());
    for (key, seconds) in [(&short, 10), (&long, 9_000), (&last, 5_000)] {
        let keep = Keep { result: Duration::from_secs(seconds), spent: None };
        store.finish_flight(key, "flight", &Landing::Renewed("s".repeat(400)), keep).await.unwrap();
    }
    assert!(store.look_up(&long).await.unwrap().is_renewed());
    assert!(store.look_up(&last).await.unwrap().is_renewed());
    assert!(!store.look_up(&short).await.unwrap().is_renewed());
}
