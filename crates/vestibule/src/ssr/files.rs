//! The static files of the site: what the build made, in `/pkg`, and what stands in `public/`.
//!
//! They are served by tower-http's `ServeDir`, not by Leptos's own handler of files, which may lend a file the context
//! of another request.

use std::fs;
use std::path::Path;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, StatusCode};
use leptos::prelude::LeptosOptions;
use tower_http::services::{ServeDir, ServeFile};
use vestibule_core::ErrorCode;
use vestibule_server::layers::refuse;

/// A year, and never asked for again: the name changes with the content.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// Kept, but asked for again each time; mostly answered by 304.
const ASK_AGAIN: &str = "public, no-cache";
/// What begins with a dot is left behind by somebody's tools, but for this folder of a site's own statements (RFC 8615).
const WELL_KNOWN: &str = ".well-known";

/// The files of a site, for [`vestibule_server::layers::protect`]; compressed copies (`.br`, `.gz`) beside them are
/// sent to whoever takes them.
///
/// Only what is there when the program starts has a route of its own: every other path is a page's, and its 404 is a
/// page.
pub fn files(options: &LeptosOptions) -> Router {
    let root = Path::new(&*options.site_root);
    let pkg = &*options.site_pkg_dir;
    let built = ServeDir::new(root.join(pkg)).append_index_html_on_directories(false);
    let built = built.precompressed_br().precompressed_gzip();
    let mut router = Router::new().nest_service(&format!("/{pkg}"), built);
    for name in public(root, pkg) {
        let (route, path) = (format!("/{name}"), root.join(&name));
        router = if path.is_dir() {
            router.nest_service(&route, ServeDir::new(path).append_index_html_on_directories(false))
        } else {
            router.route_service(&route, ServeFile::new(path).precompressed_br().precompressed_gzip())
        };
    }
    router.layer(from_fn(describe)).layer(from_fn(hide))
}

/// The names of files and folders to serve: no hidden ones but `.well-known`, no compressed copies, nothing that a route cannot name.
fn public(root: &Path, pkg: &str) -> Vec<String> {
    let entries = match fs::read_dir(root) {
        Ok(entries) => entries,
        Err(error) => {
            tracing::warn!(folder = %root.display(), %error, "the site's folder cannot be read: build the site first");
            return Vec::new();
        }
    };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let plain = |name: &String| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    let shown = |name: &String| !name.starts_with('.') || name == WELL_KNOWN;
    let served =
        |name: &String| plain(name) && name != pkg && shown(name) && !name.ends_with(".br") && !name.ends_with(".gz");
    names.filter(served).collect()
}

/// 404 to a path with a hidden file or folder in it, whether or not it is there (ASVS 13.4.3).
async fn hide(request: Request, next: Next) -> Response {
    let uri = request.uri().clone();
    if is_hidden(uri.path()) {
        return refuse(&uri, ErrorCode::NotFound);
    }
    let response = next.run(request).await;
    // The pages' own page for it would be rendered anew for every file that is asked for and is not there.
    if response.status() == StatusCode::NOT_FOUND { refuse(&uri, ErrorCode::NotFound) } else { response }
}

/// Whether a segment of the path begins with a dot, in any spelling: the path is decoded once before a file is looked
/// for, and an encoded slash divides it then. The folder `.well-known` at the root is not hidden; what is in it may be.
fn is_hidden(path: &str) -> bool {
    let decoded = path.to_ascii_lowercase().replace("%2e", ".").replace("%2f", "/").replace("%5c", "/");
    let below = decoded.trim_start_matches('/');
    let below = below.strip_prefix(WELL_KNOWN).filter(|rest| rest.starts_with('/')).unwrap_or(below);
    below.split('/').any(|segment| segment.starts_with('.'))
}

/// Says how long a file may be kept, and in which encoding a text is written.
async fn describe(request: Request, next: Next) -> Response {
    let hashed = has_hash(request.uri().path());
    let mut response = next.run(request).await;
    if matches!(response.status(), StatusCode::OK | StatusCode::NOT_MODIFIED | StatusCode::PARTIAL_CONTENT) {
        let value = HeaderValue::from_static(if hashed { FOR_EVER } else { ASK_AGAIN });
        response.headers_mut().insert(CACHE_CONTROL, value);
        name_charset(response.headers_mut());
    }
    response
}

/// Texts are UTF-8, compressed or not. `ServeDir` knows what a file is by its ending, and says no charset; a browser would
/// guess one (ASVS 4.1.1).
fn name_charset(headers: &mut HeaderMap) {
    let Some(named) = headers.get(CONTENT_TYPE).and_then(|named| named.to_str().ok()) else { return };
    let is_text = named.starts_with("text/") || named.ends_with("+xml") || named.ends_with("/xml");
    if is_text
        && !named.contains(';')
        && let Ok(whole) = HeaderValue::from_str(&format!("{named}; charset=utf-8"))
    {
        headers.insert(CONTENT_TYPE, whole);
    }
}

/// Whether a file's name carries a hash of its content, as the build writes one: `name.HASH.ending`.
fn has_hash(path: &str) -> bool {
    let mut parts = path.rsplit('/').next().unwrap_or_default().rsplit('.');
    let hash = parts.nth(1).unwrap_or_default();
    let letters = hash.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    parts.next().is_some() && hash.len() >= 16 && letters
}

#[cfg(test)]
mod tests;
