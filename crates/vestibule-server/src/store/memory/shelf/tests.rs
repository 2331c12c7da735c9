use super::Shelf;

fn shelf(capacity: usize) -> Shelf<u8, &'static str> {
    Shelf::new("test", capacity)
}

impl Shelf<u8, &'static str> {
    fn sums_agree(&self) -> bool {
        self.entries.len() == self.by_end.len()
            && self.weight == self.entries.values().map(|entry| entry.weight).sum::<usize>()
    }
}

#[test]
fn an_entry_is_there_until_its_end() {
    let mut shelf = shelf(10);
    shelf.put(1, "one", 1, 100, 0);
    assert_eq!(shelf.get(&1, 99), Some(&"one"));
    assert_eq!(shelf.get(&1, 100), None);
    shelf.put(2, "late", 1, 100, 100);
    assert_eq!(shelf.get(&2, 100), None, "it ends as it comes");
}

/// SE-09
#[test]
fn a_full_shelf_drops_what_ends_next_and_stays_bounded() {
    let mut shelf = shelf(2);
    shelf.put(1, "far", 1, 300, 0);
    shelf.put(2, "near", 1, 100, 0);
    shelf.put(3, "middle", 1, 200, 0);
    assert_eq!(shelf.get(&2, 0), None);
    assert!(shelf.get(&1, 0).is_some() && shelf.get(&3, 0).is_some());
    assert!(shelf.sums_agree());
}

#[test]
fn what_is_over_makes_room_first() {
    let mut shelf = shelf(2);
    shelf.put(1, "over soon", 1, 10, 0);
    shelf.put(2, "stays", 1, 20, 0);
    shelf.put(3, "new", 1, 15, 10);
    assert!(shelf.get(&2, 10).is_some() && shelf.get(&3, 10).is_some());
    assert!(shelf.sums_agree());
}

#[test]
fn weights_count_and_replacing_counts_once() {
    let mut shelf = shelf(10);
    shelf.put(1, "small", 4, 100, 0);
    shelf.put(1, "larger", 8, 50, 0);
    assert_eq!(shelf.get(&1, 0), Some(&"larger"));
    shelf.put(2, "too much beside it", 4, 200, 0);
    assert_eq!(shelf.get(&1, 0), None);
    shelf.put(3, "more than everything", 11, 300, 0);
    assert_eq!(shelf.get(&3, 0), None);
    assert!(shelf.get(&2, 0).is_some(), "what cannot fit drives nobody out");
    assert!(shelf.sums_agree());
}

#[test]
fn an_end_is_brought_forward_and_never_back() {
    let mut shelf = shelf(10);
    shelf.put(1, "one", 1, 100, 0);
    shelf.shorten(&1, 200);
    assert_eq!(shelf.get(&1, 100), None);
    shelf.shorten(&1, 50);
    assert_eq!(shelf.get(&1, 50), None);
    assert!(shelf.sums_agree());
}
