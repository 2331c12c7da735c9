use super::*;

/// OU-06: only a name that changes with its content may be kept for ever.
#[test]
fn only_names_with_a_hash_are_kept_for_ever() {
    assert!(has_hash("/pkg/vestibule-app.xT3vY0b2kq-_9LmZ1aQw4g.wasm"));
    for path in
        ["/pkg/vestibule-app.wasm", "/favicon.svg", "/pkg/app.min.js", "/", "/0123456789abcdef.js", "/robots.txt"]
    {
        assert!(!has_hash(path), "{path}");
    }
}

#[test]
fn hidden_files_and_compressed_copies_have_no_route() {
    let root = std::env::temp_dir().join(format!("vestibule-files-{}", std::process::id()));
    fs::create_dir_all(root.join("pkg")).unwrap();
    for name in [".secret", "robots.txt", "robots.txt.br", "robots.txt.gz", "{x}"] {
        fs::write(root.join(name), "").unwrap();
    }
    assert_eq!(public(&root, "pkg"), ["robots.txt"]);
}
