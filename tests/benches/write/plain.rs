//! The denominator: doses written as plainly as can be, with no rule, no HTTP, no journal.
//!
//! A dose is a row in a table with one index beside its key, and a row of audit with a JSON body and a hash; each batch also
//! writes the stock of the sites it touched. One writer takes what waits, up to 256 doses, as the keepers do; a batch is one
//! transaction of three multi-row statements, made by the same code and on a connection with the same settings as the
//! campaign's, and whoever waits is answered after the commit. A command of the other side
//! writes between four and five rows in the mean.

use crate::DOSES;
use crate::cpu::Spent;
use crate::ground::Database;
use campaign::db::Kind::{Bytes, Int, Text};
use campaign::db::{Table, Value, Verb, write_rows};
use sqlx::AnyConnection;
use tests::stopwatch::Stopwatch;
use tokio::sync::{mpsc, oneshot};

static DOSES_TABLE: Table = Table {
    name: "plain_doses",
    columns: &[
        ("id", Text),
        ("unit", Text),
        ("person", Text),
        ("product", Text),
        ("lot", Text),
        ("dose_number", Int),
        ("injected_at", Int),
    ],
    key: 1,
    fixed: &[],
};

static AUDIT: Table = Table {
    name: "plain_audit",
    columns: &[("id", Text), ("actor", Text), ("at", Int), ("body", Text), ("hash", Bytes)],
    key: 1,
    fixed: &[],
};

static STOCK: Table =
    Table { name: "plain_stock", columns: &[("site", Text), ("lot", Text), ("quantity", Int)], key: 2, fixed: &[] };

const TABLES: &[&str] = &[
    "DROP TABLE IF EXISTS plain_doses",
    "DROP TABLE IF EXISTS plain_audit",
    "DROP TABLE IF EXISTS plain_stock",
    "CREATE TABLE plain_doses (id TEXT PRIMARY KEY, unit TEXT NOT NULL, person TEXT NOT NULL, product TEXT NOT NULL, \
     lot TEXT NOT NULL, dose_number BIGINT NOT NULL, injected_at BIGINT NOT NULL)",
    "CREATE INDEX plain_doses_by_person ON plain_doses (person)",
    "CREATE TABLE plain_audit (id TEXT PRIMARY KEY, actor TEXT NOT NULL, at BIGINT NOT NULL, body TEXT NOT NULL, \
     hash BYTEA NOT NULL)",
    "CREATE TABLE plain_stock (site TEXT NOT NULL, lot TEXT NOT NULL, quantity BIGINT NOT NULL CHECK (quantity >= 0), \
     PRIMARY KEY (site, lot))",
];

/// How many doses of a round, so that a round lasts about as long as one of the other side.
const PER_ROUND: usize = DOSES * 6;
/// Most doses of one transaction.
const BATCH: usize = 256;

struct Dose {
    site: usize,
    number: u64,
    written: oneshot::Sender<()>,
}

/// The writer, and how many clients load it.
pub(crate) struct Plain {
    writer: mpsc::Sender<Dose>,
    crowd: usize,
    next: u64,
}

impl Plain {
    /// Makes the tables anew and starts the writer.
    pub(crate) async fn new(database: &Database, crowd: usize) -> Self {
        let mut conn = database.connect().await;
        for text in TABLES {
            sqlx::raw_sql(*text).execute(&mut conn).await.expect("a table");
        }
        let (writer, queue) = mpsc::channel(4_096);
        tokio::spawn(write(conn, queue, database.begin()));
        Self { writer, crowd, next: 0 }
    }

    /// Doses per second of one round, and microseconds of processor time of a dose.
    pub(crate) async fn round(&mut self) -> (f64, f64) {
        let each = PER_ROUND.div_ceil(self.crowd);
        let (watch, before) = (Stopwatch::start(), Spent::so_far());
        let clients: Vec<_> = (0..self.crowd)
            .map(|client| {
                let (writer, first) = (self.writer.clone(), self.next + (client * each) as u64);
                tokio::spawn(async move {
                    for number in first..first + each as u64 {
                        let (written, wait) = oneshot::channel();
                        let dose = Dose { site: client % crate::ground::SITES, number, written };
                        writer.send(dose).await.expect("a writer");
                        wait.await.expect("written");
                    }
                })
            })
            .collect();
        for client in clients {
            client.await.expect("a client");
        }
        let seconds = watch.elapsed().as_secs_f64();
        let doses = (self.crowd * each) as f64;
        self.next += (self.crowd * each) as u64;
        (doses / seconds, Spent::so_far().since(before).all() / doses)
    }
}

async fn write(mut conn: AnyConnection, mut queue: mpsc::Receiver<Dose>, begin: &'static str) {
    let mut left = vec![1_000_000_000_i64; crate::ground::SITES];
    let mut batch = Vec::with_capacity(BATCH);
    while queue.recv_many(&mut batch, BATCH).await > 0 {
        sqlx::raw_sql(begin).execute(&mut conn).await.expect("a transaction");
        let mut touched = Vec::new();
        let (mut doses, mut audit) = (Vec::with_capacity(batch.len()), Vec::with_capacity(batch.len()));
        for dose in &batch {
            let (site, id) = (format!("SI-{:05}", dose.site), format!("00000000-0000-7000-8000-{:012x}", dose.number));
            left[dose.site] -= 1;
            touched.push(dose.site);
            doses.push(vec![
                Value::from(id.as_str()),
                Value::from(site.as_str()),
                Value::from(format!("person-{:012x}", dose.number)),
                Value::from("vaxzevria"),
                Value::from("vaxzevria:L1"),
                Value::from(1_i64),
                Value::from(1_795_417_200_000_i64 + dose.number as i64),
            ]);
            let body = format!(
                "{{\"injected\":{{\"dose\":\"{id}\",\"site\":\"{site}\",\"vial\":\"vial-{:06}\",\"route\":\"IM\",\
                 \"body_site\":\"LA\",\"doctor\":\"bs.nguyen\"}}}}",
                dose.number / 10
            );
            audit.push(vec![
                Value::from(id.as_str()),
                Value::from("dd.tran"),
                Value::from(1_795_417_200_000_i64 + dose.number as i64),
                Value::from(body),
                Value::from([dose.number as u8; 32]),
            ]);
        }
        touched.sort_unstable();
        touched.dedup();
        let stock = touched.into_iter().map(|site| {
            vec![Value::from(format!("SI-{site:05}")), Value::from("vaxzevria:L1"), Value::from(left[site])]
        });
        let stock = stock.collect();
        write_rows(&mut conn, &DOSES_TABLE, Verb::Insert, doses).await.expect("doses");
        write_rows(&mut conn, &AUDIT, Verb::Insert, audit).await.expect("audit rows");
        write_rows(&mut conn, &STOCK, Verb::Upsert, stock).await.expect("stock");
        sqlx::raw_sql("COMMIT").execute(&mut conn).await.expect("a commit");
        for dose in batch.drain(..) {
            // The client of this program waits for nothing else.
            let _ = dose.written.send(());
        }
    }
}
