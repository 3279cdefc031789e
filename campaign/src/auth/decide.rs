//! When an account may be opened and a role granted.

use super::{Account, Command, Event};
use crate::command::{Context, Decision};
use crate::facts::{Facts, Needs};
use crate::ids::UnitId;
use crate::refusal::Refusal;
use crate::supply::text;
use crate::unit::UnitState;

/// Accounts are decided over the national office's own state.
pub fn needs(_unit: &UnitState, _command: &Command) -> Needs {
    Needs::default()
}

/// Decides. Granting what is granted, or withdrawing what is not, changes nothing.
///
/// # Errors
/// [`Refusal::WrongUnit`] anywhere but at the national office, [`Refusal::MalformedField`] for a login name that is
/// none and for a name or reason that cannot be, [`Refusal::AccountExists`], [`Refusal::UnknownAccount`] (also for a closed one).
pub fn decide(unit: &UnitState, _facts: &Facts, command: &Command, context: &Context) -> Result<Decision, Refusal> {
    if context.unit != UnitId::nation() {
        return Err(Refusal::WrongUnit { unit: context.unit.clone(), needed: "VN".to_owned() });
    }
    let accounts = &unit.auth.accounts;
    let open = |name: &str| -> Result<&Account, Refusal> {
        let found = accounts.get(name).filter(|account| !account.closed);
        found.ok_or_else(|| Refusal::UnknownAccount { account: name.to_owned() })
    };
    let event = match command.clone() {
        Command::OpenAccount { account, name } => {
            if !is_login(&account) {
                let why = "3-32 characters of a-z 0-9 . _ -".to_owned();
                return Err(Refusal::MalformedField { field: "account".to_owned(), why });
            }
            if accounts.contains_key(&account) {
                return Err(Refusal::AccountExists { account });
            }
            text("name", &name, 1)?;
            Some(Event::AccountOpened { account, name })
        }
        Command::CloseAccount { account, reason } => {
            open(&account)?;
            text("reason", &reason, 1)?;
            Some(Event::AccountClosed { account, reason })
        }
        Command::GrantRole { account, role, at } => {
            let held = open(&account)?.grants.contains(&(role, at.clone()));
            (!held).then_some(Event::RoleGranted { account, role, at })
        }
        Command::WithdrawRole { account, role, at } => {
            let held = open(&account)?.grants.contains(&(role, at.clone()));
            held.then_some(Event::RoleWithdrawn { account, role, at })
        }
    };
    let changed = event.is_some();
    Ok(Decision::new(event, serde_json::json!({ "changed": changed })))
}

/// A login name: it is journalled as the actor of entries, so it is short and plain.
pub(super) fn is_login(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'_' | b'-');
    (3..=32).contains(&text.len()) && text.bytes().all(plain)
}
