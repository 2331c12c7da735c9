use super::*;

/// A site's folder with empty files of these names in its `pkg`.
fn site(test: &str, files: &[&str]) -> LeptosOptions {
    let root = std::env::temp_dir().join(format!("vestibule-assets-{}-{test}", std::process::id()));
    std::fs::create_dir_all(root.join("pkg")).unwrap();
    for file in files {
        std::fs::write(root.join("pkg").join(file), "").unwrap();
    }
    LeptosOptions::builder().output_name("app").site_root(root.to_str().unwrap()).build()
}

#[test]
fn hashed_files_are_named_by_the_build_s_hashes() {
    let options = site("hashed", &["app.aa.js", "app.bb.wasm", "app.cc.css"]);
    let assets = Assets::named(&options, "js: aa\nwasm: bb\ncss: cc\n");
    assert_eq!(
        assets,
        Assets { script: "/pkg/app.aa.js".into(), wasm: "/pkg/app.bb.wasm".into(), style: "/pkg/app.cc.css".into() }
    );
}

#[test]
fn hashes_of_an_older_build_do_not_name_files_that_are_gone() {
    let options = site("stale", &["app.js", "app_bg.wasm", "app.css"]);
    let assets = Assets::named(&options, "js: old\nwasm: old\ncss: old\n");
    assert_eq!(
        assets,
        Assets { script: "/pkg/app.js".into(), wasm: "/pkg/app_bg.wasm".into(), style: "/pkg/app.css".into() }
    );
}
