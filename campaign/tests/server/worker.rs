//! The worker that asks the issuer: what holds it up, and what does not.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::http::{StatusCode, header};
use axum::response::IntoResponse as _;
use campaign::certificates::worker::Worker;
use campaign::clock::SystemClock;
use campaign::ids::PersonId;
use campaign::vault::RECORD;
use issuer::api::{DoseFacts, MEDIA_TYPE, Problem, ProblemDocument, RevocationReason, Revoked};
use serde_json::json;
use sqlx::AnyConnection;

use super::Ground;

/// Doses of the site that has reached its quota: more than are looked at in one round.
const OVER_QUOTA: usize = 130;
/// Doses on record under a signer that is gone: were each of them everybody's trouble, whoever is behind them would wait for
/// more than a minute.
const STUCK: usize = 40;

/// An issuer that has certified enough of the first site, and cannot certify the second's.
async fn serve_issuer(socket: &Path) -> Arc<Mutex<BTreeSet<String>>> {
    let asked = Arc::new(Mutex::new(BTreeSet::new()));
    let log = Arc::clone(&asked);
    let issue = async move |axum::Json(facts): axum::Json<DoseFacts>| {
        log.lock().unwrap().insert(facts.dose.clone());
        let problem = match facts.unit.as_str() {
            _ if facts.dose.starts_with("stuck") => {
                Problem::SignerGone { dose: facts.dose, detail: "it was revoked".to_owned() }
            }
            "SI-01-1" => Problem::QuotaExceeded { unit: facts.unit, quota: 1 },
            _ => Problem::Malformed { detail: "not this one".to_owned() },
        };
        let status = StatusCode::from_u16(problem.status()).unwrap();
        (status, [(header::CONTENT_TYPE, MEDIA_TYPE)], axum::Json(ProblemDocument::from(&problem))).into_response()
    };
    let log = Arc::clone(&asked);
    let revoke = async move |axum::extract::Path(dose): axum::extract::Path<String>| {
        log.lock().unwrap().insert(format!("revoke {dose}"));
        let reason = RevocationReason::DoseVoided;
        axum::Json(Revoked { dose, at: "2022-01-02T00:00:00Z".to_owned(), reason, certificates: 2 })
    };
    let router = axum::Router::new()
        .route("/v1/certificates", axum::routing::post(issue))
        .route("/v1/certificates/{dose}/revoke", axum::routing::post(revoke));
    let listener = tokio::net::UnixListener::bind(socket).unwrap();
    tokio::spawn(axum::serve(listener, router).into_future());
    asked
}

async fn request(conn: &mut AnyConnection, dose: &str, unit: &str, at: i64) {
    let text = "INSERT INTO certificates (dose, unit, person, state, attempt, requested_at, updated_at) \
                VALUES ($1, $2, 'P1', 'requested', 1, $3, $3)";
    let query = sqlx::query(text).bind(dose.to_owned()).bind(unit.to_owned()).bind(at);
    query.execute(conn).await.unwrap();
}

async fn give(conn: &mut AnyConnection, dose: &str, unit: &str, number: i64, void: i64) {
    let text = "INSERT INTO doses (id, unit, person, disease, dose_number, product, lot, injected_at, day, void) \
                VALUES ($1, $2, 'P1', '840539006', $3, 'comirnaty', 'comirnaty:A1', 1, '2022-01-01', $4)";
    let query = sqlx::query(text).bind(dose.to_owned()).bind(unit.to_owned()).bind(number).bind(void);
    query.execute(conn).await.unwrap();
}

async fn register(conn: &mut AnyConnection, ground: &Ground) {
    let person = PersonId::parse("P1").unwrap();
    let (key, wrapped) = ground.vault.new_key(&person);
    let record = json!({
        "name": "Nguyễn Nhung", "birth_date": "1990-05-17", "sex": "female", "nationality": "VN",
        "identity": { "kind": "none" }, "address": { "admin_unit": { "code_set": "VN-2025", "code": "00004" } },
    });
    let sealed = key.seal(RECORD, record.to_string().as_bytes());
    let keys = sqlx::query("INSERT INTO person_keys (person, wrapped) VALUES ('P1', $1)").bind(wrapped.wrapped);
    keys.execute(&mut *conn).await.unwrap();
    let people = "INSERT INTO people (id, unit, sealed, registered_at, updated_at) VALUES ('P1', 'SI-01-1', $1, 1, 1)";
    sqlx::query(people).bind(sealed.as_str().to_owned()).execute(conn).await.unwrap();
}

/// Lets the worker work until it has asked for that dose, and says whether it did in time.
async fn work_until(ground: &Ground, socket: &Path, asked: &Mutex<BTreeSet<String>>, dose: &str) -> bool {
    let worker = Worker {
        db: ground.db.clone(),
        vault: Arc::clone(&ground.vault),
        keeper: ground.keeper.clone(),
        issuer: issuer::api::Client::unix(socket).unwrap(),
        clock: Arc::new(SystemClock),
        holder: "test".to_owned(),
    };
    let working = tokio::spawn(worker.run());
    let reached = async {
        while !asked.lock().unwrap().contains(dose) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let reached = tokio::time::timeout(Duration::from_secs(30), reached).await;
    working.abort();
    reached.is_ok()
}

#[tokio::test]
async fn a_dose_whose_signer_is_gone_holds_up_nobody_behind_it() {
    let ground = Ground::new().await;
    let socket = ground.folder.path().join("issuer.socket");
    let asked = serve_issuer(&socket).await;
    let mut conn = ground.db.open_writer().await.unwrap();
    register(&mut conn, &ground).await;
    for index in 0..STUCK {
        let dose = format!("stuck-{index:03}");
        request(&mut conn, &dose, "SI-48-1", 1).await;
        give(&mut conn, &dose, "SI-48-1", i64::try_from(index).unwrap() + 1, 0).await;
    }
    request(&mut conn, "behind", "SI-48-1", 2).await;
    give(&mut conn, "behind", "SI-48-1", 999, 0).await;
    let reached = work_until(&ground, &socket, &asked, "behind").await;
    let asked = asked.lock().unwrap();
    assert!(reached, "the request behind was not reached: {} asked", asked.len());
    assert_eq!(asked.len(), STUCK + 1);
}

#[tokio::test]
async fn no_row_holds_up_the_others() {
    let ground = Ground::new().await;
    let socket = ground.folder.path().join("issuer.socket");
    let asked = serve_issuer(&socket).await;
    let mut conn = ground.db.open_writer().await.unwrap();
    register(&mut conn, &ground).await;
    // The oldest request is for a dose that is nowhere; then come those over the quota, one taken back, and the last.
    request(&mut conn, "lost", "SI-01-1", 1).await;
    for index in 0..OVER_QUOTA {
        let dose = format!("over-{index:03}");
        request(&mut conn, &dose, "SI-01-1", 2).await;
        give(&mut conn, &dose, "SI-01-1", i64::try_from(index).unwrap() + 1, 0).await;
    }
    request(&mut conn, "void", "SI-48-1", 3).await;
    give(&mut conn, "void", "SI-48-1", 1, 1).await;
    request(&mut conn, "last", "SI-48-1", 4).await;
    give(&mut conn, "last", "SI-48-1", 999, 0).await;
    // Withdrawn; of the dose itself nothing is needed to have its certificates revoked.
    request(&mut conn, "gone", "SI-48-1", 5).await;
    let withdrawn = sqlx::query("UPDATE certificates SET state = 'withdrawn' WHERE dose = 'gone'");
    withdrawn.execute(&mut conn).await.unwrap();

    let reached = work_until(&ground, &socket, &asked, "last").await;
    let asked = asked.lock().unwrap();
    assert!(reached, "the last request was not reached: {} asked", asked.len());
    assert!(asked.contains("revoke gone"), "what was withdrawn is to be revoked");
    assert_eq!(asked.len(), OVER_QUOTA + 2);
    assert!(!asked.contains("void"), "the issuer was asked for a dose that was taken back");
}
