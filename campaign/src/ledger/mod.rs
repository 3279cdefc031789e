//! Where each dose is: a double-entry ledger whose unit is the dose.
//!
//! An event says its [`Transfer`]s; each moves doses of one lot from one [`Account`] to another, so that for every lot
//! the sum over all accounts is zero. A unit's own accounts live in its state ([`Accounts`]); tables `balances` and
//! `ledger_entries` are their projection. Every account but the outside world (`supplier`, `gain/yield`) is guarded: it
//! never goes below zero, neither here ([`check`]) nor in the database (CHECK).
//!
//! Doses on the road: dispatching moves them to `transit/{shipment}`, an account of the *receiver*, on which only the
//! receiver may draw. The receiver's stream does not see the sender's, so its receipt carries what was sent as an
//! [`Opening`]; whoever audits compares both.

mod account;
pub mod store;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

pub use account::{Account, WasteReason};

use crate::ids::{LotId, UnitId};
use crate::refusal::Refusal;

/// The most doses one transfer may move: more than were ever made of anything.
pub const MAX_QUANTITY: i64 = 100_000_000_000;

/// One movement of doses. It belongs to the unit whose stream says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// The lot.
    pub lot: LotId,
    /// Doses, 1 to [`MAX_QUANTITY`].
    pub quantity: i64,
    /// Where they leave; always an account of the stream's own unit.
    pub from: Account,
    /// Where they go.
    pub to: Account,
    /// The unit that owns `to`; `None` = the stream's own. Another unit's account can only be a transit account that
    /// this transfer opens: one per shipment and lot, by the sender, once.
    pub to_unit: Option<UnitId>,
    /// Why, as a stable word: `arrival`, `dispatch`, `injection`.
    pub reason: &'static str,
    /// The id of what it belongs to: a consignment, shipment, vial or dose.
    pub reference: String,
}

/// Doses that stand in an account of this unit because another unit put them there (see the module's words on transit).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// The transit account.
    pub account: Account,
    /// The lot.
    pub lot: LotId,
    /// Doses sent.
    pub quantity: i64,
}

/// The accounts of one unit. Empty ones are not kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Accounts(BTreeMap<(Account, LotId), i64>);

impl Accounts {
    /// Doses of a lot in an account.
    pub fn balance(&self, account: &Account, lot: &LotId) -> i64 {
        // The key is two reference counts, no text is copied.
        self.0.get(&(account.clone(), lot.clone())).copied().unwrap_or(0)
    }

    /// Every account that is not empty.
    pub fn iter(&self) -> impl Iterator<Item = (&Account, &LotId, i64)> {
        self.0.iter().map(|((account, lot), quantity)| (account, lot, *quantity))
    }

    /// Applies what an event says. Never refuses: what is in the journal happened.
    pub fn apply(&mut self, openings: &[Opening], transfers: &[Transfer]) {
        for opening in openings {
            self.add(&opening.account, &opening.lot, opening.quantity);
        }
        for transfer in transfers {
            self.add(&transfer.from, &transfer.lot, -transfer.quantity);
            if transfer.to_unit.is_none() {
                self.add(&transfer.to, &transfer.lot, transfer.quantity);
            }
        }
    }

    fn add(&mut self, account: &Account, lot: &LotId, quantity: i64) {
        use std::collections::btree_map::Entry;
        match self.0.entry((account.clone(), lot.clone())) {
            Entry::Vacant(empty) => {
                if quantity != 0 {
                    empty.insert(quantity);
                }
            }
            Entry::Occupied(mut found) => {
                let sum = found.get().saturating_add(quantity);
                if sum == 0 {
                    found.remove();
                } else {
                    found.insert(sum);
                }
            }
        }
    }
}

/// Would these transfers, one after another, leave every guarded account at zero or more?
///
/// # Errors
/// [`Refusal::QuantityOutOfRange`], or [`Refusal::StockTooLow`] for the first transfer that asks too much.
pub fn check(accounts: &Accounts, openings: &[Opening], transfers: &[Transfer]) -> Result<(), Refusal> {
    // Few lines touch few accounts: a short list of changes beats a copy of all accounts.
    let mut changed: Vec<(&Account, &LotId, i64)> = Vec::with_capacity(transfers.len() * 2);
    for opening in openings {
        in_range(opening.quantity)?;
        *slot(&mut changed, accounts, &opening.account, &opening.lot) += opening.quantity;
    }
    for transfer in transfers {
        in_range(transfer.quantity)?;
        let balance = slot(&mut changed, accounts, &transfer.from, &transfer.lot);
        if transfer.from.is_guarded() && *balance < transfer.quantity {
            return Err(Refusal::StockTooLow {
                account: transfer.from.to_string(),
                lot: transfer.lot.clone(),
                wanted: transfer.quantity,
                available: *balance,
            });
        }
        *balance -= transfer.quantity;
        if transfer.to_unit.is_none() {
            *slot(&mut changed, accounts, &transfer.to, &transfer.lot) += transfer.quantity;
        }
    }
    Ok(())
}

fn in_range(quantity: i64) -> Result<(), Refusal> {
    if (1..=MAX_QUANTITY).contains(&quantity) { Ok(()) } else { Err(Refusal::QuantityOutOfRange { quantity }) }
}

fn slot<'a, 'b>(
    changed: &'b mut Vec<(&'a Account, &'a LotId, i64)>,
    accounts: &Accounts,
    account: &'a Account,
    lot: &'a LotId,
) -> &'b mut i64 {
    let index = changed.iter().position(|(other, of, _)| *other == account && *of == lot).unwrap_or_else(|| {
        changed.push((account, lot, accounts.balance(account, lot)));
        changed.len() - 1
    });
    &mut changed[index].2
}
