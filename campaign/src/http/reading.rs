//! What a unit's desks read: stock, shipments, visits, vials, the journal.

use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::Row as _;
use utoipa::{IntoParams, ToSchema};

use super::{App, Known, Path, Problem, Query};
use crate::auth::Role;
use crate::db::DbError;
use crate::ids::{LotId, UnitId};
use crate::journal;
use crate::{supply, visits};

/// Doses of a lot in an account.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Balance {
    /// The unit whose account it is.
    unit: String,
    /// For example `store/available`.
    account: String,
    lot: String,
    /// Doses.
    quantity: i64,
}

/// A place in the journal.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct After {
    /// Entries with a greater number; 0 for all.
    #[serde(default)]
    after: i64,
}

/// An entry of the journal. Personal data in it are sealed.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EntryView {
    seq: i64,
    at: String,
    actor: String,
    kind: String,
    body: Value,
    prev_hash: String,
    hash: String,
}

/// The unit of the path, at which the actor works or which they audit.
#[derive(Debug)]
pub(super) struct AtUnit(UnitId);

impl FromRequestParts<App> for AtUnit {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<AtUnit, Problem> {
        let known = Known::from_request_parts(parts, app).await?;
        let Path(unit) = Path::<String>::from_request_parts(parts, app).await?;
        let unit = UnitId::parse(&unit)?;
        known.works_at(&unit)?;
        Ok(AtUnit(unit))
    }
}

/// The doses a unit holds and where they went.
#[utoipa::path(get, path = "/api/units/{unit}/stock", tag = "supply", params(("unit" = String, Path)),
    responses((status = 200, body = Vec<Balance>), (status = 403, body = Problem)))]
pub(super) async fn stock(State(app): State<App>, AtUnit(unit): AtUnit) -> Result<Json<Vec<Balance>>, Problem> {
    let text = "SELECT unit, account, lot, quantity FROM balances WHERE unit = $1 ORDER BY account, lot";
    balances(&app, text, unit.as_str()).await
}

/// Where the doses of a lot are, in the whole country.
#[utoipa::path(get, path = "/api/lots/{lot}/balances", tag = "supply", params(("lot" = String, Path)),
    responses((status = 200, body = Vec<Balance>), (status = 403, body = Problem)))]
pub(super) async fn lot_balances(
    State(app): State<App>,
    known: Known,
    Path(lot): Path<String>,
) -> Result<Json<Vec<Balance>>, Problem> {
    known.works_at(&UnitId::nation())?;
    let lot = LotId::parse(&lot)?;
    let text = "SELECT unit, account, lot, quantity FROM balances WHERE lot = $1 ORDER BY unit, account";
    balances(&app, text, lot.as_str()).await
}

async fn balances(app: &App, text: &'static str, id: &str) -> Result<Json<Vec<Balance>>, Problem> {
    let rows = sqlx::query(text).bind(id.to_owned()).fetch_all(app.db.read()).await.map_err(Problem::database)?;
    let read = |row: &sqlx::any::AnyRow| -> Result<Balance, sqlx::Error> {
        Ok(Balance { unit: row.try_get(0)?, account: row.try_get(1)?, lot: row.try_get(2)?, quantity: row.try_get(3)? })
    };
    Ok(Json(rows.iter().map(read).collect::<Result<_, _>>().map_err(Problem::internal)?))
}

/// Every lot and its state.
#[utoipa::path(get, path = "/api/lots", tag = "supply", responses((status = 200), (status = 401, body = Problem)))]
pub(super) async fn lots(State(app): State<App>, _known: Known) -> Result<Json<Value>, Problem> {
    json(supply::lots(app.db.read()).await)
}

/// Consignments of a store.
#[utoipa::path(get, path = "/api/units/{unit}/consignments", tag = "supply", params(("unit" = String, Path)),
    responses((status = 200), (status = 403, body = Problem)))]
pub(super) async fn consignments(State(app): State<App>, AtUnit(unit): AtUnit) -> Result<Json<Value>, Problem> {
    json(supply::consignments(app.db.read(), &unit).await)
}

/// Shipments from and to a unit.
#[utoipa::path(get, path = "/api/units/{unit}/shipments", tag = "supply", params(("unit" = String, Path)),
    responses((status = 200), (status = 403, body = Problem)))]
pub(super) async fn shipments(State(app): State<App>, AtUnit(unit): AtUnit) -> Result<Json<Value>, Problem> {
    json(supply::shipments(app.db.read(), &unit).await)
}

/// Today's visits of a site.
#[utoipa::path(get, path = "/api/units/{unit}/visits", tag = "visits", params(("unit" = String, Path)),
    responses((status = 200), (status = 403, body = Problem)))]
pub(super) async fn visits_today(State(app): State<App>, AtUnit(unit): AtUnit) -> Result<Json<Value>, Problem> {
    json(visits::visits_on(app.db.read(), &unit, app.clock.now().day()).await)
}

/// Vials open at a site, with the moment from which on they may not be used.
#[utoipa::path(get, path = "/api/units/{unit}/vials", tag = "visits", params(("unit" = String, Path)),
    responses((status = 200), (status = 403, body = Problem)))]
pub(super) async fn vials(State(app): State<App>, AtUnit(unit): AtUnit) -> Result<Json<Value>, Problem> {
    json(visits::open_vials(app.db.read(), &unit).await)
}

/// A unit's journal, at most 1,000 entries at a time. For auditors.
#[utoipa::path(get, path = "/api/units/{unit}/journal", tag = "audit", params(("unit" = String, Path), After),
    responses((status = 200, body = Vec<EntryView>), (status = 403, body = Problem)))]
pub(super) async fn entries(
    State(app): State<App>,
    known: Known,
    Path(unit): Path<String>,
    Query(After { after }): Query<After>,
) -> Result<Json<Vec<EntryView>>, Problem> {
    let unit = UnitId::parse(&unit)?;
    if !known.actor.audits(&unit) {
        known.needs(&[Role::Auditor], &unit)?;
    }
    let mut connection = app.db.read().acquire().await.map_err(Problem::database)?;
    let entries = journal::store::entries_after(&mut connection, &unit, after).await.map_err(Problem::database)?;
    let view = |entry: journal::Entry| EntryView {
        seq: entry.seq,
        at: entry.at.to_string(),
        actor: entry.actor,
        kind: entry.kind,
        body: serde_json::from_str(&entry.body).unwrap_or_default(),
        prev_hash: hex::encode(entry.prev_hash),
        hash: hex::encode(entry.hash),
    };
    Ok(Json(entries.into_iter().map(view).collect()))
}

fn json(rows: Result<impl Serialize, DbError>) -> Result<Json<Value>, Problem> {
    let rows = rows.map_err(Problem::database)?;
    serde_json::to_value(rows).map(Json).map_err(Problem::internal)
}
