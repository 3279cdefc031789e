//! What anybody may read: health, places, products, the trust list and its roots, the description of the API.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use specs::time::Date;
use specs::value_set::{self, Evidence};
use sqlx::Row as _;
use utoipa::{IntoParams, ToSchema};

use super::{App, Path, Problem, Query};
use crate::catalogue;
use crate::places::{AdminCode, AdminUnits, CodeSet};

/// How the server is.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Health {
    /// `ok` when doses can be recorded.
    status: &'static str,
    /// Its clock, RFC 3339.
    at: String,
    /// `ok`, `away` or `none`.
    issuer: &'static str,
    /// Whether this is a rehearsal, with a clock that can be moved and sample data.
    rehearsal: bool,
}

/// Is the server well?
#[utoipa::path(get, path = "/api/health", tag = "public", responses((status = 200, body = Health), (status = 503, body = Problem)))]
pub(super) async fn health(State(app): State<App>) -> Result<Json<Health>, Problem> {
    sqlx::query("SELECT 1").execute(app.db.read()).await.map_err(|error| {
        tracing::error!(%error, "the database does not answer");
        Problem::from(crate::refusal::Refusal::Unavailable)
    })?;
    if !app.keeper.is_alive() {
        tracing::error!("the keepers have ended or stopped");
        return Err(crate::refusal::Refusal::Unavailable.into());
    }
    let issuer = match &app.issuer {
        None => "none",
        Some(issuer) if issuer.health().await.is_ok() => "ok",
        Some(_) => "away",
    };
    let at = app.clock.now().to_string();
    Ok(Json(Health { status: "ok", at, issuer, rehearsal: app.rehearsal.is_some() }))
}

/// The organisation units of the campaign: offices, stores and sites with their pins.
#[utoipa::path(get, path = "/api/units", tag = "public", responses((status = 200)))]
pub(super) async fn units(State(app): State<App>) -> Result<Json<Value>, Problem> {
    let text = "SELECT id, kind, name, name_en, code_set, code, province, parent, supplied_by, lat, lon, status \
                FROM units ORDER BY id";
    let rows = sqlx::query(text).fetch_all(app.db.read()).await.map_err(Problem::database)?;
    let read = |row: &sqlx::any::AnyRow| -> Result<Value, sqlx::Error> {
        Ok(json!({
            "unit": row.try_get::<String, _>(0)?,
            "kind": row.try_get::<String, _>(1)?,
            "name": row.try_get::<String, _>(2)?,
            "name_en": row.try_get::<Option<String>, _>(3)?,
            "code_set": row.try_get::<Option<String>, _>(4)?,
            "code": row.try_get::<Option<String>, _>(5)?,
            "province": row.try_get::<Option<String>, _>(6)?,
            "parent": row.try_get::<Option<String>, _>(7)?,
            "supplied_by": row.try_get::<Option<String>, _>(8)?,
            "lat": row.try_get::<Option<f64>, _>(9)?,
            "lon": row.try_get::<Option<f64>, _>(10)?,
            "status": row.try_get::<String, _>(11)?,
        }))
    };
    Ok(Json(rows.iter().map(read).collect::<Result<_, _>>().map_err(Problem::internal)?))
}

/// Which administrative units.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    /// `VN-2025` (34 provinces and their communes) or `VN-2004` (the 63 provinces before).
    code_set: String,
    /// The communes of this province; without it, the provinces.
    province: Option<String>,
}

/// Administrative units: every code with its code set, for the same two digits name different provinces before and after
/// 1 July 2025. `successors` names what a unit of the old set became; it is empty for a unit in force.
#[utoipa::path(get, path = "/api/admin-units", tag = "public", params(Which),
    responses((status = 200), (status = 400, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn admin_units(Query(which): Query<Which>) -> Result<Json<Value>, Problem> {
    let code_set: CodeSet = which.code_set.parse().map_err(Problem::malformed)?;
    let all = AdminUnits::bundled();
    let units: Vec<Value> = match which.province {
        None => all.provinces(code_set).map(admin_unit).collect(),
        Some(code) => {
            let province = AdminCode { code_set, code };
            all.find(&province).ok_or_else(Problem::not_found)?;
            all.children(code_set, &province.code).iter().map(admin_unit).collect()
        }
    };
    Ok(Json(Value::Array(units)))
}

fn admin_unit(unit: &crate::places::AdminUnit) -> Value {
    json!({
        "code_set": unit.code_set.as_str(),
        "code": unit.code,
        "name": unit.name,
        "name_en": unit.name_en,
        "lat": unit.point.lat(),
        "lon": unit.point.lon(),
        "successors": unit.successors,
    })
}

/// A vaccine of the campaign.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Product {
    /// Its id, e.g. `comirnaty`.
    product: &'static str,
    /// The name printed for people.
    name: &'static str,
    /// Maker, in its own spelling.
    maker: &'static str,
    /// EU vaccine type.
    eu_vp: &'static str,
    /// EU medicinal product.
    eu_mp: &'static str,
    /// EU marketing authorisation holder or maker.
    eu_ma: &'static str,
    /// CDC CVX code, where CDC gives one.
    cvx: Option<&'static str>,
    /// ICD-11 extension code of its class.
    icd11_class: &'static str,
    /// ICD-11 extension code of the product, where there is one.
    icd11: Option<&'static str>,
    /// Doses of the basic series.
    series_doses: u32,
    /// What each dose of the basic series contains; empty where all doses are the same.
    components: Vec<Component>,
    /// Intervals before a dose, each with the days on which it holds. Of several in force, the one with the latest start holds.
    schedule: Vec<ScheduleRule>,
    /// Doses in one vial by its label.
    doses_per_vial: u32,
    /// Youngest age in completed years.
    min_age_years: u32,
    /// Where it may be kept; the first band is the store's.
    storage: Vec<StorageBand>,
}

/// What one dose of a basic series contains.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Component {
    /// Number of the dose; a consignment's line names its component by it.
    dose: u32,
    /// Name on the vial.
    name: &'static str,
}

/// When a dose of the product may follow a dose of another, or of the same.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ScheduleRule {
    /// `basic`, `additional` or `booster`.
    #[schema(value_type = String)]
    kind: catalogue::DoseKind,
    /// Number in the basic series; none for additional and booster doses.
    dose: Option<u32>,
    /// The products that may have been given before it.
    after: &'static [String],
    /// Fewest days since that dose.
    min_days: u32,
    /// Days since that dose at which it is recommended.
    recommended_days: u32,
    /// Last recommended day, where an interval is given.
    recommended_until_days: Option<u32>,
    /// First day on which the rule holds.
    #[schema(value_type = String, format = Date)]
    valid_from: Date,
    /// Last day on which it holds; open where there is none.
    #[schema(value_type = Option<String>, format = Date)]
    valid_to: Option<Date>,
    /// `seen` in a source, or `recalled`: to be confirmed before real use.
    #[schema(value_type = String)]
    evidence: Evidence,
}

/// Temperatures, in whole degrees Celsius, between which a product may be kept.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StorageBand {
    /// `ultra-cold`, `frozen` or `refrigerated`.
    name: &'static str,
    /// Lowest, where there is a lower limit.
    min_celsius: Option<i16>,
    /// Highest.
    max_celsius: i16,
    /// Days in this band at most; where there are none, the lot's expiry date alone limits it.
    max_days: Option<u32>,
}

/// The vaccines of the campaign with their codes, schedules and storage bands.
#[utoipa::path(get, path = "/api/products", tag = "public", responses((status = 200, body = Vec<Product>)))]
pub(super) async fn products() -> Json<Vec<Product>> {
    Json(catalogue::products().map(product).collect())
}

fn product(product: catalogue::Product) -> Product {
    let vaccine = product.vaccine();
    let component =
        |component: &'static value_set::Component| Component { dose: component.dose, name: &component.name };
    let rule = |rule: &'static catalogue::ScheduleRule| ScheduleRule {
        kind: rule.kind,
        dose: rule.dose,
        after: &rule.after,
        min_days: rule.min_days,
        recommended_days: rule.recommended_days,
        recommended_until_days: rule.recommended_until_days,
        valid_from: rule.valid_from,
        valid_to: rule.valid_to,
        evidence: rule.evidence,
    };
    let band = |band: &'static catalogue::StorageBand| StorageBand {
        name: &band.name,
        min_celsius: band.min_celsius,
        max_celsius: band.max_celsius,
        max_days: band.max_days,
    };
    Product {
        product: product.id(),
        name: product.name(),
        maker: &vaccine.maker,
        eu_vp: &vaccine.eu_vp,
        eu_mp: &vaccine.eu_mp,
        eu_ma: &vaccine.eu_ma,
        cvx: vaccine.cvx.as_deref(),
        icd11_class: &vaccine.icd11_class,
        icd11: vaccine.icd11.as_deref(),
        series_doses: product.series_doses(),
        components: vaccine.components.iter().map(component).collect(),
        schedule: vaccine.schedule.iter().map(rule).collect(),
        doses_per_vial: product.doses_per_vial(),
        min_age_years: vaccine.min_age_years,
        storage: vaccine.storage.iter().map(band).collect(),
    }
}

/// The signed list of signers as COSE: what a verifier needs, beside the anchor it has.
#[utoipa::path(get, path = "/api/trust-list", tag = "public",
    responses((status = 200, content_type = "application/cose"), (status = 503, body = Problem)))]
pub(super) async fn trust_list(State(app): State<App>) -> Result<Response, Problem> {
    let issuer = app.issuer.as_ref().ok_or_else(issuer_away)?;
    let list = issuer.trust_list().await.map_err(|_| issuer_away())?;
    Ok(([(header::CONTENT_TYPE, "application/cose"), (header::CACHE_CONTROL, "public, max-age=300")], list)
        .into_response())
}

/// The same list as a JWS, for the ecosystem.
#[utoipa::path(get, path = "/api/trust-list.jws", tag = "public",
    responses((status = 200, content_type = "application/jose"), (status = 503, body = Problem)))]
pub(super) async fn trust_list_jws(State(app): State<App>) -> Result<Response, Problem> {
    let issuer = app.issuer.as_ref().ok_or_else(issuer_away)?;
    let list = issuer.trust_list_jws().await.map_err(|_| issuer_away())?;
    Ok(([(header::CONTENT_TYPE, "application/jose"), (header::CACHE_CONTROL, "public, max-age=300")], list)
        .into_response())
}

/// A status list as a signed token: which certificates are revoked. How many lists there are is in no description; numbers
/// begin with 1.
#[utoipa::path(get, path = "/api/status-lists/{number}", tag = "public", params(("number" = u64, Path)),
    responses((status = 200, content_type = "application/statuslist+cwt"), (status = 404, body = Problem),
        (status = 503, body = Problem)))]
pub(super) async fn status_list(State(app): State<App>, Path(number): Path<u64>) -> Result<Response, Problem> {
    let issuer = app.issuer.as_ref().ok_or_else(issuer_away)?;
    let list = issuer.status_list(number).await.map_err(|problem| match problem {
        issuer::api::Problem::NotFound { .. } => Problem::not_found(),
        _ => issuer_away(),
    })?;
    Ok(([(header::CONTENT_TYPE, "application/statuslist+cwt"), (header::CACHE_CONTROL, "public, max-age=60")], list)
        .into_response())
}

/// The root certificates that the trust list leads to, as PEM. Whoever needs certainty gets them by another way and compares;
/// the checker's app remembers those of its first visit and refuses others.
#[utoipa::path(get, path = "/api/trust-anchors", tag = "public",
    responses((status = 200, content_type = "application/pem-certificate-chain"), (status = 404, body = Problem)))]
pub(super) async fn trust_anchors(State(app): State<App>) -> Result<Response, Problem> {
    let anchors = app.anchors.as_ref().ok_or_else(Problem::not_found)?;
    let headers =
        [(header::CONTENT_TYPE, "application/pem-certificate-chain"), (header::CACHE_CONTROL, "public, max-age=300")];
    Ok((headers, anchors.to_vec()).into_response())
}

pub(super) fn issuer_away() -> Problem {
    let (vi, en) = ("Hệ thống cấp chứng nhận tạm thời không trả lời", "The issuer does not answer now; come again");
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "issuer-away", vi, en)
}
