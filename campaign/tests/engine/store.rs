//! The multi-row builder against both engines.

use campaign::clock::Timestamp;
use campaign::db::Kind::{Bytes, Int, Real, Text};
use campaign::db::{Changes, DbError, RowView, Table, Value, flush, lookup};
use campaign::ids::UnitId;
use campaign::journal::Entry;
use campaign::journal::store::{ENTRIES, entries_after};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use sqlx::Row as _;

use crate::ground::{Ground, on_each_engine};

static THINGS: Table = Table {
    name: "things",
    columns: &[("id", Text), ("unit", Text), ("number", Int), ("size", Real), ("data", Bytes), ("note", Text)],
    key: 1,
    fixed: &[],
};

static PAIRS: Table = Table { name: "pairs", columns: &[("a", Text), ("b", Int), ("c", Text)], key: 2, fixed: &[] };

async fn prepare(ground: &Ground) -> sqlx::AnyConnection {
    ground
        .sql("CREATE TABLE things (id TEXT PRIMARY KEY, unit TEXT NOT NULL, number BIGINT, size DOUBLE PRECISION, data BYTEA, note TEXT)")
        .await;
    ground.sql("CREATE TABLE pairs (a TEXT, b BIGINT, c TEXT NOT NULL, PRIMARY KEY (a, b))").await;
    ground.db.open_writer().await.unwrap()
}

fn thing(id: usize, unit: &str, full: bool) -> Vec<Value> {
    vec![
        Value::from(format!("t{id}")),
        Value::from(unit),
        Value::from(full.then_some(i64::MIN + id as i64)),
        Value::from(full.then_some(id as f64 + 0.25)),
        Value::from(full.then(|| vec![0_u8, 255, id as u8])),
        Value::from(full.then(|| "ghi chú ₫".to_owned())),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_all_kinds_and_null_come_back_as_they_went() {
    on_each_engine(|ground| async move {
        let mut conn = prepare(&ground).await;
        // 64 + 16 + 4 + 1 + ... rows; nulls first, then values through the same prepared statements, then mixed.
        for round in 0..3 {
            let mut changes = Changes::new();
            for id in 0..151 {
                let full = match round {
                    0 => false,
                    1 => true,
                    _ => id % 2 == 0,
                };
                changes.upsert(&THINGS, thing(id, "U", full));
            }
            flush(&mut conn, changes).await.unwrap();
            let ids: Vec<String> = (0..200).map(|id| format!("t{id}")).collect();
            let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
            let mut found = lookup(&mut conn, &THINGS, "id", &ids).await.unwrap();
            found.sort_by_key(|row| row[0].as_text().unwrap()[1..].parse::<usize>().unwrap());
            let wanted: Vec<Vec<Value>> =
                (0..151).map(|id| thing(id, "U", if round == 2 { id % 2 == 0 } else { round == 1 })).collect();
            assert_eq!(found, wanted, "round {round}");
        }
    })
    .await;
}

/// PostgreSQL gets the texts of many rows as one; no letter may be taken for a part of that.
#[tokio::test(flavor = "multi_thread")]
async fn an_entry_is_read_as_it_was_written_whatever_its_letters() {
    // U+0000 never comes into a column: JSON escapes it, and logins are plain.
    let letter = prop_oneof![any::<char>(), proptest::sample::select(r#"\"'{},;NUL$%?"#.chars().collect::<Vec<_>>())];
    let text = proptest::collection::vec(letter.prop_filter("no NUL", |letter| *letter != '\0'), 0..40);
    let text = text.prop_map(|letters| letters.into_iter().collect::<String>());
    let unit = UnitId::parse("ST-X").unwrap();
    let entry = (text.clone(), text.clone(), text, any::<(i64, [u8; 32], [u8; 32])>());
    let mut runner = TestRunner::deterministic();
    let drawn = proptest::collection::vec(entry, 300).new_tree(&mut runner).unwrap().current();
    let entries: Vec<Entry> = (1..)
        .zip(drawn)
        .map(|(seq, (actor, kind, body, (at, prev_hash, hash)))| Entry {
            unit: unit.clone(),
            seq,
            at: Timestamp(at),
            actor,
            kind,
            body,
            prev_hash,
            hash,
        })
        .collect();
    on_each_engine(|ground| {
        let (unit, entries) = (unit.clone(), entries.clone());
        async move {
            // All of the ground is moved in here, its folder too.
            let ground = &ground;
            let mut conn = ground.db.open_writer().await.unwrap();
            let mut changes = Changes::new();
            for Entry { unit, seq, at, actor, kind, body, prev_hash, hash } in entries.clone() {
                let row = [Value::from(&unit), seq.into(), at.into(), actor.into(), kind.into(), body.into()];
                changes.create(&ENTRIES, row.into_iter().chain([prev_hash.into(), hash.into()]).collect());
            }
            flush(&mut conn, changes).await.unwrap();
            assert_eq!(entries_after(&mut conn, &unit, 0).await.unwrap(), entries);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn acts_do_what_they_say() {
    on_each_engine(|ground| async move {
        let mut conn = prepare(&ground).await;
        let mut changes = Changes::new();
        changes.upsert(&THINGS, thing(1, "U", true));
        changes.create(&THINGS, thing(1, "U", false));
        changes.upsert(&PAIRS, vec!["a".into(), 1.into(), "x".into()]);
        changes.upsert(&PAIRS, vec!["a".into(), 2.into(), "y".into()]);
        changes.upsert(&PAIRS, vec!["a".into(), 2.into(), "z".into()]);
        changes.agree(&PAIRS, vec!["b".into(), 1.into(), "same".into()]);
        flush(&mut conn, changes).await.unwrap();
        assert_eq!(lookup(&mut conn, &THINGS, "id", &["t1"]).await.unwrap(), [thing(1, "U", true)], "create keeps");

        let mut changes = Changes::new();
        changes.create(&THINGS, thing(1, "V", false));
        changes.create(&THINGS, thing(2, "V", false));
        changes.delete(&PAIRS, vec!["a".into(), 1.into()]);
        changes.delete(&PAIRS, vec!["nothing".into(), 1.into()]);
        changes.agree(&PAIRS, vec!["b".into(), 1.into(), "same".into()]);
        flush(&mut conn, changes).await.unwrap();
        let rows = lookup(&mut conn, &THINGS, "id", &["t1", "t2"]).await.unwrap();
        assert!(rows.contains(&thing(1, "U", true)) && rows.contains(&thing(2, "V", false)), "{rows:?}");
        let rows = lookup(&mut conn, &PAIRS, "a", &["a", "b"]).await.unwrap();
        let view = |row: &Vec<Value>| RowView { table: &PAIRS, values: row }.text("c").unwrap().to_owned();
        let mut left: Vec<String> = rows.iter().map(view).collect();
        left.sort();
        assert_eq!(left, ["same", "z"]);

        let constraint = |constraint: &str| Err(DbError::Constraint { constraint: constraint.into() });
        let mut changes = Changes::new();
        changes.upsert(&THINGS, thing(1, "V", true));
        assert_eq!(flush(&mut conn, changes).await, constraint("things_of_another"));
        let mut changes = Changes::new();
        changes.agree(&PAIRS, vec!["b".into(), 1.into(), "other".into()]);
        assert_eq!(flush(&mut conn, changes).await, constraint("pairs_of_another"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn migrating_twice_at_once_and_again_is_migrating_once() {
    on_each_engine(|ground| async move {
        let opened = tokio::join!(ground.open_again(), ground.open_again(), ground.open_again());
        drop(opened);
        let versions = ground.number("SELECT COUNT(*) FROM migrations").await;
        assert!(versions >= 2);
        ground.sql("INSERT INTO migrations VALUES (999, 'later', 'x')").await;
        let newer = campaign::db::Db::connect(ground.url()).await;
        assert!(matches!(newer, Err(DbError::Inconsistent { .. })));
    })
    .await;
}

/// A table that is neither a projection nor known to be kept would be forgotten by replay, or worse, emptied by it.
#[tokio::test(flavor = "multi_thread")]
async fn every_table_is_either_rebuilt_or_kept() {
    let ground = Ground::on(campaign::db::Engine::Sqlite).await.unwrap();
    let rows = sqlx::query("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        .fetch_all(ground.db.read())
        .await
        .unwrap();
    let mut tables: Vec<String> = rows.iter().map(|row| row.try_get(0).unwrap()).collect();
    for kept in [
        "entries",
        "heads",
        "commands",
        "person_keys",
        "migrations",
        "credentials",
        "sessions",
        "leases",
        "vault_check",
    ] {
        tables.retain(|table| table != kept);
    }
    let mut projections: Vec<String> =
        campaign::replay::projections().iter().map(|table| table.name.to_owned()).collect();
    projections.sort();
    assert_eq!(tables, projections);
}
