//! A bounded map whose entries end.

use std::collections::{BTreeMap, BTreeSet};

/// Entries by key, each with an end (Unix time in milliseconds) and a weight. When the weights exceed the capacity, the
/// entry nearest to its end goes.
///
/// Trees, since they take what their entries take: a hash table that entries come to and leave all day doubles some day, and
/// makes everybody wait meanwhile.
pub(super) struct Shelf<K, V> {
    what: &'static str,
    capacity: usize,
    weight: usize,
    entries: BTreeMap<K, Entry<V>>,
    by_end: BTreeSet<(i64, K)>,
}

struct Entry<V> {
    value: V,
    end: i64,
    weight: usize,
}

impl<K: Clone + Ord, V> Shelf<K, V> {
    /// An empty shelf; `what` names its content in the log.
    pub(super) fn new(what: &'static str, capacity: usize) -> Self {
        Self { what, capacity, weight: 0, entries: BTreeMap::new(), by_end: BTreeSet::new() }
    }

    /// The entry at `key`, unless it is over.
    pub(super) fn get(&self, key: &K, now: i64) -> Option<&V> {
        self.entries.get(key).filter(|entry| entry.end > now).map(|entry| &entry.value)
    }

    /// When the entry at `key` ends or ended.
    pub(super) fn end(&self, key: &K) -> Option<i64> {
        self.entries.get(key).map(|entry| entry.end)
    }

    /// Puts an entry in the place of what was at `key`.
    pub(super) fn put(&mut self, key: K, value: V, weight: usize, end: i64, now: i64) {
        self.remove(&key);
        if end <= now || weight > self.capacity {
            return;
        }
        while let Some((nearest, _)) = self.by_end.first()
            && (*nearest <= now || self.weight + weight > self.capacity)
        {
            if *nearest > now {
                tracing::warn!(
                    what = self.what,
                    capacity = self.capacity,
                    "the memory store is full and drops what ends next: set store.url"
                );
            }
            if let Some((_, key)) = self.by_end.first().cloned() {
                self.remove(&key);
            }
        }
        self.weight += weight;
        self.by_end.insert((end, key.clone()));
        self.entries.insert(key, Entry { value, end, weight });
    }

    /// Takes an entry away.
    pub(super) fn remove(&mut self, key: &K) {
        if let Some(entry) = self.entries.remove(key) {
            self.weight -= entry.weight;
            self.by_end.remove(&(entry.end, key.clone()));
        }
    }

    /// Brings an entry's end forward; never back.
    pub(super) fn shorten(&mut self, key: &K, end: i64) {
        if let Some(entry) = self.entries.get_mut(key)
            && end < entry.end
        {
            self.by_end.remove(&(entry.end, key.clone()));
            self.by_end.insert((end, key.clone()));
            entry.end = end;
        }
    }
}

#[cfg(test)]
mod tests;
