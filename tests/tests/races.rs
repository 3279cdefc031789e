//! The same thing twice, and two at once: repeated commands, the last dose in a vial, one person at two sites. On
//! PostgreSQL two processes serve the same data.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tests::on_both_engines;
use tests::server::{Engine, Server};
use tests::walk::{Api, OTHER_SITE, SITE, Step, VIAL, Visitor};
use tokio::task::JoinSet;

on_both_engines! {
    the_same_command_twice_is_one_dose,
    a_vial_gives_exactly_its_doses_whoever_is_fastest,
    one_person_at_two_sites_gets_one_first_dose,
}

async fn the_same_command_twice_is_one_dose(engine: Engine) {
    let mut server = Server::start(engine).await;
    let [api, other] = &two_doors(&mut server).await;
    let lot = api.bring("TWICE", 60, &[SITE]).await;
    let visitor = Visitor::new(SITE, "twice");
    api.walk([lot.open_vial(SITE, "vial-1")]).await;
    api.walk(visitor.to_the_needle()).await;
    let inject = visitor.inject("vial-1", 1);
    let first = api.send(&inject).await;
    assert_eq!((first.done()["left_in_vial"].as_i64(), first.replayed), (Some(5), false));
    for door in [api, other] {
        let again = door.send(&inject).await;
        assert_eq!((again.status, again.replayed), (200, true));
        assert_eq!((again.body, again.content_type), (first.body.clone(), first.content_type.clone()));
    }

    // The same key for something else, or somewhere else, is another command.
    let mut another = inject.clone();
    another.body["site"] = json!("RA");
    let facts = api.send(&another).await.refused(409, "command-id-reused");
    assert_eq!(facts, json!({ "command": inject.id }));
    let mut elsewhere = inject.clone();
    elsewhere.unit = OTHER_SITE.to_owned();
    api.send(&elsewhere).await.refused(409, "command-id-reused");
    // The same dose, or the same visit, under another key is a second dose, and there is none.
    api.send(&inject.anew()).await.refused(409, "visit-step");

    // A hundred at once: one is carried out, all get its answer.
    let person = Visitor::new(SITE, "hundred");
    for step in [person.register(), person.check_in(), person.screen(), person.inject("vial-1", 1)] {
        let mut sent = JoinSet::new();
        for number in 0..100 {
            let (door, step) = (if number % 2 == 0 { api.clone() } else { other.clone() }, step.clone());
            sent.spawn(async move { door.send(&step).await });
        }
        let answers = sent.join_all().await;
        let first = answers[0].body.clone();
        assert!(answers.iter().all(|answer| answer.status == 200 && answer.body == first), "{}", step.command);
        assert_eq!(answers.iter().filter(|answer| !answer.replayed).count(), 1, "{}", step.command);
    }
    // A registration is sealed anew each time it is sent; it is told from another by what the client said.
    let mut form = person.register();
    form.id = "registered-once".to_owned();
    form.body["person"] = json!("person-form");
    api.send(&form).await.done();
    assert!(api.send(&form).await.replayed);
    form.body["form"]["name"] = json!("Trần Văn Ơn");
    api.send(&form).await.refused(409, "command-id-reused");
    assert_eq!(injected(api, SITE).await.len(), 2);
}

async fn a_vial_gives_exactly_its_doses_whoever_is_fastest(engine: Engine) {
    const NURSES: usize = 24;
    let mut server = Server::start(engine).await;
    let [api, other] = &two_doors(&mut server).await;
    let lot = api.bring("LASTDOSE", 60, &[SITE]).await;
    let visitors: Vec<Visitor> = (0..NURSES).map(|number| Visitor::new(SITE, &format!("q{number}"))).collect();
    for visitor in &visitors {
        api.walk(visitor.to_the_needle()).await;
    }
    api.walk([lot.open_vial(SITE, "vial-1")]).await;
    let mut sent = JoinSet::new();
    for (number, visitor) in visitors.iter().enumerate() {
        let (door, step) = (if number % 2 == 0 { api.clone() } else { other.clone() }, visitor.inject("vial-1", 1));
        sent.spawn(async move { (door.send(&step).await, step) });
    }
    let mut left = BTreeSet::new();
    let mut losers: Vec<Step> = Vec::new();
    for (answer, step) in sent.join_all().await {
        if answer.status == 200 {
            assert!(left.insert(answer.json()["left_in_vial"].as_i64().unwrap()), "one dose went twice");
        } else {
            answer.refused(422, "vial-empty");
            losers.push(step);
        }
    }
    assert_eq!(left.into_iter().collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5]);
    assert_eq!((losers.len(), injected(api, SITE).await.len()), (NURSES - VIAL, VIAL));

    // Two nurses and one dose, again and again.
    for pair in losers.chunks(2).take(6) {
        let vial = format!("vial-{}", pair[0].id.replace(':', "-"));
        api.walk([lot.open_vial(SITE, &vial)]).await;
        for number in 1..VIAL {
            let person = Visitor::new(SITE, &format!("{vial}n{number}"));
            api.walk(person.to_the_needle()).await;
            api.walk([person.inject(&vial, 1)]).await;
        }
        let mut pair = [pair[0].anew(), pair[1].anew()];
        pair.iter_mut().for_each(|step| step.body["vial"] = json!(vial));
        let (first, second) = tokio::join!(api.send(&pair[0]), other.send(&pair[1]));
        let mut answers = [first, second];
        answers.sort_by_key(|answer| answer.status);
        assert_eq!(answers[0].done()["left_in_vial"], 0);
        answers[1].refused(422, "vial-empty");
    }
}

async fn one_person_at_two_sites_gets_one_first_dose(engine: Engine) {
    const PEOPLE: usize = 24;
    let mut server = Server::start(engine).await;
    let [api, other] = &two_doors(&mut server).await;
    let lot = api.bring("TWOSITES", 60, &[SITE, OTHER_SITE]).await;
    let mut pairs = Vec::new();
    for number in 0..PEOPLE {
        let here = Visitor::new(SITE, &format!("p{number}"));
        let visits = [here.clone(), here.again(OTHER_SITE, "too")];
        api.walk([visits[0].register()]).await;
        let vials = visits.each_ref().map(|visit| format!("vial-{}-{}", number / VIAL, visit.site()));
        for (visit, vial) in visits.iter().zip(&vials) {
            if number % VIAL == 0 {
                api.walk([lot.open_vial(visit.site(), vial)]).await;
            }
            api.walk([visit.check_in(), visit.screen()]).await;
        }
        pairs.push([visits[0].inject(&vials[0], 1), visits[1].inject(&vials[1], 1)]);
    }
    let mut outcomes = Vec::new();
    for pair in &pairs[..PEOPLE / 2] {
        outcomes.push(tokio::join!(api.send(&pair[0]), other.send(&pair[1])));
    }
    // And all at once: then whole batches meet.
    let mut sent = JoinSet::new();
    for pair in pairs.split_off(PEOPLE / 2) {
        let (api, other) = (api.clone(), other.clone());
        sent.spawn(async move { tokio::join!(api.send(&pair[0]), other.send(&pair[1])) });
    }
    outcomes.extend(sent.join_all().await);
    let mut codes: Vec<String> = Vec::new();
    for (here, there) in outcomes {
        let mut answers = [here, there];
        answers.sort_by_key(|answer| answer.status);
        answers[0].done();
        // By the rules where the first was seen in time, else by the last word of the database.
        let code = answers[1].json()["code"].as_str().unwrap_or_default().to_owned();
        match code.as_str() {
            "another-was-first" => drop(answers[1].refused(409, "another-was-first")),
            _ => drop(answers[1].refused(422, "dose-number")),
        }
        codes.push(code);
    }
    let by_database = codes.iter().filter(|code| *code == "another-was-first").count();
    println!("{engine:?}: {PEOPLE} pairs, {by_database} decided by the database");
    let mut given = injected(api, SITE).await;
    given.extend(injected(api, OTHER_SITE).await);
    assert_eq!(given.len(), PEOPLE);
    assert_eq!(given.iter().collect::<BTreeSet<_>>().len(), PEOPLE, "somebody has two first doses");
    server.stop();
    assert_eq!(server.audit()["doses"], PEOPLE);
}

/// The same campaign by two ways: two processes where the engine allows it.
async fn two_doors(server: &mut Server) -> [Api; 2] {
    let api = Api::enter(server).await;
    let other = match server.engine() {
        Engine::Sqlite => api.at(server.address()),
        Engine::Postgres => api.at(&server.begin_neighbour()),
    };
    [api, other]
}

/// Person and dose number of every injection at a site.
async fn injected(api: &Api, site: &str) -> Vec<(String, Option<u64>)> {
    let entries = api.journal(site).await;
    let injections = entries.iter().filter(|entry| entry["kind"] == "visits.injected");
    let of = |entry: &Value| {
        let injected = &entry["body"]["visits"]["injected"];
        (injected["person"].as_str().unwrap().to_owned(), injected["dose_number"].as_u64())
    };
    injections.map(of).collect()
}
