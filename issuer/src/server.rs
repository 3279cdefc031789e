//! The door of the process: HTTP over a Unix socket that only its owner may open.
//!
//! [`route_list`] is the whole list of what can be asked. Nothing in it takes bytes, a hash or a payload to sign.

use std::future::Future;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{DefaultBodyLimit, Path as UrlPath, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use tokio::net::{UnixListener, UnixStream};

use crate::api::{
    DocumentKind, DoseFacts, MEDIA_TYPE, Problem, ProblemDocument, RevocationReason, Revoke, is_identifier,
};
use crate::document;
use crate::pipeline::Issuer;
use crate::revocation;

/// Longest request body, in bytes.
pub const MAX_BODY_BYTES: usize = 64 * 1024;
/// How long requests under way may take to end after the word to stop.
const GRACE: Duration = Duration::from_secs(10);
/// How often the list of signers is looked at: soon after an operator revoked a signer, or published a list with the same keys,
/// because verifiers that took it refuse ours until it has a higher number. The look costs one small file and one small query.
const RENEWAL: Duration = Duration::from_secs(60);
/// How often status lists in which something was revoked are put into the folder of the lists; whoever asks over the socket
/// gets the newest anyway. However many are revoked in it, a second costs one signature for each list.
const PUBLICATION: Duration = Duration::from_secs(1);

type App = Arc<Issuer>;

/// Everything that can be asked: method, path, handler.
fn routes() -> [(&'static str, &'static str, MethodRouter<App>); 10] {
    [
        ("POST", "/v1/certificates", post(issue)),
        ("GET", "/v1/certificates/{dose}", get(certificates)),
        ("GET", "/v1/certificates/{dose}/document", get(paper)),
        ("POST", "/v1/certificates/{dose}/revoke", post(revoke)),
        ("POST", "/v1/certificates/{dose}/suspend", post(suspend)),
        ("POST", "/v1/certificates/{dose}/restore", post(restore)),
        ("GET", "/v1/status-lists/{number}", get(status_list)),
        ("GET", "/v1/trust-list", get(trust_list)),
        ("GET", "/v1/trust-list.jws", get(trust_list_jws)),
        ("GET", "/v1/health", get(health)),
    ]
}

/// Method and path of everything that can be asked.
#[must_use]
pub fn route_list() -> Vec<(&'static str, &'static str)> {
    routes().into_iter().map(|(method, path, _)| (method, path)).collect()
}

/// The router.
pub fn router(issuer: App) -> Router {
    let mut router = Router::new();
    for (_, path, handler) in routes() {
        router = router.route(path, handler.fallback(wrong_method));
    }
    router.fallback(no_such_route).layer(DefaultBodyLimit::max(MAX_BODY_BYTES)).with_state(issuer)
}

/// Why the door could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BindError {
    /// Another issuer answers there.
    #[error("{0}: another process listens on this socket")]
    InUse(PathBuf),
    /// Something that is not a socket lies there.
    #[error("{0} exists and is not a socket")]
    NotASocket(PathBuf),
    /// The operating system said no.
    #[error("{path}: {error}", path = .path.display())]
    Io {
        /// The socket.
        path: PathBuf,
        /// What it said.
        error: std::io::Error,
    },
}

/// Opens the socket with mode 0600. A socket that a dead process left behind is replaced; one that is in use is not.
///
/// # Errors
/// [`BindError`].
pub async fn bind(path: &Path) -> Result<UnixListener, BindError> {
    let io = |error| BindError::Io { path: path.to_owned(), error };
    match std::fs::symlink_metadata(path) {
        Ok(metadata) if !metadata.file_type().is_socket() => return Err(BindError::NotASocket(path.to_owned())),
        Ok(_) if UnixStream::connect(path).await.is_ok() => return Err(BindError::InUse(path.to_owned())),
        _ => {}
    }
    // Bound under another name and then moved into place, so that nobody meets it with another mode or a dead one.
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}", std::process::id()));
    let temporary = path.with_file_name(name);
    let _ = std::fs::remove_file(&temporary);
    let listener = UnixListener::bind(&temporary).map_err(io)?;
    std::fs::set_permissions(&temporary, std::fs::Permissions::from_mode(0o600)).map_err(io)?;
    std::fs::rename(&temporary, path).map_err(io)?;
    Ok(listener)
}

/// Answers until `stop` is done; then lets requests under way end, removes the socket and returns.
///
/// # Errors
/// When accepting connections fails.
pub async fn serve(
    issuer: App,
    listener: UnixListener,
    path: &Path,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let renewal = tokio::spawn(renew(Arc::clone(&issuer)));
    let publication = tokio::spawn(publish(Arc::clone(&issuer)));
    let (stopping, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = axum::serve(listener, router(issuer)).with_graceful_shutdown(async move {
        stop.await;
        let _ = stopping.send(());
    });
    let outcome = tokio::select! {
        outcome = async { serving.await } => outcome,
        () = async {
            // The sender lives as long as the server; it is dropped without a word only when the server ended.
            if stopped.await.is_ok() { tokio::time::sleep(GRACE).await } else { std::future::pending().await }
        } => Ok(()),
    };
    renewal.abort();
    publication.abort();
    let _ = std::fs::remove_file(path);
    outcome
}

async fn renew(issuer: App) {
    let mut ticks = tokio::time::interval(RENEWAL);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    loop {
        ticks.tick().await;
        let (issuer, here) = (Arc::clone(&issuer), tokio::runtime::Handle::current());
        // It may wait for a lock on the key folder.
        match tokio::task::spawn_blocking(move || here.block_on(issuer.renew_list())).await {
            Ok(Ok(true)) => tracing::info!("a new list of signers is published"),
            Ok(Ok(false)) => {}
            Ok(Err(error)) => tracing::error!(%error, "the list of signers could not be renewed"),
            Err(error) => tracing::error!(%error, "the renewal of the list of signers broke off"),
        }
    }
}

async fn publish(issuer: App) {
    let mut ticks = tokio::time::interval(PUBLICATION);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    loop {
        ticks.tick().await;
        let issuer = Arc::clone(&issuer);
        match tokio::task::spawn_blocking(move || issuer.publish_status_lists()).await {
            Ok(Ok(0)) => {}
            Ok(Ok(lists)) => tracing::debug!(lists, "status lists are published"),
            Ok(Err(error)) => tracing::error!(%error, "the status lists could not be published"),
            Err(error) => tracing::error!(%error, "the publication of the status lists broke off"),
        }
    }
}

async fn issue(State(issuer): State<App>, headers: HeaderMap, body: Result<Bytes, BytesRejection>) -> Response {
    let body = match body {
        Ok(body) => body,
        Err(rejection) => return malformed(rejection.status(), "the body is too long or broke off"),
    };
    if !is_json(&headers) {
        return malformed(StatusCode::UNSUPPORTED_MEDIA_TYPE, "dose facts come as application/json");
    }
    let facts: DoseFacts = match serde_json::from_slice(&body) {
        Ok(facts) => facts,
        Err(error) => return malformed(StatusCode::UNPROCESSABLE_ENTITY, &place_of(&error)),
    };
    answer(issuer.issue(&facts).await.map(axum::Json))
}

async fn revoke(
    State(issuer): State<App>,
    UrlPath(dose): UrlPath<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    match reason_for(&dose, &headers, body) {
        Ok(reason) => answer(issuer.revoke(&dose, reason).await.map(axum::Json)),
        Err(refused) => *refused,
    }
}

async fn suspend(
    State(issuer): State<App>,
    UrlPath(dose): UrlPath<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    match reason_for(&dose, &headers, body) {
        Ok(reason) => answer(issuer.suspend(&dose, reason).await.map(axum::Json)),
        Err(refused) => *refused,
    }
}

async fn restore(State(issuer): State<App>, UrlPath(dose): UrlPath<String>) -> Response {
    if !is_identifier(&dose) {
        return malformed(StatusCode::UNPROCESSABLE_ENTITY, NO_IDENTIFIER);
    }
    answer(issuer.restore(&dose).await.map(axum::Json))
}

const NO_IDENTIFIER: &str = "a dose identifier is 1 to 64 of [A-Za-z0-9._:-]";

/// Why a dose is to be taken back, or the answer to whoever does not say.
fn reason_for(
    dose: &str,
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<RevocationReason, Box<Response>> {
    let asked = body.ok().filter(|_| is_json(headers)).and_then(|body| serde_json::from_slice::<Revoke>(&body).ok());
    let refused = |detail| Box::new(malformed(StatusCode::UNPROCESSABLE_ENTITY, detail));
    let Some(Revoke { reason }) = asked else { return Err(refused("a reason comes as application/json")) };
    if is_identifier(dose) { Ok(reason) } else { Err(refused(NO_IDENTIFIER)) }
}

async fn status_list(State(issuer): State<App>, UrlPath(number): UrlPath<String>) -> Response {
    let Ok(number) = number.parse() else {
        return problem(&Problem::NotFound { detail: "there is no status list of that number".into() });
    };
    // A list of 2^20 entries is deflated for it: not on a thread that others wait for.
    let token = tokio::task::spawn_blocking(move || issuer.status_list(number)).await;
    let token = token.unwrap_or_else(|error| {
        tracing::error!(%error, "a status list could not be signed");
        Err(Problem::Internal { detail: "the status list could not be signed".into() })
    });
    answer(token.map(|token| ([(header::CONTENT_TYPE, revocation::MEDIA_TYPE)], token.as_slice().to_vec())))
}

fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

async fn certificates(State(issuer): State<App>, UrlPath(dose): UrlPath<String>) -> Response {
    if !is_identifier(&dose) {
        return problem(&Problem::NotFound { detail: "nothing was issued for this dose".into() });
    }
    answer(issuer.certificates(&dose).await.map(axum::Json))
}

/// What the query of a document may say.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct DocumentQuery {
    kind: DocumentKind,
}

async fn paper(
    State(issuer): State<App>,
    UrlPath(dose): UrlPath<String>,
    query: Result<Query<DocumentQuery>, QueryRejection>,
) -> Response {
    let Ok(Query(DocumentQuery { kind })) = query else {
        return malformed(StatusCode::UNPROCESSABLE_ENTITY, "the query says kind=a4 or kind=card");
    };
    answer(printed(&issuer, &dose, kind).await.map(|pdf| {
        let name = format!("inline; filename=\"{}-{}.pdf\"", dose.replace(':', "_"), kind.as_str());
        let headers = [
            (header::CONTENT_TYPE, "application/pdf".to_owned()),
            (header::CONTENT_DISPOSITION, name),
            (header::CACHE_CONTROL, "no-store".to_owned()),
        ];
        (headers, pdf)
    }))
}

async fn printed(issuer: &App, dose: &str, kind: DocumentKind) -> Result<Vec<u8>, Problem> {
    if !is_identifier(dose) {
        return Err(Problem::NotFound { detail: "nothing was issued for this dose".into() });
    }
    let issued = issuer.certificates(dose).await?;
    let environment = issuer.environment();
    // Tens of milliseconds of work: not on a thread that others wait for.
    let drawn = tokio::task::spawn_blocking(move || document::render(&issued, environment, kind)).await;
    let failed = |error: &dyn std::fmt::Display| {
        tracing::error!(%error, "a document could not be drawn");
        Problem::Internal { detail: "the document of this dose could not be drawn".into() }
    };
    drawn.map_err(|error| failed(&error))?.map_err(|error| failed(&error))
}

async fn trust_list(State(issuer): State<App>) -> Response {
    ([(header::CONTENT_TYPE, "application/cose; cose-type=\"cose-sign1\"")], issuer.trust_list()).into_response()
}

async fn trust_list_jws(State(issuer): State<App>) -> Response {
    ([(header::CONTENT_TYPE, "application/jose")], issuer.trust_list_jws()).into_response()
}

async fn health(State(issuer): State<App>) -> Response {
    answer(issuer.health().await.map(axum::Json))
}

async fn no_such_route() -> Response {
    problem(&Problem::NotFound { detail: "there is no such thing to ask for".into() })
}

async fn wrong_method() -> Response {
    malformed(StatusCode::METHOD_NOT_ALLOWED, "this cannot be done here")
}

fn answer<T: IntoResponse>(outcome: Result<T, Problem>) -> Response {
    match outcome {
        Ok(answer) => answer.into_response(),
        Err(error) => problem(&error),
    }
}

/// The one place where a problem becomes an answer (RFC 9457).
fn problem(problem: &Problem) -> Response {
    respond(StatusCode::from_u16(problem.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), problem)
}

fn malformed(status: StatusCode, detail: &str) -> Response {
    respond(status, &Problem::Malformed { detail: detail.to_owned() })
}

fn respond(status: StatusCode, problem: &Problem) -> Response {
    let mut document = ProblemDocument::from(problem);
    document.status = status.as_u16();
    let body = serde_json::to_vec(&document).unwrap_or_default();
    (status, [(header::CONTENT_TYPE, MEDIA_TYPE)], body).into_response()
}

/// Where the JSON goes wrong. The parser's own words are passed on only where they name a field of ours, because
/// elsewhere they may repeat a value, and values are personal data.
fn place_of(error: &serde_json::Error) -> String {
    let words = error.to_string();
    if words.starts_with("missing field") {
        return words;
    }
    let what = if words.starts_with("unknown field") { "an unknown field" } else { "not dose facts" };
    format!("{what} at line {} column {}", error.line(), error.column())
}

#[cfg(test)]
mod tests;
