//! What can be asked of the server, and how it answers. An answer is a verdict, as `verifier check --json` prints it; a
//! question that cannot be understood gets a problem (RFC 9457) and is not counted.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{self, Body, Bytes};
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderValue};
use axum::http::{Request, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};
use specs::time::UnixTime;
use tokio::sync::Semaphore;
use verifier::verdict::{ListState, Trust};
use verifier::{Verdict, Verifier, picture};

use super::counters::Counters;
use super::held::Held;
use crate::cli::{clock, input};

/// The largest text, in bytes, with its JSON if it comes in JSON.
const MAX_TEXT: usize = 64 * 1024;
/// The largest picture, in bytes.
const MAX_PICTURE: usize = 8 * 1024 * 1024;
/// In this time a request's body must be there.
const BODY: Duration = Duration::from_secs(30);

struct Server {
    held: Arc<Held>,
    counters: Counters,
    /// Pictures take memory and a whole core: one at a time for each.
    pictures: Semaphore,
}

/// All that can be asked.
pub(super) fn router(held: Arc<Held>) -> Router {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let server = Server { held, counters: Counters::default(), pictures: Semaphore::new(cores) };
    Router::new()
        .route("/check", post(check))
        .route("/health", get(health))
        .route("/metrics", get(metrics))
        .with_state(Arc::new(server))
}

/// A question in JSON.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    /// The text of the certificate.
    text: String,
    /// As of when, RFC 3339; by default now.
    at: Option<String>,
}

async fn check(State(server): State<Arc<Server>>, request: Request<Body>) -> Result<Response, Problem> {
    let kind = content_type(request.headers()).to_owned();
    let now = clock::now();
    let verifier = server.held.verifier();
    let verdict = match kind.as_str() {
        "text/plain" => checked(&verifier, &read(request, MAX_TEXT).await?, now),
        "application/json" => {
            let question: Question = serde_json::from_slice(&read(request, MAX_TEXT).await?)
                .map_err(|_| Problem(StatusCode::BAD_REQUEST, "the body is not {\"text\": ..., \"at\"?: ...}"))?;
            let at = question.at.map_or(Some(now), |at| UnixTime::from_rfc3339(&at));
            let at = at.ok_or(Problem(StatusCode::BAD_REQUEST, "\"at\" is no RFC 3339 time"))?;
            checked(&verifier, question.text.as_bytes(), at)
        }
        "image/png" | "image/jpeg" => {
            let picture = read(request, MAX_PICTURE).await?;
            let busy = Problem(StatusCode::SERVICE_UNAVAILABLE, "the server is ending");
            let place = server.pictures.acquire().await.map_err(|_| busy)?;
            let looked_at = tokio::task::spawn_blocking(move || seen(&verifier, &picture, now)).await;
            drop(place);
            looked_at.map_err(|_| Problem(StatusCode::INTERNAL_SERVER_ERROR, "the picture could not be looked at"))?
        }
        _ => {
            let takes = "POST text/plain, application/json, image/png or image/jpeg";
            return Err(Problem(StatusCode::UNSUPPORTED_MEDIA_TYPE, takes));
        }
    };
    server.counters.count(verdict.reason);
    Ok(json(StatusCode::OK, "application/json", &verdict))
}

/// The answer for a text.
fn checked(verifier: &Verifier, text: &[u8], at: UnixTime) -> Verdict {
    match std::str::from_utf8(text) {
        Ok(text) => verifier.check(input::trimmed(text), at),
        Err(_) => trusting(Verdict::unreadable_text(), verifier, at),
    }
}

/// The answer for a picture.
fn seen(verifier: &Verifier, bytes: &[u8], at: UnixTime) -> Verdict {
    match picture::read(bytes) {
        Ok(text) => verifier.check(&text, at),
        Err(why) => trusting(Verdict::unreadable_picture(why.to_string()), verifier, at),
    }
}

/// Also where there was nothing to check: what would have been believed.
fn trusting(mut verdict: Verdict, verifier: &Verifier, at: UnixTime) -> Verdict {
    verdict.trust = verifier.trust(at);
    verdict
}

/// Can anything be told at present, and by which trust data?
#[derive(Serialize)]
struct Health {
    able: bool,
    trust: Trust,
}

/// 200 where certificates can be checked, 503 where every answer would be "cannot tell".
async fn health(State(server): State<Arc<Server>>) -> Response {
    let trust = server.held.verifier().trust(clock::now());
    let usable = |state| matches!(state, ListState::Fresh | ListState::Stale);
    let able = trust.given_signers > 0 || trust.list.as_ref().is_some_and(|list| usable(list.state));
    let status = if able { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    json(status, "application/json", &Health { able, trust })
}

async fn metrics(State(server): State<Arc<Server>>) -> Response {
    let page = server.counters.page(&server.held.verifier().trust(clock::now()));
    ([(CONTENT_TYPE, "text/plain; version=0.0.4"), (CACHE_CONTROL, "no-store")], page).into_response()
}

/// The media type without its parameters, in lower case.
fn content_type(headers: &HeaderMap) -> String {
    let named = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    named.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// The body, of at most that many bytes, within [`BODY`].
async fn read(request: Request<Body>, most: usize) -> Result<Bytes, Problem> {
    match tokio::time::timeout(BODY, body::to_bytes(request.into_body(), most)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(_)) => Err(Problem(StatusCode::PAYLOAD_TOO_LARGE, "a text has at most 64 KiB, a picture 8 MiB")),
        Err(_) => Err(Problem(StatusCode::REQUEST_TIMEOUT, "the body did not come in time")),
    }
}

/// Why there is no verdict.
struct Problem(StatusCode, &'static str);

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Self(status, title) = self;
        let problem = serde_json::json!({ "type": "about:blank", "status": status.as_u16(), "title": title });
        json(status, "application/problem+json", &problem)
    }
}

/// An answer in JSON that nobody on the way may keep.
fn json(status: StatusCode, kind: &'static str, answer: &impl Serialize) -> Response {
    let bytes = serde_json::to_vec(answer).expect("an answer can be written to memory");
    let headers =
        [(CONTENT_TYPE, HeaderValue::from_static(kind)), (CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    (status, headers, bytes).into_response()
}
