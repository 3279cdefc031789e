//! Killed with -9 at random moments, under many clients, and started again on its data: what was acknowledged is there,
//! what was not is carried out once when it is sent again, nobody has two doses of one number, no dose has two
//! different certificates.
//!
//! The moments are random; the seed is printed, and `LACHAN_SEED` sets it. `LACHAN_KILLS` sets the number of rounds.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher as _, Hasher as _};
use std::time::Duration;

use serde_json::Value;
use tests::on_both_engines;
use tests::server::{Engine, Server};
use tests::stopwatch::Stopwatch;
use tests::walk::{Answer, Api, LEAD, Lot, OTHER_SITE, SITE, Step, VIAL, Visitor};
use tokio::task::JoinSet;

/// Clients at the same time.
const CLIENTS: usize = 12;
/// Rounds of work, kill and repetition.
const ROUNDS: u64 = 6;
/// Rounds of issuing, kill and waiting: a new process must wait until the lease of the killed one is over.
const ISSUING_ROUNDS: u64 = 4;
/// As many times that, where no kill has come between issuing and recording yet.
const PATIENCE: u64 = 4;
/// Doses whose certificates are under way in each round of the second part.
const CERTIFIED: usize = 12;

on_both_engines! {
    a_seed_killed_at_any_moment_is_finished_by_the_next,
    what_was_acknowledged_survives_and_nothing_happens_twice,
    no_dose_gets_two_different_certificates,
    without_its_issuer_doses_are_recorded_and_certificates_wait,
}

/// From before the first table is made.
async fn a_seed_killed_at_any_moment_is_finished_by_the_next(engine: Engine) {
    let mut chance = Chance::new();
    let seed = ["seed", "--accounts"];
    let (whole, killed) = (Server::empty(engine).await, Server::empty(engine).await);
    let watch = Stopwatch::start();
    assert!(whole.campaign(&seed).status.success());
    let longest = watch.elapsed().as_millis() as u64;
    for _ in 0..rounds(ROUNDS) {
        killed.campaign_killed_after(&seed, Duration::from_millis(chance.below(longest))).await;
    }
    let finished = killed.campaign(&seed);
    assert!(finished.status.success(), "{}", String::from_utf8_lossy(&finished.stderr));
    let [killed, whole] = [killed.audit(), whole.audit()];
    for count in ["streams", "entries", "rows"] {
        assert_eq!(killed[count], whole[count], "{count}");
    }
    assert!(whole["entries"].as_u64().is_some_and(|entries| entries > 0));
}

async fn what_was_acknowledged_survives_and_nothing_happens_twice(engine: Engine) {
    let mut chance = Chance::new();
    let mut server = Server::start(engine).await;
    let mut api = Api::enter(&server).await;
    let lot = api.bring("LK1", 30_000, &[SITE, OTHER_SITE]).await;
    let (mut acknowledged, mut repeated, mut given) = (0, 0, BTreeSet::new());
    for round in 0..rounds(ROUNDS) {
        let mut clients = JoinSet::new();
        for client in 0..CLIENTS {
            let name = format!("r{round}c{client}");
            clients.spawn(work(api.clone(), lot.clone(), name, Chance(chance.next())));
        }
        tokio::time::sleep(Duration::from_millis(300 + chance.below(1_700))).await;
        server.kill();
        let sent: Vec<Sent> = clients.join_all().await.into_iter().flatten().collect();
        server.begin();
        api = api.at(server.address());
        for sent in sent {
            match sent {
                Sent::Once(step, Some(first)) => {
                    acknowledged += 1;
                    let again = api.send(&step).await;
                    assert_eq!((again.status, again.replayed), (200, true), "lost: {step:?} {}", again.text());
                    assert_eq!(again.body, first, "another answer: {step:?}");
                    given.extend(dose(&step));
                }
                Sent::Once(step, None) => {
                    repeated += 1;
                    let first = api.send(&step).await;
                    assert_eq!(first.status, 200, "{step:?}: {}", first.text());
                    let again = api.send(&step).await;
                    assert!(again.replayed && again.body == first.body, "{step:?}");
                    given.extend(dose(&step));
                }
                Sent::Rivals(rivals) => {
                    let dose = settle(&api, rivals).await;
                    assert!(given.insert(dose));
                }
            }
        }
        the_journal_has_exactly(&api, &given).await;
    }
    println!("{acknowledged} commands acknowledged before a kill, {repeated} not; {} doses", given.len());
    assert!(acknowledged > 0, "the kills came before the work");
    server.stop();
    assert_eq!(server.audit()["doses"], given.len());
}

/// What a client sent.
enum Sent {
    /// One command, and the body of its answer if one came.
    Once(Step, Option<Vec<u8>>),
    /// The same dose number for the same person at two sites at once, and the answers that came.
    Rivals(Vec<(Step, Option<Answer>)>),
}

/// Person after person, until the server is gone.
async fn work(api: Api, lot: Lot, name: String, mut chance: Chance) -> Vec<Sent> {
    let mut sent = Vec::new();
    let sites = if chance.below(2) == 0 { [SITE, OTHER_SITE] } else { [OTHER_SITE, SITE] };
    for number in 0.. {
        let visitor = Visitor::new(sites[0], &format!("{name}n{number}"));
        let mut steps = Vec::new();
        // A vial has so many doses; with every new one its twin is opened where a rival may be.
        let vials = sites.map(|site| format!("vial-{name}v{}-{site}", number / VIAL));
        if number % VIAL == 0 {
            steps.extend(sites.iter().zip(&vials).map(|(site, vial)| lot.open_vial(site, vial)));
        }
        steps.extend(visitor.to_the_needle());
        let rival = visitor.again(sites[1], "rival");
        let is_contested = chance.below(5) == 0;
        if is_contested {
            steps.extend([rival.check_in(), rival.screen()]);
        } else {
            steps.push(visitor.inject(&vials[0], 1));
        }
        for step in steps {
            if !once(&api, step, &mut chance, &mut sent).await {
                return sent;
            }
        }
        if is_contested {
            let steps = [visitor.inject(&vials[0], 1), rival.inject(&vials[1], 1)];
            let (first, second) = tokio::join!(api.try_send(&steps[0]), api.try_send(&steps[1]));
            let answers = [first, second].map(|answer| answer.ok().filter(|answer| answer.status != 503));
            let over = answers.iter().any(Option::is_none);
            sent.push(Sent::Rivals(steps.into_iter().zip(answers).collect()));
            if over {
                return sent;
            }
        }
    }
    sent
}

/// Sends a step, sometimes twice at once. Whether the server is still there.
async fn once(api: &Api, step: Step, chance: &mut Chance, sent: &mut Vec<Sent>) -> bool {
    let answers = if chance.below(4) == 0 {
        let (first, second) = tokio::join!(api.try_send(&step), api.try_send(&step));
        vec![first, second]
    } else {
        vec![api.try_send(&step).await]
    };
    let told: Vec<Answer> = answers.into_iter().flatten().filter(|answer| answer.status != 503).collect();
    for answer in &told {
        assert_eq!(answer.status, 200, "{step:?}: {}", answer.text());
        assert_eq!(answer.body, told[0].body, "two answers to one command: {step:?}");
    }
    let first = told.into_iter().next().map(|answer| answer.body);
    let is_there = first.is_some();
    sent.push(Sent::Once(step, first));
    is_there
}

/// Of two injections of one dose number exactly one stands, whatever was acknowledged before the kill; gives its dose.
async fn settle(api: &Api, rivals: Vec<(Step, Option<Answer>)>) -> String {
    let mut standing = Vec::new();
    for (step, before) in &rivals {
        let now = api.send(step).await;
        if let Some(before) = before {
            assert_eq!(before.status == 200, now.status == 200, "{step:?}: {} then {}", before.text(), now.text());
        }
        match now.status {
            200 => standing.extend(dose(step)),
            _ => assert!(is_beaten(&now), "{step:?}: {}", now.text()),
        }
    }
    assert_eq!(standing.len(), 1, "{rivals:?}");
    standing.remove(0)
}

/// Too late for this dose number: by the rules, or by the last word of the database.
fn is_beaten(answer: &Answer) -> bool {
    let code = answer.json()["code"].clone();
    (answer.status, code.as_str()) == (422, Some("dose-number"))
        || (answer.status, code.as_str()) == (409, Some("another-was-first"))
}

fn dose(step: &Step) -> Option<String> {
    (step.command == "visits/inject").then(|| step.body["dose"].as_str().unwrap().to_owned())
}

/// The journal, which the tables are made of, has these injections, each once, and no person twice with one number.
async fn the_journal_has_exactly(api: &Api, given: &BTreeSet<String>) {
    let (mut doses, mut numbers) = (BTreeSet::new(), BTreeSet::new());
    for site in [SITE, OTHER_SITE] {
        for entry in api.journal(site).await.iter().filter(|entry| entry["kind"] == "visits.injected") {
            let injected = &entry["body"]["visits"]["injected"];
            let text = |field: &str| injected[field].as_str().unwrap().to_owned();
            assert!(doses.insert(text("dose")), "twice: {entry}");
            assert!(numbers.insert((text("person"), injected["dose_number"].as_u64())), "two of a number: {entry}");
        }
    }
    assert_eq!(doses.difference(given).count(), 0, "doses that nobody gave");
    assert_eq!(given.difference(&doses).collect::<Vec<_>>(), Vec::<&String>::new(), "doses that were lost");
}

async fn no_dose_gets_two_different_certificates(engine: Engine) {
    let mut chance = Chance::new();
    let mut server = Server::start(engine).await;
    let mut api = Api::enter(&server).await;
    let lot = api.bring("LK2", 600, &[SITE]).await;
    let mut visitors: Vec<Visitor> = Vec::new();
    let mut seen: BTreeMap<String, Value> = BTreeMap::new();
    // Doses whose certificates were issued and not yet recorded when the kill came.
    let mut between = 0;
    let (few, most) = (rounds(ISSUING_ROUNDS), PATIENCE * rounds(ISSUING_ROUNDS));
    for round in 0..most {
        if round >= few && between > 0 {
            break;
        }
        let new: Vec<Visitor> =
            (0..CERTIFIED).map(|number| Visitor::new(SITE, &format!("r{round}n{number}"))).collect();
        for (number, visitor) in new.iter().enumerate() {
            let vial = format!("vial-r{round}v{}", number / VIAL);
            if number % VIAL == 0 {
                api.walk([lot.open_vial(SITE, &vial)]).await;
            }
            api.walk(visitor.to_the_needle()).await;
            api.walk([visitor.inject(&vial, 1)]).await;
        }
        // The issuer is asked from the first discharge on, until everything is killed.
        let discharges = {
            let (api, steps) = (api.clone(), new.iter().map(|visitor| visitor.discharge("referred")));
            let steps: Vec<Step> = steps.collect();
            tokio::spawn(async move {
                for step in &steps {
                    if api.try_send(step).await.is_err() {
                        break;
                    }
                }
                steps
            })
        };
        in_the_middle_of_issuing(&server, &mut chance).await;
        server.kill();
        let discharges = discharges.await.unwrap();
        server.begin();
        api = api.at(server.address());
        for visitor in &new {
            let view = api.get(&certificates_of(visitor), LEAD).await;
            let is_requested = view.status == 200 && view.json()["state"] == "requested";
            let issuer = issuer::api::Client::unix(server.issuer_socket()).unwrap();
            between += usize::from(is_requested && issuer.certificates(&visitor.dose()).await.is_ok());
        }
        api.walk(discharges).await;
        visitors.extend(new);
        // What anybody has seen once stays as it is; not all is looked at, so that the next kill finds work under way.
        for visitor in &visitors {
            if chance.below(2) == 0 {
                let view = api.certificates(SITE, &visitor.dose()).await;
                assert_eq!(*seen.entry(visitor.dose()).or_insert_with(|| view.clone()), view);
            }
        }
    }
    let issuer = issuer::api::Client::unix(server.issuer_socket()).unwrap();
    let mut uvcis = BTreeSet::new();
    for visitor in &visitors {
        let view = api.certificates(SITE, &visitor.dose()).await;
        assert_eq!(*seen.entry(visitor.dose()).or_insert_with(|| view.clone()), view);
        let kept = issuer.certificates(&visitor.dose()).await.unwrap();
        let (held, kept): (Vec<_>, Vec<_>) = (
            view["certificates"].as_array().unwrap().iter().map(|c| c["text"].as_str().unwrap()).collect(),
            kept.certificates.iter().map(|certificate| certificate.text.as_str()).collect(),
        );
        assert_eq!(held, kept, "the site holds another certificate than the issuer");
        assert_eq!(held.len(), 2);
        let codes = view["certificates"].as_array().unwrap().iter().map(|c| c["uvci"].as_str().unwrap().to_owned());
        uvcis.extend(codes);
    }
    // One national and one EU certificate per dose in the log, and nothing else ever signed.
    let log = issuer.health().await.unwrap().log_size;
    println!("{} doses certified, {between} of them killed half way; {log} entries in the log", visitors.len());
    assert_eq!((log, uvcis.len()), (2 * visitors.len() as u64, 2 * visitors.len()));
    server.stop();
    assert_eq!(server.audit()["doses"], visitors.len());
    let verified = server.issuer_program(&["log", "verify"]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
}

/// Waits until some of the certificates that are asked for now are in the log, and then a little.
async fn in_the_middle_of_issuing(server: &Server, chance: &mut Chance) {
    let issuer = issuer::api::Client::unix(server.issuer_socket()).unwrap();
    let log = async || issuer.health().await.unwrap().log_size;
    let awaited = log().await + 1 + chance.below(CERTIFIED as u64);
    for _ in 0..20_000 {
        if log().await >= awaited {
            break;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    tokio::time::sleep(Duration::from_micros(chance.below(8_000))).await;
}

async fn without_its_issuer_doses_are_recorded_and_certificates_wait(engine: Engine) {
    let mut server = Server::start(engine).await;
    let mut api = Api::enter(&server).await;
    let lot = api.bring("LK3", 60, &[SITE]).await;
    server.stop();
    server.begin_without_issuer();
    api = api.at(server.address());
    assert_eq!(api.public("/api/health").await.done()["issuer"], "away");
    api.public("/api/trust-list").await.refused(503, "issuer-away");
    api.walk([lot.open_vial(SITE, "vial-1")]).await;
    let first = vaccinated(&api, "first").await;
    assert_eq!(api.get(&certificates_of(&first), LEAD).await.done()["state"], "requested");
    server.stop();
    server.begin();
    api = api.at(server.address());
    assert_eq!(api.certificates(SITE, &first.dose()).await["certificates"].as_array().unwrap().len(), 2);

    // An issuer that dies alone takes nothing with it, and comes back with a restart at the latest.
    server.kill_issuer();
    let second = vaccinated(&api, "second").await;
    server.stop();
    server.begin();
    api = api.at(server.address());
    assert_eq!(api.certificates(SITE, &second.dose()).await["certificates"].as_array().unwrap().len(), 2);
    assert_eq!(api.public("/api/health").await.done()["issuer"], "ok");
    server.stop();
    assert_eq!(server.audit()["doses"], 2);
}

/// Somebody who went through the site; the last vial opened is `vial-1`.
async fn vaccinated(api: &Api, name: &str) -> Visitor {
    let visitor = Visitor::new(SITE, name);
    api.walk(visitor.to_the_needle()).await;
    api.walk([visitor.inject("vial-1", 1), visitor.discharge("referred")]).await;
    visitor
}

fn certificates_of(visitor: &Visitor) -> String {
    format!("/api/units/{SITE}/doses/{}/certificates", visitor.dose())
}

fn rounds(usual: u64) -> u64 {
    std::env::var("LACHAN_KILLS").map_or(usual, |rounds| rounds.parse().expect("LACHAN_KILLS is a number"))
}

/// A small random number generator (SplitMix64): the same numbers for the same seed.
struct Chance(u64);

impl Chance {
    #[expect(clippy::disallowed_methods, reason = "another seed for every run; it is printed")]
    fn new() -> Self {
        let seed = match std::env::var("LACHAN_SEED") {
            Ok(seed) => seed.parse().expect("LACHAN_SEED is a number"),
            Err(_) => std::collections::hash_map::RandomState::new().build_hasher().finish(),
        };
        println!("LACHAN_SEED={seed}");
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to but without `limit`.
    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }
}
