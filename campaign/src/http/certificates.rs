//! The certificates of a dose: their texts, QR symbols and printable documents.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use issuer::api::{DocumentKind, Issued, IssuedCertificate, Profile};
use serde::{Deserialize, Serialize};
use specs::qr::{Symbol, Use};
use utoipa::{IntoParams, ToSchema};

use super::people::person_key;
use super::public::issuer_away;
use super::{App, Known, Path, Problem, Query};
use crate::auth::Role;
use crate::certificates;
use crate::ids::{DoseId, PersonId, UnitId};
use crate::vault::CERTIFICATES;

/// Who hands certificates out.
const READERS: &[Role] = &[Role::Receptionist, Role::Observer, Role::SiteLead];

/// Where the certificates of a dose stand, and the certificates when they are there.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CertificatesView {
    dose: String,
    /// `requested`, `issued`, `refused`, `withdrawn` (to be revoked) or `revoked`.
    state: String,
    /// Why the issuer refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
    certificates: Vec<CertificateView>,
}

/// One certificate.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CertificateView {
    /// `national` or `eu-dcc`.
    profile: &'static str,
    /// The certificate code.
    uvci: String,
    /// The text of the QR symbol.
    text: String,
    /// RFC 3339.
    expires_at: String,
}

/// How a QR symbol will be used.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Drawn {
    /// `screen` (the default) or `paper`, which has more error correction.
    r#use: Option<String>,
}

/// Which document.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Printed {
    /// `a4` (the default) or `card`.
    kind: Option<String>,
}

/// Where the certificates of a dose stand.
#[utoipa::path(get, path = "/api/units/{unit}/doses/{dose}/certificates", tag = "certificates",
    params(("unit" = String, Path), ("dose" = String, Path)),
    responses((status = 200, body = CertificatesView), (status = 404, body = Problem)))]
pub(super) async fn read(
    State(app): State<App>,
    known: Known,
    Path((unit, dose)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let (row, issued) = open(&app, &known, &unit, &dose).await?;
    let view = |certificate: IssuedCertificate| CertificateView {
        profile: certificate.profile.as_str(),
        uvci: certificate.uvci,
        text: certificate.text,
        expires_at: certificate.expires_at,
    };
    let certificates = issued.into_iter().flat_map(|issued| issued.certificates).map(view).collect();
    let view = CertificatesView { dose: row.dose, state: row.state, problem: row.problem_code, certificates };
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(view)).into_response())
}

/// The QR symbol of a certificate as `svg` or `png`.
#[utoipa::path(get, path = "/api/units/{unit}/doses/{dose}/certificates/{profile}/qr.{format}", tag = "certificates",
    params(("unit" = String, Path), ("dose" = String, Path), ("profile" = String, Path), ("format" = String, Path), Drawn),
    responses((status = 200, content_type = "image/svg+xml"), (status = 404, body = Problem)))]
pub(super) async fn qr(
    State(app): State<App>,
    known: Known,
    Path((unit, dose, profile, file)): Path<(String, String, String, String)>,
    Query(drawn): Query<Drawn>,
) -> Result<Response, Problem> {
    let profile = Profile::parse(&profile).ok_or_else(Problem::not_found)?;
    let used = match drawn.r#use.as_deref() {
        None | Some("screen") => Use::Screen,
        Some("paper") => Use::Paper,
        Some(_) => return Err(Problem::malformed("use: screen or paper")),
    };
    let (_, issued) = open(&app, &known, &unit, &dose).await?;
    let issued = issued.ok_or_else(Problem::not_found)?;
    let certificate = issued.certificate(profile).ok_or_else(Problem::not_found)?;
    let symbol = Symbol::encode(&certificate.text, used).map_err(Problem::internal)?;
    let (kind, picture) = match file.as_str() {
        "qr.svg" => ("image/svg+xml", symbol.svg().into_bytes()),
        "qr.png" => ("image/png", symbol.png(8).map_err(Problem::internal)?),
        _ => return Err(Problem::not_found()),
    };
    Ok(([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-store")], picture).into_response())
}

/// The printable document of a dose's certificates.
#[utoipa::path(get, path = "/api/units/{unit}/doses/{dose}/document.pdf", tag = "certificates",
    params(("unit" = String, Path), ("dose" = String, Path), Printed),
    responses((status = 200, content_type = "application/pdf"), (status = 404, body = Problem), (status = 503, body = Problem)))]
pub(super) async fn document(
    State(app): State<App>,
    known: Known,
    Path((unit, dose)): Path<(String, String)>,
    Query(printed): Query<Printed>,
) -> Result<Response, Problem> {
    let kind = match printed.kind.as_deref() {
        None | Some("a4") => DocumentKind::A4,
        Some("card") => DocumentKind::Card,
        Some(_) => return Err(Problem::malformed("kind: a4 or card")),
    };
    let (row, issued) = open(&app, &known, &unit, &dose).await?;
    issued.ok_or_else(Problem::not_found)?;
    let issuer = app.issuer.as_ref().ok_or_else(issuer_away)?;
    let pdf = issuer.document(&row.dose, kind).await.map_err(|problem| {
        tracing::warn!(%problem, "no document");
        issuer_away()
    })?;
    Ok(([(header::CONTENT_TYPE, "application/pdf"), (header::CACHE_CONTROL, "no-store")], pdf).into_response())
}

/// The row of a dose given at this unit, and its certificates where they are issued and the person's key is there.
async fn open(
    app: &App,
    known: &Known,
    unit: &str,
    dose: &str,
) -> Result<(certificates::CertificateRow, Option<Issued>), Problem> {
    let unit = UnitId::parse(unit)?;
    known.needs(READERS, &unit)?;
    let row = certificates::of_dose(app.db.read(), &DoseId::parse(dose)?).await.map_err(Problem::database)?;
    let row = row.filter(|row| row.unit == unit.as_str()).ok_or_else(Problem::not_found)?;
    let Some(sealed) = &row.sealed else { return Ok((row, None)) };
    let key = person_key(app, &app.vault, &PersonId::parse(&row.person)?).await?;
    let opened = key.and_then(|key| key.open(CERTIFICATES, sealed));
    let issued = opened.map(|json| serde_json::from_slice(&json)).transpose().map_err(Problem::internal)?;
    Ok((row, issued))
}
