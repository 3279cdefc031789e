//! A fresh database for each test, and the commands the tests use.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use campaign::audit::{self, Report};
use campaign::clock::{ManualClock, Timestamp};
use campaign::command::{Command, Envelope};
use campaign::db::{Db, Engine};
use campaign::ids::{CommandId, ConsignmentId, LotId, UnitId};
use campaign::keeper::{Keeper, Reply, Running};
use campaign::ledger::WasteReason;
use campaign::refusal::Refusal;
use campaign::supply;
use campaign::vault::Vault;
use serde_json::json;
use specs::time::UnixTime;
use sqlx::{AnyConnection, Connection as _, Row as _};

pub(crate) const STORE: &str = "ST-VN-1";
pub(crate) const PRODUCT: &str = "vero-cell";

pub(crate) struct Ground {
    pub(crate) db: Db,
    pub(crate) vault: Arc<Vault>,
    pub(crate) clock: Arc<ManualClock>,
    url: String,
    folder: tempfile::TempDir,
}

/// Runs the test on each engine there is.
pub(crate) async fn on_each_engine<F: Future<Output = ()>>(test: impl Fn(Ground) -> F) {
    test(Ground::on(Engine::Sqlite).await.unwrap()).await;
    if let Some(ground) = Ground::on(Engine::Postgres).await {
        test(ground).await;
    }
}

impl Ground {
    pub(crate) async fn on(engine: Engine) -> Option<Ground> {
        sqlx::any::install_default_drivers();
        let folder = tempfile::tempdir().unwrap();
        let url = match engine {
            Engine::Sqlite => format!("sqlite://{}?mode=rwc", folder.path().join("campaign.sqlite").display()),
            Engine::Postgres => {
                let Ok(server) = std::env::var("LACHAN_TEST_POSTGRES") else {
                    eprintln!("SKIPPED on PostgreSQL: LACHAN_TEST_POSTGRES is not set");
                    return None;
                };
                static COUNT: AtomicU64 = AtomicU64::new(0);
                let name = format!("engine_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
                let mut conn = AnyConnection::connect(&server).await.unwrap();
                for text in [format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"), format!("CREATE DATABASE {name}")]
                {
                    sqlx::raw_sql(sqlx::AssertSqlSafe(text)).execute(&mut conn).await.unwrap();
                }
                let (base, _) = server.rsplit_once('/').unwrap();
                format!("{base}/{name}")
            }
        };
        let db = Db::connect(&url).await.unwrap();
        let start = UnixTime::from_rfc3339("2021-12-20T02:00:00Z").unwrap();
        let clock = Arc::new(ManualClock::at(Timestamp::from(start)));
        let ground = Ground { db, vault: Arc::new(Vault::new(&[7; 32])), clock, url, folder };
        ground.open_store().await;
        Some(ground)
    }

    /// The national office opens itself and its store: a unit works once it is opened.
    async fn open_store(&self) {
        let (keeper, running) = self.start();
        // The first unit of the sample, and the one after the offices of the 34 provinces.
        for (envelope, unit) in campaign::seed::units().into_iter().step_by(35).zip(["VN", STORE]) {
            let answer = keeper.submit(envelope).await.unwrap().answer;
            assert_eq!(*answer, json!({ "unit": unit }).to_string());
        }
        drop(keeper);
        running.finished().await;
    }

    /// Keepers of one process.
    pub(crate) fn start(&self) -> (Keeper, Running) {
        Keeper::start(&self.db, Arc::clone(&self.vault), self.clock.clone())
    }

    /// What another process would open.
    pub(crate) async fn open_again(&self) -> Db {
        Db::connect(&self.url).await.unwrap()
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The SQLite file.
    pub(crate) fn file(&self) -> std::path::PathBuf {
        self.folder.path().join("campaign.sqlite")
    }

    pub(crate) async fn audit(&self) -> Report {
        audit::audit(&self.db, &self.vault, None, |_, _| {}).await.unwrap()
    }

    pub(crate) async fn sql(&self, text: &str) -> u64 {
        let mut conn = self.db.open_writer().await.unwrap();
        sqlx::raw_sql(sqlx::AssertSqlSafe(text.to_owned())).execute(&mut conn).await.unwrap().rows_affected()
    }

    pub(crate) async fn number(&self, text: &str) -> i64 {
        let row = sqlx::query(sqlx::AssertSqlSafe(text.to_owned())).fetch_one(self.db.read()).await.unwrap();
        row.try_get(0).unwrap()
    }

    /// Every row of every projection, and the journal's size.
    pub(crate) async fn dump(&self) -> Vec<String> {
        let mut conn = self.db.open_writer().await.unwrap();
        let mut lines = audit::dump(&mut conn).await.unwrap();
        for table in ["entries", "heads", "commands", "person_keys"] {
            lines.push(format!("{table}: {} rows", self.number(&format!("SELECT COUNT(*) FROM {table}")).await));
        }
        lines
    }

    /// Doses usable at the store.
    pub(crate) async fn available(&self, lot: &str) -> i64 {
        self.number(&format!(
            "SELECT quantity FROM balances WHERE unit = '{STORE}' AND account = 'store/available' AND lot = '{lot}'"
        ))
        .await
    }
}

pub(crate) fn envelope(id: &str, unit: &str, command: impl Into<Command>) -> Envelope {
    let (id, unit) = (CommandId::parse(id).unwrap(), UnitId::parse(unit).unwrap());
    Envelope::new(id, unit, "tester", command.into())
}

pub(crate) async fn submit(
    keeper: &Keeper,
    id: &str,
    unit: &str,
    command: impl Into<Command>,
) -> Result<Reply, Refusal> {
    keeper.submit(envelope(id, unit, command)).await
}

pub(crate) fn lot(number: &str) -> LotId {
    LotId::of(PRODUCT, number).unwrap()
}

pub(crate) fn command(json: serde_json::Value) -> supply::Command {
    serde_json::from_value(json).unwrap()
}

pub(crate) fn arrive(number: &str, doses: u32) -> supply::Command {
    command(json!({ "receive_consignment": {
        "consignment": format!("C-{number}"), "supplier": "Maker", "source": "purchase", "documents": ["AWB 1"],
        "lines": [{ "product": PRODUCT, "lot_no": number, "expiry": "2023-06-30", "doses": doses, "vials": doses }],
    }}))
}

pub(crate) fn waste(number: &str, doses: u32) -> supply::Command {
    command(json!({ "waste": {
        "lot": lot(number), "doses": doses, "position": "available", "reason": WasteReason::Broken,
    }}))
}

pub(crate) fn put_away(number: &str, doses: u32) -> supply::Command {
    command(json!({ "put_away": { "lot": lot(number), "doses": doses } }))
}

/// Doses of a released lot, in quarantine at the store, inspected.
pub(crate) async fn cleared(keeper: &Keeper, number: &str, doses: u32) {
    let consignment = ConsignmentId::parse(&format!("C-{number}")).unwrap();
    let id = |step: &str| format!("{step}-{number}");
    submit(keeper, &id("arrive"), STORE, arrive(number, doses)).await.unwrap();
    let inspect = command(json!({ "inspect_consignment": {
        "consignment": consignment, "lines": [{ "lot": lot(number), "counted": doses, "damaged": 0 }],
        "temperature_log_ok": true, "vvm": "none", "decision": "accepted",
    }}));
    submit(keeper, &id("inspect"), STORE, inspect).await.unwrap();
    let release = command(json!({ "release_lot": {
        "lot": lot(number), "certificate": "NICVB-1", "issuer": "NICVB", "on": "2021-12-19",
    }}));
    submit(keeper, &id("release"), "VN", release).await.unwrap();
}

/// Doses usable at the store.
pub(crate) async fn stock(keeper: &Keeper, number: &str, doses: u32) {
    cleared(keeper, number, doses).await;
    submit(keeper, &format!("put-{number}"), STORE, put_away(number, doses)).await.unwrap();
}
