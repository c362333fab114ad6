//! The portal's files, built into the binary.
//!
//! Files whose name carries a hash of their content never change and are kept for a year; the rest is
//! checked by ETag. Each is compressed when it is first asked for, and never again. A path that is no file is a page of the portal, which routes by itself, so it gets
//! `index.html`; what looks like a file and is none, or lies where programs call, is 404.

use std::{
    borrow::Cow,
    collections::HashMap,
    sync::{LazyLock, Mutex, PoisonError},
};

use axum::{
    body::Bytes,
    http::{HeaderMap, Method, Uri, header},
    response::{IntoResponse, Response},
};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::{Fixed, Problem};

// `Portal`, over the folder that the build script was told
include!(concat!(env!("OUT_DIR"), "/portal.rs"));

/// What stands here when the binary was built without the portal.
const NOT_BUILT: &str = include_str!("not_built.html");

/// Files that were asked for, by the hash of their content: as many as the portal has.
static FILES: LazyLock<Mutex<HashMap<[u8; 32], Fixed>>> = LazyLock::new(Mutex::default);

/// Serves a file or the portal's entry page.
pub async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if !matches!(method, Method::GET | Method::HEAD) {
        return Problem::not_found().into_response();
    }
    let path = uri.path().trim_start_matches('/');
    if let Some(file) = Portal::get(path) {
        return reply(path, file, &headers).await;
    }
    if !page(path) {
        return Problem::not_found().into_response();
    }
    match Portal::get("index.html") {
        Some(index) => reply("index.html", index, &headers).await,
        None => ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], NOT_BUILT).into_response(),
    }
}

/// Where programs call and no page lies: an answer of HTML would pass for success there.
const RESERVED: [&str; 6] = ["api", "collector", "d", "metrics", "healthz", "readyz"];

/// Whether the portal may have a page at this path. None has a dot: that would be a file, `.git` or `.well-known`.
fn page(path: &str) -> bool {
    let dotted = path.contains('.') || path.to_ascii_lowercase().contains("%2e");
    let first = path.split('/').next().unwrap_or_default();
    !dotted && !RESERVED.contains(&first)
}

async fn reply(path: &str, file: EmbeddedFile, headers: &HeaderMap) -> Response {
    let caching = if hashed(path) { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mime = file.metadata.mimetype();
    let mime = if mime.starts_with("text/") { format!("{mime}; charset=utf-8") } else { mime.to_owned() };
    fixed(file).reply(headers, mime, caching).await
}

fn fixed(file: EmbeddedFile) -> Fixed {
    let bytes = || match file.data {
        Cow::Borrowed(built_in) => Bytes::from_static(built_in),
        Cow::Owned(read) => Bytes::from(read),
    };
    // nothing else happens while the lock is held
    let mut files = FILES.lock().unwrap_or_else(PoisonError::into_inner);
    files.entry(file.metadata.sha256_hash()).or_insert_with(|| Fixed::new(bytes())).clone()
}

/// Vite names a built file `assets/<name>-<hash of 8 characters>.<extension>`.
fn hashed(path: &str) -> bool {
    path.strip_prefix("assets/")
        .and_then(|name| name.split('.').next())
        .and_then(|stem| stem.len().checked_sub(9).and_then(|at| stem.get(at..)))
        .is_some_and(|tail| tail.starts_with('-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_no_dot_and_lies_where_no_program_calls() {
        for path in ["", "devices", "accounts/0190c0de/devices", "dashboard"] {
            assert!(page(path), "{path}");
        }
        for path in [
            "api",
            "api/v2/x",
            "collector",
            "d/x",
            "metrics",
            "healthz",
            "readyz",
            ".git/config",
            ".well-known/x",
            ".env",
            "a.b/c",
            "%2Egit/config",
            "robots.txt",
        ] {
            assert!(!page(path), "{path}");
        }
    }

    #[test]
    fn only_hashed_names_are_kept_for_good() {
        assert!(hashed("assets/index-Ab3_x9Zk.js"));
        assert!(hashed("assets/de-DlAUqK2U.js.map"));
        assert!(!hashed("index.html"));
        assert!(!hashed("assets/logo.svg"));
        assert!(!hashed("favicon-12345678.ico"));
    }
}
