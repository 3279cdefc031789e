//! Reading facts: a few lookups per batch, whatever the number of commands.

use sqlx::{AnyConnection, Row as _};

use super::tables::{DOSES, LOTS_AND_STATES, PEOPLE_AND_KEYS, PERSON_TOKENS, SCREENINGS, SHIPMENTS, UNITS};
use super::{Facts, Needs, Standing};
use crate::db::{DbError, RowView, Table, lookup};
use crate::ids::{PersonId, UnitId};
use crate::vault::Keyring;

/// Loads what of these needs is not known yet.
///
/// # Errors
/// [`DbError`].
pub(crate) async fn load(
    conn: &mut AnyConnection,
    facts: &mut Facts,
    standing: &mut Standing,
    needs: &Needs,
    keys: &mut Keyring,
) -> Result<(), DbError> {
    let mut needs = facts.missing(needs);
    if needs.is_empty() {
        return Ok(());
    }
    needs.dedup();
    facts.mark_asked(&needs);
    standing.answer(&mut needs, facts);
    let lots: Vec<&str> = needs.lots.iter().map(AsRef::as_ref).collect();
    read(conn, facts, keys, &LOTS_AND_STATES, "id", &lots).await?;
    for id in &needs.lots {
        if let Some(lot) = facts.lots.get(id) {
            standing.keep_lot(id, lot);
        }
    }
    let shipments: Vec<&str> = needs.shipments.iter().map(AsRef::as_ref).collect();
    read(conn, facts, keys, &SHIPMENTS, "id", &shipments).await?;
    let identities: Vec<&str> = needs.identities.iter().map(crate::vault::Token::as_str).collect();
    read(conn, facts, keys, &PERSON_TOKENS, "token", &identities).await?;
    if !needs.people.is_empty() {
        let people: Vec<&str> = needs.people.iter().map(AsRef::as_ref).collect();
        read_people(conn, facts, keys, &people).await?;
        read(conn, facts, keys, &DOSES, "person", &people).await?;
        read(conn, facts, keys, &SCREENINGS, "person", &people).await?;
    }
    let units: Vec<&str> = needs.units.iter().map(AsRef::as_ref).collect();
    read_units(conn, facts, standing, keys, &units).await
}

/// Puts every data key there is on the ring.
///
/// # Errors
/// [`DbError::Inconsistent`] when a key does not open under the master key.
pub(crate) async fn all_keys(conn: &mut AnyConnection, keys: &mut Keyring) -> Result<(), DbError> {
    for row in sqlx::query("SELECT person, wrapped FROM person_keys").fetch_all(conn).await? {
        let (person, wrapped): (String, Vec<u8>) = (row.try_get(0)?, row.try_get(1)?);
        let opened = PersonId::parse(&person).is_ok_and(|person| keys.add(&person, &wrapped));
        if !opened {
            return Err(DbError::Inconsistent { detail: format!("the key of person {person} does not open") });
        }
    }
    Ok(())
}

/// Wrapped data keys. Not a projection.
pub(crate) static PERSON_KEYS: Table = Table {
    name: "person_keys",
    columns: &[("person", crate::db::Kind::Text), ("wrapped", crate::db::Kind::Bytes)],
    key: 1,
    fixed: &[],
};

async fn read(
    conn: &mut AnyConnection,
    facts: &mut Facts,
    keys: &Keyring,
    table: &'static Table,
    column: &'static str,
    ids: &[&str],
) -> Result<(), DbError> {
    if ids.is_empty() {
        return Ok(());
    }
    for values in lookup(conn, table, column, ids).await? {
        facts.learn_row(RowView { table, values: &values }, keys);
    }
    Ok(())
}

/// Organisation units, each by the office that opened it.
async fn read_units(
    conn: &mut AnyConnection,
    facts: &mut Facts,
    standing: &mut Standing,
    keys: &Keyring,
    ids: &[&str],
) -> Result<(), DbError> {
    for values in lookup(conn, &UNITS, "id", ids).await? {
        let row = RowView { table: &UNITS, values: &values };
        facts.learn_row(row, keys);
        let known = row.parse::<UnitId>("id").and_then(|id| facts.units.get(&id));
        if let Some((owner, unit)) = row.parse("unit").zip(known) {
            standing.keep_unit(owner, unit);
        }
    }
    Ok(())
}

/// People with their data keys, which go on the ring before their records are opened.
///
/// # Errors
/// [`DbError::Inconsistent`] when a key does not open under the master key: this is another node's database.
async fn read_people(
    conn: &mut AnyConnection,
    facts: &mut Facts,
    keys: &mut Keyring,
    ids: &[&str],
) -> Result<(), DbError> {
    for values in lookup(conn, &PEOPLE_AND_KEYS, "id", ids).await? {
        let row = RowView { table: &PEOPLE_AND_KEYS, values: &values };
        // Without a key the person was erased: known, and nothing about them can be read.
        if let (Some(person), Some(wrapped)) = (row.parse::<PersonId>("id"), row.get("wrapped").as_bytes())
            && !keys.add(&person, wrapped)
        {
            return Err(DbError::Inconsistent { detail: format!("the key of person {person} does not open") });
        }
        facts.learn_row(row, keys);
    }
    Ok(())
}

impl Needs {
    /// Nothing is needed.
    pub fn is_empty(&self) -> bool {
        self.lots.is_empty()
            && self.people.is_empty()
            && self.shipments.is_empty()
            && self.identities.is_empty()
            && self.units.is_empty()
    }

    /// Adds other needs.
    pub fn extend(&mut self, other: Needs) {
        self.lots.extend(other.lots);
        self.people.extend(other.people);
        self.shipments.extend(other.shipments);
        self.identities.extend(other.identities);
        self.units.extend(other.units);
    }

    fn dedup(&mut self) {
        fn once<T: Ord>(ids: &mut Vec<T>) {
            ids.sort_unstable();
            ids.dedup();
        }
        once(&mut self.lots);
        once(&mut self.people);
        once(&mut self.shipments);
        once(&mut self.identities);
        once(&mut self.units);
    }
}
