//! The server's face: routes, problems, the API description. Nothing is decided here: a request becomes a command for a
//! keeper or a query, an answer or a refusal becomes JSON.
//!
//! Commands: `POST /api/units/{unit}/{folder}/{command}` with the command's fields as JSON and a header
//! `Idempotency-Key` chosen by the client. The answer to a repeated key is the first answer.

mod actor;
mod body;
mod certificates;
mod commands;
mod named;
mod openapi;
mod people;
mod problem;
mod public;
mod reading;
mod rehearsal;
mod session;
#[cfg(test)]
mod tests;
mod verify;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, StatusCode, header};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;

use crate::auth::session::Sessions;
use crate::clock::{Clock, RehearsalClock};
use crate::db::Db;
use crate::keeper::Keeper;
use crate::vault::Vault;

pub use actor::{COOKIE, Known};
pub use body::Body;
use body::{Path, Query};
pub use openapi::document;
pub use problem::Problem;

/// Largest request body, in bytes.
const MAX_BODY: usize = 256 * 1024;
/// Longest time a request may take, in seconds.
const TIMEOUT: u64 = 30;

/// What every request may use. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// To read from.
    pub db: Db,
    /// Keys of personal data.
    pub vault: Arc<Vault>,
    /// The way to the keepers.
    pub keeper: Keeper,
    /// Who is logged in.
    pub sessions: Arc<Sessions>,
    /// The present moment.
    pub clock: Arc<dyn Clock>,
    /// The issuer, when there is one.
    pub issuer: Option<issuer::api::Client>,
    /// The root certificates (PEM) that the trust list leads to, when they are configured: what a checker's device remembers
    /// at its first visit.
    pub anchors: Option<Arc<[u8]>>,
    /// Only in a rehearsal: the clock that may be moved.
    pub rehearsal: Option<Arc<RehearsalClock>>,
}

/// All routes.
pub fn router(app: App) -> Router {
    let (router, _) = openapi::routes();
    router
        .merge(verify::routes())
        .fallback(async || Problem::not_found())
        .method_not_allowed_fallback(async || {
            let (vi, en) = ("Phương thức không được hỗ trợ", "This method is not supported here");
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", vi, en)
        })
        // One layer made of all, the outermost first: each layer of its own would be boxed, and cloned for each request.
        .layer((
            constant(header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
            constant(header::REFERRER_POLICY, "no-referrer"),
            constant(header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            CatchPanicLayer::custom(|_| axum::response::IntoResponse::into_response(Problem::internal("panic"))),
            axum::middleware::map_response(problem::of_the_framework),
            TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, Duration::from_secs(TIMEOUT)),
            DefaultBodyLimit::max(MAX_BODY),
        ))
        .with_state(app)
}

fn constant(name: header::HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}
