//! A campaign on a fresh database: its server on loopback, a country with many sites, staff with one role each, stock.

use std::path::Path;
use std::sync::Arc;

use campaign::auth::password::{Cost, Stored};
use campaign::auth::session::{SessionToken, Sessions};
use campaign::auth::{self, Role};
use campaign::clock::{Clock as _, ManualClock, Timestamp};
use campaign::command::{Command, Envelope};
use campaign::db::{Db, Engine};
use campaign::http::{App, router};
use campaign::ids::{CommandId, UnitId};
use campaign::keeper::{Keeper, Running};
use campaign::places::{self, AdminCode, AdminUnits, Form, Kind, Stations};
use campaign::vault::Vault;
use campaign::{audit, rng, seed, supply};
use serde_json::json;
use sqlx::{AnyConnection, Connection as _};
use tests::certificates::now;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Sites at work at the same time, each a stream of its own.
pub(crate) const SITES: usize = 64;
/// What is given.
pub(crate) const LOT: &str = "vaxzevria:L1";
const DOSES_PER_SITE: u32 = 2_000;
/// Who works at a site.
pub(crate) const STAFF: [Role; 4] = [Role::Receptionist, Role::Doctor, Role::Vaccinator, Role::Observer];

/// A database for the campaign and another for the plain inserts, on the same disk.
pub(crate) struct Database {
    engine: Engine,
    campaign: String,
    plain: String,
    folder: tempfile::TempDir,
}

impl Database {
    /// Fresh ones; `None` where there is no server.
    pub(crate) async fn new(engine: Engine, crowd: usize) -> Option<Self> {
        sqlx::any::install_default_drivers();
        let folder = tempfile::tempdir().expect("a folder");
        let (campaign, plain) = match engine {
            Engine::Sqlite => {
                let url = |name| format!("sqlite://{}?mode=rwc", folder.path().join(name).display());
                (url("campaign.sqlite"), url("plain.sqlite"))
            }
            Engine::Postgres => {
                let server = std::env::var("LACHAN_TEST_POSTGRES").ok()?;
                let (base, _) = server.rsplit_once('/').expect("a URL");
                let mut conn = AnyConnection::connect(&server).await.expect("a server");
                let names = [format!("campaign_{crowd}"), format!("plain_{crowd}")];
                for name in &names {
                    for text in [format!("DROP DATABASE IF EXISTS {name}"), format!("CREATE DATABASE {name}")] {
                        sqlx::raw_sql(sqlx::AssertSqlSafe(text)).execute(&mut conn).await.expect("a database");
                    }
                }
                (format!("{base}/{}", names[0]), format!("{base}/{}", names[1]))
            }
        };
        Some(Self { engine, campaign, plain, folder })
    }

    /// The statement that begins a writing transaction.
    pub(crate) fn begin(&self) -> &'static str {
        if self.engine == Engine::Sqlite { "BEGIN IMMEDIATE" } else { "BEGIN" }
    }

    /// A connection to the database of plain inserts, as durable as the campaign's own and with the same settings.
    pub(crate) async fn connect(&self) -> AnyConnection {
        let mut conn = AnyConnection::connect(&self.plain).await.expect("a database");
        let settings: &[&str] = match self.engine {
            Engine::Sqlite => &[
                "PRAGMA journal_mode = WAL",
                "PRAGMA synchronous = FULL",
                "PRAGMA cache_size = -16000",
                "PRAGMA wal_autocheckpoint = 16000",
                "PRAGMA temp_store = MEMORY",
            ],
            Engine::Postgres => &[
                "SET synchronous_commit = on",
                "SET enable_seqscan = off",
                "SET enable_hashjoin = off",
                "SET enable_mergejoin = off",
                "SET jit = off",
                "SET plan_cache_mode = force_generic_plan",
            ],
        };
        for text in settings {
            sqlx::raw_sql(*text).execute(&mut conn).await.expect("a setting");
        }
        conn
    }
}

/// A running campaign.
pub(crate) struct Ground {
    folder: std::path::PathBuf,
    db: Db,
    vault: Arc<Vault>,
    clock: Arc<ManualClock>,
    keeper: Keeper,
    running: Running,
    server: JoinHandle<()>,
    stop: oneshot::Sender<()>,
    /// Where it listens.
    pub(crate) port: u16,
    /// Session tokens of each site's staff, in the order of [`STAFF`].
    pub(crate) tokens: Vec<[String; 4]>,
}

impl Ground {
    /// Seeds a country and starts its server.
    pub(crate) async fn new(database: &Database) -> Self {
        let db = Db::connect(&database.campaign).await.expect("a database");
        let vault = Arc::new(Vault::new(&[7; 32]));
        let clock = Arc::new(ManualClock::at(Timestamp::from(now())));
        let (keeper, running) = Keeper::start(&db, Arc::clone(&vault), clock.clone());
        seed::run(&keeper).await.expect("units");
        open_sites(&keeper).await;
        stock(&keeper).await;
        let nobody = Stored::new("nobody's password", [0; 16], CHEAP).expect("a password");
        let sessions = Arc::new(Sessions::new(db.clone(), nobody));
        let tokens = staff(&keeper, &sessions, clock.now()).await;

        let app = App {
            db: db.clone(),
            vault: Arc::clone(&vault),
            keeper: keeper.clone(),
            sessions,
            clock: clock.clone(),
            issuer: None,
            anchors: None,
            rehearsal: None,
        };
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (stop, stopped) = oneshot::channel();
        let server = tokio::spawn(async move {
            let stopped = async { stopped.await.unwrap_or(()) };
            axum::serve(listener, router(app)).with_graceful_shutdown(stopped).await.expect("a server");
        });
        let folder = database.folder.path().to_owned();
        Self { folder, db, vault, clock, keeper, running, server, stop, port, tokens }
    }

    /// Where the databases of SQLite lie; PostgreSQL's are on the same disk.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Lets the time of observation pass.
    pub(crate) fn next_half_hour(&self) {
        self.clock.advance_minutes(31);
    }

    /// Stops everything and audits what was written: every chain, every row, every dose.
    pub(crate) async fn finish(self) -> String {
        // The server may have gone by itself.
        let _ = self.stop.send(());
        self.server.await.expect("a server that stops");
        drop(self.keeper);
        self.running.finished().await;
        let report =
            audit::audit(&self.db, &self.vault, None, |_, _| {}).await.expect("a database as its journal says");
        self.db.close().await;
        format!(
            "{} entries in {} streams, {} rows, {} doses, no difference",
            report.entries, report.streams, report.rows, report.doses
        )
    }
}

/// The name of a site.
pub(crate) fn site(number: usize) -> String {
    format!("SI-B-{number}")
}

/// Passwords cost nothing here: nobody guesses, and hashing is not what is measured.
const CHEAP: Cost = Cost { memory: 8, passes: 1 };

async fn submit(keeper: &Keeper, unit: &str, command: impl Into<Command>) {
    let id = CommandId::parse(&rng::id(Timestamp::from(now()))).expect("an id");
    let unit = UnitId::parse(unit).expect("a unit");
    keeper.submit(Envelope::new(id, unit, "system/bench", command.into())).await.expect("an accepted command");
}

async fn open_sites(keeper: &Keeper) {
    let code = AdminCode::today("00004");
    let place = AdminUnits::bundled().find(&code).expect("a commune");
    for number in 0..SITES {
        let command = places::Command::OpenUnit {
            unit: UnitId::parse(&site(number)).expect("an id"),
            kind: Kind::Site {
                form: Form::Fixed,
                stations: Stations { reception: 2, screening: 3, injection: 3, observation: 30 },
            },
            name: format!("Điểm tiêm mẫu {number}"),
            name_en: None,
            admin_unit: Some(code.clone()),
            point: Some(place.point),
            supplied_by: Some(UnitId::parse(seed::NATIONAL_STORE).expect("an id")),
        };
        submit(keeper, "VN", command).await;
    }
}

/// A lot arrives, is inspected, released, put away and shipped to every site.
async fn stock(keeper: &Keeper) {
    let doses = DOSES_PER_SITE * SITES as u32;
    let supply = |json| serde_json::from_value::<supply::Command>(json).expect("a command");
    let store = seed::NATIONAL_STORE;
    let arrived = json!([{ "product": "vaxzevria", "lot_no": "L1", "expiry": "2027-06-30", "doses": doses, "vials": doses / 10 }]);
    submit(
        keeper,
        store,
        supply(json!({ "receive_consignment": {
            "consignment": "C1", "supplier": "Maker", "source": "purchase", "documents": ["AWB 1"], "lines": arrived,
        }})),
    )
    .await;
    submit(
        keeper,
        store,
        supply(json!({ "inspect_consignment": {
            "consignment": "C1", "lines": [{ "lot": LOT, "counted": doses, "damaged": 0 }],
            "temperature_log_ok": true, "vvm": "none", "decision": "accepted",
        }})),
    )
    .await;
    submit(
        keeper,
        "VN",
        supply(json!({ "release_lot": {
            "lot": LOT, "certificate": "NICVB-1", "issuer": "NICVB", "on": "2026-11-20",
        }})),
    )
    .await;
    submit(keeper, store, supply(json!({ "put_away": { "lot": LOT, "doses": doses } }))).await;
    for number in 0..SITES {
        let shipment = format!("S-{number}");
        submit(
            keeper,
            store,
            supply(json!({ "dispatch_shipment": {
                "shipment": shipment, "to": site(number), "lines": [{ "lot": LOT, "doses": DOSES_PER_SITE }],
                "carrier": "Xe 1", "vehicle": "29A-1", "seal": "S1", "band": { "min": 2, "max": 8 },
            }})),
        )
        .await;
        submit(
            keeper,
            &site(number),
            supply(json!({ "receive_shipment": { "shipment": shipment, "lines": [
                { "lot": LOT, "received": DOSES_PER_SITE, "damaged": 0, "missing": 0 },
            ]}})),
        )
        .await;
    }
}

/// Four people at each site, logged in.
async fn staff(keeper: &Keeper, sessions: &Sessions, now: Timestamp) -> Vec<[String; 4]> {
    let password = "a password for all";
    let stored = Stored::new(password, [1; 16], CHEAP).expect("a password");
    let mut tokens = Vec::with_capacity(SITES);
    for number in 0..SITES {
        let at = UnitId::parse(&site(number)).expect("an id");
        let mut own: [String; 4] = Default::default();
        for (token, role) in own.iter_mut().zip(STAFF) {
            let account = format!("{}.{number}", role.as_str());
            let opened = auth::Command::OpenAccount { account: account.clone(), name: "Nhân viên mẫu".to_owned() };
            submit(keeper, "VN", opened).await;
            submit(keeper, "VN", auth::Command::GrantRole { account: account.clone(), role, at: at.clone() }).await;
            sessions.set_password(&account, &stored, now).await.expect("a password set");
            let fresh = SessionToken::new(rng::bytes());
            let (session, _) = sessions.log_in(&account, password, fresh, now).await.expect("a session");
            *token = session.as_str().to_owned();
        }
        tokens.push(own);
    }
    tokens
}
