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

/// A page without its script and style is no page: in production the program says so before anybody sees one.
#[test]
fn production_does_not_start_without_the_site() {
    let config = |environment| {
        let secret = vestibule_server::config::generate_secret();
        let secret = secret.expose();
        let toml = format!(
            "environment = '{environment}'\nserver.public_url = 'https://app.example.org'\nsession.secrets = ['{secret}']\n\
             upstream.base_url = 'https://api.example.org'\nproxy.allow = []\n"
        );
        Config::read(&vestibule_server::config::Source::of_text(&toml)).unwrap()
    };
    let whole = site("whole", &["app.js", "app_bg.wasm", "app.css"]);
    let part = site("part", &["app.js", "app.css"]);
    assert!(require_site(&config("production"), &whole).is_ok());
    let told = require_site(&config("production"), &part).unwrap_err().to_string();
    assert!(told.contains("pkg/app_bg.wasm is not there"), "{told}");
    assert!(require_site(&config("development"), &part).is_ok());
}
