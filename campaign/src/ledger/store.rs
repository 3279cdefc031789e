//! Tables `balances` and `ledger_entries`, and what can be asked of them.

use super::{Accounts, Transfer};
use crate::db::Kind::{Int, Text};
use crate::db::{Changes, Table, Value};
use crate::journal::Meta;

/// Doses per unit, account and lot. Each row by the unit's own stream; a transit account's row is made by the sender.
pub static BALANCES: Table = Table {
    name: "balances",
    columns: &[("unit", Text), ("account", Text), ("lot", Text), ("quantity", Int), ("guarded", Int)],
    key: 3,
    fixed: &[],
};

/// One row per transfer.
pub static LEDGER_ENTRIES: Table = Table {
    name: "ledger_entries",
    columns: &[
        ("unit", Text),
        ("seq", Int),
        ("line", Int),
        ("lot", Text),
        ("quantity", Int),
        ("from_account", Text),
        ("to_account", Text),
        ("to_unit", Text),
        ("reason", Text),
        ("reference", Text),
        ("at", Int),
        ("actor", Text),
    ],
    key: 3,
    fixed: &[],
};

/// The rows that an event's transfers change; `accounts` are the unit's after them.
pub(crate) fn project(transfers: &[Transfer], meta: &Meta, accounts: &Accounts, changes: &mut Changes) {
    if transfers.is_empty() {
        return;
    }
    let unit = Value::from(&meta.unit);
    for (line, transfer) in (0_i64..).zip(transfers) {
        let lot = Value::from(&transfer.lot);
        let from = Value::from(&transfer.from);
        let to = Value::from(&transfer.to);
        let balance = |account| Value::Int(accounts.balance(account, &transfer.lot));
        let own = vec![
            unit.clone(),
            from.clone(),
            lot.clone(),
            balance(&transfer.from),
            Value::from(transfer.from.is_guarded()),
        ];
        changes.upsert(&BALANCES, own);
        let guarded = Value::from(transfer.to.is_guarded());
        let to_unit = match &transfer.to_unit {
            None => {
                changes.upsert(&BALANCES, vec![unit.clone(), to.clone(), lot.clone(), balance(&transfer.to), guarded]);
                unit.clone()
            }
            Some(other) => {
                let other = Value::from(other);
                let quantity = Value::Int(transfer.quantity);
                changes.create(&BALANCES, vec![other.clone(), to.clone(), lot.clone(), quantity, guarded]);
                other
            }
        };
        let row = vec![
            unit.clone(),
            Value::Int(meta.seq),
            Value::Int(line),
            lot,
            Value::Int(transfer.quantity),
            from,
            to,
            to_unit,
            Value::from(transfer.reason),
            Value::from(&transfer.reference),
            Value::from(meta.at),
            Value::from(&meta.actor),
        ];
        changes.upsert(&LEDGER_ENTRIES, row);
    }
}
