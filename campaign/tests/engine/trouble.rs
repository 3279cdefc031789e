//! One unit or one command in trouble, and everybody else.

use std::sync::Arc;
use std::time::Duration;

use campaign::db::{DbError, Engine};
use campaign::keeper::{Keeper, Reply, Running};
use campaign::refusal::Refusal;

use crate::ground::{Ground, STORE, arrive, command, envelope, lot, on_each_engine, stock, submit, waste};
use crate::writing::{futures_in_order, hammer};

const OTHER: &str = "VN";

/// One keeper on either engine, so that what is sent together shares a batch.
fn one_keeper(ground: &Ground) -> (Keeper, Running) {
    Keeper::start_with(&ground.db, Arc::clone(&ground.vault), ground.clock.clone(), 1)
}

/// After this a unit's journal cannot be read from its beginning any more: whoever still knows the unit had kept it.
async fn spoil(ground: &Ground, unit: &str) {
    assert_eq!(ground.sql(&format!("UPDATE entries SET body = 'spoilt' WHERE unit = '{unit}' AND seq = 1")).await, 1);
}

fn release(number: &str) -> campaign::supply::Command {
    command(serde_json::json!({ "release_lot": {
        "lot": lot(number), "certificate": "N", "issuer": "NICVB", "on": "2021-12-19",
    }}))
}

/// Sends them while the keeper waits with an earlier command, so that they share the batch after it.
async fn together<const N: usize>(
    ground: &Ground,
    keeper: &Keeper,
    commands: [(&str, &str, campaign::supply::Command); N],
) -> Vec<Result<Reply, Refusal>> {
    let lock = match ground.db.engine() {
        Engine::Sqlite => "BEGIN IMMEDIATE",
        Engine::Postgres => "BEGIN; SELECT seq FROM heads FOR UPDATE",
    };
    let mut thief = ground.db.open_writer().await.unwrap();
    sqlx::raw_sql(lock).execute(&mut thief).await.unwrap();
    let first = keeper.clone();
    let first = tokio::spawn(async move { submit(&first, "first", STORE, waste("L9", 1)).await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    let sent = commands.map(|(id, unit, command)| keeper.submit(envelope(id, unit, command)));
    let unlock = async { sqlx::raw_sql("ROLLBACK").execute(&mut thief).await.unwrap() };
    // Polled in this order: all have been sent when the lock goes.
    let (outcomes, _) = tokio::join!(biased; futures_in_order(sent.into()), unlock);
    assert_eq!(first.await.unwrap(), Err(Refusal::UnknownLot { lot: lot("L9") }));
    outcomes
}

/// The journal is read before anything is locked, and what was read is kept when the batch comes to nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_unit_is_loaded_before_the_write_lock_and_stays_loaded_when_that_is_not_had() {
    let ground = Ground::on(Engine::Sqlite).await.unwrap();
    let (keeper, running) = ground.start();
    stock(&keeper, "L1", 10).await;
    drop(keeper);
    running.finished().await;

    let (keeper, _running) = ground.start();
    let mut thief = ground.db.open_writer().await.unwrap();
    sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut thief).await.unwrap();
    assert_eq!(submit(&keeper, "w", STORE, waste("L1", 1)).await, Err(Refusal::Unavailable));
    sqlx::raw_sql("ROLLBACK").execute(&mut thief).await.unwrap();
    spoil(&ground, STORE).await;
    assert!(!submit(&keeper, "w", STORE, waste("L1", 1)).await.unwrap().repeated);
    // A keeper that has to load it says no.
    let (fresh, _running) = ground.start();
    assert_eq!(submit(&fresh, "x", STORE, waste("L1", 1)).await, Err(Refusal::Unavailable));
}

/// Many pages are loaded at the start, and by a keeper that had fallen far behind another one.
#[tokio::test(flavor = "multi_thread")]
async fn a_long_journal_is_loaded_and_a_keeper_far_behind_comes_up() {
    on_each_engine(|ground| async move {
        let (keeper, _running) = ground.start();
        stock(&keeper, "L1", 5_000).await;
        let (behind, _running_behind) = one_keeper(&ground);
        submit(&behind, "early", STORE, waste("L1", 1)).await.unwrap();
        assert!(hammer(&keeper, "n", 2_500).await.iter().all(Result::is_ok));
        submit(&behind, "late", STORE, waste("L1", 1)).await.unwrap();
        let (fresh, _running_fresh) = one_keeper(&ground);
        submit(&fresh, "fresh", STORE, waste("L1", 1)).await.unwrap();
        assert_eq!(ground.available(lot("L1").as_str()).await, 5_000 - 2_503);
        ground.audit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_batch_forgets_only_who_ran_ahead() {
    on_each_engine(|ground| async move {
        let (keeper, _running) = one_keeper(&ground);
        submit(&keeper, "a", STORE, arrive("L1", 5)).await.unwrap();
        submit(&keeper, "a2", STORE, arrive("L2", 5)).await.unwrap();
        submit(&keeper, "b", OTHER, release("L1")).await.unwrap();
        ground.sql("INSERT INTO consignments VALUES ('C-L3', 'ST-X', 's', 'purchase', '[]', 1, '[]')").await;
        spoil(&ground, OTHER).await;
        let outcomes = together(
            &ground,
            &keeper,
            [("c", STORE, arrive("L3", 5)), ("b", OTHER, release("L1")), ("d", OTHER, release("L9"))],
        )
        .await;
        assert_eq!(outcomes[0], Err(Refusal::AnotherWasFirst { constraint: "consignments_of_another".into() }));
        assert!(outcomes[1].as_ref().unwrap().repeated);
        assert_eq!(outcomes[2], Err(Refusal::UnknownLot { lot: lot("L9") }));
        // It was never loaded again: it could not have been.
        submit(&keeper, "e", OTHER, release("L2")).await.unwrap();
        // The one that ran ahead was.
        submit(&keeper, "f", STORE, arrive("L5", 5)).await.unwrap();
    })
    .await;
}

/// The database sees what both would write, though the row is one.
#[tokio::test(flavor = "multi_thread")]
async fn one_id_taken_by_two_units_in_one_batch_is_given_to_the_first() {
    on_each_engine(|ground| async move {
        let (keeper, _running) = one_keeper(&ground);
        campaign::seed::run(&keeper).await.unwrap();
        submit(&keeper, "z", STORE, arrive("L0", 5)).await.unwrap();
        let outcomes =
            together(&ground, &keeper, [("a", STORE, arrive("L1", 5)), ("b", "ST-01-1", arrive("L1", 5))]).await;
        assert!(!outcomes[0].as_ref().unwrap().repeated);
        assert_eq!(outcomes[1], Err(Refusal::AnotherWasFirst { constraint: "consignments_of_another".into() }));
        ground.audit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_whose_journal_is_spoilt_is_refused_alone() {
    on_each_engine(|ground| async move {
        let (keeper, _running) = ground.start();
        submit(&keeper, "a", STORE, arrive("L1", 5)).await.unwrap();
        submit(&keeper, "a2", STORE, arrive("L2", 5)).await.unwrap();
        submit(&keeper, "b", OTHER, release("L1")).await.unwrap();
        spoil(&ground, OTHER).await;
        let (keeper, _running) = one_keeper(&ground);
        let outcomes = together(
            &ground,
            &keeper,
            [("c", STORE, arrive("L3", 5)), ("d", OTHER, release("L2")), ("e", STORE, arrive("L5", 5))],
        )
        .await;
        assert!(outcomes[0].is_ok() && outcomes[2].is_ok(), "{outcomes:?}");
        assert_eq!(outcomes[1], Err(Refusal::Unavailable));
        assert!(keeper.is_alive());
    })
    .await;
}

/// PostgreSQL says at the statement that a value does not fit; that is the fault of the one who brought it.
#[tokio::test(flavor = "multi_thread")]
async fn a_value_the_database_does_not_take_is_refused_alone() {
    let Some(ground) = Ground::on(Engine::Postgres).await else { return };
    let mut conn = ground.db.open_writer().await.unwrap();
    let error = sqlx::query("SELECT CAST('x' AS BIGINT)").execute(&mut conn).await.unwrap_err();
    assert_eq!(DbError::from(error), DbError::Constraint { constraint: "data_22P02".into() });

    let (keeper, _running) = one_keeper(&ground);
    ground.sql("ALTER TABLE consignments ALTER COLUMN supplier TYPE VARCHAR(10)").await;
    let long = command(serde_json::json!({ "receive_consignment": {
        "consignment": "C-X", "supplier": "longer than that", "source": "purchase", "documents": ["AWB 1"],
        "lines": [{ "product": crate::ground::PRODUCT, "lot_no": "X", "expiry": "2023-06-30", "doses": 1, "vials": 1 }],
    }}));
    let outcomes =
        together(&ground, &keeper, [("a", STORE, arrive("L1", 5)), ("x", STORE, long), ("b", STORE, arrive("L2", 5))])
            .await;
    assert!(outcomes[0].is_ok() && outcomes[2].is_ok(), "{outcomes:?}");
    assert_eq!(outcomes[1], Err(Refusal::AnotherWasFirst { constraint: "data_22001".into() }));
    ground.audit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_keeper_that_ended_is_noticed() {
    let ground = Ground::on(Engine::Sqlite).await.unwrap();
    let (keeper, mut running) = Keeper::start_with(&ground.db, Arc::clone(&ground.vault), ground.clock.clone(), 2);
    submit(&keeper, "a", STORE, arrive("L1", 5)).await.unwrap();
    assert!(keeper.is_alive());
    let early = tokio::time::timeout(Duration::from_millis(50), running.one_ended()).await;
    assert!(early.is_err(), "none ends by itself");
    running.abort();
    let noticed = tokio::time::timeout(Duration::from_secs(5), running.one_ended()).await;
    assert!(noticed.is_ok(), "an end is noticed");
    assert!(!keeper.is_alive());
    assert_eq!(submit(&keeper, "b", STORE, arrive("L2", 5)).await, Err(Refusal::Unavailable));
    // The other one is still there to be waited for.
    running.finished().await;
}
