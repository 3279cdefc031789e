//! The table of certificates: what the worker has to ask for and to have revoked, and what a person's desk can open.

use serde::Serialize;
use sqlx::any::AnyRow;
use sqlx::{AnyPool, Row as _};

use super::Event;
use crate::clock::Timestamp;
use crate::db::Kind::{Int, Text};
use crate::db::{Changes, DbError, Table, Value};
use crate::ids::{DoseId, PersonId};
use crate::journal::Meta;
use crate::unit::UnitState;
use crate::vault::Keyring;

/// Certificates, by the site that gave the dose; `sealed` under the person's key, only while they are issued.
pub(crate) static CERTIFICATES: Table = Table {
    name: "certificates",
    columns: &[
        ("dose", Text),
        ("unit", Text),
        ("person", Text),
        ("state", Text),
        ("attempt", Int),
        ("requested_at", Int),
        ("updated_at", Int),
        ("sealed", Text),
        ("uvci_hashes", Text),
        ("problem_code", Text),
        ("problem_detail", Text),
    ],
    key: 1,
    fixed: &[],
};

/// The row an event changes.
pub fn project(event: &Event, meta: &Meta, unit: &UnitState, _keys: &Keyring, changes: &mut Changes) {
    let mut issued = None;
    let mut refused = None;
    let dose = match event {
        Event::Requested { dose } | Event::Withdrawn { dose, .. } | Event::Revoked { dose } => dose,
        Event::Issued { dose, sealed, uvci_hashes } => {
            issued = Some((sealed, uvci_hashes.join(" ")));
            dose
        }
        Event::Refused { dose, problem } => {
            refused = Some(problem);
            dose
        }
    };
    let (Some(known), Some(given)) = (unit.certificates.by_dose.get(dose), unit.visits.doses.get(dose)) else { return };
    let row = vec![
        Value::from(dose),
        Value::from(&meta.unit),
        Value::from(&given.person),
        Value::from(known.standing.code()),
        Value::from(known.attempt),
        Value::from(known.requested_at),
        Value::from(meta.at),
        Value::from(issued.as_ref().map(|(sealed, _)| *sealed)),
        Value::from(issued.as_ref().map(|(_, hashes)| hashes)),
        Value::from(refused.map(|problem| &problem.code)),
        Value::from(refused.map(|problem| &problem.detail)),
    ];
    changes.upsert(&CERTIFICATES, row);
}

/// Where the certificates of a dose stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CertificateRow {
    /// Which dose.
    pub dose: String,
    /// The site that gave it.
    pub unit: String,
    /// Whose it is.
    pub person: String,
    /// `requested`, `issued`, `refused`, `withdrawn`, `revoked`.
    pub state: String,
    /// How often they were asked for: part of the id of the command that records the answer.
    pub attempt: i64,
    /// When they were asked for last.
    pub requested_at: Timestamp,
    /// The certificates, sealed.
    pub sealed: Option<String>,
    /// Code of the issuer's problem.
    pub problem_code: Option<String>,
    /// Words of the issuer's problem.
    pub problem_detail: Option<String>,
}

const ROW: &str = "SELECT dose, unit, person, state, attempt, requested_at, sealed, problem_code, problem_detail \
                   FROM certificates";

/// The certificates of a dose.
///
/// # Errors
/// [`DbError`].
pub async fn of_dose(db: &AnyPool, dose: &DoseId) -> Result<Option<CertificateRow>, DbError> {
    let text = format!("{ROW} WHERE dose = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(text)).bind(dose.as_str().to_owned()).fetch_optional(db).await?;
    row.as_ref().map(certificate_row).transpose()
}

/// The certificates of all doses of a person.
///
/// # Errors
/// [`DbError`].
pub async fn of_person(db: &AnyPool, person: &PersonId) -> Result<Vec<CertificateRow>, DbError> {
    let text = format!("{ROW} WHERE person = $1 ORDER BY requested_at, dose");
    let query = sqlx::query(sqlx::AssertSqlSafe(text)).bind(person.as_str().to_owned());
    query.fetch_all(db).await?.iter().map(certificate_row).collect()
}

/// What the worker goes through, and how the rows of it are called in the column `state`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Queue {
    /// Requests that the issuer has not answered.
    ToAsk,
    /// What was withdrawn, and the issuer has not revoked.
    ToRevoke,
}

/// Rows of a queue, those asked for longest ago first, after the given one (when it was asked for, dose).
///
/// # Errors
/// [`DbError`].
pub(crate) async fn waiting(
    db: &AnyPool,
    queue: Queue,
    (at, dose): &(Timestamp, String),
    most: i64,
) -> Result<Vec<CertificateRow>, DbError> {
    // Written out in the text, for the partial indexes.
    let state = match queue {
        Queue::ToAsk => "requested",
        Queue::ToRevoke => "withdrawn",
    };
    let text = format!(
        "{ROW} WHERE state = '{state}' AND (requested_at > $1 OR (requested_at = $2 AND dose > $3)) \
         ORDER BY requested_at, dose LIMIT $4"
    );
    let query = sqlx::query(sqlx::AssertSqlSafe(text)).bind(at.0).bind(at.0).bind(dose.clone()).bind(most);
    query.fetch_all(db).await?.iter().map(certificate_row).collect()
}

fn certificate_row(row: &AnyRow) -> Result<CertificateRow, DbError> {
    Ok(CertificateRow {
        dose: row.try_get(0)?,
        unit: row.try_get(1)?,
        person: row.try_get(2)?,
        state: row.try_get(3)?,
        attempt: row.try_get(4)?,
        requested_at: Timestamp(row.try_get(5)?),
        sealed: row.try_get(6)?,
        problem_code: row.try_get(7)?,
        problem_detail: row.try_get(8)?,
    })
}
