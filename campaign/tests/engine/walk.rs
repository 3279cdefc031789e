//! Whatever is asked in whatever order, the journal, the tables made of it and what keepers hold in memory agree.
//!
//! A walk is done by one keeper that gets many commands at once, on each engine, and one by one by keepers that are soon
//! replaced. What they answer and what they write must be the same to the last byte of every hash, so a state that lived on
//! in memory is the one that is loaded from the journal, and a batch decides as its commands on their own do.

use std::cell::RefCell;
use std::collections::BTreeMap;

use campaign::command::{Command, Envelope};
use campaign::db::Engine;
use campaign::event::Event;
use campaign::ids::{CommandId, PersonId, UnitId};
use campaign::journal::{self, Entry};
use campaign::keeper::{Keeper, Reply};
use campaign::refusal::Refusal;
use campaign::vault::Vault;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};

use crate::flow::registration;
use crate::ground::Ground;
use crate::writing::futures_in_order;

#[path = "../../src/world/steps.rs"]
mod steps;

/// One thing that is done.
#[derive(Debug, Clone)]
enum Deed {
    /// A step of the walk over the rules, or time that passes.
    Step(steps::Step),
    /// A visit as it should be, and what follows from it, as far as that step: few come to the needle by chance.
    Visit { number: u8, steps: usize },
    /// Somebody is registered with a paper that somebody else may have shown.
    Register { person: u8, paper: u8 },
    /// The national office opens, pauses or closes a unit.
    Status { unit: usize, status: &'static str },
    /// The national office opens or closes an account, or changes what it may do.
    Account { account: u8, what: u8, role: &'static str },
    /// An earlier command comes again.
    Again(Index),
    /// The id of an earlier command comes again with another command.
    Reuse(Index),
}

fn deed() -> impl Strategy<Value = Deed> {
    let status = prop_oneof![6 => Just("open"), 3 => Just("paused"), 1 => Just("closed")];
    // Who is not discharged cannot come again.
    let visit_steps = prop_oneof![1 => 1usize..6, 2 => 6usize..10];
    let role = prop_oneof![Just("doctor"), Just("vaccinator")];
    prop_oneof![
        24 => steps::step().prop_map(Deed::Step),
        5 => (0u8..8, visit_steps).prop_map(|(number, steps)| Deed::Visit { number, steps }),
        3 => (0u8..5, 0u8..5).prop_map(|(person, paper)| Deed::Register { person, paper }),
        2 => (1usize..5, status).prop_map(|(unit, status)| Deed::Status { unit, status }),
        3 => (0u8..2, 0u8..5, role).prop_map(|(account, what, role)| Deed::Account { account, what, role }),
        2 => any::<Index>().prop_map(Deed::Again),
        1 => any::<Index>().prop_map(Deed::Reuse),
    ]
}

/// What is asked at one moment, and the minutes that pass afterwards.
#[derive(Debug, Default)]
struct Moment {
    asked: Vec<Envelope>,
    minutes: i64,
}

/// Deeds as commands: with the same ids, keys and sealed records however often they are sent.
struct Walk {
    vault: Vault,
    sent: Vec<(CommandId, Envelope)>,
    moments: Vec<Moment>,
}

impl Walk {
    /// The units of the walk over the rules, people, and doses at both sites; then the deeds.
    fn of(deeds: &[Deed]) -> Walk {
        let mut walk = Walk { vault: Vault::new(&[7; 32]), sent: Vec::new(), moments: vec![Moment::default()] };
        for unit in units() {
            walk.ask("VN", "office", json!({ "places": { "open_unit": unit } }));
        }
        for number in 0..3 {
            walk.register(number, number);
        }
        for (unit, actor, command) in steps::beginning() {
            walk.ask(unit, actor, command);
        }
        for deed in deeds {
            walk.take(deed);
        }
        walk
    }

    fn take(&mut self, deed: &Deed) {
        match deed {
            Deed::Step(step) => match steps::command(step) {
                Some((unit, actor, command)) => self.ask(unit, &actor, command),
                None => {
                    self.moments.last_mut().unwrap().minutes = i64::from(step.doses.min(90));
                    self.moments.push(Moment::default());
                }
            },
            Deed::Visit { number, steps } => self.visit(*number, *steps),
            Deed::Register { person, paper } => self.register(*person, *paper),
            Deed::Status { unit, status } => {
                let change = json!({ "unit": steps::UNITS[*unit], "status": status });
                self.ask("VN", "office", json!({ "places": { "change_unit": change } }));
            }
            Deed::Account { account, what, role } => {
                let account = format!("account-{account}");
                let command = match what {
                    0 => json!({ "open_account": { "account": account, "name": "Lê Văn Tám" } }),
                    1 => json!({ "close_account": { "account": account, "reason": "r" } }),
                    2 => json!({ "withdraw_role": { "account": account, "role": role, "at": "SI-1" } }),
                    _ => json!({ "grant_role": { "account": account, "role": role, "at": "SI-1" } }),
                };
                self.ask("VN", "office", json!({ "auth": command }));
            }
            Deed::Again(index) => {
                let (id, envelope) = index.get(&self.sent).clone();
                self.send(id, envelope);
            }
            Deed::Reuse(index) => {
                let id = index.get(&self.sent).0.clone();
                self.ask_under(id, "SI-1", "desk", steps::check_in("visit-of-a-reused-id", "person-0"));
            }
        }
    }

    fn visit(&mut self, number: u8, steps: usize) {
        let (visit, person) = (format!("visit-{number}"), format!("person-{}", number % 2));
        let (site, vial) = (["SI-1", "SI-2"][usize::from(number % 2)], format!("vial-{number}"));
        let issued = json!({ "dose": visit, "sealed": "c2VhbGVk", "uvci_hashes": ["ab".repeat(32)] });
        let asked = [
            ("desk", steps::check_in(&visit, &person)),
            ("doctor", steps::screen(&visit, "eligible", &json!({}))),
            ("nurse", json!({ "visits": { "open_vial": { "vial": vial, "lot": "comirnaty:L0" } } })),
            ("nurse", steps::inject(&visit, &vial, 1)),
            ("nurse", json!({ "visits": { "observe": { "visit": visit, "findings": ["fever"] } } })),
            ("nurse", json!({ "visits": { "discharge": { "visit": visit, "outcome": "referred" } } })),
            ("worker", json!({ "certificates": { "record_issued": issued } })),
            ("lead", json!({ "visits": { "void_injection": { "dose": visit, "reason": "r" } } })),
            ("worker", json!({ "certificates": { "record_revoked": { "dose": visit } } })),
        ];
        for (actor, command) in asked.into_iter().take(steps) {
            self.ask(site, actor, command);
        }
    }

    fn register(&mut self, person: u8, paper: u8) {
        let id = self.next_id();
        let (person, paper) = (format!("person-{person}"), format!("B{paper}000000"));
        let envelope = registration(&self.vault, id.as_str(), "SI-1", &person, &paper);
        self.send(id, envelope);
    }

    fn ask(&mut self, unit: &str, actor: &str, command: Value) {
        let id = self.next_id();
        self.ask_under(id, unit, actor, command);
    }

    fn ask_under(&mut self, id: CommandId, unit: &str, actor: &str, command: Value) {
        let mut command: Command = serde_json::from_value(command).unwrap();
        if let Command::Visits(step) = &mut command
            && step.to_seal().is_some()
        {
            // Nobody opens it here, so any key will do.
            step.seal(&self.vault.new_key(&PersonId::parse("person-0").unwrap()).0);
        }
        let envelope = Envelope::new(id.clone(), UnitId::parse(unit).unwrap(), actor, command);
        self.send(id, envelope);
    }

    fn next_id(&self) -> CommandId {
        CommandId::parse(&format!("c-{}", self.sent.len())).unwrap()
    }

    fn send(&mut self, id: CommandId, envelope: Envelope) {
        self.sent.push((id, envelope.clone()));
        self.moments.last_mut().unwrap().asked.push(envelope);
    }
}

/// The office of a province, two stores and two sites in one of its communes.
fn units() -> Vec<Value> {
    let place = |code: &str| json!({ "code_set": "VN-2025", "code": code });
    let stations = json!({ "reception": 1, "screening": 1, "injection": 1, "observation": 10 });
    let (store, site) =
        (json!({ "store": { "tier": "national" } }), json!({ "site": { "form": "fixed", "stations": stations } }));
    let mut units = vec![json!({ "unit": "VN-01", "kind": "province", "name": "VN-01", "admin_unit": place("01") })];
    for id in &steps::UNITS[1..] {
        let kind = if id.starts_with("ST") { &store } else { &site };
        let point = json!({ "lat": 21.0386, "lon": 105.838 });
        units.push(json!({ "unit": id, "kind": kind, "name": id, "admin_unit": place("00004"), "point": point }));
    }
    units
}

/// What came of a walk.
#[derive(Debug, PartialEq)]
struct Outcome {
    answers: Vec<Result<Reply, Refusal>>,
    journal: Vec<Entry>,
    tables: Vec<String>,
}

/// All that is asked at a moment, sent at once to one keeper that lives as long as the walk.
async fn at_once(ground: &Ground, walk: &Walk) -> Outcome {
    let (keeper, _running) = one_keeper(ground);
    let mut answers = Vec::new();
    for moment in &walk.moments {
        answers.extend(futures_in_order(moment.asked.iter().cloned().map(|one| keeper.submit(one)).collect()).await);
        ground.clock.advance_minutes(moment.minutes);
    }
    outcome(ground, answers).await
}

/// One after another, each fifth to a keeper that has to load what it needs to know.
async fn one_by_one(ground: &Ground, walk: &Walk) -> Outcome {
    let (mut keeper, mut running) = one_keeper(ground);
    let mut answers = Vec::new();
    for moment in &walk.moments {
        for envelope in &moment.asked {
            if answers.len() % 5 == 4 {
                drop(keeper);
                running.finished().await;
                (keeper, running) = one_keeper(ground);
            }
            answers.push(keeper.submit(envelope.clone()).await);
        }
        ground.clock.advance_minutes(moment.minutes);
    }
    outcome(ground, answers).await
}

fn one_keeper(ground: &Ground) -> (Keeper, campaign::keeper::Running) {
    Keeper::start_with(&ground.db, ground.vault.clone(), ground.clock.clone(), 1)
}

async fn outcome(ground: &Ground, answers: Vec<Result<Reply, Refusal>>) -> Outcome {
    let mut conn = ground.db.open_writer().await.unwrap();
    let mut journal = Vec::new();
    for (unit, _) in journal::store::heads(&mut conn).await.unwrap() {
        journal.extend(journal::store::entries_after(&mut conn, &unit, 0).await.unwrap());
    }
    journal.sort_by(|a, b| (&a.unit, a.seq).cmp(&(&b.unit, b.seq)));
    Outcome { answers, journal, tables: ground.dump().await }
}

/// The audit finds no difference, replay leaves the same tables, no dose is made or lost.
async fn agrees(ground: &Ground, outcome: &Outcome) {
    let report = ground.audit().await;
    assert_eq!(report.entries, outcome.journal.len() as u64);
    for entry in &outcome.journal {
        let event: Event = serde_json::from_str(&entry.body).unwrap();
        assert_eq!((event.kind(), serde_json::to_string(&event).unwrap()), (&*entry.kind, entry.body.clone()));
    }
    let rebuilt = campaign::replay::replay(&ground.db, &ground.vault, |_, _| {}).await.unwrap();
    assert_eq!(rebuilt.entries, report.entries);
    same(&ground.dump().await, &outcome.tables);
    let made = "SELECT COUNT(*) FROM (SELECT lot FROM balances GROUP BY lot HAVING SUM(quantity) <> 0) AS made";
    assert_eq!(ground.number(made).await, 0, "every lot sums to zero over all accounts");
    let overdrawn = "SELECT COUNT(*) FROM balances WHERE quantity < 0 AND account NOT IN ('supplier', 'gain/yield')";
    assert_eq!(ground.number(overdrawn).await, 0, "no guarded account is below zero");
}

/// The first of many that differs.
fn same<T: PartialEq + std::fmt::Debug>(found: &[T], wanted: &[T]) {
    for (found, wanted) in found.iter().zip(wanted) {
        assert_eq!(found, wanted);
    }
    assert_eq!(found.len(), wanted.len());
}

#[test]
fn no_order_of_commands_sets_journal_tables_and_memory_apart() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let seen = RefCell::new(BTreeMap::<String, u32>::new());
    // The same walks every time, so that "never reached" is never a matter of luck.
    let config = Config { cases: 12, max_shrink_iters: 48, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let outcome = runner.run(&proptest::collection::vec(deed(), 50..80), |deeds| {
        let walk = Walk::of(&deeds);
        runtime.block_on(async {
            let wanted = one_by_one(&Ground::on(Engine::Sqlite).await.unwrap(), &walk).await;
            for engine in [Engine::Sqlite, Engine::Postgres] {
                let Some(ground) = Ground::on(engine).await else { continue };
                let found = at_once(&ground, &walk).await;
                agrees(&ground, &found).await;
                same(&found.answers, &wanted.answers);
                same(&found.journal, &wanted.journal);
                same(&found.tables, &wanted.tables);
            }
            let Outcome { answers, journal, .. } = wanted;
            let mut seen = seen.borrow_mut();
            let answers = answers.iter().map(|answer| match answer {
                Ok(reply) if reply.repeated => "repeated".to_owned(),
                Ok(_) => "accepted".to_owned(),
                Err(refusal) => refusal.code().to_owned(),
            });
            for name in journal.into_iter().map(|entry| entry.kind).chain(answers) {
                *seen.entry(name).or_default() += 1;
            }
        });
        Ok(())
    });
    outcome.unwrap();
    let seen = seen.into_inner();
    println!("answers and entries of the walks: {seen:?}");
    // The walks are worth something only if they go everywhere.
    let everywhere = [
        "accepted",
        "repeated",
        "command-id-reused",
        "identity-taken",
        "stock-too-low",
        "unit-not-open",
        "visit-step",
        "dose-number",
        "auth.account_opened",
        "auth.role_granted",
        "certificates.issued",
        "certificates.requested",
        "certificates.revoked",
        "certificates.withdrawn",
        "people.person_registered",
        "places.unit_changed",
        "places.unit_opened",
        "supply.consignment_arrived",
        "supply.consignment_inspected",
        "supply.lot_released",
        "supply.shipment_dispatched",
        "supply.shipment_received",
        "supply.stock_put_away",
        "visits.checked_in",
        "visits.screened",
        "visits.left",
        "visits.vial_opened",
        "visits.injected",
        "visits.observed",
        "visits.discharged",
        "visits.injection_voided",
    ];
    let missed: Vec<&str> = everywhere.into_iter().filter(|name| !seen.contains_key(*name)).collect();
    assert!(missed.is_empty(), "never reached: {missed:?}");
}
