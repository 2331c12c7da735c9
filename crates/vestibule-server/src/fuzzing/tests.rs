use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use toml::Table;

use super::*;

type Target = (&'static str, fn(&[u8]));

/// Every target by its name.
const TARGETS: [Target; 8] = [
    ("callback_url", callback_url),
    ("chunks", chunks),
    ("configuration", configuration),
    ("cookie_header", cookie_header),
    ("json_pointer", json_pointer),
    ("jwt_exp", jwt_exp),
    ("proxy_path", proxy_path),
    ("seal", seal),
];

fn fuzz() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fuzz")
}

/// The names in a folder, without their endings.
fn names(folder: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(fuzz().join(folder)).unwrap();
    entries.map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned()).collect()
}

/// So that a finding, once it is mended and put there, stays mended.
#[test]
fn what_holds_holds_for_every_seed() {
    for (target, holds) in TARGETS {
        let mut seeds = 0;
        for entry in fs::read_dir(fuzz().join("seeds").join(target)).unwrap() {
            let path = entry.unwrap().path();
            println!("{}", path.display()); // What stands last is what failed.
            holds(&fs::read(path).unwrap());
            seeds += 1;
        }
        assert!(seeds > 0, "{target} begins with something");
    }
}

#[test]
fn every_target_has_a_program_and_seeds() {
    let known: BTreeSet<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    let manifest: Table = fs::read_to_string(fuzz().join("Cargo.toml")).unwrap().parse().unwrap();
    let programs =
        manifest["bin"].as_array().unwrap().iter().map(|program| program["name"].as_str().unwrap().to_owned());
    assert_eq!(programs.collect::<BTreeSet<_>>(), known);
    assert_eq!((names("targets"), names("seeds")), (known.clone(), known));
}
