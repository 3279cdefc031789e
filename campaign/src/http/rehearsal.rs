//! Only in a rehearsal: the clock can be moved, so that half an hour of observation need not last half an hour.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{App, Body, Known, Problem};

/// How far to move the clock.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Advance {
    /// Minutes, forward only.
    minutes: u32,
}

/// What the clock shows now.
#[derive(Serialize, ToSchema)]
pub(super) struct Now {
    /// RFC 3339.
    now: String,
}

/// Move the clock of a rehearsal forward, at most up to real time.
#[utoipa::path(post, path = "/api/rehearsal/clock", tag = "rehearsal", request_body = Advance,
    responses((status = 200, body = Now), (status = 404, body = Problem)))]
pub(super) async fn advance(
    State(app): State<App>,
    _known: Known,
    Body(advance): Body<Advance>,
) -> Result<Json<Now>, Problem> {
    let clock = app.rehearsal.as_ref().ok_or_else(Problem::not_found)?;
    clock.advance_minutes(i64::from(advance.minutes));
    Ok(Json(Now { now: app.clock.now().to_string() }))
}
