//! The names of the browser's files, which carry hashes in a release build.
//!
//! Leptos's own components read the file of hashes for every page (and panic where it is missing); here it is read
//! once, at the start, but in watch mode, where the files change under a running server.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use leptos::prelude::LeptosOptions;
use vestibule_server::config::{Config, Environment};

/// Paths of the files that make a page come alive, as a browser asks for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assets {
    /// The script that starts the WebAssembly.
    pub script: String,
    /// The WebAssembly.
    pub wasm: String,
    /// The style sheet.
    pub style: String,
}

impl Assets {
    /// Finds the files in the site's folder: by the hashes that the build wrote beside the program, else without.
    #[must_use]
    pub fn find(options: &LeptosOptions) -> Self {
        let beside_program = std::env::current_exe().ok().and_then(|program| program.parent().map(Path::to_path_buf));
        let places = beside_program.into_iter().chain([PathBuf::from(&*options.site_root)]);
        let hashes = places.filter_map(|place| std::fs::read_to_string(place.join(&*options.hash_file)).ok()).next();
        Self::named(options, hashes.as_deref().unwrap_or_default())
    }

    fn named(options: &LeptosOptions, hashes: &str) -> Self {
        let folder = Path::new(&*options.site_root).join(&*options.site_pkg_dir);
        let name = &options.output_name;
        let hash = |kind: &str| {
            let mut lines = hashes.lines().filter_map(|line| line.split_once(':'));
            lines.find_map(|(file, hash)| (file.trim() == kind).then(|| hash.trim()))
        };
        let choose = |kind: &str, plain: &[String]| {
            let hashed = hash(kind).map(|hash| format!("{name}.{hash}.{kind}"));
            let all: Vec<_> = hashed.into_iter().chain(plain.iter().cloned()).collect();
            let found = all.iter().find(|file| folder.join(file).is_file()).or(all.last());
            format!("/{}/{}", options.site_pkg_dir, found.map_or("", String::as_str))
        };
        Self {
            script: choose("js", &[format!("{name}.js")]),
            // cargo-leptos takes away what wasm-bindgen appends; plain wasm-bindgen does not.
            wasm: choose("wasm", &[format!("{name}.wasm"), format!("{name}_bg.wasm")]),
            style: choose("css", &[format!("{name}.css")]),
        }
    }
}

/// A file of the site that every page needs is not there. Remedy: build the site, point `LEPTOS_SITE_ROOT` to its folder, and
/// keep `hash.txt` beside the program.
#[derive(Debug, thiserror::Error)]
#[error(
    "{0} is not there, and no page is whole without it — build the site, name its folder by LEPTOS_SITE_ROOT, and keep hash.txt \
     beside the program"
)]
pub struct NoSite(String);

/// Looks for what every page needs, before anybody asks for it. In development it may come later, and is in the log.
///
/// # Errors
/// [`NoSite`], in production.
pub fn require_site(config: &Config, options: &LeptosOptions) -> Result<(), NoSite> {
    let assets = Assets::find(options);
    let root = Path::new(&*options.site_root);
    let files = [assets.script, assets.wasm, assets.style].map(|path| root.join(path.trim_start_matches('/')));
    match files.iter().find(|file| !file.is_file()).map(|file| NoSite(file.display().to_string())) {
        Some(missing) if config.environment == Environment::Production => Err(missing),
        Some(missing) => {
            tracing::warn!("{missing}");
            Ok(())
        }
        None => Ok(()),
    }
}

/// Where the names come from: known since the start, or looked up for every page.
#[derive(Debug)]
pub(crate) enum AssetSource {
    Known(Arc<Assets>),
    Watched(LeptosOptions),
}

impl AssetSource {
    /// `is_watched`: whether cargo-leptos rebuilds the files under the running server.
    pub(crate) fn new(options: &LeptosOptions, is_watched: bool) -> Self {
        if is_watched { Self::Watched(options.clone()) } else { Self::Known(Arc::new(Assets::find(options))) }
    }

    pub(crate) fn get(&self) -> Arc<Assets> {
        match self {
            Self::Known(assets) => Arc::clone(assets),
            Self::Watched(options) => Arc::new(Assets::find(options)),
        }
    }
}

#[cfg(test)]
mod tests;
