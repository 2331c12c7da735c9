//! TK-06, fault 23, as seeded schedules: a browser's crowd of requests, in an order that a seed decides, at every point
//! where anything waits. The same crowd without the lock shows that the lock is what holds.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fastrand::Rng;
use serde_json::Value;
use tokio::task::{JoinSet, yield_now};
use tokio::time::sleep;

use super::DUE;
use crate::clock::TestClock;
use crate::fixture::{App, NOW, body, config, cookies};
use crate::session::rotating::{REFRESHING, Rotating};
use crate::store::gated::{Gate, GatedStore};
use crate::store::{Operation, StoreError};

const SEEDS: u64 = 60;
const CROWD: usize = 24;
const PERIODS: u32 = 4;

/// What a schedule may do.
#[derive(Clone, Copy)]
struct Rules {
    instances: usize,
    /// Whether the store keeps flights apart.
    locks: bool,
    /// Whether the store goes away now and then, before it acts or after.
    flaps: bool,
}

const CALM: Rules = Rules { instances: 3, locks: true, flaps: false };

/// A road of uncertain length: before and after each operation a seed decides how often others go first.
struct Road {
    rng: Arc<Mutex<Rng>>,
    rules: Rules,
}

async fn wander(rng: &Mutex<Rng>) {
    let steps = rng.lock().unwrap().u8(0..5);
    for _ in 0..steps {
        yield_now().await;
    }
}

impl Road {
    fn go(&self) -> Operation<'_, ()> {
        Box::pin(async move {
            wander(&self.rng).await;
            let is_lost = self.rules.flaps && self.rng.lock().unwrap().u8(0..5) == 0;
            if is_lost { Err(StoreError("a test".to_owned())) } else { Ok(()) }
        })
    }
}

impl Gate for Road {
    fn enter(&self) -> Operation<'_, ()> {
        self.go()
    }

    fn leave(&self) -> Operation<'_, ()> {
        self.go()
    }

    fn locks(&self) -> bool {
        self.rules.locks
    }
}

/// What became of one schedule.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    refreshes: u32,
    is_revoked: bool,
    /// Answers that were not the newest token.
    wrong: usize,
}

async fn run(seed: u64, rules: Rules) -> Outcome {
    let rng = Arc::new(Mutex::new(Rng::with_seed(seed)));
    let clock = TestClock::at(NOW);
    let store = GatedStore::new(Road { rng: Arc::clone(&rng), rules }, &clock);
    let first = App::with_store(config(REFRESHING), store, clock);
    let upstream = Rotating::living(100);
    first.script(upstream.script());
    let mut instances: Vec<_> = (1..rules.instances).map(|_| Arc::new(first.beside(REFRESHING))).collect();
    instances.push(Arc::new(first));
    let first = Arc::clone(instances.last().unwrap());
    let jar = Arc::new(Mutex::new(first.cookies_of("ana").await));
    let mut wrong = 0;
    for period in 1..=PERIODS {
        first.clock.advance(DUE);
        let is_over = Arc::new(AtomicBool::new(false));
        let weather = tokio::spawn({
            let (upstream, rng, is_over) = (Arc::clone(&first.upstream), Arc::clone(&rng), Arc::clone(&is_over));
            async move {
                while !is_over.load(Ordering::Relaxed) {
                    // By the clock, which moves on only when nobody else has anything to do.
                    let still = rng.lock().unwrap().u64(0..5);
                    upstream.hold();
                    sleep(Duration::from_millis(still)).await;
                    upstream.release();
                    sleep(Duration::from_millis(1)).await;
                }
            }
        });
        let mut crowd = JoinSet::new();
        for number in 0..CROWD {
            let app = Arc::clone(&instances[number % instances.len()]);
            let (jar, rng) = (Arc::clone(&jar), Arc::clone(&rng));
            crowd.spawn(async move {
                wander(&rng).await;
                let sent = jar.lock().unwrap().clone();
                wander(&rng).await;
                let response = app.get("/auth/session", &sent).await;
                let given = cookies(&response);
                if !given.is_empty() {
                    // As a browser does it: what arrives last stands.
                    *jar.lock().unwrap() = given;
                }
                let session: Value = serde_json::from_str(&body(response).await).unwrap();
                session["accessToken"] == format!("access-{period}")
            });
        }
        wrong += crowd.join_all().await.into_iter().filter(|is_right| !is_right).count();
        is_over.store(true, Ordering::Relaxed);
        weather.await.unwrap();
        first.upstream.release();
    }
    Outcome { refreshes: upstream.refreshes(), is_revoked: upstream.is_revoked(), wrong }
}

const GOOD: Outcome = Outcome { refreshes: PERIODS, is_revoked: false, wrong: 0 };

#[tokio::test(start_paused = true)]
async fn in_whatever_order_a_crowd_over_three_instances_spends_each_token_once() {
    for seed in 0..SEEDS {
        assert_eq!(run(seed, CALM).await, GOOD, "seed {seed}");
    }
}

#[tokio::test(start_paused = true)]
async fn in_whatever_order_one_instance_spends_each_token_once_while_the_store_comes_and_goes() {
    for seed in 0..SEEDS {
        assert_eq!(run(seed, Rules { instances: 1, flaps: true, ..CALM }).await, GOOD, "seed {seed}");
    }
}

#[tokio::test(start_paused = true)]
async fn without_the_lock_the_same_crowd_spends_a_token_twice_and_loses_the_session() {
    for seed in 0..SEEDS {
        let outcome = run(seed, Rules { locks: false, ..CALM }).await;
        if outcome.is_revoked {
            return;
        }
    }
    panic!("the schedules do not meet the race that the lock is for");
}

/// Three instances on real threads: the seed decides how long each way is, the threads decide the rest.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn on_several_threads_a_crowd_over_three_instances_spends_each_token_once() {
    for seed in 0..20 {
        assert_eq!(run(seed, CALM).await, GOOD, "seed {seed}");
    }
}
