//! What bad input gets at a site, through HTTP: the exact status and code, and nothing written.
#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::{Value, json};
use specs::time::{Date, UnixTime};
use tests::on_both_engines;
use tests::server::{Engine, Server};
use tests::walk::{
    ADMINISTRATOR, Api, DOCTOR, LEAD, Lot, NATIONAL_STORE, OTHER_SITE, QUALITY, RECEPTION, SITE, Step, Visitor,
};

on_both_engines! {
    only_a_released_lot_in_stock_here_reaches_a_vial,
    the_gate_before_the_needle,
    a_lot_that_expired_overnight,
    a_dose_with_a_later_one_is_not_voided,
    certificates_are_for_doses_that_stand,
}

/// The earliest refusal counts: of a lot that is not released, or not here, no vial can be opened, so there is no vial
/// to inject from.
async fn only_a_released_lot_in_stock_here_reaches_a_vial(engine: Engine) {
    let server = Server::start(engine).await;
    let mut api = Api::enter(&server).await;
    let today = api.today().await;
    let a_year_on = today.add_days(365);

    let unreleased = Lot::new("UNRELEASED", a_year_on);
    api.walk(unreleased.arrive(60)).await;
    for step in
        [unreleased.put_away(60), unreleased.dispatch(NATIONAL_STORE, SITE, 6), unreleased.open_vial(SITE, "vial-u")]
    {
        let facts = api.send(&step).await.refused(422, "lot-not-released");
        assert_eq!(facts, json!({ "lot": unreleased.id(), "state": "quarantined" }));
    }
    let unknown = Lot::new("NEVERSEEN", a_year_on).open_vial(SITE, "vial-n");
    api.send(&unknown).await.refused(404, "unknown-lot");

    // A lot that expired yesterday can still arrive, but no longer be released.
    let expired = Lot::new("EXPIRED", today.add_days(-2));
    api.walk(expired.arrive(60)).await;
    api.send(&expired.release(today)).await.refused(422, "lot-expired");
    api.send(&expired.open_vial(SITE, "vial-e")).await.refused(422, "lot-not-released");

    // Stopped while it travelled: it is received into quarantine, and stays there when the stop is lifted.
    let stopped = Lot::new("STOPPED", a_year_on);
    api.walk(stopped.into_store(60, today)).await;
    api.walk([stopped.dispatch(NATIONAL_STORE, SITE, 12), stopped.control("suspend", QUALITY)]).await;
    api.walk([stopped.receive(SITE, 12)]).await;
    let open = stopped.open_vial(SITE, "vial-s");
    assert_eq!(api.send(&open).await.refused(422, "lot-not-released")["state"], "suspended");
    api.walk([stopped.control("resume", QUALITY)]).await;
    api.send(&stopped.control("resume", QUALITY)).await.refused(422, "second-person-needed");
    employ(&mut api, "mau.chatluong2", "quality_officer", "VN").await;
    api.walk([stopped.control("resume", "mau.chatluong2")]).await;
    let facts = api.send(&open).await.refused(422, "in-quarantine");
    assert_eq!(facts, json!({ "lot": stopped.id(), "quarantined": 12 }));

    // Good doses at one site are none at another.
    let here = api.bring("HERE", 12, &[SITE]).await;
    let facts = api.send(&here.open_vial(OTHER_SITE, "vial-o")).await.refused(422, "not-in-stock");
    assert_eq!(facts, json!({ "lot": here.id(), "wanted": 6, "available": 0 }));
    api.walk([here.open_vial(SITE, "vial-h1"), here.open_vial(SITE, "vial-h2")]).await;
    api.send(&here.open_vial(SITE, "vial-h3")).await.refused(422, "not-in-stock");
    api.send(&here.open_vial(SITE, "vial-h1")).await.refused(409, "vial-exists");
    let visitor = Visitor::new(OTHER_SITE, "elsewhere");
    api.walk(visitor.to_the_needle()).await;
    api.send(&visitor.inject("vial-h1", 1)).await.refused(404, "unknown-vial");
    nothing_was_injected(&api).await;
}

async fn the_gate_before_the_needle(engine: Engine) {
    let server = Server::start_behind(engine, 24 * 60).await;
    let api = Api::enter(&server).await;
    let lot = api.bring("GATE", 60, &[SITE]).await;
    api.walk([lot.open_vial(SITE, "vial-1"), lot.open_vial(SITE, "vial-closed")]).await;

    // Before the doctor, and against the doctor.
    let early = Visitor::new(SITE, "unscreened");
    api.walk([early.register(), early.check_in()]).await;
    api.send(&early.inject("vial-1", 1)).await.refused(409, "visit-step");
    for (name, item, conclusion) in [("postponed", "3", "postpone"), ("barred", "1", "contraindicated")] {
        let visitor = Visitor::new(SITE, name);
        api.walk([visitor.register(), visitor.check_in(), visitor.screened(DOCTOR, &[item], conclusion)]).await;
        let facts = api.send(&visitor.inject("vial-1", 1)).await.refused(422, "not-eligible");
        assert_eq!(facts, json!({ "visit": visitor.visit(), "conclusion": conclusion }));
        // Nor at another site, by a doctor who does not say why.
        let elsewhere = visitor.again(OTHER_SITE, "elsewhere");
        api.walk([elsewhere.check_in()]).await;
        let facts = api.send(&elsewhere.screen()).await.refused(422, "conclusion-stands");
        assert_eq!(facts["conclusion"], conclusion);
        api.send(&elsewhere.inject("vial-1", 1)).await.refused(409, "visit-step");
    }
    // An abnormal answer cannot be passed over in silence.
    let hidden = Visitor::new(SITE, "hidden");
    api.walk([hidden.register(), hidden.check_in()]).await;
    api.send(&hidden.screened(DOCTOR, &["3"], "eligible")).await.refused(422, "reason-needed");

    // The dose number, and the interval: not the same day, nor before day 21.
    let nhung = Visitor::new(SITE, "nhung");
    api.walk(nhung.to_the_needle()).await;
    assert_eq!(api.send(&nhung.inject("vial-1", 2)).await.refused(422, "dose-number")["expected"], 1);
    let day = api.today().await;
    api.walk([nhung.inject("vial-1", 1), nhung.discharge("referred")]).await;
    let days = [day, api.today().await];
    let again = nhung.again(SITE, "again");
    api.walk([again.check_in(), again.screen()]).await;
    let facts = api.send(&again.inject("vial-1", 2)).await.refused(422, "too-early");
    let earliest = Date::parse(facts["earliest"].as_str().unwrap()).unwrap();
    assert!(days.map(|day| day.add_days(21)).contains(&earliest), "{facts} after {days:?}");
    api.send(&again.inject("vial-1", 1)).await.refused(422, "dose-number");

    // The vial: closed, and open too long.
    let late = Visitor::new(SITE, "late");
    api.walk(late.to_the_needle()).await;
    let close = json!({ "vial": "vial-closed", "reason": "contaminated" });
    api.walk([Step::new("mau.tiem", SITE, "visits/close_vial", close)]).await;
    api.send(&late.inject("vial-closed", 1)).await.refused(409, "vial-closed");
    api.advance(6 * 60 + 1).await;
    api.send(&late.inject("vial-1", 1)).await.refused(422, "vial-past-its-clock");

    // The lot: stopped or called back while its vial is open.
    api.walk([lot.open_vial(SITE, "vial-2"), lot.control("suspend", QUALITY)]).await;
    let inject = late.inject("vial-2", 1);
    let state = |facts: Value| facts["state"].as_str().unwrap().to_owned();
    assert_eq!(state(api.send(&inject).await.refused(422, "lot-not-released")), "suspended");
    api.walk([lot.control("recall", QUALITY)]).await;
    assert_eq!(state(api.send(&inject).await.refused(422, "lot-not-released")), "recalled");
    assert_eq!(injections(&api, SITE).await, 1);
}

/// A vial opened on the lot's last day is not drawn from on the next: here the refusal is the gate's own.
async fn a_lot_that_expired_overnight(engine: Engine) {
    let server = Server::start_behind(engine, an_hour_before_midnight().await).await;
    let api = Api::enter(&server).await;
    let today = api.today().await;
    let lot = Lot::new("LASTDAY", today);
    api.walk(lot.into_store(60, today)).await;
    api.walk(lot.ship(NATIONAL_STORE, SITE, 12)).await;
    let [evening, morning] = ["evening", "morning"].map(|name| Visitor::new(SITE, name));
    api.walk([lot.open_vial(SITE, "vial-1")]).await;
    api.walk(evening.to_the_needle()).await;
    api.walk(morning.to_the_needle()).await;
    api.walk([evening.inject("vial-1", 1)]).await;
    // Past midnight, and not so far that the sessions of the evening end.
    api.advance(61).await;
    assert_eq!(api.today().await, today.add_days(1));
    let expired = json!({ "lot": lot.id(), "expiry": today.to_string() });
    for step in [morning.inject("vial-1", 1), lot.open_vial(SITE, "vial-2")] {
        assert_eq!(api.send(&step).await.refused(422, "lot-expired"), expired);
    }
    assert_eq!(injections(&api, SITE).await, 1);
}

/// A dose is not taken back while a later one of the person stands, wherever that was given: its certificate would say a dose
/// too many, and the next dose would get a number that was given already.
async fn a_dose_with_a_later_one_is_not_voided(engine: Engine) {
    let server = Server::start_behind(engine, an_hour_before_midnight().await).await;
    let api = Api::enter(&server).await;
    let lot = api.bring("LATER", 60, &[SITE, OTHER_SITE]).await;
    api.walk([lot.open_vial(SITE, "vial-1"), lot.open_vial(OTHER_SITE, "vial-2")]).await;
    let first = Visitor::new(SITE, "twice");
    api.walk(first.to_the_needle()).await;
    api.walk([first.inject("vial-1", 1), first.discharge("referred")]).await;
    // The next day, sooner than the schedule has it.
    api.advance(61).await;
    let second = first.again(OTHER_SITE, "second");
    let mut screen = second.screen();
    screen.body["interval_override"] = json!("ra nước ngoài ngày mai");
    api.walk([second.check_in(), screen, second.inject("vial-2", 2), second.discharge("referred")]).await;

    let facts = api.send(&first.void()).await.refused(422, "later-dose-stands");
    assert_eq!(facts, json!({ "dose": first.dose(), "later": second.dose(), "dose_number": 2, "unit": OTHER_SITE }));
    let voided = |entry: &&Value| entry["kind"] == "visits.injection_voided";
    assert_eq!(api.journal(SITE).await.iter().filter(voided).count(), 0);
    api.walk([second.void(), first.void()]).await;
}

async fn certificates_are_for_doses_that_stand(engine: Engine) {
    let server = Server::start(engine).await;
    let api = Api::enter(&server).await;
    let lot = api.bring("STAND", 60, &[SITE]).await;
    let request = |dose: &str| Step::new(LEAD, SITE, "certificates/request", json!({ "dose": dose }));
    let read = |dose: &str| format!("/api/units/{SITE}/doses/{dose}/certificates");

    api.send(&request("dose-that-never-was")).await.refused(404, "unknown-dose");
    api.get(&read("dose-that-never-was"), LEAD).await.refused(404, "not-found");

    let visitor = Visitor::new(SITE, "stands");
    api.walk([lot.open_vial(SITE, "vial-1")]).await;
    api.walk(visitor.to_the_needle()).await;
    api.walk([visitor.inject("vial-1", 1)]).await;
    api.send(&request(&visitor.dose())).await.refused(409, "visit-step");
    api.get(&read(&visitor.dose()), LEAD).await.refused(404, "not-found");

    // Taken back before its end: there was none and there will be none.
    let void = visitor.void();
    assert_eq!(api.send(&void).await.done()["back_in_vial"], true);
    api.send(&void.anew()).await.refused(422, "dose-voided");
    api.send(&request(&visitor.dose())).await.refused(422, "dose-voided");
    api.get(&read(&visitor.dose()), LEAD).await.refused(404, "not-found");

    // Taken back after it was certified: the certificate is withdrawn, and cannot be asked for again.
    let certified = Visitor::new(SITE, "certified");
    api.walk(certified.to_the_needle()).await;
    api.walk([certified.inject("vial-1", 1), certified.discharge("referred")]).await;
    api.certificates(SITE, &certified.dose()).await;
    // A site's certificates are read at that site.
    let elsewhere = format!("/api/units/{OTHER_SITE}/doses/{}/certificates", certified.dose());
    api.get(&elsewhere, LEAD).await.refused(404, "not-found");
    api.get(&format!("{elsewhere}/national/qr.svg"), LEAD).await.refused(404, "not-found");
    api.walk([certified.void()]).await;
    api.send(&request(&certified.dose())).await.refused(422, "dose-voided");
    let view = api.get(&read(&certified.dose()), LEAD).await.done();
    assert!(["withdrawn", "revoked"].contains(&view["state"].as_str().unwrap()), "{view}");
    assert_eq!(view["certificates"], json!([]));

    // The number is free again, and the right dose gets its certificate.
    let right = certified.again(SITE, "right");
    api.walk([right.check_in(), right.screen(), right.inject("vial-1", 1), right.discharge("referred")]).await;
    api.certificates(SITE, &right.dose()).await;
    api.send(&Step::new(RECEPTION, SITE, "certificates/request", json!({ "dose": right.dose() }))).await.done();
}

/// Opens an account with one role at one unit, and logs it in.
async fn employ(api: &mut Api, account: &str, role: &str, unit: &str) {
    let open = json!({ "account": account, "name": "Người thứ hai (mẫu)" });
    let grant = json!({ "account": account, "role": role, "at": unit });
    api.walk([
        Step::new(ADMINISTRATOR, "VN", "auth/open_account", open),
        Step::new(ADMINISTRATOR, "VN", "auth/grant_role", grant),
    ])
    .await;
    let password = json!({ "account": account, "password": "một mật khẩu dài" });
    let set = api.request("PUT", "/api/password", Some(ADMINISTRATOR), Some(password)).await.unwrap();
    assert_eq!(set.status, 204, "{}", set.text());
    api.log_in(account, "một mật khẩu dài").await;
}

async fn nothing_was_injected(api: &Api) {
    assert_eq!((injections(api, SITE).await, injections(api, OTHER_SITE).await), (0, 0));
}

async fn injections(api: &Api, site: &str) -> usize {
    api.journal(site).await.iter().filter(|entry| entry["kind"] == "visits.injected").count()
}

/// How many minutes a clock must be behind to show 23:00 of yesterday in Viet Nam, or as early after that as it can.
async fn an_hour_before_midnight() -> u16 {
    const DAY: i64 = 24 * 60;
    loop {
        let minute = minute_of_the_day();
        if minute < DAY - 3 {
            return u16::try_from((minute + 60).min(DAY)).unwrap();
        }
        // In the last minutes before a midnight the night would come too soon; it is waited for.
        tokio::time::sleep(std::time::Duration::from_secs(10)).await;
    }
}

#[expect(clippy::disallowed_methods, reason = "a test chooses the hour at which a server believes to start")]
fn minute_of_the_day() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let now = UnixTime(i64::try_from(since.as_secs()).unwrap());
    (now.0 - Date::in_viet_nam(now).midnight_in_viet_nam().0) / 60
}
