//! Commands, repetitions, refusals, and many at once.

use std::collections::BTreeSet;
use std::sync::Arc;

use campaign::audit::WentBack;
use campaign::clock::{Clock, ManualClock, Timestamp};
use campaign::facts::LotState;
use campaign::ids::{CommandId, LotId, UnitId};
use campaign::keeper::Keeper;
use campaign::places::Status;
use campaign::refusal::Refusal;

use crate::ground::{STORE, arrive, cleared, command, envelope, lot, on_each_engine, put_away, stock, submit, waste};

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_command_gets_the_first_answer_and_happens_once() {
    on_each_engine(|ground| async move {
        let (keeper, _running) = ground.start();
        let first = submit(&keeper, "c1", STORE, arrive("L1", 100)).await.unwrap();
        let before = ground.dump().await;
        let again = submit(&keeper, "c1", STORE, arrive("L1", 100)).await.unwrap();
        assert_eq!((&again.answer, again.repeated, first.repeated), (&first.answer, true, false));
        assert_eq!(ground.dump().await, before);

        let reused = Err(Refusal::CommandIdReused { command: CommandId::parse("c1").unwrap() });
        assert_eq!(submit(&keeper, "c1", STORE, arrive("L1", 99)).await, reused);
        assert_eq!(submit(&keeper, "c1", "ST-01-1", arrive("L1", 100)).await, reused);

        // A thousand times at once, most of them in one batch.
        let many: Vec<_> = (0..1_000)
            .map(|_| {
                let keeper = keeper.clone();
                tokio::spawn(async move { submit(&keeper, "c2", STORE, arrive("L2", 5)).await.unwrap() })
            })
            .collect();
        let mut happened = 0;
        let mut answers = BTreeSet::new();
        for one in many {
            let reply = one.await.unwrap();
            happened += u32::from(!reply.repeated);
            answers.insert(reply.answer.to_string());
        }
        assert_eq!((happened, answers.len()), (1, 1));
        // After a restart too.
        drop(keeper);
        let (keeper, _running) = ground.start();
        assert_eq!(submit(&keeper, "c1", STORE, arrive("L1", 100)).await.unwrap().answer, first.answer);
        ground.audit().await;
    })
    .await;
}

/// Whoever holds the unit's state, and whoever has to load it, refuses; what was refused goes through when the clock is right.
#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_went_back_writes_nothing_until_it_is_set_right() {
    on_each_engine(|ground| async move {
        let (keeper, _running) = ground.start();
        stock(&keeper, "L1", 10).await;
        let (before, newest) = (ground.dump().await, ground.clock.now());
        ground.clock.advance_minutes(-3);
        let behind = Refusal::ClockBehind { unit: UnitId::parse(STORE).unwrap(), newest, now: newest.plus_minutes(-3) };
        let (other, _running_other) = ground.start();
        for keeper in [&keeper, &other] {
            assert_eq!(submit(keeper, "w1", STORE, waste("L1", 1)).await, Err(behind.clone()));
            // What was answered before is answered.
            assert!(submit(keeper, "put-L1", STORE, put_away("L1", 10)).await.unwrap().repeated);
        }
        assert_eq!(ground.dump().await, before);
        ground.clock.advance_minutes(1);
        assert!(!submit(&other, "w1", STORE, waste("L1", 1)).await.unwrap().repeated);
        assert_eq!(ground.audit().await.went_back, []);
    })
    .await;
}

/// A clock that an operator says is right, after one that ran ahead.
struct SetRight(Arc<ManualClock>);

impl Clock for SetRight {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    fn may_be_behind(&self) -> bool {
        true
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_clock_that_ran_ahead_an_operator_lets_a_unit_go_on() {
    on_each_engine(|ground| async move {
        let (keeper, _running) = ground.start();
        stock(&keeper, "L1", 10).await;
        let ahead = ground.clock.now();
        ground.clock.advance_minutes(-24 * 60);
        let now = ground.clock.now();
        let behind = Refusal::ClockBehind { unit: UnitId::parse(STORE).unwrap(), newest: ahead, now };
        assert_eq!(submit(&keeper, "w1", STORE, waste("L1", 1)).await, Err(behind));
        let right = Arc::new(SetRight(Arc::clone(&ground.clock)));
        let (told, _running_told) = Keeper::start(&ground.db, Arc::clone(&ground.vault), right);
        submit(&told, "w1", STORE, waste("L1", 1)).await.unwrap();
        // From that entry on every clock goes on, and goes back no more.
        submit(&keeper, "w2", STORE, waste("L1", 1)).await.unwrap();
        let went_back = ground.audit().await.went_back;
        let [WentBack { unit, at, before, .. }] = &went_back[..] else { panic!("{went_back:?}") };
        assert_eq!((unit.as_str(), *at, *before), (STORE, now, ahead));
    })
    .await;
}

/// Two processes hear the same command, the first of its unit, at the same moment.
#[tokio::test(flavor = "multi_thread")]
async fn the_first_command_of_a_unit_sent_to_two_processes_has_one_answer() {
    on_each_engine(|ground| async move {
        let ((one, _running_one), (two, _running_two)) = (ground.start(), ground.start());
        campaign::seed::run(&one).await.unwrap();
        let stores = "SELECT id FROM units WHERE id LIKE 'ST-%' AND id <> 'ST-VN-1'";
        let stores = sqlx::query_scalar::<_, String>(stores).fetch_all(ground.db.read()).await.unwrap();
        assert_eq!(stores.len(), 5, "{stores:?}");
        for (number, unit) in stores.iter().enumerate() {
            let (id, lot) = (format!("c{number}"), format!("L{number}"));
            let (first, second) =
                tokio::join!(submit(&one, &id, unit, arrive(&lot, 5)), submit(&two, &id, unit, arrive(&lot, 5)));
            let (first, second) = (first.unwrap(), second.unwrap());
            assert_ne!(first.repeated, second.repeated, "{unit}");
            assert_eq!(first.answer, second.answer);
        }
        ground.audit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_writes_nothing() {
    on_each_engine(|ground| async move {
        let (keeper, _running) = ground.start();
        stock(&keeper, "L1", 10).await;
        let before = ground.dump().await;
        let too_much =
            Refusal::StockTooLow { account: "store/available".into(), lot: lot("L1"), wanted: 11, available: 10 };
        assert_eq!(submit(&keeper, "w1", STORE, waste("L1", 11)).await, Err(too_much));
        let unknown = Refusal::UnknownLot { lot: lot("L9") };
        assert_eq!(submit(&keeper, "w2", STORE, waste("L9", 1)).await, Err(unknown.clone()));
        // A unit of which nothing is known does not come into being by being refused.
        assert_eq!(submit(&keeper, "w3", "ST-NEW", waste("L9", 1)).await, Err(unknown));
        assert_eq!(ground.dump().await, before);
        // The id of a refused command is free.
        submit(&keeper, "w1", STORE, waste("L1", 10)).await.unwrap();
        ground.audit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn facts_decided_a_moment_ago_count_in_the_same_batch() {
    on_each_engine(|ground| async move {
        let (keeper, _running) = ground.start();
        // Sent together, so that they share batches: each step is possible only after the one before.
        for round in 0..20 {
            let number = format!("B{round}");
            let consignment = format!("C-{number}");
            let lines = serde_json::json!([{ "lot": lot(&number), "counted": 10, "damaged": 0 }]);
            let inspect = crate::ground::command(serde_json::json!({ "inspect_consignment": {
                "consignment": consignment, "lines": lines, "temperature_log_ok": true, "vvm": "none",
                "decision": "accepted",
            }}));
            let release = crate::ground::command(serde_json::json!({ "release_lot": {
                "lot": lot(&number), "certificate": "N", "issuer": "NICVB", "on": "2021-12-19",
            }}));
            let steps: Vec<_> = [
                envelope(&format!("a{round}"), STORE, arrive(&number, 10)),
                envelope(&format!("i{round}"), STORE, inspect),
                envelope(&format!("r{round}"), "VN", release),
                envelope(&format!("p{round}"), STORE, put_away(&number, 10)),
            ]
            .into_iter()
            .map(|envelope| keeper.submit(envelope))
            .collect();
            // Polled in order, so they queue in order. The release runs in another keeper on PostgreSQL, so it may
            // be too late or too early there; on SQLite there is one keeper and one batch.
            let mut done = Vec::new();
            for step in futures_in_order(steps).await {
                done.push(step);
            }
            if ground.db.engine() == campaign::db::Engine::Sqlite {
                assert!(done.iter().all(Result::is_ok), "{done:?}");
            }
        }
        ground.audit().await;
    })
    .await;
}

/// Starts all before waiting for any.
pub(crate) async fn futures_in_order<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut futures: Vec<_> = futures.into_iter().map(Box::pin).collect();
    let mut results: Vec<Option<F::Output>> = futures.iter().map(|_| None).collect();
    std::future::poll_fn(|cx| {
        for (future, result) in futures.iter_mut().zip(&mut results) {
            if result.is_none()
                && let std::task::Poll::Ready(value) = future.as_mut().poll(cx)
            {
                *result = Some(value);
            }
        }
        if results.iter().all(Option::is_some) { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    results.into_iter().flatten().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_want_the_last_doses_as_many_get_them_as_there_are() {
    on_each_engine(|ground| async move {
        let (keeper, _running) = ground.start();
        stock(&keeper, "L1", 40).await;
        let outcomes = hammer(&keeper, "n", 100).await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 40);
        let empty = Refusal::StockTooLow { account: "store/available".into(), lot: lot("L1"), wanted: 1, available: 0 };
        assert!(outcomes.iter().flat_map(|outcome| outcome.as_ref().err()).all(|refusal| *refusal == empty));
        assert_eq!(ground.available(lot("L1").as_str()).await, 0);
        ground.audit().await;
    })
    .await;
}

/// That many wastes of one dose at once; ids begin with the prefix.
pub(crate) async fn hammer(keeper: &Keeper, prefix: &str, count: usize) -> Vec<Result<(), Refusal>> {
    let tasks: Vec<_> = (0..count)
        .map(|number| {
            let (keeper, id) = (keeper.clone(), format!("{prefix}{number}"));
            tokio::spawn(async move { submit(&keeper, &id, STORE, waste("L1", 1)).await.map(|_| ()) })
        })
        .collect();
    let mut outcomes = Vec::new();
    for task in tasks {
        outcomes.push(task.await.unwrap());
    }
    outcomes
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_on_one_database_write_one_unit_without_losing_or_doubling() {
    let Some(ground) = crate::ground::Ground::on(campaign::db::Engine::Postgres).await else { return };
    let other = ground.open_again().await;
    let (here, _running) = ground.start();
    let (there, _running_there) = Keeper::start(&other, Arc::clone(&ground.vault), ground.clock.clone());
    stock(&here, "L1", 1_000).await;
    let mut accepted = 0;
    for round in 0..6 {
        let (mine, theirs, twice) = (format!("h{round}-"), format!("t{round}-"), format!("b{round}-"));
        // The last two send the same ids to both processes.
        let all = tokio::join!(
            hammer(&here, &mine, 100),
            hammer(&there, &theirs, 100),
            hammer(&here, &twice, 20),
            hammer(&there, &twice, 20)
        );
        let count = |outcomes: &[Result<(), Refusal>]| outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        let (both, again) = (count(&all.2), count(&all.3));
        if round < 4 {
            assert_eq!((count(&all.0), count(&all.1), both, again), (100, 100, 20, 20), "nobody is refused");
        }
        accepted += count(&all.0) + count(&all.1) + both.max(again);
    }
    assert_eq!(accepted, 1_000, "as many as there are, and refusals only when there were none");
    assert_eq!(ground.available(lot("L1").as_str()).await, 0);
    assert_eq!(ground.number("SELECT COUNT(*) FROM entries WHERE kind = 'supply.stock_wasted'").await, 1_000);
    ground.audit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_fit_is_refused_alone() {
    on_each_engine(|ground| async move {
        let (keeper, _running) = ground.start();
        cleared(&keeper, "L1", 10).await;
        // Two stores take one id for their consignments: the second finds the row taken, the others of its batch go on.
        ground.sql("INSERT INTO consignments VALUES ('C-L2', 'ST-X', 's', 'purchase', '[]', 1, '[]')").await;
        let mut tasks = Vec::new();
        for number in 0..30 {
            let keeper = keeper.clone();
            let name = format!("L{}", number + 2);
            let id = format!("x{number}");
            tasks.push(tokio::spawn(async move { submit(&keeper, &id, STORE, arrive(&name, 5)).await }));
        }
        for (number, task) in tasks.into_iter().enumerate() {
            let outcome = task.await.unwrap();
            if number == 0 {
                let taken = Refusal::AnotherWasFirst { constraint: "consignments_of_another".into() };
                assert_eq!(outcome, Err(taken));
            } else {
                assert!(outcome.is_ok(), "{number}: {outcome:?}");
            }
        }
        ground.sql("DELETE FROM consignments WHERE unit = 'ST-X'").await;
        ground.audit().await;
    })
    .await;
}

/// What a keeper keeps of lots and units from batch to batch is not believed longer than the stream that says it stands.
#[tokio::test(flavor = "multi_thread")]
async fn what_another_process_decides_counts_in_the_next_batch() {
    on_each_engine(|ground| async move {
        let (keeper, _running) = ground.start();
        cleared(&keeper, "L1", 100).await;
        for number in 0..4 {
            submit(&keeper, &format!("before-{number}"), STORE, put_away("L1", 10)).await.unwrap();
        }
        let other = ground.open_again().await;
        let (elsewhere, _running) = Keeper::start(&other, Arc::clone(&ground.vault), ground.clock.clone());
        let suspend = serde_json::json!({ "suspend_lot": { "lot": lot("L1"), "reason": "cold chain" } });
        submit(&elsewhere, "suspend", "VN", command(suspend)).await.unwrap();
        let stopped = Refusal::LotNotReleased { lot: lot("L1"), state: LotState::Suspended };
        for number in 0..3 {
            let answer = submit(&keeper, &format!("after-{number}"), STORE, put_away("L1", 10)).await;
            assert_eq!(answer, Err(stopped.clone()));
        }
        assert_eq!(ground.available(lot("L1").as_str()).await, 40);

        let close = serde_json::json!({ "change_unit": { "unit": STORE, "status": "closed" } });
        let close: campaign::places::Command = serde_json::from_value(close).unwrap();
        submit(&elsewhere, "close", "VN", close).await.unwrap();
        let closed = Refusal::UnitNotOpen { unit: UnitId::parse(STORE).unwrap(), status: Status::Closed };
        assert_eq!(submit(&keeper, "closed", STORE, arrive("L2", 5)).await, Err(closed));
        ground.audit().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_component_of_a_lot_is_what_every_process_reads_of_it() {
    on_each_engine(|ground| async move {
        let (keeper, _running) = ground.start();
        let arrive = |consignment: &str, component: u32| {
            command(serde_json::json!({ "receive_consignment": {
                "consignment": consignment, "supplier": "Maker", "source": "purchase", "documents": [],
                "lines": [{ "product": "sputnik-v", "lot_no": "I", "expiry": "2023-06-30", "component": component,
                    "doses": 50, "vials": 10 }],
            }}))
        };
        submit(&keeper, "first", STORE, arrive("C-1", 1)).await.unwrap();
        let other = ground.open_again().await;
        let (elsewhere, _running) = Keeper::start(&other, Arc::clone(&ground.vault), ground.clock.clone());
        let lot = LotId::of("sputnik-v", "I").unwrap();
        let differs = Err(Refusal::LotOfAnotherComponent { lot, recorded: Some(1) });
        assert_eq!(submit(&elsewhere, "second", STORE, arrive("C-2", 2)).await, differs);
        submit(&elsewhere, "third", STORE, arrive("C-3", 1)).await.unwrap();
        let lots = campaign::supply::lots(ground.db.read()).await.unwrap();
        assert_eq!((lots.len(), lots[0].component), (1, Some(1)));
        ground.audit().await;
    })
    .await;
}
