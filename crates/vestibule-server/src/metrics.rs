//! What is counted, for Prometheus: on `/metrics` of `server.admin_address`, in the OpenMetrics text format.
//!
//! | metric | labels | what |
//! | --- | --- | --- |
//! | `vestibule_requests_seconds` | `kind`, `status` | requests, to the head of the response |
//! | `vestibule_events_total` | `event`, `why` | what an audit hears: sign-ins, refusals, renewals, ends; and requests that were denied |
//! | `vestibule_limited_total` | `limit` | sign-ins that `[limits]` refused |
//! | `vestibule_outgoing_seconds` | `to`, `outcome` | calls of the API and of providers, to the end of a short answer or the head of a stream |
//! | `vestibule_seals_total` | | values sealed with one secret (SE-06) |
//! | `vestibule_draining` | | 1 while the process is on its way to its end |
//!
//! Labels are of closed sets: nothing that a request says is in one, and nobody's name.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use crate::callbacks::Happening;

/// Upper bounds, in seconds: from a page that asks nobody to the longest request.
const BOUNDS: [f64; 10] = [0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0];

/// Times by labels; clones are the same.
pub(crate) type Times<L> = Family<L, Histogram>;

/// An empty set of them.
pub(crate) fn times<L: Clone + std::hash::Hash + Eq>() -> Times<L> {
    Family::new_with_constructor(|| Histogram::new(BOUNDS))
}

/// What a request was for, and the status of its answer.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub(crate) struct Answered {
    pub(crate) kind: &'static str,
    pub(crate) status: u16,
}

/// Who was called, and what came of it.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub(crate) struct Called {
    pub(crate) to: String,
    pub(crate) outcome: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Event {
    event: &'static str,
    why: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Limited {
    limit: &'static str,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    requests: Times<Answered>,
    events: Family<Event, Counter>,
    limited: Family<Limited, Counter>,
    draining: Gauge,
}

impl Metrics {
    /// With those that are counted elsewhere.
    pub(crate) fn new(outgoing: &Times<Called>, seals: &Counter<u64, AtomicU64>) -> Self {
        let mut registry = Registry::with_prefix("vestibule");
        let (requests, events, limited) = (times(), Family::default(), Family::default());
        let draining = Gauge::default();
        registry.register_with_unit(
            "requests",
            "Requests, to the head of the response",
            Unit::Seconds,
            requests.clone(),
        );
        registry.register("events", "What happened to sessions and sign-ins", events.clone());
        registry.register("limited", "Sign-ins that were refused for wrong ones before", limited.clone());
        registry.register_with_unit("outgoing", "Calls of the API and of providers", Unit::Seconds, outgoing.clone());
        registry.register("seals", "Values sealed since the start", seals.clone());
        registry.register("draining", "Whether the process is on its way to its end", draining.clone());
        Self { registry, requests, events, limited, draining }
    }

    /// A request was answered.
    pub(crate) fn answered(&self, kind: &'static str, status: u16, took: Duration) {
        // An API may answer with any three digits, and the proxy passes them on.
        let status = if (100..600).contains(&status) { status } else { 0 };
        self.requests.get_or_create(&Answered { kind, status }).observe(took.as_secs_f64());
    }

    /// Something happened to a session or a sign-in.
    pub(crate) fn happened(&self, happening: Happening) {
        let why = match happening {
            Happening::Refused { code } => code.key(),
            Happening::Ended { why } => why.name(),
            _ => "",
        };
        self.events.get_or_create(&Event { event: happening.name(), why }).inc();
    }

    /// A request was denied.
    pub(crate) fn denied(&self, why: &'static str) {
        self.events.get_or_create(&Event { event: "denied", why }).inc();
    }

    /// A sign-in was refused by a limit.
    pub(crate) fn limited(&self, limit: &'static str) {
        self.limited.get_or_create(&Limited { limit }).inc();
    }

    /// The process begins to end.
    pub(crate) fn draining(&self) {
        self.draining.set(1);
    }

    /// All of them, as text.
    pub(crate) fn text(&self) -> String {
        let mut all = String::new();
        // Writing into a text does not fail.
        let _ = text::encode(&mut all, &self.registry);
        all
    }
}
