//! Commands over HTTP: one route for all, since every command is a JSON object under its folder and name.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::body::Text;
use super::{App, Known, Path, Problem, named};
use crate::auth::roles_for;
use crate::command::{Command, Envelope};
use crate::ids::{CommandId, UnitId};
use crate::keeper::Reply;

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
    let command = named::command(&folder, &name, &fields).map_err(|error| not_a_command(&folder, &name, &error))?;
    // A person is registered through `people::register` alone, which checks the form and seals the record; its route may
    // be written in more than one way (`%70eople`), and those end here.
    if matches!(command, Command::People(_)) {
        return Err(Problem::not_found());
    }
    known.needs(roles_for(&command), &unit)?;
    let envelope = Envelope::new(id, unit, known.actor.account.as_str(), command);
    Ok(answer(app.keeper.submit(envelope).await?))
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
