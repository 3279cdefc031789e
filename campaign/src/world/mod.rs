//! A campaign in memory for the tests of its rules: units, their streams and the facts between them, with the clock in the
//! test's hand. Every step checks what must hold after every step.

mod steps;
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use specs::time::{Date, PartialDate, UnixTime};

use crate::catalogue;
use crate::clock::Timestamp;
use crate::command::{Command, Context, Decision};
use crate::db::Changes;
use crate::event::Event;
use crate::facts::{Facts, PersonFact};
use crate::ids::{LotId, PersonId, UnitId};
use crate::journal::Meta;
use crate::ledger::{self, Account};
use crate::places;
use crate::refusal::Refusal;
use crate::unit::UnitState;
use crate::vault::{Keyring, Vault};

use steps::{UNITS, arrival, inspection, put_away, receipt, release};
pub(crate) use steps::{check_in, inject, screen};

const MASTER: [u8; 32] = [7; 32];

/// The campaign.
pub(crate) struct World {
    /// The present moment.
    pub(crate) now: Timestamp,
    /// What units say to each other.
    pub(crate) facts: Facts,
    units: BTreeMap<UnitId, UnitState>,
    journal: Vec<(Meta, String)>,
    keys: Keyring,
    /// Doses on the road, per lot.
    on_the_road: BTreeMap<LotId, i64>,
}

impl World {
    /// The units, empty, on 20 December 2021 at nine in the morning in Viet Nam.
    pub(crate) fn new() -> World {
        let mut facts = Facts::default();
        let units = UNITS.map(|id| UnitId::parse(id).unwrap());
        for id in &units[1..] {
            facts.units.insert(id.clone(), record(id));
        }
        World {
            now: at("2021-12-20T02:00:00Z"),
            facts,
            units: units.map(|id| (id.clone(), UnitState::new(id))).into_iter().collect(),
            journal: Vec::new(),
            keys: Keyring::new(Arc::new(Vault::new(&MASTER))),
            on_the_road: BTreeMap::new(),
        }
    }

    /// Puts a person into the register without their papers.
    pub(crate) fn person(&mut self, id: &str, birth: &str) {
        let fact =
            PersonFact { unit: None, birth_date: PartialDate::parse(birth), doses: Vec::new(), screenings: Vec::new() };
        self.facts.people.insert(PersonId::parse(id).unwrap(), fact);
    }

    /// Pauses, closes or opens a unit again.
    pub(crate) fn set_status(&mut self, unit: &str, status: places::Status) {
        self.facts.units.get_mut(unit).unwrap().status = status;
    }

    /// Lets time pass.
    pub(crate) fn wait(&mut self, minutes: i64) {
        self.now = self.now.plus_minutes(minutes);
    }

    /// The day in Viet Nam.
    pub(crate) fn today(&self) -> Date {
        self.now.day()
    }

    /// A unit's state.
    pub(crate) fn unit(&self, id: &str) -> &UnitState {
        &self.units[id]
    }

    /// Doses of a lot in an account of a unit.
    pub(crate) fn balance(&self, unit: &str, account: &Account, lot: &str) -> i64 {
        self.unit(unit).ledger.balance(account, &LotId::parse(lot).unwrap())
    }

    /// The command as JSON, asked by an account at a unit. What is personal in it is sealed on the way, as the shell does.
    pub(crate) fn ask(&mut self, unit: &str, actor: &str, command: Value) -> Result<Value, Refusal> {
        let mut command: Command = serde_json::from_value(command).expect("a command");
        if let Command::Visits(step) = &mut command
            && let Some(here) = step.to_seal().and_then(|visit| self.units[unit].visits.visits.get(visit))
        {
            let (key, wrapped) = Vault::new(&MASTER).new_key(&here.person);
            assert!(self.keys.add(&here.person, &wrapped.wrapped));
            step.seal(&key);
        }
        self.run(unit, actor, &command)
    }

    /// The command, asked by an account at a unit.
    pub(crate) fn run(&mut self, unit: &str, actor: &str, command: &Command) -> Result<Value, Refusal> {
        let id = UnitId::parse(unit).unwrap();
        let context = Context {
            unit: id.clone(),
            now: self.now,
            may_be_behind: false,
            today: self.today(),
            actor: actor.to_owned(),
        };
        let state = &self.units[&id];
        let decided = command.decide(state, &self.facts, &context);
        assert_eq!(decided, command.decide(state, &self.facts, &context), "deciding is pure");
        let Decision { events, answer } = decided?;
        for event in events {
            self.take(&id, actor, event);
        }
        self.check();
        Ok(answer)
    }

    fn take(&mut self, id: &UnitId, actor: &str, event: Event) {
        let state = self.units.get_mut(id).unwrap();
        state.head.seq += 1;
        let meta = Meta { unit: id.clone(), seq: state.head.seq, at: self.now, actor: actor.to_owned() };
        let transfers = event.transfers(&meta);
        let openings = if transfers.is_empty() { Vec::new() } else { event.openings() };
        assert_eq!(ledger::check(&state.ledger, &openings, &transfers), Ok(()), "a rule let an account be overdrawn");
        state.evolve(&event, &meta);
        for opening in &openings {
            *self.on_the_road.entry(opening.lot.clone()).or_default() -= opening.quantity;
        }
        for transfer in transfers.iter().filter(|transfer| transfer.to_unit.is_some()) {
            *self.on_the_road.entry(transfer.lot.clone()).or_default() += transfer.quantity;
        }
        let mut changes = Changes::new();
        event.project(&meta, state, &self.keys, &mut changes);
        self.facts.learn(&changes, &self.keys);
        let body = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<Event>(&body).unwrap(), event, "an entry says what happened");
        self.journal.push((meta, body));
    }

    /// What holds at any moment: no guarded account below zero, every lot sums to zero over all accounts and the road, never
    /// more certificates than doses.
    pub(crate) fn check(&self) {
        let mut sums = self.on_the_road.clone();
        for state in self.units.values() {
            for (account, lot, quantity) in state.ledger.iter() {
                assert!(quantity >= 0 || !account.is_guarded(), "{} {account} {lot}: {quantity}", state.unit);
                *sums.entry(lot.clone()).or_default() += quantity;
            }
            let standing = state.visits.doses.values().filter(|dose| !dose.voided).count();
            let asked = state.certificates.by_dose.values().filter(|certificate| certificate.standing.counts());
            assert!(asked.count() <= standing, "{}: more certificates than doses", state.unit);
        }
        assert!(sums.values().all(|sum| *sum == 0), "{sums:?}");
        assert!(self.on_the_road.values().all(|doses| *doses >= 0));
    }

    /// Evolves the journal from nothing and compares with the living state.
    pub(crate) fn replay(&self) {
        let mut units: BTreeMap<UnitId, UnitState> =
            self.units.keys().map(|id| (id.clone(), UnitState::new(id.clone()))).collect();
        for (meta, body) in &self.journal {
            units.get_mut(&meta.unit).unwrap().evolve(&serde_json::from_str(body).unwrap(), meta);
        }
        for (id, again) in &units {
            let state = &self.units[id];
            assert_eq!(
                (&again.ledger, &again.supply, &again.people, &again.visits, &again.certificates),
                (&state.ledger, &state.supply, &state.people, &state.visits, &state.certificates)
            );
        }
    }

    /// 600 doses of a Comirnaty lot arrive at ST-1 and pass the inspection.
    pub(crate) fn arrive(&mut self, lot_no: &str, expiry: &str) -> String {
        self.arrive_as(
            lot_no,
            &json!({"product": "comirnaty", "lot_no": lot_no, "expiry": expiry, "doses": 600, "vials": 100}),
        )
    }

    /// 600 doses of a lot arrive at ST-1, with this line in the papers, and pass the inspection.
    pub(crate) fn arrive_as(&mut self, lot_no: &str, line: &Value) -> String {
        let lot = format!("{}:{lot_no}", line["product"].as_str().unwrap());
        let (mut arrived, mut inspected) = (arrival(lot_no, "2022-03-31"), inspection(lot_no));
        arrived["supply"]["receive_consignment"]["lines"] = json!([line]);
        inspected["supply"]["inspect_consignment"]["lines"][0]["lot"] = json!(lot);
        self.ask("ST-1", "keeper", arrived).unwrap();
        self.ask("ST-1", "keeper", inspected).unwrap();
        lot
    }

    /// The national office releases a lot.
    pub(crate) fn release(&mut self, lot: &str) -> Result<Value, Refusal> {
        self.ask("VN", "quality", release(lot))
    }

    /// Puts doses away at ST-1, sends them to SI-1 and counts them in there.
    pub(crate) fn ship(&mut self, shipment: &str, lot: &str, doses: u32) {
        self.ask("ST-1", "keeper", put_away(lot, doses)).unwrap();
        self.ask("ST-1", "keeper", dispatch(shipment, "SI-1", lot, doses)).unwrap();
        self.ask("SI-1", "nurse", receipt(shipment, lot, doses)).unwrap();
    }

    /// A released lot of which SI-1 has 60 doses.
    pub(crate) fn stocked(lot_no: &str, expiry: &str) -> (World, String) {
        let mut world = World::new();
        let lot = world.arrive(lot_no, expiry);
        world.release(&lot).unwrap();
        world.ship("S-1", &lot, 60);
        (world, lot)
    }

    /// Opens a vial at SI-1.
    pub(crate) fn open(&mut self, vial: &str, lot: &str) -> Result<Value, Refusal> {
        self.ask("SI-1", "nurse", json!({"visits": {"open_vial": {"vial": vial, "lot": lot}}}))
    }

    /// A new adult comes to SI-1 and is screened with these answers on top of none abnormal.
    pub(crate) fn screened(&mut self, visit: &str, person: &str, conclusion: &str, more: &Value) {
        if !self.facts.people.contains_key(person) {
            self.person(person, "1990-05-17");
        }
        self.ask("SI-1", "desk", check_in(visit, person)).unwrap();
        self.ask("SI-1", "doctor", screen(visit, conclusion, more)).unwrap();
    }

    /// The injection at SI-1; the dose is called like the visit.
    pub(crate) fn inject(&mut self, visit: &str, vial: &str, dose_number: u32) -> Result<Value, Refusal> {
        self.ask("SI-1", "nurse", inject(visit, vial, dose_number))
    }

    /// A visit from door to door: check-in, screening, injection, half an hour, discharge.
    pub(crate) fn vaccinated(&mut self, visit: &str, person: &str, vial: &str, dose_number: u32) {
        self.screened(visit, person, "eligible", &json!({}));
        self.inject(visit, vial, dose_number).unwrap();
        self.wait(30);
        let discharge = json!({"visits": {"discharge": {"visit": visit, "outcome": "home"}}});
        self.ask("SI-1", "desk", discharge).unwrap();
    }

    /// The newest entry, and the keys of those of whom something was sealed.
    pub(crate) fn newest(&self) -> (&str, &Keyring) {
        (&self.journal.last().unwrap().1, &self.keys)
    }

    /// Kinds of the entries so far, oldest first.
    pub(crate) fn kinds(&self) -> Vec<&'static str> {
        self.journal.iter().map(|(_, body)| serde_json::from_str::<Event>(body).unwrap().kind()).collect()
    }
}

/// Sends doses of one lot, packed for the warmest band of its product.
pub(crate) fn dispatch(shipment: &str, to: &str, lot: &str, doses: u32) -> Value {
    let product = catalogue::product(LotId::parse(lot).unwrap().product()).unwrap();
    let band = product.vaccine().storage.last().unwrap();
    let min = band.min_celsius.unwrap_or(band.max_celsius);
    let mut sent = steps::dispatch(shipment, to, lot, doses);
    sent["supply"]["dispatch_shipment"]["band"] = json!({"min": min, "max": band.max_celsius});
    sent
}

/// A moment.
pub(crate) fn at(text: &str) -> Timestamp {
    Timestamp::from(UnixTime::from_rfc3339(text).unwrap())
}

/// A day.
pub(crate) fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

fn record(id: &UnitId) -> places::Unit {
    let stations = places::Stations { reception: 1, screening: 1, injection: 1, observation: 10 };
    let kind = if id.as_str().starts_with("ST") {
        places::Kind::Store { tier: places::Tier::National }
    } else {
        places::Kind::Site { form: places::Form::Fixed, stations }
    };
    places::Unit {
        id: id.clone(),
        kind,
        name: id.to_string(),
        name_en: None,
        admin_unit: None,
        parent: None,
        supplied_by: None,
        point: None,
        status: places::Status::Open,
    }
}
