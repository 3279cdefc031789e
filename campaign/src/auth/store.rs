//! The tables of accounts and grants, and what a session looks up in them.

use super::{Event, State};
use crate::db::Kind::{Int, Text};
use crate::db::{Changes, Table, Value};
use crate::journal::Meta;
use crate::unit::UnitState;
use crate::vault::Keyring;

/// Accounts, by the national stream.
pub(crate) static ACCOUNTS: Table = Table {
    name: "accounts",
    columns: &[("account", Text), ("unit", Text), ("name", Text), ("closed", Int)],
    key: 1,
    fixed: &[],
};

/// Roles granted, by the national stream.
pub(crate) static GRANTS: Table = Table {
    name: "grants",
    columns: &[("account", Text), ("role", Text), ("at_unit", Text), ("unit", Text)],
    key: 3,
    fixed: &[],
};

/// The rows an event of the accounts changes.
pub fn project(event: &Event, meta: &Meta, unit: &UnitState, _keys: &Keyring, changes: &mut Changes) {
    match event {
        Event::AccountOpened { account, .. } | Event::AccountClosed { account, .. } => {
            account_row(&unit.auth, account, meta, changes);
        }
        Event::RoleGranted { account, role, at } => changes
            .upsert(&GRANTS, vec![account.as_str().into(), role.as_str().into(), at.into(), Value::from(&meta.unit)]),
        Event::RoleWithdrawn { account, role, at } => {
            changes.delete(&GRANTS, vec![account.as_str().into(), role.as_str().into(), at.into()]);
        }
    }
}

fn account_row(state: &State, account: &str, meta: &Meta, changes: &mut Changes) {
    let Some(found) = state.accounts.get(account) else { return };
    changes.upsert(
        &ACCOUNTS,
        vec![account.into(), Value::from(&meta.unit), found.name.as_str().into(), found.closed.into()],
    );
}
