//! Registering, finding and opening people. Personal data are sealed before they become a command. A record is opened for
//! a desk of a site that registered the person or that the person visited, and for a desk that names the person well
//! enough to find them.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::commands::{answer, command_id};
use super::{App, Body, Known, Path, Problem, Query};
use crate::auth::{Role, roles_for};
use crate::command::{Command, Envelope};
use crate::ids::{PersonId, UnitId};
use crate::people::search::{self, TermKind};
use crate::people::{self, Form, Record};
use crate::vault::{RECORD, Vault};
use crate::visits;

/// A person to register.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Registration {
    /// New id, chosen by the client.
    #[schema(value_type = String)]
    person: PersonId,
    /// What the person's form says.
    form: Form,
}

/// A person of the register.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PersonView {
    person: String,
    /// The unit that registered them.
    unit: String,
    registered_at: String,
    /// `null` when the person's data were erased.
    record: Option<Record>,
}

/// What to look for: at least two of them that say something, so that nobody can leaf through the register.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Search {
    /// Words of the name, with or without tones.
    name: Option<String>,
    /// `YYYY-MM-DD`.
    birth_date: Option<String>,
    /// Mobile number.
    phone: Option<String>,
    /// Personal identification number (12 digits); enough alone.
    cccd: Option<String>,
}

/// Register a person.
#[utoipa::path(post, path = "/api/units/{unit}/people/register_person", tag = "people",
    params(("unit" = String, Path), ("Idempotency-Key" = String, Header, description = "Chosen by the client")),
    request_body = Registration, responses((status = 200), (status = 422, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn register(
    State(app): State<App>,
    known: Known,
    Path(unit): Path<String>,
    headers: HeaderMap,
    Body(registration): Body<Registration>,
) -> Result<Response, Problem> {
    let unit = UnitId::parse(&unit)?;
    let id = command_id(&headers)?;
    let today = app.clock.now().day();
    let valid = people::parse(&registration.form, today).map_err(|faults| Problem::form(&faults))?;
    let digest = app.vault.digest(&unit, &registration);
    let (key, wrapped) = app.vault.new_key(&registration.person);
    let json = serde_json::to_vec(&valid.record).map_err(Problem::internal)?;
    let command: Command = people::Command::RegisterPerson {
        person: registration.person,
        sealed: key.seal(RECORD, &json),
        identity_token: search::identity_term(&valid.record.identity)
            .map(|term| app.vault.token(TermKind::Identity.code(), &term)),
        priority_groups: valid.priority_groups,
    }
    .into();
    known.needs(roles_for(&command), &unit)?;
    let envelope = Envelope::new(id, unit, known.actor.account.as_str(), command).with_digest(digest).with_key(wrapped);
    Ok(answer(app.keeper.submit(envelope).await?))
}

/// Find people by two of name, birth date and phone, or by identity number.
#[utoipa::path(get, path = "/api/units/{unit}/people", tag = "people", params(("unit" = String, Path), Search),
    responses((status = 200, body = Vec<PersonView>), (status = 400, body = Problem), (status = 403, body = Problem)))]
pub(super) async fn find(
    State(app): State<App>,
    known: Known,
    Path(unit): Path<String>,
    Query(search): Query<Search>,
) -> Result<Json<Vec<PersonView>>, Problem> {
    known.needs(READERS, &UnitId::parse(&unit)?)?;
    let terms = search.terms();
    if !narrow(&terms) {
        return Err(Problem::malformed("give cccd, or two of name, birth_date and phone"));
    }
    let tokens: Vec<_> = terms.iter().map(|(kind, term)| app.vault.token(kind.code(), term)).collect();
    let rows = people::find(app.db.read(), &tokens).await.map_err(Problem::database)?;
    let mut found = Vec::new();
    for row in rows {
        found.push(open(&app, row).await?);
    }
    Ok(Json(found))
}

/// Open the record of a person whom this unit registered or who visited it.
#[utoipa::path(get, path = "/api/units/{unit}/people/{person}", tag = "people",
    params(("unit" = String, Path), ("person" = String, Path)),
    responses((status = 200, body = PersonView), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn read(
    State(app): State<App>,
    known: Known,
    Path((unit, person)): Path<(String, String)>,
) -> Result<Json<PersonView>, Problem> {
    let unit = UnitId::parse(&unit)?;
    known.needs(READERS, &unit)?;
    let row = people::person(app.db.read(), &PersonId::parse(&person)?).await.map_err(Problem::database)?;
    let row = row.ok_or_else(Problem::not_found)?;
    let here = row.unit == unit.as_str()
        || visits::visited(app.db.read(), &unit, &row.person).await.map_err(Problem::database)?;
    if !here {
        return Err(Problem::not_found());
    }
    Ok(Json(open(&app, row).await?))
}

/// Who may open a person's record.
const READERS: &[Role] = &[Role::Receptionist, Role::Doctor, Role::Vaccinator, Role::Observer, Role::SiteLead];

impl Search {
    /// Each once, what narrows most first: of a long list only the beginning is looked at.
    fn terms(&self) -> Vec<(TermKind, String)> {
        let plain = |field: &Option<String>| {
            let text: String = field.iter().flat_map(|text| text.split_whitespace()).collect();
            Some(text).filter(|text| !text.is_empty())
        };
        let mut terms = Vec::new();
        terms.extend(plain(&self.cccd).map(|number| (TermKind::Identity, format!("cccd:{number}"))));
        terms.extend(plain(&self.phone).map(|phone| (TermKind::Phone, phone)));
        terms.extend(plain(&self.birth_date).map(|date| (TermKind::BirthDate, date)));
        let folded = self.name.as_deref().map(search::fold).unwrap_or_default();
        for word in folded.split(' ').filter(|word| !word.is_empty()) {
            if !terms.iter().any(|(kind, known)| *kind == TermKind::Name && known == word) {
                terms.push((TermKind::Name, word.to_owned()));
            }
        }
        terms
    }
}

/// Whether these terms name a person: an identity number, or two of name, birth date and phone.
fn narrow(terms: &[(TermKind, String)]) -> bool {
    let first = terms.first().map(|(kind, _)| *kind);
    first == Some(TermKind::Identity) || terms.iter().any(|(kind, _)| Some(*kind) != first)
}

async fn open(app: &App, row: people::PersonRow) -> Result<PersonView, Problem> {
    let person = PersonId::parse(&row.person)?;
    let key = person_key(app, &app.vault, &person).await?;
    let opened = key.and_then(|key| key.open(RECORD, &row.sealed));
    let record = opened.map(|json| serde_json::from_slice(&json)).transpose().map_err(Problem::internal)?;
    Ok(PersonView { person: row.person, unit: row.unit, registered_at: row.registered_at.to_string(), record })
}

/// The data key of a person; `None` when it was destroyed.
pub(super) async fn person_key(
    app: &App,
    vault: &Vault,
    person: &PersonId,
) -> Result<Option<crate::vault::DataKey>, Problem> {
    crate::vault::person_key(app.db.read(), vault, person).await.map_err(Problem::database)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search(name: &str, birth_date: &str, phone: &str, cccd: &str) -> Vec<(TermKind, String)> {
        let some = |text: &str| Some(text.to_owned()).filter(|text| text != "-");
        Search { name: some(name), birth_date: some(birth_date), phone: some(phone), cccd: some(cccd) }.terms()
    }

    #[test]
    fn two_fields_that_say_something_or_an_identity_number() {
        assert!(narrow(&search("Nhung", "1990-05-17", "-", "-")));
        assert!(narrow(&search("-", "1990-05-17", "0912 345 678", "-")));
        assert!(narrow(&search("-", "-", "-", "001190000001")));
        // An empty field is no field, and two words of a name are one.
        for terms in [
            search("-", "-", "-", "-"),
            search("", "1990-05-17", "", ""),
            search(" - ", "1990-05-17", " ", "-"),
            search("Hồng Nhung", "-", "-", " "),
        ] {
            assert!(!narrow(&terms), "{terms:?}");
        }
    }

    #[test]
    fn a_long_name_does_not_push_the_birth_date_out() {
        let terms = search("một hai ba bốn năm sáu bảy Một", "1990-05-17", "-", "-");
        assert_eq!(terms[0], (TermKind::BirthDate, "1990-05-17".to_owned()));
        assert_eq!(terms.len(), 8, "each word once: {terms:?}");
    }
}
