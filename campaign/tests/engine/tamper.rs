//! Whoever changes the database by hand is found out.

use campaign::audit::{AuditError, Difference, WentBack, audit};
use campaign::ids::UnitId;
use campaign::journal::{self, ChainFault, Meta};

use crate::ground::{Ground, STORE, lot, on_each_engine, stock, submit, waste};

async fn difference(ground: &Ground) -> Option<Difference> {
    match audit(&ground.db, &ground.vault, None, |_, _| {}).await {
        Ok(_) => None,
        Err(AuditError::Different(difference)) => Some(*difference),
        Err(other) => panic!("{other}"),
    }
}

async fn prepared(ground: &Ground) {
    let (keeper, running) = ground.start();
    stock(&keeper, "L1", 100).await;
    for number in 0..5 {
        submit(&keeper, &format!("w{number}"), STORE, waste("L1", 1)).await.unwrap();
    }
    drop(keeper);
    running.finished().await;
}

fn store() -> UnitId {
    UnitId::parse(STORE).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_change_of_the_journal_is_found() {
    on_each_engine(|ground| async move {
        prepared(&ground).await;
        assert_eq!(difference(&ground).await, None);
        let unit = store();
        let blob = |hex: &str| match ground.db.engine() {
            campaign::db::Engine::Sqlite => format!("x'{hex}'"),
            campaign::db::Engine::Postgres => format!("'\\x{hex}'::bytea"),
        };
        let zeros = blob(&"00".repeat(32));
        let changed = |seq| Some(Difference::Chain(ChainFault::Changed { unit: store(), seq }));
        let cases: Vec<(&str, String, Option<Difference>)> = vec![
            ("a flipped body", "UPDATE entries SET body = REPLACE(body, '\"doses\":1', '\"doses\":2') WHERE unit = 'ST-VN-1' AND seq = 5".into(), changed(5)),
            ("another actor", "UPDATE entries SET actor = 'nobody' WHERE unit = 'ST-VN-1' AND seq = 4".into(), changed(4)),
            ("another time", "UPDATE entries SET at = at + 1 WHERE unit = 'ST-VN-1' AND seq = 6".into(), changed(6)),
            ("another kind", "UPDATE entries SET kind = 'supply.x' WHERE unit = 'ST-VN-1' AND seq = 6".into(), changed(6)),
            ("a changed hash", format!("UPDATE entries SET hash = {zeros} WHERE unit = 'ST-VN-1' AND seq = 2"), changed(2)),
            ("a changed link", format!("UPDATE entries SET prev_hash = {zeros} WHERE unit = 'ST-VN-1' AND seq = 2"),
                Some(Difference::Chain(ChainFault::BrokenLink { unit: unit.clone(), seq: 2 }))),
            ("a dropped entry", "DELETE FROM entries WHERE unit = 'ST-VN-1' AND seq = 5".into(),
                Some(Difference::Chain(ChainFault::Gap { unit: unit.clone(), expected: 5, found: 6 }))),
            ("swapped entries", "UPDATE entries SET seq = 99 WHERE unit = 'ST-VN-1' AND seq = 5; \
                UPDATE entries SET seq = 5 WHERE unit = 'ST-VN-1' AND seq = 6; \
                UPDATE entries SET seq = 6 WHERE unit = 'ST-VN-1' AND seq = 99".into(),
                Some(Difference::Chain(ChainFault::BrokenLink { unit: unit.clone(), seq: 5 }))),
            ("a cut end", "DELETE FROM entries WHERE unit = 'ST-VN-1' AND seq = 8".into(),
                Some(Difference::Head { unit: unit.clone(), recorded: 8, walked: 7 })),
            ("an entry put in twice", "INSERT INTO entries SELECT unit, 9, at, actor, kind, body, prev_hash, hash FROM entries WHERE unit = 'ST-VN-1' AND seq = 8".into(),
                Some(Difference::Chain(ChainFault::BrokenLink { unit: unit.clone(), seq: 9 }))),
            ("a stream without head", "DELETE FROM heads WHERE unit = 'ST-VN-1'".into(),
                Some(Difference::NoHead { unit: STORE.into(), newest: 8 })),
        ];
        for (what, text, expected) in cases {
            let backup = backup(&ground).await;
            ground.sql(&text).await;
            assert_eq!(difference(&ground).await, expected, "{what}");
            restore(&ground, backup).await;
            assert_eq!(difference(&ground).await, None, "{what}, put back");
        }
    })
    .await;
}

async fn backup(ground: &Ground) -> () {
    ground.sql("CREATE TABLE kept_entries AS SELECT * FROM entries").await;
    ground.sql("CREATE TABLE kept_heads AS SELECT * FROM heads").await;
}

async fn restore(ground: &Ground, (): ()) {
    for text in [
        "DELETE FROM entries",
        "INSERT INTO entries SELECT * FROM kept_entries",
        "DELETE FROM heads",
        "INSERT INTO heads SELECT * FROM kept_heads",
        "DROP TABLE kept_entries",
        "DROP TABLE kept_heads",
    ] {
        ground.sql(text).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_cut_short_or_written_anew_contradicts_the_witness() {
    on_each_engine(|ground| async move {
        prepared(&ground).await;
        let witnessed = ground.audit().await.checkpoint;
        let later = ground.start();
        submit(&later.0, "w9", STORE, waste("L1", 1)).await.unwrap();
        drop(later.0);
        later.1.finished().await;
        assert!(audit(&ground.db, &ground.vault, Some(&witnessed), |_, _| {}).await.is_ok(), "growing is right");

        // All of it put back to an earlier day, consistently: a chain alone does not show it.
        ground.sql("DELETE FROM entries WHERE unit = 'ST-VN-1' AND seq > 7").await;
        ground
            .sql(
                "UPDATE heads SET seq = 7, hash = (SELECT hash FROM entries WHERE unit = 'ST-VN-1' AND seq = 7) \
                 WHERE unit = 'ST-VN-1'",
            )
            .await;
        campaign::replay::replay(&ground.db, &ground.vault, |_, _| {}).await.unwrap();
        assert_eq!(difference(&ground).await, None);
        let found = audit(&ground.db, &ground.vault, Some(&witnessed), |_, _| {}).await;
        let expected = Difference::Witness { unit: store(), seq: 8 };
        assert_eq!(found, Err(AuditError::Different(Box::new(expected))));
    })
    .await;
}

/// An entry of a program that did not ask the clock: nothing was changed afterwards, so it is reported and not a difference.
#[tokio::test(flavor = "multi_thread")]
async fn an_entry_of_a_clock_that_had_gone_back_is_reported() {
    on_each_engine(|ground| async move {
        prepared(&ground).await;
        let mut conn = ground.db.open_writer().await.unwrap();
        let last = journal::store::entries_after(&mut conn, &store(), 7).await.unwrap().remove(0);
        for (minutes, reported) in [(2, false), (3, true)] {
            let at = last.at.plus_minutes(-minutes);
            let hash = journal::hash(&last.prev_hash, &Meta { at, ..last.meta() }, &last.kind, &last.body);
            for (text, first) in [
                ("UPDATE entries SET hash = $1, at = $2 WHERE unit = 'ST-VN-1' AND seq = 8", true),
                ("UPDATE heads SET hash = $1 WHERE unit = 'ST-VN-1'", false),
            ] {
                let query = sqlx::query(text).bind(hash.to_vec());
                let query = if first { query.bind(at.0) } else { query };
                query.execute(&mut conn).await.unwrap();
            }
            campaign::replay::replay(&ground.db, &ground.vault, |_, _| {}).await.unwrap();
            let found = WentBack { unit: store(), seq: 8, at, before: last.at };
            let expected = if reported { vec![found] } else { Vec::new() };
            assert_eq!(ground.audit().await.went_back, expected);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_change_of_a_table_is_found_and_replay_mends_it() {
    on_each_engine(|ground| async move {
        prepared(&ground).await;
        let right = ground.dump().await;
        let cases = [
            ("UPDATE balances SET quantity = quantity + 1 WHERE account = 'store/available'", "balances"),
            ("DELETE FROM balances WHERE account = 'waste/broken'", "balances"),
            ("INSERT INTO balances VALUES ('ST-VN-1', 'injected', 'vero-cell:L1', 1, 1)", "balances"),
            ("INSERT INTO balances VALUES ('ST-FAKE', 'injected', 'vero-cell:L1', 1, 1)", "balances"),
            ("UPDATE ledger_entries SET actor = 'x' WHERE line = 0 AND seq = 5", "ledger_entries"),
            ("DELETE FROM ledger_entries WHERE seq = 5", "ledger_entries"),
            ("UPDATE lot_states SET state = 'recalled'", "lot_states"),
            ("UPDATE lots SET expiry = '2029-01-01'", "lots"),
            ("UPDATE lots SET component = 2", "lots"),
            ("UPDATE consignments SET supplier = 'x'", "consignments"),
            ("INSERT INTO doses VALUES ('d', 'ST-VN-1', 'p', '840539006', 1, 'vero-cell', 'vero-cell:L1', 1, '2021-12-20', 0, NULL, 'v', NULL, NULL)", "doses"),
        ];
        for (text, expected) in cases {
            assert!(ground.sql(text).await > 0, "{text}");
            match difference(&ground).await {
                Some(Difference::Row { table, .. }) => assert_eq!(table, expected, "{text}"),
                other => panic!("{text}: {other:?}"),
            }
            campaign::replay::replay(&ground.db, &ground.vault, |_, _| {}).await.unwrap();
            assert_eq!(ground.dump().await, right, "{text}");
            assert_eq!(difference(&ground).await, None);
        }
        // The database itself refuses an account below zero.
        let mut conn = ground.db.open_writer().await.unwrap();
        let overdrawn = sqlx::query("UPDATE balances SET quantity = -1 WHERE account = 'store/available'").execute(&mut conn).await;
        assert_eq!(
            campaign::db::DbError::from(overdrawn.unwrap_err()),
            campaign::db::DbError::Constraint { constraint: "balances_not_negative".into() }
        );
        assert_eq!(ground.available(lot("L1").as_str()).await, 95);
    })
    .await;
}
