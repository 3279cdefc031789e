//! The issuer as seen over its Unix socket.

use std::path::Path;
use std::time::Duration;

use serde::de::DeserializeOwned;

use super::{
    DocumentKind, DoseFacts, Health, Issued, Problem, ProblemDocument, RevocationReason, Revoke, Revoked, Suspended,
    is_identifier,
};

/// Answers are small; the largest is a PDF.
const MAX_ANSWER_BYTES: usize = 8 * 1024 * 1024;

/// A client of the issuer. Cheap to clone; clones share their connections.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
}

impl Client {
    /// A client that talks to the issuer listening on the Unix socket at `path`. It connects on first use.
    ///
    /// # Errors
    /// [`Problem::Unreachable`] when the transport cannot be set up.
    pub fn unix(path: impl AsRef<Path>) -> Result<Self, Problem> {
        let http = reqwest::Client::builder()
            .unix_socket(path.as_ref())
            .connect_timeout(Duration::from_secs(5))
            .timeout(Duration::from_secs(30))
            .pool_max_idle_per_host(8)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(unreachable_issuer)?;
        Ok(Self { http })
    }

    /// Asks for the certificates of one dose. Asking again returns the same certificates.
    ///
    /// # Errors
    /// Any [`Problem`]; [`Problem::is_retryable`] says whether to ask again.
    pub async fn issue(&self, facts: &DoseFacts) -> Result<Issued, Problem> {
        let request = self.http.post(url("/v1/certificates")).json(facts);
        json(answer(request).await?)
    }

    /// What was already issued for a dose.
    ///
    /// # Errors
    /// [`Problem::NotFound`] when nothing was released for it.
    pub async fn certificates(&self, dose: &str) -> Result<Issued, Problem> {
        let path = format!("/v1/certificates/{}", segment(dose)?);
        json(answer(self.http.get(url(&path))).await?)
    }

    /// Revokes the certificates of a dose, for good, those that are still to come included. Asking again changes nothing.
    ///
    /// # Errors
    /// Any [`Problem`]; [`Problem::is_retryable`] says whether to ask again.
    pub async fn revoke(&self, dose: &str, reason: RevocationReason) -> Result<Revoked, Problem> {
        let path = format!("/v1/certificates/{}/revoke", segment(dose)?);
        json(answer(self.http.post(url(&path)).json(&Revoke { reason })).await?)
    }

    /// Suspends the certificates of a dose until they are restored.
    ///
    /// # Errors
    /// [`Problem::Revoked`], and any other.
    pub async fn suspend(&self, dose: &str, reason: RevocationReason) -> Result<Suspended, Problem> {
        let path = format!("/v1/certificates/{}/suspend", segment(dose)?);
        json(answer(self.http.post(url(&path)).json(&Revoke { reason })).await?)
    }

    /// Ends the suspension of a dose.
    ///
    /// # Errors
    /// [`Problem::NotFound`] where it is not suspended, [`Problem::Revoked`], and any other.
    pub async fn restore(&self, dose: &str) -> Result<Suspended, Problem> {
        let path = format!("/v1/certificates/{}/restore", segment(dose)?);
        json(answer(self.http.post(url(&path))).await?)
    }

    /// A status list as a signed token (CWT).
    ///
    /// # Errors
    /// [`Problem::NotFound`] when there is no list of that number.
    pub async fn status_list(&self, number: u64) -> Result<Vec<u8>, Problem> {
        answer(self.http.get(url(&format!("/v1/status-lists/{number}")))).await
    }

    /// The printable document (PDF) of a dose's certificates.
    ///
    /// # Errors
    /// [`Problem::NotFound`] when nothing was released for it.
    pub async fn document(&self, dose: &str, kind: DocumentKind) -> Result<Vec<u8>, Problem> {
        let path = format!("/v1/certificates/{}/document?kind={}", segment(dose)?, kind.as_str());
        answer(self.http.get(url(&path))).await
    }

    /// How the issuer is.
    ///
    /// # Errors
    /// [`Problem::Unreachable`] when it does not answer.
    pub async fn health(&self) -> Result<Health, Problem> {
        json(answer(self.http.get(url("/v1/health"))).await?)
    }

    /// The signed list of signers (COSE_Sign1 bytes).
    ///
    /// # Errors
    /// [`Problem::Unreachable`] when it does not answer.
    pub async fn trust_list(&self) -> Result<Vec<u8>, Problem> {
        answer(self.http.get(url("/v1/trust-list"))).await
    }

    /// The same list as a compact JWS.
    ///
    /// # Errors
    /// [`Problem::Unreachable`] when it does not answer.
    pub async fn trust_list_jws(&self) -> Result<String, Problem> {
        let bytes = answer(self.http.get(url("/v1/trust-list.jws"))).await?;
        String::from_utf8(bytes).map_err(|_| Problem::Internal { detail: "the JWS is not text".into() })
    }
}

/// The host name is never resolved: the socket is the address.
fn url(path: &str) -> String {
    format!("http://issuer{path}")
}

fn segment(dose: &str) -> Result<&str, Problem> {
    if is_identifier(dose) && !dose.bytes().all(|b| b == b'.') {
        Ok(dose)
    } else {
        Err(Problem::Malformed { detail: "a dose identifier is 1 to 64 of [A-Za-z0-9._:-]".into() })
    }
}

async fn answer(request: reqwest::RequestBuilder) -> Result<Vec<u8>, Problem> {
    let mut response = request.send().await.map_err(unreachable_issuer)?;
    let status = response.status();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unreachable_issuer)? {
        if body.len() + chunk.len() > MAX_ANSWER_BYTES {
            return Err(Problem::Internal { detail: "the issuer's answer is too long".into() });
        }
        body.extend_from_slice(&chunk);
    }
    if status.is_success() {
        return Ok(body);
    }
    Err(match serde_json::from_slice::<ProblemDocument>(&body) {
        Ok(document) => document.into(),
        Err(_) => Problem::Internal { detail: format!("the issuer answered with status {}", status.as_u16()) },
    })
}

fn json<T: DeserializeOwned>(body: Vec<u8>) -> Result<T, Problem> {
    serde_json::from_slice(&body)
        .map_err(|e| Problem::Internal { detail: format!("the issuer's answer cannot be read: {e}") })
}

fn unreachable_issuer(error: reqwest::Error) -> Problem {
    let mut detail = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        detail.push_str(": ");
        detail.push_str(&cause.to_string());
        source = cause.source();
    }
    Problem::Unreachable { detail }
}
