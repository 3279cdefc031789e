//! The units of a demonstration: the national office, the 34 provinces' offices, a few stores and sites in real communes.
//! Their names say that they are samples. They are ordinary commands with fixed ids, so seeding twice changes nothing, and a
//! seeded database replays and audits like any other.

use crate::command::{Command, Envelope};
use crate::ids::{CommandId, UnitId};
use crate::keeper::Keeper;
use crate::places::{self, AdminCode, AdminUnit, AdminUnits, CodeSet, Form, Kind, Stations, Tier};
use crate::refusal::Refusal;

/// Who asked for it, in the journal.
pub const ACTOR: &str = "system/seed";

/// The store at which a demonstration's consignments arrive.
pub const NATIONAL_STORE: &str = "ST-VN-1";
/// A site in Hà Nội, supplied by the store of its province.
pub const FIRST_SITE: &str = "SI-01-1";

/// All units, each after those it depends on: to be sent one after another, or as one batch in this order.
pub fn units() -> Vec<Envelope> {
    let nation = UnitId::nation();
    let mut units = vec![open(&nation, "VN", Kind::National, NATION, None, None)];
    for province in AdminUnits::bundled().provinces(CodeSet::Vn2025) {
        let english = province.name_en.unwrap_or(province.name);
        let name = format!("Sở Y tế {} (mẫu)", full_lower(province));
        let name_en = format!("Department of Health of {english} (sample)");
        let id = format!("VN-{}", province.code);
        units.push(open(&nation, &id, Kind::Province, (&name, &name_en), Some(province), None));
    }
    for (id, tier, code, name, name_en, supplier) in STORES {
        let place = commune(code);
        let office = if tier == Tier::Provincial { office_of(place) } else { nation.clone() };
        units.push(open(&office, id, Kind::Store { tier }, (name, name_en), Some(place), supplier));
    }
    for (id, form, code, supplier) in SITES {
        let place = commune(code);
        let name = format!("Điểm tiêm mẫu {} – {}", full_lower(place), where_in(place));
        let name_en = format!("Sample vaccination site, {}", place.name);
        let kind = Kind::Site { form, stations: seats(form) };
        units.push(open(&office_of(place), id, kind, (&name, &name_en), Some(place), Some(supplier)));
    }
    units
}

/// What seeding did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seeded {
    /// Units opened now.
    pub opened: usize,
    /// Units that were there already.
    pub known: usize,
}

/// Opens the units of the demonstration that are not there yet, one after another, because a site needs its store. A unit
/// that stands there with other particulars (an older program seeded it, or an office took the id) is left as it is.
///
/// # Errors
/// The first [`Refusal`] of another sort; what was opened before it stays, and seeding again goes on from there.
pub async fn run(keeper: &Keeper) -> Result<Seeded, Refusal> {
    let mut seeded = Seeded::default();
    for envelope in units() {
        match keeper.submit(envelope).await {
            Ok(reply) if !reply.repeated => seeded.opened += 1,
            Ok(_) | Err(Refusal::UnitExists { .. } | Refusal::CommandIdReused { .. }) => seeded.known += 1,
            Err(refusal) => return Err(refusal),
        }
    }
    Ok(seeded)
}

/// The stores and sites of the demonstration, where its people work.
pub fn units_of_the_sample() -> impl Iterator<Item = UnitId> {
    let stores = STORES.iter().map(|store| store.0);
    let ids = stores.chain(SITES.iter().map(|site| site.0));
    ids.map(|id| UnitId::parse(id).expect("the ids above are well formed"))
}

const NATION: (&str, &str) =
    ("Ban Chỉ đạo quốc gia về tiêm chủng (mẫu)", "National Steering Committee for Vaccination (sample)");

type Store = (&'static str, Tier, &'static str, &'static str, &'static str, Option<&'static str>);

/// Id, tier, commune, names, supplier.
const STORES: [Store; 6] = [
    (NATIONAL_STORE, Tier::National, "00004", "Kho vắc xin quốc gia (mẫu)", "National vaccine store (sample)", None),
    (
        "ST-VN-2",
        Tier::Regional,
        "26740",
        "Kho vắc xin khu vực phía Nam (mẫu)",
        "Regional vaccine store, South (sample)",
        Some(NATIONAL_STORE),
    ),
    (
        "ST-01-1",
        Tier::Provincial,
        "00070",
        "Kho vắc xin thành phố Hà Nội (mẫu)",
        "Vaccine store of Hanoi (sample)",
        Some(NATIONAL_STORE),
    ),
    (
        "ST-48-1",
        Tier::Provincial,
        "20242",
        "Kho vắc xin thành phố Đà Nẵng (mẫu)",
        "Vaccine store of Da Nang (sample)",
        Some(NATIONAL_STORE),
    ),
    (
        "ST-79-1",
        Tier::Provincial,
        "26824",
        "Kho vắc xin Thành phố Hồ Chí Minh (mẫu)",
        "Vaccine store of Ho Chi Minh City (sample)",
        Some("ST-VN-2"),
    ),
    (
        "ST-92-1",
        Tier::Provincial,
        "31135",
        "Kho vắc xin thành phố Cần Thơ (mẫu)",
        "Vaccine store of Can Tho (sample)",
        Some("ST-VN-2"),
    ),
];

/// Id, form, commune, supplier.
const SITES: [(&str, Form, &str, &str); 13] = [
    (FIRST_SITE, Form::Fixed, "00004", "ST-01-1"),
    ("SI-01-2", Form::Hospital, "00070", "ST-01-1"),
    ("SI-01-3", Form::School, "00376", "ST-01-1"),
    ("SI-15-1", Form::Mobile, "03006", NATIONAL_STORE),
    ("SI-31-1", Form::Factory, "11311", NATIONAL_STORE),
    ("SI-46-1", Form::Fixed, "19789", "ST-48-1"),
    ("SI-48-1", Form::Hospital, "20242", "ST-48-1"),
    ("SI-56-1", Form::Fixed, "22736", "ST-VN-2"),
    ("SI-66-1", Form::Fixed, "24133", "ST-VN-2"),
    ("SI-79-1", Form::Fixed, "26740", "ST-79-1"),
    ("SI-79-2", Form::Factory, "27637", "ST-79-1"),
    ("SI-91-1", Form::Fixed, "31078", "ST-VN-2"),
    ("SI-92-1", Form::School, "31135", "ST-92-1"),
];

fn seats(form: Form) -> Stations {
    match form {
        Form::Hospital | Form::Factory => Stations { reception: 4, screening: 8, injection: 6, observation: 60 },
        Form::Fixed | Form::School => Stations { reception: 2, screening: 3, injection: 3, observation: 30 },
        Form::Mobile => Stations { reception: 1, screening: 1, injection: 1, observation: 10 },
    }
}

fn open(
    office: &UnitId,
    id: &str,
    kind: Kind,
    (name, name_en): (&str, &str),
    place: Option<&AdminUnit>,
    supplier: Option<&str>,
) -> Envelope {
    let pinned = matches!(kind, Kind::Store { .. } | Kind::Site { .. });
    let command = places::Command::OpenUnit {
        unit: unit_id(id),
        kind,
        name: name.to_owned(),
        name_en: Some(name_en.to_owned()),
        admin_unit: place.map(AdminUnit::admin_code),
        point: place.filter(|_| pinned).map(|place| place.point),
        supplied_by: supplier.map(unit_id),
    };
    let command_id = CommandId::parse(&format!("seed.1.{id}")).expect("the seed's ids are short: a test runs it");
    Envelope::new(command_id, office.clone(), ACTOR, Command::Places(command))
}

fn unit_id(id: &str) -> UnitId {
    UnitId::parse(id).expect("the seed's ids are well formed: a test runs it")
}

fn office_of(place: &AdminUnit) -> UnitId {
    unit_id(&format!("VN-{}", place.province()))
}

fn commune(code: &str) -> &'static AdminUnit {
    AdminUnits::bundled().find(&AdminCode::today(code)).expect("the seed's communes are in the tables: a test runs it")
}

/// "phường Ba Đình", as in the middle of a name. The city named after Hồ Chí Minh keeps its capital letter.
fn full_lower(place: &AdminUnit) -> String {
    if place.name == "Hồ Chí Minh" {
        return place.full_name();
    }
    format!("{} {}", place.kind.word().to_lowercase(), place.name)
}

fn where_in(place: &AdminUnit) -> &'static str {
    AdminUnits::bundled().get(place.code_set, place.province()).map_or("", |province| province.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{ManualClock, Timestamp};
    use crate::command::Context;
    use crate::db::Db;
    use crate::event::Event;
    use crate::facts::Facts;
    use crate::journal::Meta;
    use crate::unit::UnitState;
    use crate::vault::Vault;
    use std::collections::{BTreeMap, BTreeSet};
    use std::sync::Arc;

    /// Runs the seed through the rules, as a keeper would.
    fn decide_all(states: &mut BTreeMap<UnitId, UnitState>, facts: &mut Facts) -> usize {
        let mut count = 0;
        for envelope in units() {
            let context = Context {
                unit: envelope.unit.clone(),
                now: Timestamp(0),
                may_be_behind: false,
                today: specs::time::Date::parse("2026-11-23").unwrap(),
                actor: envelope.actor.clone(),
            };
            let state = states.entry(envelope.unit.clone()).or_insert_with(|| UnitState::new(envelope.unit.clone()));
            let decision = envelope.command.decide(state, facts, &context).unwrap();
            for event in &decision.events {
                let meta = Meta { unit: envelope.unit.clone(), seq: 1, at: context.now, actor: context.actor.clone() };
                state.evolve(event, &meta);
                let Event::Places(places::Event::UnitOpened { unit }) = event else { panic!("{event:?}") };
                facts.units.insert(unit.id.clone(), unit.clone());
                count += 1;
            }
        }
        count
    }

    #[test]
    fn the_seed_passes_the_rules_and_seeding_twice_changes_nothing() {
        let (mut states, mut facts) = (BTreeMap::new(), Facts::default());
        assert_eq!(decide_all(&mut states, &mut facts), 1 + 34 + 6 + 13);
        assert_eq!(facts.units.len(), 54);
        assert_eq!(decide_all(&mut states, &mut facts), 0);
        assert!(facts.units.values().all(|unit| unit.name.contains("mẫu")), "every name says that it is a sample");
        let site = &facts.units[&unit_id(FIRST_SITE)];
        assert_eq!(site.name, "Điểm tiêm mẫu phường Ba Đình – Hà Nội");
        assert_eq!(site.supplied_by, Some(unit_id("ST-01-1")));
        let every = facts.units.keys().map(UnitId::as_str);
        assert!(every.filter(|id| id.starts_with("SI-")).count() >= 12);
    }

    /// Seeds through keepers of their own, as a start of the program does.
    async fn start(data: &std::path::Path) -> (Result<Seeded, Refusal>, Vec<places::Unit>) {
        let db = Db::open_folder(data).await.unwrap();
        let clock = ManualClock::at(Timestamp(1_795_417_200_000));
        let (keeper, running) = Keeper::start(&db, Arc::new(Vault::new(&[7; 32])), Arc::new(clock));
        let seeded = super::run(&keeper).await;
        drop(keeper);
        running.finished().await;
        let units = places::store::units(db.read()).await.unwrap();
        let first = places::store::unit(db.read(), &unit_id(FIRST_SITE)).await.unwrap();
        assert_eq!(first.as_ref(), units.iter().find(|unit| unit.id == unit_id(FIRST_SITE)));
        db.close().await;
        (seeded, units)
    }

    #[tokio::test]
    async fn a_second_start_finds_its_units_again() {
        let data = tempfile::tempdir().unwrap();
        let (seeded, units) = start(data.path()).await;
        assert_eq!(seeded, Ok(Seeded { opened: 54, known: 0 }));
        assert_eq!(units.len(), 54);
        let (again, same) = start(data.path()).await;
        assert_eq!(again, Ok(Seeded { opened: 0, known: 54 }));
        assert_eq!(same, units);
    }

    #[test]
    fn command_ids_are_fixed_and_unique() {
        let ids = || units().into_iter().map(|envelope| envelope.id.to_string()).collect::<Vec<_>>();
        assert_eq!(ids(), ids());
        assert_eq!(ids().into_iter().collect::<BTreeSet<_>>().len(), units().len());
        assert_eq!(ids()[0], "seed.1.VN");
        let digests = || units().into_iter().map(|envelope| envelope.digest).collect::<Vec<_>>();
        assert_eq!(digests(), digests(), "the same command each time");
    }
}
