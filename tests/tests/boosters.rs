//! Every course that the schedule lets a person take, from the first dose to the second booster, certified: the facts as the
//! campaign's worker computes them, the certificates as the issuer's lints let them out.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use campaign::catalogue::{DoseKind, Last, Product, product, products};
use campaign::certificates::worker::Worker;
use campaign::clock::SystemClock;
use campaign::db::Db;
use campaign::ids::PersonId;
use campaign::keeper::Keeper;
use campaign::vault::{RECORD, Vault};
use issuer::api::{DoseFacts, Issued, Problem, ProblemDocument, Profile};
use issuer::ceremony::{self, Plan};
use issuer::clock::Clock;
use issuer::keys::file::Cost;
use issuer::pipeline::{Config, Issuer};
use serde_json::json;
use specs::dcc::Entry;
use specs::hcert::{Content, open};
use specs::time::Date;
use sqlx::AnyConnection;
use tests::certificates::now;

/// Doses after the complete series.
const BOOSTERS: usize = 2;
/// Longer than any interval of the schedule.
const DAYS: i64 = 200;
/// Without a new answer for so long, no more will come.
const STALLED: Duration = Duration::from_secs(60);

type Course = Vec<&'static str>;
type Answers = Arc<Mutex<BTreeMap<String, Result<Issued, Problem>>>>;

/// The day of a course's dose, from 0: after every rule of the schedule came into force.
fn day(index: usize) -> Date {
    Date::parse("2022-01-01").unwrap().add_days(DAYS * i64::try_from(index).unwrap())
}

fn basic(course: &[&str]) -> usize {
    usize::try_from(product(course[0]).unwrap().series_doses()).unwrap()
}

/// What may follow, by the campaign's own schedule.
fn next(course: &Course) -> BTreeSet<&'static str> {
    let number = u32::try_from(course.len() + 1).unwrap();
    let last = Last { product: course[course.len() - 1], on: day(course.len() - 1) };
    let complete = course.len() >= basic(course);
    let kinds: &[DoseKind] = if complete { &[DoseKind::Additional, DoseKind::Booster] } else { &[DoseKind::Basic] };
    let fits =
        |product: &Product| kinds.iter().any(|kind| product.fits(*kind, number, Some(last), day(course.len())).is_ok());
    products().filter(fits).map(Product::id).collect()
}

fn courses() -> Vec<Course> {
    let (mut open, mut done): (Vec<Course>, Vec<Course>) = (products().map(|first| vec![first.id()]).collect(), vec![]);
    while let Some(course) = open.pop() {
        let followed = if course.len() < basic(&course) + BOOSTERS { next(&course) } else { BTreeSet::new() };
        if followed.is_empty() {
            done.push(course);
            continue;
        }
        open.extend(followed.into_iter().map(|product| [&course[..], &[product]].concat()));
    }
    done
}

/// Which product the schedule lets follow which after a complete series: a rule of each pair.
fn pairs_of_the_schedule() -> BTreeSet<(&'static str, &'static str)> {
    let rules = products().flat_map(|product| {
        let boosters = product.vaccine().schedule.iter().filter(|rule| rule.kind != DoseKind::Basic);
        boosters.flat_map(move |rule| rule.after.iter().map(move |before| (before.as_str(), product.id())))
    });
    rules.collect()
}

/// The real issuer, and what it answered.
async fn serve_issuer(folder: &Path) -> Answers {
    let keys = folder.join("keys");
    let plan = Plan { cost: Cost::TEST, ..Plan::demo(&keys, "VN", now()).unwrap() };
    ceremony::perform(&plan).unwrap();
    let (clock, data) = (Clock::fixed(now()), folder.join("issuer"));
    let issuer = Arc::new(Issuer::start(&keys, &data, &plan.passphrase, clock, Config::default()).await.unwrap());
    let answers = Answers::default();
    let kept = Arc::clone(&answers);
    let issue = async move |axum::Json(facts): axum::Json<DoseFacts>| {
        let answer = issuer.issue(&facts).await;
        kept.lock().unwrap().insert(facts.dose, answer.clone());
        match answer {
            Ok(issued) => axum::Json(issued).into_response(),
            Err(problem) => {
                let status = StatusCode::from_u16(problem.status()).unwrap();
                (status, axum::Json(ProblemDocument::from(&problem))).into_response()
            }
        }
    };
    let router = axum::Router::new().route("/v1/certificates", axum::routing::post(issue));
    let listener = tokio::net::UnixListener::bind(folder.join("socket")).unwrap();
    tokio::spawn(axum::serve(listener, router).into_future());
    answers
}

/// A person with that course, each dose of which waits for its certificates.
async fn given(conn: &mut AnyConnection, vault: &Vault, person: &str, course: &Course) {
    let (key, wrapped) = vault.new_key(&PersonId::parse(person).unwrap());
    let record = json!({
        "name": "Nguyễn Nhung", "birth_date": "1990-05-17", "sex": "female", "nationality": "VN",
        "identity": { "kind": "none" }, "address": { "admin_unit": { "code_set": "VN-2025", "code": "00004" } },
    });
    let sealed = key.seal(RECORD, record.to_string().as_bytes()).as_str().to_owned();
    let keys = "INSERT INTO person_keys (person, wrapped) VALUES ($1, $2)";
    sqlx::query(keys).bind(person.to_owned()).bind(wrapped.wrapped).execute(&mut *conn).await.unwrap();
    let people = "INSERT INTO people (id, unit, sealed, registered_at, updated_at) VALUES ($1, 'SI-01-1', $2, 1, 1)";
    sqlx::query(people).bind(person.to_owned()).bind(sealed).execute(&mut *conn).await.unwrap();
    for (index, product) in course.iter().enumerate() {
        let (dose, number) = (format!("{person}-{}", index + 1), i64::try_from(index + 1).unwrap());
        let doses = "INSERT INTO doses (id, unit, person, disease, dose_number, product, lot, injected_at, day, void) \
                     VALUES ($1, 'SI-01-1', $2, '840539006', $3, $4, $5, $3, $6, 0)";
        let query = sqlx::query(doses).bind(dose.clone()).bind(person.to_owned()).bind(number);
        let query = query.bind((*product).to_owned()).bind(format!("{product}:A1")).bind(day(index).to_string());
        query.execute(&mut *conn).await.unwrap();
        let requests = "INSERT INTO certificates (dose, unit, person, state, attempt, requested_at, updated_at) \
                        VALUES ($1, 'SI-01-1', $2, 'requested', 1, 1, 1)";
        sqlx::query(requests).bind(dose).bind(person.to_owned()).execute(&mut *conn).await.unwrap();
    }
}

/// `dn` and `sd` of the EU, number and doses received of the national form.
fn counts(issued: &Issued) -> ((u32, u32), (u32, u32)) {
    let content = |profile| open(&issued.certificate(profile).unwrap().text).unwrap().claims().unwrap().content;
    let Content::EuDcc(eu) = content(Profile::EuDcc) else { panic!("an EU certificate") };
    let Entry::Vaccination(entry) = eu.entry.clone() else { panic!("a vaccination") };
    let Content::National(national) = content(Profile::National) else { panic!("a national certificate") };
    ((entry.dose_number, entry.series_doses), (national.dose_number, national.doses_received))
}

/// Waits for an answer for every dose: as long as a slow machine needs, while more of them come.
async fn all_answered(answers: &Answers, doses: usize) {
    let mut came = 0;
    while came < doses {
        let more = async {
            while answers.lock().unwrap().len() == came {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let more = tokio::time::timeout(STALLED, more).await;
        let answers = answers.lock().unwrap();
        let refused = || answers.iter().find(|(_, answer)| answer.is_err());
        assert!(more.is_ok(), "{came} of {doses} doses were answered; the first refused: {:?}", refused());
        came = answers.len();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_dose_that_the_schedule_allows_is_certified_as_the_eu_counts() {
    let courses = courses();
    let boosted = courses.iter().flat_map(|course| course.windows(2).skip(basic(course) - 1));
    let pairs: BTreeSet<_> = boosted.map(|pair| (pair[0], pair[1])).collect();
    assert_eq!(pairs, pairs_of_the_schedule());
    assert!(courses.contains(&vec!["janssen", "comirnaty", "spikevax"]));

    let folder = tempfile::tempdir().unwrap();
    let answers = serve_issuer(folder.path()).await;
    let db = Db::open_folder(folder.path()).await.unwrap();
    let vault = Arc::new(Vault::new(&[7; 32]));
    let (keeper, _) = Keeper::start(&db, Arc::clone(&vault), Arc::new(SystemClock));
    let mut conn = db.open_writer().await.unwrap();
    for (index, course) in courses.iter().enumerate() {
        given(&mut conn, &vault, &format!("P{index}"), course).await;
    }
    let issuer = issuer::api::Client::unix(folder.path().join("socket")).unwrap();
    let worker = Worker { db, vault, keeper, issuer, clock: Arc::new(SystemClock), holder: "test".to_owned() };
    let working = tokio::spawn(worker.run());
    let doses: usize = courses.iter().map(Vec::len).sum();
    all_answered(&answers, doses).await;
    working.abort();

    let answers = answers.lock().unwrap();
    for (index, course) in courses.iter().enumerate() {
        let basic = u32::try_from(basic(course)).unwrap();
        for number in 1..=u32::try_from(course.len()).unwrap() {
            let issued = answers[&format!("P{index}-{number}")].as_ref();
            let issued = issued.unwrap_or_else(|problem| panic!("dose {number} of {course:?}: {problem:?}"));
            // 1/2, 2/2, 3/3, 4/4; 1/1, 2/1, 3/1 after a single-dose series (specs/eu-dcc.md).
            let series = if basic == 1 { 1 } else { basic.max(number) };
            assert_eq!(counts(issued), ((number, series), (number, number)), "dose {number} of {course:?}");
        }
    }
    println!("{} courses, {doses} doses, {} pairs", courses.len(), pairs.len());
}
