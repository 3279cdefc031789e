//! What the national office decides on a lot: quarantined -> released <-> suspended, any of them -> recalled. One person is
//! enough to stop a lot, two are needed to let it go again.

use serde_json::json;
use specs::time::Date;

use super::Event;
use super::decide::{at, malformed, text};
use crate::command::{Context, Decision};
use crate::facts::{Facts, LotState};
use crate::ids::{LotId, UnitKind};
use crate::refusal::Refusal;
use crate::unit::UnitState;

/// A lot the national office is about to decide on.
pub(super) struct Desk<'a> {
    unit: &'a UnitState,
    context: &'a Context,
    lot: &'a LotId,
    expiry: Date,
}

impl<'a> Desk<'a> {
    /// # Errors
    /// [`Refusal::WrongUnit`] anywhere but at the national office, [`Refusal::UnknownLot`].
    pub(super) fn open(
        unit: &'a UnitState,
        facts: &Facts,
        lot: &'a LotId,
        context: &'a Context,
    ) -> Result<Self, Refusal> {
        at(unit, &[UnitKind::Nation], "national office")?;
        let fact = facts.lots.get(lot).ok_or_else(|| Refusal::UnknownLot { lot: lot.clone() })?;
        Ok(Self { unit, context, lot, expiry: fact.expiry })
    }

    /// Releases a quarantined lot that is in date.
    pub(super) fn release(self, certificate: &str, issuer: &str, on: Date) -> Result<Decision, Refusal> {
        text("certificate", certificate, 1)?;
        text("issuer", issuer, 1)?;
        if on > self.context.today {
            return Err(malformed("on", "not in the future"));
        }
        self.stands_in(&[LotState::Quarantined])?;
        self.in_date()?;
        let (lot, certificate, issuer) = (self.lot.clone(), certificate.to_owned(), issuer.to_owned());
        Ok(self.decided(Event::LotReleased { lot, certificate, issuer, on }, LotState::Released))
    }

    /// Stops a released lot.
    pub(super) fn suspend(self, reason: &str) -> Result<Decision, Refusal> {
        text("reason", reason, 1)?;
        self.stands_in(&[LotState::Released])?;
        let (lot, reason) = (self.lot.clone(), reason.to_owned());
        Ok(self.decided(Event::LotSuspended { lot, reason }, LotState::Suspended))
    }

    /// Lifts a suspension when asked for the second time, by a second person.
    pub(super) fn resume(self, reason: &str) -> Result<Decision, Refusal> {
        text("reason", reason, 1)?;
        self.stands_in(&[LotState::Suspended])?;
        self.in_date()?;
        let (lot, reason) = (self.lot.clone(), reason.to_owned());
        match self.unit.supply.lots.get(&lot).and_then(|control| control.resume_proposed_by.clone()) {
            None => Ok(self.decided(Event::LotResumeProposed { lot, reason }, LotState::Suspended)),
            Some(first) if first == self.context.actor => Err(Refusal::SecondPersonNeeded { lot }),
            Some(proposed_by) => Ok(self.decided(Event::LotResumed { lot, reason, proposed_by }, LotState::Released)),
        }
    }

    /// Calls a lot back for good.
    pub(super) fn recall(self, reason: &str) -> Result<Decision, Refusal> {
        text("reason", reason, 1)?;
        self.stands_in(&[LotState::Quarantined, LotState::Released, LotState::Suspended])?;
        let (lot, reason) = (self.lot.clone(), reason.to_owned());
        Ok(self.decided(Event::LotRecalled { lot, reason }, LotState::Recalled))
    }

    fn stands_in(&self, from: &[LotState]) -> Result<(), Refusal> {
        let state = self.unit.supply.lots.get(self.lot).map_or(LotState::Quarantined, |control| control.state);
        if from.contains(&state) { Ok(()) } else { Err(Refusal::LotStateStep { lot: self.lot.clone(), state }) }
    }

    fn in_date(&self) -> Result<(), Refusal> {
        let expired = self.expiry < self.context.today;
        if expired { Err(Refusal::LotExpired { lot: self.lot.clone(), expiry: self.expiry }) } else { Ok(()) }
    }

    fn decided(&self, event: Event, state: LotState) -> Decision {
        Decision::new([event], json!({ "lot": self.lot, "state": state }))
    }
}
