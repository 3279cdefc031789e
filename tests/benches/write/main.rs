//! `cargo xtask bench write`: commands through HTTP and keeper under all rules, beside plain multi-row group-commit
//! inserts and fsynced appends, in one run, on SQLite and PostgreSQL.
//!
//! Everything is in one process on one machine: server, keepers and the clients that load them share its cores. The
//! three contenders take turns round by round; ratios are medians of rounds that stood side by side.

mod client;
mod cpu;
mod disk;
mod flow;
mod ground;
mod plain;

use campaign::db::Engine;
use ground::{Database, Ground};
use tests::stopwatch::{aim, quantile};

/// The one of the program `campaign`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Connections, each with one request under way at a time. The aim is for the first number; the second is four times that
/// load, to see what becomes of it.
const CROWDS: [usize; 2] = [64, 256];
/// Rounds that are counted; one more goes before them.
const ROUNDS: usize = 8;
/// Injections of a round, over all connections. Between rounds the clock leaps half an hour, after which every session is
/// looked up anew, as in life every few seconds: a round is long enough for that to weigh little.
const DOSES: usize = 2_304;
/// Aim: commands per second against plain inserts per second.
const AIM: f64 = 0.4;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    println!("plain   a dose row, an audit row and a stock decrement each; one writer task, group commit, multi-row");
    println!("        statements through sqlx Any; as many client tasks as the other side has connections");
    println!("full    commands of the site flow (check-in, screening, vial, injection, observation, discharge) at");
    println!(
        "        {} sites through HTTP on loopback, session, role, every rule, journal, ledger, projections;",
        ground::SITES
    );
    println!("        only accepted commands count; the issuer is not part of it");
    println!("durable SQLite WAL with synchronous FULL; PostgreSQL with fsync and synchronous_commit on");
    let mut summary = Vec::new();
    runtime.block_on(async {
        for engine in [Engine::Sqlite, Engine::Postgres] {
            for crowd in CROWDS {
                let Some(database) = Database::new(engine, crowd).await else {
                    println!("\n{engine:?}: not measured, LACHAN_TEST_POSTGRES is not set");
                    continue;
                };
                let load = if crowd == CROWDS[0] { "" } else { " (beyond the load of the aim)" };
                let what = format!("{engine:?}, {crowd} connections{load}");
                summary.push((what, contest(engine, &database, crowd).await));
            }
        }
    });
    println!();
    for (what, ratio) in summary {
        aim(&what, ratio, AIM);
    }
}

/// Lets them take turns; gives the ratio of full to plain.
async fn contest(engine: Engine, database: &Database, crowd: usize) -> f64 {
    let ground = Ground::new(database).await;
    let mut plain = plain::Plain::new(database, crowd).await;
    let mut desks = flow::Desks::open(&ground, crowd, DOSES.div_ceil(crowd), ROUNDS + 1).await;
    let registered = desks.register().await;

    let (mut appended, mut inserted, mut accepted, mut ratios) = (vec![], vec![], vec![], vec![]);
    let (mut answers, mut spent, mut plainly, mut commands) = (vec![], cpu::Spent::default(), vec![], 0);
    for round in 0..=ROUNDS {
        let append = disk::appends_per_second(ground.folder());
        ground.next_half_hour();
        // Who begins changes.
        let ((insert, micros), done) = if round % 2 == 0 {
            (plain.round().await, desks.round(round).await)
        } else {
            let done = desks.round(round).await;
            (plain.round().await, done)
        };
        if round > 0 {
            appended.push(append);
            inserted.push(insert);
            plainly.push(micros);
            accepted.push(done.per_second());
            ratios.push(done.per_second() / insert);
            commands += done.answers.len();
            spent = spent.and(done.spent);
            answers.extend(done.answers);
        }
    }
    let ratio = quantile(&ratios, 0.5);
    println!("\n{engine:?}, {crowd} connections");
    println!(
        "  ratio full / plain inserts  {ratio:.3}  (middle half of {ROUNDS} rounds {:.3} to {:.3}, all {:.3} to {:.3})",
        quantile(&ratios, 0.25),
        quantile(&ratios, 0.75),
        quantile(&ratios, 0.0),
        quantile(&ratios, 1.0)
    );
    println!("  ratio full / appends        {:.2}", quantile(&accepted, 0.5) / quantile(&appended, 0.5));
    println!("  full, accepted commands/s   {:>7.0}", quantile(&accepted, 0.5));
    println!("  plain inserts, doses/s      {:>7.0}", quantile(&inserted, 0.5));
    println!("  4 KiB appends + fsync/s     {:>7.0}", quantile(&appended, 0.5));
    println!(
        "  answers in ms               p50 {:.1}, p99 {:.1}, worst {:.1}",
        quantile(&answers, 0.5),
        quantile(&answers, 0.99),
        quantile(&answers, 1.0)
    );
    let each = |micros: f64| micros / commands as f64;
    println!(
        "  processor time of a command HTTP with its clients {:.0} us, keepers {:.0} us, database {:.0} us; of a dose {:.0} us",
        each(spent.http),
        each(spent.keeper),
        each(spent.database),
        quantile(&plainly, 0.5)
    );
    println!("  for information: people registered through HTTP (sealed, searchable)/s {registered:.0}");
    drop(desks);
    println!("  audited afterwards: {}", ground.finish().await);
    ratio
}
