//! Commands over HTTP: one route for all, since every command is a JSON object under its folder and name. What is personal in
//! one is sealed here, before a keeper sees it.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::body::Text;
use super::people::person_key;
use super::{App, Known, Path, Problem, named};
use crate::auth::roles_for;
use crate::command::{Command, Envelope};
use crate::ids::{CommandId, PersonId, UnitId};
use crate::keeper::Reply;
use crate::visits;

/// The header in which the client names its command.
pub(super) const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// The header that says that this is the answer to an earlier request with the same key.
const REPEATED: &str = "idempotency-replayed";

/// Takes a command of any folder.
pub(super) async fn take(
    State(app): State<App>,
    known: Known,
    Path((unit, folder, name)): Path<(String, String, String)>,
    headers: HeaderMap,
    Text(fields): Text,
) -> Result<Response, Problem> {
    let unit = UnitId::parse(&unit)?;
    let id = command_id(&headers)?;
    let mut command = named::command(&folder, &name, &fields).map_err(|error| not_a_command(&folder, &name, &error))?;
    // A person is registered through `people::register` alone, which checks the form and seals the record; its route may
    // be written in more than one way (`%70eople`), and those end here.
    if matches!(command, Command::People(_)) {
        return Err(Problem::not_found());
    }
    known.needs(roles_for(&command), &unit)?;
    let digest = seal(&app, &mut command).await?.then(|| app.vault.digest(&unit, &command));
    let mut envelope = Envelope::new(id, unit, known.actor.account.as_str(), command);
    if let Some(digest) = digest {
        envelope = envelope.with_digest(digest);
    }
    Ok(answer(app.keeper.submit(envelope).await?))
}

/// Seals what is personal in the command; false when nothing is. Without a visit or a key the command goes on unsealed, and the
/// rules, which never write that, say why.
async fn seal(app: &App, command: &mut Command) -> Result<bool, Problem> {
    let Command::Visits(step) = command else { return Ok(false) };
    let Some(visit) = step.to_seal() else { return Ok(false) };
    let row = visits::visit(app.db.read(), visit).await.map_err(Problem::database)?;
    if let Some(row) = row
        && let Some(key) = person_key(app, &app.vault, &PersonId::parse(&row.person)?).await?
    {
        step.seal(&key);
    }
    Ok(true)
}

/// The id the client chose for its command.
///
/// # Errors
/// `malformed-id`, or `malformed-request` when there is none.
pub(super) fn command_id(headers: &HeaderMap) -> Result<CommandId, Problem> {
    let header = headers.get(IDEMPOTENCY_KEY).and_then(|value| value.to_str().ok());
    let text = header.ok_or_else(|| Problem::malformed("the header Idempotency-Key is missing"))?;
    Ok(CommandId::parse(text)?)
}

/// The answer of a keeper as a response.
pub(super) fn answer(reply: Reply) -> Response {
    let mut response = (StatusCode::OK, reply.answer.as_str().to_owned()).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if reply.repeated {
        response.headers_mut().insert(REPEATED, HeaderValue::from_static("true"));
    }
    response
}

/// No such command, or a field that cannot be read: an unknown word in a field is not an unknown command.
fn not_a_command(folder: &str, name: &str, error: &serde_json::Error) -> Problem {
    let why = error.to_string();
    let unknown = [folder, name].map(|word| format!("unknown variant `{word}`"));
    if unknown.iter().any(|words| why.starts_with(words)) { Problem::not_found() } else { Problem::malformed(why) }
}
