//! The checker's app at `/verify/`: static files that `cargo xtask web` built, in the program itself in a release build, read
//! from the workspace in a debug build. It works without this server after one visit; all it ever asks for is the trust list.

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use rust_embed::RustEmbed;

use super::{App, Problem};

#[derive(RustEmbed)]
#[folder = "../web/verifier/dist"]
struct Files;

/// Own scripts only, WebAssembly, pictures that the page itself makes; nothing from elsewhere, nothing to elsewhere.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; \
                      media-src 'self' blob: mediastream:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";

/// What every file is answered with.
fn guards() -> [(HeaderName, &'static str); 5] {
    [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (HeaderName::from_static("permissions-policy"), "camera=(self), microphone=(), geolocation=(), payment=()"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-embedder-policy"), "require-corp"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ]
}

/// The routes of the app.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/verify", get(async || Redirect::permanent("/verify/")))
        .route("/verify/", get(async || file("index.html")))
        .route("/verify/{*path}", get(async |Path(path): Path<String>| file(&path)))
}

fn file(path: &str) -> Response {
    let Some(found) = Files::get(path) else {
        let problem = if path == "index.html" { not_built() } else { Problem::not_found() };
        return problem.into_response();
    };
    // Names of assets carry the hash of their content; everything else may change with the next release.
    let age = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut response = found.data.into_owned().into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(path)));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(age));
    for (name, value) in guards() {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

fn not_built() -> Problem {
    let (vi, en) = ("Chưa dựng trang này: chạy cargo xtask web", "This page is not built: run cargo xtask web");
    Problem::new(StatusCode::NOT_FOUND, "face-not-built", vi, en)
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "webmanifest" => "application/manifest+json",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_guarded_and_what_is_not_is_a_problem() {
        let page = file("index.html");
        if page.status() == StatusCode::OK {
            assert_eq!(page.headers()[header::CONTENT_SECURITY_POLICY], POLICY);
            assert_eq!(page.headers()[header::CONTENT_TYPE], "text/html; charset=utf-8");
        } else {
            assert_eq!(page.headers()[header::CONTENT_TYPE], "application/problem+json");
        }
        for path in ["no-such-file.js", "../../../Cargo.toml", "/etc/passwd", ""] {
            assert_eq!(file(path).status(), StatusCode::NOT_FOUND, "{path}");
        }
    }

    #[test]
    fn every_kind_of_file_has_its_media_type() {
        for path in Files::iter() {
            assert_ne!(media_type(&path), "application/octet-stream", "{path}");
        }
    }
}
