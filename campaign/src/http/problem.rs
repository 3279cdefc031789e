//! Every "no" of the server, as an RFC 9457 problem document. This is the one place where a refusal becomes a status.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::db::DbError;
use crate::people;
use crate::refusal::{Kind, Refusal};

/// Its media type.
const MEDIA_TYPE: &str = "application/problem+json";

/// A problem document (`application/problem+json`), with the words in Vietnamese beside the English ones.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Problem {
    /// `urn:lachan:problem:{code}`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What is the matter, in English.
    pub title: &'static str,
    /// What is the matter, in Vietnamese.
    pub title_vi: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// The stable code, e.g. `lot-not-released`.
    pub code: &'static str,
    /// The particulars that decided, named; for `form-faults` the list of faults.
    #[serde(skip_serializing_if = "is_null")]
    pub facts: Box<serde_json::Value>,
}

impl Problem {
    /// A problem of the server's own.
    pub fn new(status: StatusCode, code: &'static str, title_vi: &'static str, title: &'static str) -> Problem {
        Problem {
            kind: format!("urn:lachan:problem:{code}"),
            title,
            title_vi,
            status: status.as_u16(),
            code,
            facts: Box::default(),
        }
    }

    /// With the particulars.
    #[must_use]
    pub fn with(mut self, facts: serde_json::Value) -> Problem {
        self.facts = Box::new(facts);
        self
    }

    /// Nobody is logged in.
    pub fn unauthenticated() -> Problem {
        let (vi, en) = ("Bạn cần đăng nhập", "You must log in");
        Problem::new(StatusCode::UNAUTHORIZED, "unauthenticated", vi, en)
    }

    /// There is no such thing, or it is not for this account to know.
    pub fn not_found() -> Problem {
        Problem::new(StatusCode::NOT_FOUND, "not-found", "Không tìm thấy", "There is no such thing here")
    }

    /// The body or a header cannot be read.
    pub fn malformed(why: impl std::fmt::Display) -> Problem {
        let (vi, en) = ("Yêu cầu không đúng định dạng", "The request is not well formed");
        Problem::new(StatusCode::BAD_REQUEST, "malformed-request", vi, en)
            .with(serde_json::json!({ "why": why.to_string() }))
    }

    /// What was sent cannot be read, for the reason that this status names.
    pub fn unreadable(status: StatusCode, why: impl std::fmt::Display) -> Problem {
        Problem { status: status.as_u16(), ..Problem::malformed(why) }
    }

    /// Something of ours broke; the cause is logged, not told.
    pub fn internal(cause: impl std::fmt::Display) -> Problem {
        tracing::error!(%cause, "a request failed");
        let (vi, en) = ("Lỗi của hệ thống, hãy gửi lại", "An error of the system; send it again");
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", vi, en)
    }

    /// The database did not answer as it should: 503 while it is away, and the same request may come again; 500 when what it
    /// holds cannot be read.
    pub fn database(error: impl Into<DbError>) -> Problem {
        match error.into() {
            DbError::Unavailable { detail } => {
                tracing::error!(%detail, "the database is away");
                Problem::from(Refusal::Unavailable)
            }
            other => Problem::internal(other),
        }
    }

    /// A person's form has faults.
    pub fn form(faults: &[people::Fault]) -> Problem {
        let (vi, en) = ("Phiếu đăng ký có chỗ cần sửa", "The form has faults to correct");
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "form-faults", vi, en).with(faults.iter().map(fault).collect())
    }

    fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Problem {
        let status = match refusal.kind() {
            Kind::Malformed => StatusCode::BAD_REQUEST,
            Kind::Forbidden => StatusCode::FORBIDDEN,
            Kind::Unknown => StatusCode::NOT_FOUND,
            Kind::Conflict => StatusCode::CONFLICT,
            Kind::Rule => StatusCode::UNPROCESSABLE_ENTITY,
            Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        };
        let (vi, en) = refusal.words();
        let facts = match serde_json::to_value(&refusal) {
            Ok(serde_json::Value::Object(variant)) => variant.into_iter().next().map(|(_, facts)| facts),
            _ => None,
        };
        Problem::new(status, refusal.code(), vi, en).with(facts.unwrap_or_default())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status();
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

fn is_null(facts: &serde_json::Value) -> bool {
    facts.is_null()
}

/// What the layers and extractors below us refuse in plain text (a query, a path, a body too long, a request too slow)
/// becomes a problem too, with their words as the reason.
pub(super) async fn of_the_framework(response: Response) -> Response {
    let status = response.status();
    let is_failure = status.is_client_error() || status.is_server_error();
    let is_problem = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == MEDIA_TYPE);
    if !is_failure || is_problem {
        return response;
    }
    if status == StatusCode::SERVICE_UNAVAILABLE {
        return Problem::from(Refusal::Unavailable).into_response();
    }
    if status.is_server_error() {
        return Problem::internal(status).into_response();
    }
    // Longer words are not the framework's; without them the status says enough.
    let words = axum::body::to_bytes(response.into_body(), 1_024).await.unwrap_or_default();
    Problem::unreadable(status, String::from_utf8_lossy(&words)).into_response()
}

fn fault(fault: &people::Fault) -> serde_json::Value {
    let (vi, en) = fault.words();
    serde_json::json!({ "field": fault.field(), "code": fault.code(), "words_vi": vi, "words": en })
}
