//! Who is asking: taken from the session cookie, or from a bearer token for programs.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Method, header};

use super::{App, Problem};
use crate::auth::Role;
use crate::auth::session::{Actor, SessionToken};
use crate::ids::UnitId;

/// The cookie that carries the session. The prefix makes browsers keep it to this host, over TLS or on localhost.
pub const COOKIE: &str = "__Host-lachan";

/// Somebody who is logged in.
#[derive(Debug, Clone)]
pub struct Known {
    /// Who.
    pub actor: Arc<Actor>,
    /// By which token.
    pub token: SessionToken,
}

impl Known {
    /// Goes on when one of these roles holds at the unit. Who works nowhere near it learns nothing about it.
    ///
    /// # Errors
    /// `forbidden`, naming the roles of which one is needed.
    pub fn needs(&self, roles: &[Role], unit: &UnitId) -> Result<(), Problem> {
        if self.actor.holds(roles, unit) {
            return Ok(());
        }
        let needed = roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(", ");
        Err(crate::refusal::Refusal::Forbidden { needed: format!("{needed} @ {unit}") }.into())
    }

    /// Goes on when any role holds at the unit, or the actor audits it.
    ///
    /// # Errors
    /// `forbidden`.
    pub fn works_at(&self, unit: &UnitId) -> Result<(), Problem> {
        if self.actor.works_at(unit) || self.actor.audits(unit) {
            return Ok(());
        }
        Err(crate::refusal::Refusal::Forbidden { needed: format!("* @ {unit}") }.into())
    }
}

impl FromRequestParts<App> for Known {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Known, Problem> {
        let token = match bearer(parts) {
            Some(token) => token,
            None => {
                let token = cookie(parts).ok_or_else(Problem::unauthenticated)?;
                same_origin(parts)?;
                token
            }
        };
        let actor = app.sessions.actor(&token, app.clock.now()).await.map_err(Problem::database)?;
        Ok(Known { actor: actor.ok_or_else(Problem::unauthenticated)?, token })
    }
}

fn bearer(parts: &Parts) -> Option<SessionToken> {
    let value = parts.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    value.strip_prefix("Bearer ").map(|token| SessionToken::from_text(token.trim()))
}

fn cookie(parts: &Parts) -> Option<SessionToken> {
    let values = parts.headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let pairs = values.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(|(name, _)| *name == COOKIE).map(|(_, value)| SessionToken::from_text(value)).next()
}

/// A cookie is sent by browsers whoever made the page; what changes things must come from our own pages.
fn same_origin(parts: &Parts) -> Result<(), Problem> {
    if matches!(parts.method, Method::GET | Method::HEAD) {
        return Ok(());
    }
    let text = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let origin = text(header::ORIGIN).and_then(|origin| origin.split_once("://")).map(|(_, host)| host);
    // HTTP/2 names the host in the request line instead.
    let host = text(header::HOST).or_else(|| parts.uri.authority().map(|authority| authority.as_str()));
    match (origin, host) {
        (Some(origin), Some(host)) if origin == host => Ok(()),
        _ => Err(crate::refusal::Refusal::Forbidden { needed: "same origin".to_owned() }.into()),
    }
}
