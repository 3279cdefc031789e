//! What an event of the accounts changes in the national office's state.

use super::{Account, Event, State};
use crate::journal::Meta;
use crate::ledger::Transfer;

/// The state after the event. Never refuses: what is in the journal happened.
pub fn evolve(state: &mut State, event: &Event, _meta: &Meta) {
    match event {
        Event::AccountOpened { account, name } => {
            let opened = Account { name: name.clone(), ..Account::default() };
            state.accounts.insert(account.clone(), opened);
        }
        Event::AccountClosed { account, .. } => {
            if let Some(account) = state.accounts.get_mut(account) {
                account.closed = true;
            }
        }
        Event::RoleGranted { account, role, at } => {
            if let Some(account) = state.accounts.get_mut(account) {
                account.grants.insert((*role, at.clone()));
            }
        }
        Event::RoleWithdrawn { account, role, at } => {
            if let Some(account) = state.accounts.get_mut(account) {
                account.grants.remove(&(*role, at.clone()));
            }
        }
    }
}

/// Accounts move no doses.
pub fn transfers(_event: &Event, _meta: &Meta) -> Vec<Transfer> {
    Vec::new()
}
