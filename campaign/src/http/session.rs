//! Log in, log out, who am I.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::actor::COOKIE;
use super::{App, Body, Known, Problem};
use crate::auth::Role;
use crate::auth::password::Cost;
use crate::auth::session::{Actor, LASTS, LoginError, SessionToken};
use crate::ids::UnitId;

/// Account and password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Login {
    account: String,
    password: String,
}

/// A role at a unit.
#[derive(Serialize, ToSchema)]
pub(super) struct Grant {
    role: Role,
    unit: String,
}

/// Who is logged in.
#[derive(Serialize, ToSchema)]
pub(super) struct Me {
    account: String,
    name: String,
    grants: Vec<Grant>,
    /// Only in the answer to a login: for programs, to be sent as `Authorization: Bearer`. Browsers have the cookie.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

impl Me {
    fn of(actor: &Actor, token: Option<&SessionToken>) -> Me {
        let grants = actor.grants.iter().map(|(role, unit)| Grant { role: *role, unit: unit.to_string() });
        Me {
            account: actor.account.clone(),
            name: actor.name.clone(),
            grants: grants.collect(),
            token: token.map(|token| token.as_str().to_owned()),
        }
    }
}

/// Log in.
#[utoipa::path(post, path = "/api/session", tag = "session", request_body = Login, responses(
    (status = 200, body = Me), (status = 401, body = Problem), (status = 429, body = Problem)))]
pub(super) async fn log_in(State(app): State<App>, Body(login): Body<Login>) -> Result<Response, Problem> {
    let token = SessionToken::new(crate::rng::bytes());
    let opened = app.sessions.log_in(&login.account, &login.password, token, app.clock.now()).await;
    let (token, actor) = opened.map_err(not_let_in)?;
    let cookie = format!("{COOKIE}={}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={}", token.as_str(), LASTS * 60);
    let mut response = Json(Me::of(&actor, Some(&token))).into_response();
    let cookie = HeaderValue::from_str(&cookie).map_err(Problem::internal)?;
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

fn not_let_in(error: LoginError) -> Problem {
    match error {
        LoginError::Wrong => {
            let (vi, en) = ("Sai tài khoản hoặc mật khẩu", "Unknown account or wrong password");
            Problem::new(StatusCode::UNAUTHORIZED, "login-wrong", vi, en)
        }
        LoginError::Wait(seconds) => {
            let (vi, en) =
                ("Sai mật khẩu nhiều lần, hãy chờ rồi thử lại", "Too many wrong passwords; wait and try again");
            Problem::new(StatusCode::TOO_MANY_REQUESTS, "login-wait", vi, en)
                .with(serde_json::json!({ "seconds": seconds }))
        }
        LoginError::Database(error) => Problem::database(error),
    }
}

/// Who am I, and what may I do where.
#[utoipa::path(get, path = "/api/session", tag = "session", responses((status = 200, body = Me), (status = 401, body = Problem)))]
pub(super) async fn who(known: Known) -> Json<Me> {
    Json(Me::of(&known.actor, None))
}

/// Log out.
#[utoipa::path(delete, path = "/api/session", tag = "session", responses((status = 204), (status = 401, body = Problem)))]
pub(super) async fn log_out(State(app): State<App>, known: Known) -> Result<StatusCode, Problem> {
    app.sessions.log_out(&known.token).await.map_err(Problem::database)?;
    Ok(StatusCode::NO_CONTENT)
}

/// An account and its new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPassword {
    account: String,
    /// At least 10 characters.
    password: String,
    /// The password so far; needed for one's own, so that a session left open is not an account lost.
    #[serde(default)]
    current: Option<String>,
}

/// Set an account's password: one's own, or anybody's as an administrator of the nation. All sessions of the account end.
#[utoipa::path(put, path = "/api/password", tag = "session", request_body = NewPassword, responses(
    (status = 204), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
    (status = 422, body = Problem), (status = 429, body = Problem)))]
pub(super) async fn set_password(
    State(app): State<App>,
    known: Known,
    Body(NewPassword { account, password, current }): Body<NewPassword>,
) -> Result<StatusCode, Problem> {
    if account == known.actor.account {
        let current = current.unwrap_or_default();
        app.sessions.check(&account, &current, app.clock.now()).await.map_err(not_let_in)?;
    } else {
        known.needs(&[Role::Administrator], &UnitId::nation())?;
        if !app.sessions.is_open(&account).await.map_err(Problem::database)? {
            return Err(crate::refusal::Refusal::UnknownAccount { account: account.chars().take(32).collect() }.into());
        }
    }
    let stored = app.sessions.hash(password, crate::rng::bytes(), Cost::SERVER).await.ok_or_else(|| {
        let (vi, en) = ("Mật khẩu phải có ít nhất 10 ký tự", "The password must have at least 10 characters");
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "password-too-short", vi, en)
    })?;
    app.sessions.set_password(&account, &stored, app.clock.now()).await.map_err(Problem::database)?;
    Ok(StatusCode::NO_CONTENT)
}
