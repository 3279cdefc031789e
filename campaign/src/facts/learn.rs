//! Rows into facts: the same for rows read from the database and for rows a batch is about to write.

use super::tables::{
    DOSES, LOT_STATES, LOTS, LOTS_AND_STATES, PEOPLE, PEOPLE_AND_KEYS, PERSON_TOKENS, SCREENINGS, SHIPMENTS, UNITS,
    VISITS,
};
use super::{DoseFact, Facts, LotFact, LotState, Needs, PersonFact, ScreeningFact, ShipmentFact};
use crate::clock::Timestamp;
use crate::db::{Changes, RowView};
use crate::ids::{LotId, PersonId};
use crate::vault::{Keyring, RECORD, Token};

impl Facts {
    /// Learns from the rows an event changes, so far as something was asked about them. Rows that are facts are never
    /// taken away again.
    pub fn learn(&mut self, changes: &Changes, keys: &Keyring) {
        for row in changes.rows() {
            self.learn_row(row, keys);
        }
    }

    /// What of these needs was not asked for yet.
    pub(crate) fn missing(&self, needs: &Needs) -> Needs {
        fn new<T: Clone + Eq + std::hash::Hash>(wanted: &[T], asked: &std::collections::HashSet<T>) -> Vec<T> {
            wanted.iter().filter(|id| !asked.contains(*id)).cloned().collect()
        }
        Needs {
            lots: new(&needs.lots, &self.asked.lots),
            people: new(&needs.people, &self.asked.people),
            shipments: new(&needs.shipments, &self.asked.shipments),
            identities: new(&needs.identities, &self.asked.identities),
            units: new(&needs.units, &self.asked.units),
        }
    }

    pub(super) fn mark_asked(&mut self, needs: &Needs) {
        self.asked.lots.extend(needs.lots.iter().cloned());
        self.asked.people.extend(needs.people.iter().cloned());
        self.asked.shipments.extend(needs.shipments.iter().cloned());
        self.asked.identities.extend(needs.identities.iter().cloned());
        self.asked.units.extend(needs.units.iter().cloned());
    }

    /// Rows that cannot be read are left out; `audit` finds them, and a rule that misses a fact refuses.
    pub(super) fn learn_row(&mut self, row: RowView<'_>, keys: &Keyring) -> Option<()> {
        if row.table == &LOTS {
            self.learn_lot(row)
        } else if row.table == &LOT_STATES {
            self.learn_lot_state(row.parse("lot")?, row)
        } else if row.table == &LOTS_AND_STATES {
            // No state is a state: nobody decided on the lot.
            self.learn_lot_state(row.parse("id")?, row);
            self.learn_lot(row)
        } else if row.table == &SHIPMENTS {
            let shipment = ShipmentFact {
                from: row.parse("unit")?,
                to: row.parse("receiver")?,
                dispatched_at: Timestamp(row.int("dispatched_at")?),
                lines: serde_json::from_str(row.text("lines")?).ok()?,
            };
            self.shipments.insert(row.parse("id")?, shipment);
            Some(())
        } else if row.table == &PEOPLE || row.table == &PEOPLE_AND_KEYS {
            self.learn_person(row, keys)
        } else if row.table == &PERSON_TOKENS {
            if row.text("kind")? == "identity" {
                self.identities.insert(Token::from(row.text("token")?.to_owned()), row.parse("person")?);
            }
            Some(())
        } else if row.table == &DOSES {
            self.learn_dose(row)
        } else if row.table == &VISITS || row.table == &SCREENINGS {
            self.learn_screening(row)
        } else if row.table == &UNITS {
            let unit = crate::places::unit_of(row)?;
            self.units.insert(unit.id.clone(), unit);
            Some(())
        } else {
            None
        }
    }

    fn learn_lot_state(&mut self, id: LotId, row: RowView<'_>) -> Option<()> {
        let state = LotState::parse(row.text("state")?)?;
        let certificate = row.text("certificate").map(str::to_owned);
        if let Some(lot) = self.lots.get_mut(&id) {
            (lot.state, lot.certificate) = (state, certificate.clone());
        }
        self.lot_states.insert(id, (state, certificate));
        Some(())
    }

    fn learn_lot(&mut self, row: RowView<'_>) -> Option<()> {
        let id: LotId = row.parse("id")?;
        let (state, certificate) = self.lot_states.get(&id).cloned().unwrap_or((LotState::Quarantined, None));
        let lot = LotFact {
            product: row.text("product")?.to_owned(),
            lot_no: row.text("lot_no")?.to_owned(),
            expiry: row.date("expiry")?,
            component: u32::try_from(row.int("component")?).ok().filter(|component| *component != 0),
            state,
            certificate,
        };
        self.lots.insert(id, lot);
        Some(())
    }

    fn learn_person(&mut self, row: RowView<'_>, keys: &Keyring) -> Option<()> {
        #[derive(serde::Deserialize)]
        struct Birth {
            birth_date: String,
        }
        let id: PersonId = row.parse("id")?;
        if !self.asked.people.contains(&id) {
            return None;
        }
        let record = keys.open(&id, RECORD, row.text("sealed")?);
        let birth: Option<Birth> = record.and_then(|json| serde_json::from_slice(&json).ok());
        let person: &mut PersonFact = self.people.entry(id).or_default();
        person.unit = row.parse("unit");
        person.birth_date = birth.and_then(|birth| specs::time::PartialDate::parse(&birth.birth_date));
        Some(())
    }

    fn learn_dose(&mut self, row: RowView<'_>) -> Option<()> {
        let person: PersonId = row.parse("person")?;
        let dose = DoseFact {
            dose: row.parse("id")?,
            unit: row.parse("unit")?,
            person,
            disease: row.text("disease")?.to_owned(),
            dose_number: u32::try_from(row.int("dose_number")?).ok()?,
            product: row.text("product")?.to_owned(),
            lot: row.parse("lot")?,
            injected_at: Timestamp(row.int("injected_at")?),
            void: row.int("void")? != 0,
        };
        if let Some(known) = self.people.get_mut(&dose.person) {
            match known.doses.iter_mut().find(|other| other.dose == dose.dose) {
                Some(other) => *other = dose,
                None => {
                    let place = known.doses.partition_point(|other| other.injected_at <= dose.injected_at);
                    known.doses.insert(place, dose);
                }
            }
        }
        Some(())
    }

    fn learn_screening(&mut self, row: RowView<'_>) -> Option<()> {
        let conclusion = row.text("conclusion")?.to_owned();
        let known = self.people.get_mut(&row.parse::<PersonId>("person")?)?;
        let screening = ScreeningFact {
            visit: row.parse("id")?,
            conclusion,
            until: row.date("until_day"),
            began: Timestamp(row.int("checked_in_at")?),
            changed: Timestamp(row.int("updated_at")?),
        };
        match known.screenings.iter_mut().find(|other| other.visit == screening.visit) {
            Some(other) => *other = screening,
            None => known.screenings.push(screening),
        }
        Some(())
    }
}
