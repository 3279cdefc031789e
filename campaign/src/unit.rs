//! The live state of one organisation unit: what its stream says, evolved, and nothing else.

use crate::clock::Timestamp;
use crate::event::Event;
use crate::ids::UnitId;
use crate::journal::{self, Head, Meta};
use crate::ledger;
use crate::{auth, certificates, people, places, supply, visits};

/// The state of a unit after its newest entry.
#[derive(Debug)]
pub struct UnitState {
    /// Whose.
    pub unit: UnitId,
    /// The newest entry it has seen.
    pub head: Head,
    /// The latest moment of its entries: what is decided now comes after it.
    pub newest: Timestamp,
    /// Where its doses are.
    pub ledger: ledger::Accounts,
    /// Units it opened.
    pub places: places::State,
    /// Consignments, shipments, stock.
    pub supply: supply::State,
    /// People it registered.
    pub people: people::State,
    /// Vials, visits, doses.
    pub visits: visits::State,
    /// Certificates asked for and received.
    pub certificates: certificates::State,
    /// Accounts it manages.
    pub auth: auth::State,
}

impl UnitState {
    /// A unit to which nothing has happened.
    pub fn new(unit: UnitId) -> UnitState {
        UnitState {
            unit,
            head: Head::default(),
            newest: Timestamp::default(),
            ledger: ledger::Accounts::default(),
            places: places::State::default(),
            supply: supply::State::default(),
            people: people::State::default(),
            visits: visits::State::default(),
            certificates: certificates::State::default(),
            auth: auth::State::default(),
        }
    }

    /// Takes in an event and gives back the doses it moved. The head is moved by who keeps the journal.
    pub fn evolve(&mut self, event: &Event, meta: &Meta) -> Vec<ledger::Transfer> {
        self.newest = journal::newest(self.newest, meta.at);
        match event {
            Event::Places(event) => places::evolve(&mut self.places, event, meta),
            Event::Supply(event) => supply::evolve(&mut self.supply, event, meta),
            Event::People(event) => people::evolve(&mut self.people, event, meta),
            Event::Visits(event) => visits::evolve(&mut self.visits, event, meta),
            Event::Certificates(event) => certificates::evolve(&mut self.certificates, event, meta),
            Event::Auth(event) => auth::evolve(&mut self.auth, event, meta),
        }
        let transfers = event.transfers(meta);
        if !transfers.is_empty() {
            self.ledger.apply(&event.openings(), &transfers);
        }
        transfers
    }
}
