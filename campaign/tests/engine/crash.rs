//! Crashes, failing statements and databases that go away.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use campaign::db::Engine;
use campaign::keeper::Keeper;
use campaign::refusal::Refusal;
use tokio::sync::Mutex;

use crate::ground::{Ground, STORE, arrive, lot, on_each_engine, stock, submit, waste};

#[tokio::test(flavor = "multi_thread")]
async fn a_keeper_dropped_in_mid_batch_loses_nothing_acknowledged_and_doubles_nothing() {
    on_each_engine(|ground| async move {
        let (keeper, running) = ground.start();
        stock(&keeper, "L1", 100_000).await;
        drop(keeper);
        running.finished().await;
        let acknowledged = Arc::new(Mutex::new(HashSet::new()));
        for round in 0..12 {
            let (keeper, running) = ground.start();
            let writers: Vec<_> = (0..64)
                .map(|writer| {
                    let (keeper, acknowledged) = (keeper.clone(), Arc::clone(&acknowledged));
                    tokio::spawn(async move {
                        for number in 0..1_000 {
                            let id = format!("r{round}-{writer}-{number}");
                            match submit(&keeper, &id, STORE, waste("L1", 1)).await {
                                Ok(_) => acknowledged.lock().await.insert(id),
                                Err(_) => return,
                            };
                        }
                    })
                })
                .collect();
            tokio::time::sleep(Duration::from_millis(15 + 13 * round)).await;
            running.abort();
            drop(keeper);
            for writer in writers {
                writer.await.unwrap();
            }
        }
        let acknowledged = acknowledged.lock().await;
        assert!(!acknowledged.is_empty());
        // Everything acknowledged is there; what is there beyond was committed and not answered, and is there once.
        let (keeper, _running) = ground.start();
        // A last commit of the dropped keeper may still be under way; this one waits behind it.
        submit(&keeper, "settle", STORE, arrive("L2", 1)).await.unwrap();
        let before = ground.available(lot("L1").as_str()).await;
        let written = ground.number("SELECT COUNT(*) FROM entries WHERE kind = 'supply.stock_wasted'").await;
        assert!(written >= acknowledged.len() as i64);
        assert_eq!(before, 100_000 - written);
        for id in acknowledged.iter().take(300) {
            assert!(submit(&keeper, id, STORE, waste("L1", 1)).await.unwrap().repeated, "{id}");
        }
        assert_eq!(ground.available(lot("L1").as_str()).await, before);
        let known = ground.number("SELECT COUNT(*) FROM commands").await;
        assert_eq!(known, written + 7);
        ground.audit().await;
    })
    .await;
}

/// Whichever table cannot be written: no answer "done", no partial record, and the same command goes through later.
#[tokio::test(flavor = "multi_thread")]
async fn a_failing_statement_anywhere_leaves_nothing_behind() {
    on_each_engine(|ground| async move {
        let (keeper, _running) = ground.start();
        stock(&keeper, "L1", 100).await;
        let tables = ["entries", "heads", "commands", "balances", "ledger_entries", "consignments", "lots"];
        for (round, table) in tables.into_iter().enumerate() {
            let before = ground.dump().await;
            break_writes(&ground, table).await;
            let (id, number) = (format!("f{round}"), format!("F{round}"));
            let outcome = submit(&keeper, &id, STORE, arrive(&number, 5)).await;
            assert_eq!(outcome, Err(Refusal::Unavailable), "{table}");
            mend_writes(&ground, table).await;
            assert_eq!(ground.dump().await, before, "{table}");
            let reply = submit(&keeper, &id, STORE, arrive(&number, 5)).await.unwrap();
            assert!(!reply.repeated, "{table}");
        }
        ground.audit().await;
    })
    .await;
}

async fn break_writes(ground: &Ground, table: &str) {
    match ground.db.engine() {
        Engine::Sqlite => {
            for verb in ["INSERT", "UPDATE"] {
                let text = format!(
                    "CREATE TRIGGER broken_{verb} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, 'injected'); END"
                );
                ground.sql(&text).await;
            }
        }
        Engine::Postgres => {
            ground
                .sql(
                    "CREATE OR REPLACE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS \
                     $$ BEGIN RAISE EXCEPTION 'injected'; END $$",
                )
                .await;
            let text = format!(
                "CREATE TRIGGER broken BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION broken()"
            );
            ground.sql(&text).await;
        }
    }
}

async fn mend_writes(ground: &Ground, table: &str) {
    match ground.db.engine() {
        Engine::Sqlite => {
            ground.sql("DROP TRIGGER broken_INSERT").await;
            ground.sql("DROP TRIGGER broken_UPDATE").await;
        }
        Engine::Postgres => {
            ground.sql(&format!("DROP TRIGGER broken ON {table}")).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_cut_by_the_server_heal_by_themselves() {
    let Some(ground) = Ground::on(Engine::Postgres).await else { return };
    let (keeper, _running) = ground.start();
    stock(&keeper, "L1", 1_000).await;
    let mut written = 0;
    for round in 0..10 {
        let cut = ground.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
        );
        let id = format!("p{round}");
        let (outcome, _) = tokio::join!(submit(&keeper, &id, STORE, waste("L1", 1)), cut);
        if outcome.is_err() {
            assert_eq!(outcome, Err(Refusal::Unavailable));
            assert!(healed(&keeper, &id).await, "the same id goes through within five seconds");
        }
        written += 1;
        assert_eq!(ground.available(lot("L1").as_str()).await, 1_000 - written);
    }
    ground.audit().await;
}

async fn healed(keeper: &Keeper, id: &str) -> bool {
    for _ in 0..50 {
        if submit(keeper, id, STORE, waste("L1", 1)).await.is_ok() {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    false
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_file_is_waited_for_and_then_reported() {
    let ground = Ground::on(Engine::Sqlite).await.unwrap();
    let (keeper, _running) = ground.start();
    stock(&keeper, "L1", 10).await;
    let mut thief = ground.db.open_writer().await.unwrap();
    sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut thief).await.unwrap();
    assert_eq!(submit(&keeper, "w", STORE, waste("L1", 1)).await, Err(Refusal::Unavailable));
    sqlx::raw_sql("ROLLBACK").execute(&mut thief).await.unwrap();
    assert!(!submit(&keeper, "w", STORE, waste("L1", 1)).await.unwrap().repeated);
    assert_eq!(ground.available(lot("L1").as_str()).await, 9);
}

/// Power loss: the log is cut at every 512th byte; what opens is a prefix of what was acknowledged, in order.
#[tokio::test(flavor = "multi_thread")]
async fn a_log_cut_anywhere_opens_as_a_prefix() {
    let ground = Ground::on(Engine::Sqlite).await.unwrap();
    let (keeper, _running) = ground.start();
    stock(&keeper, "L1", 1_000).await;
    for number in 0..6 {
        submit(&keeper, &format!("w{number}"), STORE, waste("L1", 1)).await.unwrap();
    }
    let file = ground.file();
    let base = std::fs::read(&file).unwrap();
    let log = std::fs::read(format!("{}-wal", file.display())).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("cut.sqlite");
    let mut last = 0;
    for cut in (0..log.len()).step_by(512).chain([log.len()]) {
        std::fs::write(&copy, &base).unwrap();
        std::fs::write(format!("{}-wal", copy.display()), &log[..cut]).unwrap();
        let _ = std::fs::remove_file(format!("{}-shm", copy.display()));
        let db = campaign::db::Db::connect(&format!("sqlite://{}?mode=rwc", copy.display())).await.unwrap();
        let report = campaign::audit::audit(&db, &ground.vault, None, |_, _| {}).await.unwrap();
        assert!(report.entries >= last, "cut at {cut}");
        last = report.entries;
        db.close().await;
    }
    assert_eq!(last, ground.audit().await.entries);
}
