//! Registering, finding and opening people. Personal data are sealed before they become a command, and opened only for
//! who works where the person is registered or visits.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::commands::{answer, command_id};
use super::{App, Body, Known, Problem};
use crate::auth::{Role, roles_for};
use crate::command::{Command, Envelope};
use crate::ids::{PersonId, UnitId};
use crate::people::search::{self, TermKind};
use crate::people::{self, Form, Record};
use crate::vault::{RECORD, Vault};

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

/// What to look for: at least two of them, so that nobody can leaf through the register.
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
    let envelope = Envelope::new(id, unit, known.actor.account, command).with_digest(digest).with_key(wrapped);
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
    let narrow = terms.iter().any(|(kind, _)| *kind == TermKind::Identity) || search.given() >= 2;
    if !narrow {
        return Err(Problem::malformed("give cccd, or two of name, birth_date and phone"));
    }
    let tokens: Vec<_> = terms.iter().map(|(kind, term)| app.vault.token(kind.code(), term)).collect();
    let rows = people::find(app.db.read(), &tokens).await.map_err(Problem::internal)?;
    let mut found = Vec::new();
    for row in rows {
        found.push(open(&app, row).await?);
    }
    Ok(Json(found))
}

/// Open one person's record.
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
    let row = people::person(app.db.read(), &PersonId::parse(&person)?).await.map_err(Problem::internal)?;
    let row = row.ok_or_else(Problem::not_found)?;
    Ok(Json(open(&app, row).await?))
}

/// Who may open a person's record.
const READERS: &[Role] = &[Role::Receptionist, Role::Doctor, Role::Vaccinator, Role::Observer, Role::SiteLead];

impl Search {
    fn given(&self) -> usize {
        [&self.name, &self.birth_date, &self.phone].iter().filter(|field| field.is_some()).count()
    }

    fn terms(&self) -> Vec<(TermKind, String)> {
        let words = self.name.iter().flat_map(|name| {
            let folded = search::fold(name);
            folded.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect::<Vec<_>>()
        });
        let mut terms: Vec<_> = words.map(|word| (TermKind::Name, word)).collect();
        terms.extend(self.birth_date.iter().map(|date| (TermKind::BirthDate, date.trim().to_owned())));
        terms.extend(self.phone.iter().map(|phone| (TermKind::Phone, phone.trim().to_owned())));
        terms.extend(self.cccd.iter().map(|number| (TermKind::Identity, format!("cccd:{}", number.trim()))));
        terms
    }
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
    crate::vault::person_key(app.db.read(), vault, person).await.map_err(Problem::internal)
}
