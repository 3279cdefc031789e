//! A dose's whole way through the keeper, and the tables rebuilt from its journal.

use campaign::command::Envelope;
use campaign::ids::{CommandId, PersonId, ShipmentId, UnitId, VialId};
use campaign::keeper::{Keeper, Reply};
use campaign::people;
use campaign::refusal::Refusal;
use campaign::vault::{RECORD, SCREENING, Vault};
use campaign::visits;
use serde_json::json;

use crate::ground::{Ground, STORE, command, lot, on_each_engine, stock, submit};

const SITE: &str = "SI-01-1";
const HANOI: &str = "ST-01-1";

fn visit(json: serde_json::Value) -> visits::Command {
    serde_json::from_value(json).unwrap()
}

async fn ship(keeper: &Keeper, shipment: &str, from: &str, to: &str, doses: u32) {
    let dispatch = command(json!({ "dispatch_shipment": {
        "shipment": shipment, "to": to, "lines": [{ "lot": lot("L1"), "doses": doses }], "carrier": "Xe 1",
        "vehicle": "29A-1", "seal": "S1", "band": { "min": 2, "max": 8 },
    }}));
    submit(keeper, &format!("send-{shipment}"), from, dispatch).await.unwrap();
}

async fn receive(keeper: &Keeper, shipment: &str, at: &str, received: u32, damaged: u32, missing: u32) {
    let lines = json!([{ "lot": lot("L1"), "received": received, "damaged": damaged, "missing": missing }]);
    let receive = command(json!({ "receive_shipment": { "shipment": shipment, "lines": lines } }));
    submit(keeper, &format!("get-{shipment}"), at, receive).await.unwrap();
}

/// Registers a person as the desk does.
pub(crate) async fn register(ground: &Ground, keeper: &Keeper, person: &str, number: &str) -> Result<bool, Refusal> {
    let envelope = registration(&ground.vault, &format!("reg-{person}"), SITE, person, number);
    keeper.submit(envelope).await.map(|reply| reply.repeated)
}

/// A person's record, sealed under a fresh key that travels with the command.
pub(crate) fn registration(vault: &Vault, id: &str, unit: &str, person: &str, number: &str) -> Envelope {
    let form = json!({
        "name": "Nguyễn Thị Hồng Nhung", "birth_date": "1990-05-17", "sex": "female", "nationality": "VN",
        "identity": { "kind": "passport", "number": number }, "phone": "0912345678",
        "address": { "admin_unit": { "code_set": "VN-2025", "code": "00004" } },
    });
    let form: people::Form = serde_json::from_value(form).unwrap();
    let valid = people::parse(&form, specs::time::Date::parse("2021-12-20").unwrap()).unwrap();
    let (key, wrapped) = vault.new_key(&PersonId::parse(person).unwrap());
    let sealed = key.seal(RECORD, &serde_json::to_vec(&valid.record).unwrap());
    let term = people::search::identity_term(&valid.record.identity).unwrap();
    let command: people::Command = serde_json::from_value(json!({ "register_person": {
        "person": person, "sealed": sealed, "identity_token": vault.token("identity", &term),
        "priority_groups": [],
    }}))
    .unwrap();
    let unit = UnitId::parse(unit).unwrap();
    let digest = vault.digest(&unit, &form);
    Envelope::new(CommandId::parse(id).unwrap(), unit, "desk", command.into()).with_digest(digest).with_key(wrapped)
}

/// Brings a person as far as the needle.
async fn screened(keeper: &Keeper, person: &str) {
    let check_in = visit(json!({ "check_in": {
        "visit": format!("V-{person}"), "person": person, "identity_confirmed": true, "consent": consent(),
    }}));
    submit(keeper, &format!("in-{person}"), SITE, check_in).await.unwrap();
    let screen = visit(json!({ "screen": {
        "visit": format!("V-{person}"), "checklist": "3802", "answers": answers(&[]), "vitals": vitals(),
        "conclusion": "eligible",
    }}));
    submit_as(keeper, "doctor", &format!("screen-{person}"), screen).await.unwrap();
}

fn injection(person: &str, vial: &str) -> visits::Command {
    visit(json!({ "inject": {
        "visit": format!("V-{person}"), "vial": vial, "dose": format!("D-{person}"), "dose_number": 1,
        "site": "LA", "route": "IM",
    }}))
}

async fn vaccinate(ground: &Ground, keeper: &Keeper, person: &str, vial: &str) {
    let id = |step: &str| format!("{step}-{person}");
    screened(keeper, person).await;
    submit_as(keeper, "nurse", &id("inject"), injection(person, vial)).await.unwrap();
    ground.clock.advance_minutes(31);
    let observe = visit(json!({ "observe": { "visit": format!("V-{person}"), "findings": ["none"] } }));
    submit_as(keeper, "nurse", &id("observe"), observe).await.unwrap();
    let discharge = visit(json!({ "discharge": { "visit": format!("V-{person}"), "outcome": "home" } }));
    submit_as(keeper, "nurse", &id("out"), discharge).await.unwrap();
}

/// Every item of the checklist; these with yes.
fn answers(yes: &[&str]) -> visits::Answers {
    let form = visits::checklist("3802").unwrap();
    form.items.iter().map(|item| (item.id.clone(), yes.contains(&item.id.as_str()))).collect()
}

fn consent() -> serde_json::Value {
    json!("own")
}

fn vitals() -> serde_json::Value {
    json!({ "temperature_tenths": 367, "pulse": 72, "systolic": 120, "diastolic": 80 })
}

async fn submit_as(keeper: &Keeper, actor: &str, id: &str, command: visits::Command) -> Result<Reply, Refusal> {
    let (id, unit) = (CommandId::parse(id).unwrap(), UnitId::parse(SITE).unwrap());
    keeper.submit(Envelope::new(id, unit, actor, command.into())).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_another_site_gave_a_dose_is_not_given_again() {
    on_each_engine(|ground| async move {
        let (keeper, _running) = ground.start();
        campaign::seed::run(&keeper).await.unwrap();
        stock(&keeper, "L1", 100).await;
        ship(&keeper, "S1", STORE, SITE, 100).await;
        receive(&keeper, "S1", SITE, 100, 0, 0).await;
        register(&ground, &keeper, "an", "Ban111").await.unwrap();
        let open = visit(json!({ "open_vial": { "vial": "vial-1", "lot": lot("L1") } }));
        submit(&keeper, "open", SITE, open).await.unwrap();
        screened(&keeper, "an").await;
        let columns = "id, unit, person, disease, dose_number, product, lot, injected_at, day, void";
        let other = "'D-an', 'SI-79-1', 'binh', '840539006', 1, 'vero-cell', 'x', 1, '2021-12-01', 0";
        ground.sql(&format!("INSERT INTO doses ({columns}) VALUES ({other})")).await;
        let refusal = submit_as(&keeper, "nurse", "inject", injection("an", "vial-1")).await.unwrap_err();
        assert_eq!(refusal, Refusal::AnotherWasFirst { constraint: "doses_of_another".into() });
        ground.sql("DELETE FROM doses").await;
        submit_as(&keeper, "nurse", "inject", injection("an", "vial-1")).await.unwrap();
        assert_eq!(ground.audit().await.doses, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn from_consignment_to_certificate_request_and_every_table_again_from_the_journal() {
    on_each_engine(|ground| async move {
        let (keeper, _running) = ground.start();
        campaign::seed::run(&keeper).await.unwrap();
        stock(&keeper, "L1", 1_000).await;
        ship(&keeper, "S1", STORE, HANOI, 500).await;
        receive(&keeper, "S1", HANOI, 490, 6, 4).await;
        ship(&keeper, "S2", HANOI, SITE, 100).await;
        receive(&keeper, "S2", SITE, 100, 0, 0).await;
        // This one stays on the road.
        ship(&keeper, "S3", HANOI, SITE, 50).await;
        for person in ["an", "binh", "chi"] {
            register(&ground, &keeper, person, &format!("B{person}111")).await.unwrap();
        }
        for (person, vial) in [("an", "vial-1"), ("binh", "vial-2")] {
            let open = visit(json!({ "open_vial": { "vial": vial, "lot": lot("L1") } }));
            submit(&keeper, &format!("open-{vial}"), SITE, open).await.unwrap();
            vaccinate(&ground, &keeper, person, vial).await;
        }
        let report = ground.audit().await;
        let balance = &report.lots[&lot("L1")];
        assert_eq!(report.doses, 2);
        assert_eq!((balance.received, balance.injected, balance.transit, balance.wasted), (1_000, 2, 50, 10));
        assert_eq!(balance.surplus(), 0);
        assert_eq!(ground.number("SELECT COUNT(*) FROM certificates WHERE state = 'requested'").await, 2);

        let tables = ground.dump().await;
        let rebuilt = campaign::replay::replay(&ground.db, &ground.vault, |_, _| {}).await.unwrap();
        assert_eq!(rebuilt.entries, report.entries);
        assert_eq!(ground.dump().await, tables, "replay ends with identical tables");

        // Replayed in whatever order: again, after the sender's rows were made last.
        ground.sql("DELETE FROM balances WHERE account LIKE 'transit/%'").await;
        campaign::replay::replay(&ground.db, &ground.vault, |_, _| {}).await.unwrap();
        assert_eq!(ground.dump().await, tables);
        let open: i64 =
            ground.number("SELECT CAST(SUM(quantity) AS BIGINT) FROM balances WHERE account LIKE 'transit/%'").await;
        assert_eq!(open, 50);
        let _ = (ShipmentId::parse("S3").unwrap(), VialId::parse("vial-1").unwrap());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn personal_data_are_unreadable_in_the_database_and_gone_when_the_key_is() {
    on_each_engine(|ground| async move {
        let (keeper, _running) = ground.start();
        campaign::seed::run(&keeper).await.unwrap();
        assert_eq!(register(&ground, &keeper, "an", "B1234567").await, Ok(false));
        // Sealed anew under another key, the same request is the same command.
        assert_eq!(register(&ground, &keeper, "an", "B1234567").await, Ok(true));
        let taken = Refusal::IdentityTaken { person: PersonId::parse("an").unwrap() };
        assert_eq!(register(&ground, &keeper, "other", "B1234567").await, Err(taken));
        assert_eq!(ground.number("SELECT COUNT(*) FROM person_keys").await, 1, "the refused one left no key");

        let mut conn = ground.db.open_writer().await.unwrap();
        let text = format!("{:?}", campaign::audit::dump(&mut conn).await.unwrap());
        for secret in ["Hồng Nhung", "Nhung", "1990-05-17", "1234567", "0912345678"] {
            assert!(!text.contains(secret), "{secret}");
            let told = format!("SELECT COUNT(*) FROM entries WHERE body LIKE '%{secret}%'");
            assert_eq!(ground.number(&told).await, 0, "{secret}");
        }
        let tokens = "SELECT COUNT(*) FROM person_tokens";
        assert!(ground.number(tokens).await >= 4);
        campaign::vault::erase(&ground.db, &PersonId::parse("an").unwrap()).await.unwrap();
        assert_eq!(ground.number(tokens).await, 0);
        ground.audit().await;
        let tables = ground.dump().await;
        campaign::replay::replay(&ground.db, &ground.vault, |_, _| {}).await.unwrap();
        assert_eq!(ground.dump().await, tables, "nothing comes back");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_doctor_writes_beside_an_answer_is_sealed_and_gone_when_the_key_is() {
    on_each_engine(|ground| async move {
        let (keeper, _running) = ground.start();
        campaign::seed::run(&keeper).await.unwrap();
        register(&ground, &keeper, "an", "B1234567").await.unwrap();
        let check_in = json!({ "visit": "V-an", "person": "an", "identity_confirmed": true, "consent": "own" });
        submit(&keeper, "in-an", SITE, visit(json!({ "check_in": check_in }))).await.unwrap();
        let mut screen = visit(json!({ "screen": {
            "visit": "V-an", "checklist": "3802", "answers": answers(&["5"]), "details": { "5": "latex gloves" },
            "vitals": vitals(), "conclusion": "hospital",
        }}));
        // The rules never write it as it is.
        assert_eq!(submit(&keeper, "bare-an", SITE, screen.clone()).await.unwrap_err(), Refusal::Unavailable);
        let an = PersonId::parse("an").unwrap();
        assert_eq!(screen.to_seal().map(ToString::to_string), Some("V-an".to_owned()));
        let key = || campaign::vault::person_key(ground.db.read(), &ground.vault, &an);
        let held = key().await.unwrap().unwrap();
        screen.seal(&held);
        submit_as(&keeper, "doctor", "screen-an", screen).await.unwrap();

        let body = sqlx::query_scalar::<_, String>("SELECT body FROM entries WHERE kind = 'visits.screened'");
        let body = body.fetch_one(ground.db.read()).await.unwrap();
        assert!(!body.contains("latex"), "{body}");
        let event: serde_json::Value = serde_json::from_str(&body).unwrap();
        let sealed = event["visits"]["screened"]["details"].as_str().unwrap();
        assert_eq!(held.open(SCREENING, sealed).unwrap().as_slice(), br#"{"5":"latex gloves"}"#);
        assert_eq!(held.open(RECORD, sealed), None, "it is no record");

        let tables = ground.dump().await;
        campaign::replay::replay(&ground.db, &ground.vault, |_, _| {}).await.unwrap();
        assert_eq!(ground.dump().await, tables);
        campaign::vault::erase(&ground.db, &an).await.unwrap();
        assert!(key().await.unwrap().is_none(), "nothing opens it any more");
        ground.audit().await;
    })
    .await;
}

/// What the keeper had learnt about a person goes with the person, though somebody else erases them.
#[tokio::test(flavor = "multi_thread")]
async fn the_identity_of_a_person_who_was_erased_is_free_again() {
    on_each_engine(|ground| async move {
        let (keeper, _running) = ground.start();
        campaign::seed::run(&keeper).await.unwrap();
        register(&ground, &keeper, "an", "B1234567").await.unwrap();
        let taken = register(&ground, &keeper, "binh", "B1234567").await;
        assert!(matches!(taken, Err(Refusal::IdentityTaken { .. })), "{taken:?}");
        campaign::vault::erase(&ground.db, &PersonId::parse("an").unwrap()).await.unwrap();
        assert_eq!(register(&ground, &keeper, "binh", "B1234567").await, Ok(false));
        ground.audit().await;
    })
    .await;
}
