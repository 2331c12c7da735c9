//! The versions of `Cargo.lock`: below these floors, libraries that we depend on, mostly through others, have faults that
//! matter here. A scan for advisories alone misses some of them.

use toml::{Table, Value};

/// The oldest version of each that may be built in.
const FLOORS: [(&str, [u64; 3]); 5] = [
    // A token whose `exp` is no number passed as one that never expires (CVE-2026-25537).
    ("jsonwebtoken", [10, 3, 0]),
    ("h2", [0, 4, 16]),
    ("time", [0, 3, 47]),
    ("rustls-webpki", [0, 103, 13]),
    // An error that was serialized into a page could end its `<script>` (OU-02).
    ("hydration_context", [0, 3, 1]),
];

#[test]
fn no_library_is_older_than_its_floor() {
    let lock: Table = include_str!("../Cargo.lock").parse().expect("Cargo.lock is TOML");
    let packages = lock.get("package").and_then(Value::as_array).expect("packages");
    let mut found = 0;
    for package in packages {
        let text = |key: &str| package.get(key).and_then(Value::as_str).expect("a text");
        for (name, floor) in FLOORS.iter().filter(|(name, _)| *name == text("name")) {
            let version = numbers(text("version"));
            assert!(version >= *floor, "{name} {version:?} is older than {floor:?}");
            found += 1;
        }
    }
    // The page's own library cannot be missing; the others may go with what needs them.
    assert!(found > 0 && lock_has(packages, "hydration_context"), "Cargo.lock was not read as it is written");
}

fn lock_has(packages: &[Value], name: &str) -> bool {
    packages.iter().any(|package| package.get("name").and_then(Value::as_str) == Some(name))
}

/// Major, minor and patch; what stands behind them does not count.
fn numbers(version: &str) -> [u64; 3] {
    let release = version.split(['-', '+']).next().unwrap_or_default();
    let mut parts = release.split('.').map(|part| part.parse().unwrap_or(0));
    std::array::from_fn(|_| parts.next().unwrap_or(0))
}

#[test]
fn versions_are_compared_as_numbers() {
    assert_eq!(numbers("0.103.13"), [0, 103, 13]);
    assert_eq!(numbers("1.2.3-rc.1+deb"), [1, 2, 3]);
    assert!(numbers("0.4.9") < [0, 4, 16] && numbers("11.0.0") > [10, 3, 0]);
}
