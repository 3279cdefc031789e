//! What comes in through the HTTP doors, and what does not.

use campaign::auth::Role;
use campaign::auth::session::{LoginError, SessionToken};
use campaign::clock::{Clock as _, SystemClock};
use campaign::{vault, visits};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

use super::{Ground, PASSWORD};

async fn log_in(http: &Client, address: &str, account: &str) -> String {
    let body = json!({ "account": account, "password": PASSWORD });
    let me = http.post(format!("{address}/api/session")).json(&body).send().await.unwrap();
    let me: Value = me.json().await.unwrap();
    me["token"].as_str().unwrap().to_owned()
}

/// Status and code of a problem; it must be a problem document.
async fn problem(request: reqwest::RequestBuilder) -> (StatusCode, String) {
    let answer = request.send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    let status = answer.status();
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["status"], status.as_u16());
    (status, body["code"].as_str().unwrap().to_owned())
}

fn form(name: &str, cccd: &str) -> Value {
    json!({
        "name": name, "birth_date": "1990-05-17", "sex": "female", "nationality": "VN",
        "identity": { "kind": "cccd", "number": cccd },
        "address": { "admin_unit": { "code_set": "VN-2025", "code": "00004" } },
    })
}

#[tokio::test]
async fn a_person_comes_in_through_the_form_alone() {
    let ground = Ground::new().await;
    ground.employ("le.tiepdon", Role::Receptionist, "SI-01-1").await;
    let address = ground.serve().await;
    let http = Client::new();
    let token = log_in(&http, &address, "le.tiepdon").await;
    // The generic door must not take a record that nobody checked and nobody sealed, however its path is written.
    let unchecked = json!({ "person": "P1", "sealed": "Nguyễn Thị Hồng Nhung", "priority_groups": [] });
    for (path, status, code) in [
        ("%70eople/register_person", StatusCode::NOT_FOUND, "not-found"),
        ("people%2Fregister_person", StatusCode::NOT_FOUND, "not-found"),
        ("people/%72egister_person", StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed"),
    ] {
        let url = format!("{address}/api/units/SI-01-1/{path}");
        let request = http.post(url).bearer_auth(&token).header("idempotency-key", "k1").json(&unchecked);
        assert_eq!(problem(request).await, (status, code.to_owned()), "{path}");
    }
    let url = format!("{address}/api/units/SI-01-1/people/register_person");
    let good = json!({ "person": "P1", "form": form("Nguyễn Thị Hồng Nhung", "001190000001") });
    let request = http.post(url).bearer_auth(&token).header("idempotency-key", "k1").json(&good);
    assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn a_record_is_opened_where_the_person_is_known_and_nowhere_else() {
    let ground = Ground::new().await;
    ground.employ("le.tiepdon", Role::Receptionist, "SI-01-1").await;
    ground.employ("tran.tiem", Role::Vaccinator, "SI-48-1").await;
    let address = ground.serve().await;
    let http = Client::new();
    let token = log_in(&http, &address, "le.tiepdon").await;
    let url = format!("{address}/api/units/SI-01-1/people/register_person");
    let good = json!({ "person": "P1", "form": form("Nguyễn Thị Hồng Nhung", "001190000001") });
    let request = http.post(url).bearer_auth(&token).header("idempotency-key", "k1").json(&good);
    assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);

    let here = http.get(format!("{address}/api/units/SI-01-1/people/P1")).bearer_auth(&token);
    let here: Value = here.send().await.unwrap().json().await.unwrap();
    assert_eq!(here["record"]["name"], "Nguyễn Thị Hồng Nhung");
    let elsewhere = log_in(&http, &address, "tran.tiem").await;
    let read = http.get(format!("{address}/api/units/SI-48-1/people/P1")).bearer_auth(&elsewhere);
    assert_eq!(problem(read).await, (StatusCode::NOT_FOUND, "not-found".to_owned()));
    // Nobody leafs through the birthdays of the country with an empty name.
    let leaf = http.get(format!("{address}/api/units/SI-48-1/people?name=&birth_date=1990-05-17"));
    assert_eq!(problem(leaf.bearer_auth(&elsewhere)).await, (StatusCode::BAD_REQUEST, "malformed-request".to_owned()));
}

#[tokio::test]
async fn a_doctors_words_are_sealed_at_the_door_and_a_child_needs_another_form() {
    let ground = Ground::new().await;
    campaign::seed::run(&ground.keeper).await.unwrap();
    for (account, role) in
        [("le.tiepdon", Role::Receptionist), ("tran.bacsi", Role::Doctor), ("kiem.toan", Role::Auditor)]
    {
        ground.employ(account, role, "SI-01-1").await;
    }
    let address = ground.serve().await;
    let http = Client::new();
    let site = format!("{address}/api/units/SI-01-1");
    let (desk, doctor) = (log_in(&http, &address, "le.tiepdon").await, log_in(&http, &address, "tran.bacsi").await);
    let send = |token: &str, key: &str, command: &str, body: &Value| {
        http.post(format!("{site}/{command}")).bearer_auth(token).header("idempotency-key", key).json(body)
    };
    let child = format!("{}-01-01", SystemClock.now().day().year() - 16);
    for (person, born, consent) in [("P1", "1990-05-17", "own"), ("P2", child.as_str(), "guardian")] {
        let mut form = form("Nguyễn Thị Hồng Nhung", "");
        form["birth_date"] = json!(born);
        form["identity"] = json!({ "kind": "none" });
        let registration = json!({ "person": person, "form": form });
        let check_in = json!({ "visit": person, "person": person, "identity_confirmed": true, "consent": consent });
        for (command, body) in [("people/register_person", registration), ("visits/check_in", check_in)] {
            let answer = send(&desk, &format!("{person}-{command}").replace('/', "-"), command, &body).send().await;
            assert_eq!(answer.unwrap().status(), StatusCode::OK, "{person} {command}");
        }
    }
    let mut answers: visits::Answers =
        visits::checklist("3802").unwrap().items.iter().map(|item| (item.id.clone(), false)).collect();
    answers.insert("5".to_owned(), true);
    let screen = |visit: &str, agent: &str| {
        json!({
            "visit": visit, "checklist": "3802", "answers": answers, "details": { "5": agent },
            "vitals": { "temperature_tenths": 366 }, "conclusion": "hospital",
        })
    };
    let refused = send(&doctor, "s2", "visits/screen", &screen("P2", "latex")).send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let refused: Value = refused.json().await.unwrap();
    let facts = json!({ "version": "3802", "from_years": 18, "needed": "5002/QĐ-BYT" });
    assert_eq!((&refused["code"], &refused["facts"]), (&json!("checklist-not-for-age"), &facts));

    // Sealed anew under a fresh nonce, the same request is the same command; another text is another.
    for repeated in [None, Some("true")] {
        let answer = send(&doctor, "s1", "visits/screen", &screen("P1", "latex")).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers().get("idempotency-replayed").map(|value| value.to_str().unwrap()), repeated);
    }
    let other = send(&doctor, "s1", "visits/screen", &screen("P1", "pollen"));
    assert_eq!(problem(other).await, (StatusCode::CONFLICT, "command-id-reused".to_owned()));
    let unknown = send(&doctor, "s3", "visits/screen", &screen("P9", "latex"));
    assert_eq!(problem(unknown).await, (StatusCode::NOT_FOUND, "unknown-visit".to_owned()));

    let auditor = log_in(&http, &address, "kiem.toan").await;
    let journal = http.get(format!("{site}/journal")).bearer_auth(&auditor).send().await.unwrap();
    let journal: Vec<Value> = journal.json().await.unwrap();
    let screened: Vec<&Value> = journal.iter().filter(|entry| entry["kind"] == "visits.screened").collect();
    assert_eq!(screened.len(), 1);
    let sealed = screened[0]["body"]["visits"]["screened"]["details"].as_str().unwrap();
    let key = vault::person_key(ground.db.read(), &ground.vault, &"P1".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(key.open(vault::SCREENING, sealed).unwrap().as_slice(), br#"{"5":"latex"}"#);
}

#[tokio::test]
async fn an_auditor_of_a_unit_audits_that_unit() {
    let ground = Ground::new().await;
    ground.employ("kiemtoan.site", Role::Auditor, "SI-01-1").await;
    ground.employ("kiemtoan.vn", Role::Auditor, "VN").await;
    let address = ground.serve().await;
    let http = Client::new();
    let (site, nation) = (log_in(&http, &address, "kiemtoan.site").await, log_in(&http, &address, "kiemtoan.vn").await);
    for (path, of_site) in [
        ("SI-01-1/journal", StatusCode::OK),
        ("SI-01-1/stock", StatusCode::OK),
        ("SI-48-1/journal", StatusCode::FORBIDDEN),
        ("SI-48-1/visits", StatusCode::FORBIDDEN),
        ("VN/journal", StatusCode::FORBIDDEN),
    ] {
        let url = format!("{address}/api/units/{path}");
        assert_eq!(http.get(&url).bearer_auth(&site).send().await.unwrap().status(), of_site, "{path}");
        assert_eq!(http.get(&url).bearer_auth(&nation).send().await.unwrap().status(), StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn whatever_cannot_be_read_gets_a_problem_document() {
    let ground = Ground::new().await;
    ground.employ("tran.tiem", Role::Vaccinator, "SI-01-1").await;
    let address = ground.serve().await;
    let http = Client::new();
    let token = log_in(&http, &address, "tran.tiem").await;
    let get = |path: &str| http.get(format!("{address}{path}")).bearer_auth(&token);
    let malformed = (StatusCode::BAD_REQUEST, "malformed-request".to_owned());
    assert_eq!(problem(get("/api/units/%ff/stock")).await, malformed);
    assert_eq!(problem(get("/api/units/SI-01-1/journal?after=x")).await, malformed);
    assert_eq!(problem(get("/api/admin-units?code_set=VN-2025&more=1")).await, malformed);
    let post = |command: &str| {
        let url = format!("{address}/api/units/SI-01-1/{command}");
        http.post(url).bearer_auth(&token).header("idempotency-key", "k1").header("content-type", "application/json")
    };
    let long = post("visits/inject").body(vec![b' '; 300 * 1024]);
    assert_eq!(problem(long).await, (StatusCode::PAYLOAD_TOO_LARGE, "malformed-request".to_owned()));
    // An unknown word in a field is a fault of the field; an unknown command is not there.
    let inject = json!({ "visit": "V", "vial": "L", "dose": "D", "dose_number": 1, "site": "XX", "route": "IM" });
    assert_eq!(problem(post("visits/inject").body(inject.to_string())).await, malformed);
    let not_found = (StatusCode::NOT_FOUND, "not-found".to_owned());
    assert_eq!(problem(post("visits/fly").body("{}")).await, not_found);
    assert_eq!(problem(post("nothing/inject").body("{}")).await, not_found);
}

#[tokio::test]
async fn tries_made_at_the_same_time_count_too() {
    let ground = Ground::new().await;
    ground.employ("le.bacsi", Role::Doctor, "SI-01-1").await;
    let now = SystemClock.now();
    let guess = |index: u8, account: &'static str, password: &'static str| {
        let (sessions, token) = (&ground.sessions, SessionToken::new([index; 32]));
        async move { sessions.log_in(account, password, token, now).await.map(|_| ()) }
    };
    let wrong = |index| guess(index, "le.bacsi", "đoán thử xem sao");
    let (a, b, c, d, e, f, g, h) =
        tokio::join!(wrong(1), wrong(2), wrong(3), wrong(4), wrong(5), wrong(6), wrong(7), wrong(8));
    let all = [a, b, c, d, e, f, g, h];
    assert_eq!(all.iter().filter(|tried| **tried == Err(LoginError::Wrong)).count(), 5, "{all:?}");
    assert_eq!(all.iter().filter(|tried| matches!(tried, Err(LoginError::Wait(_)))).count(), 3);
    // What is no login name costs nothing and is kept nowhere.
    let long = "x".repeat(200_000).leak();
    for account in [long, "a\0b", "Ông Ba"] {
        for index in 10..20 {
            assert_eq!(guess(index, account, PASSWORD).await, Err(LoginError::Wrong));
        }
    }
}

#[tokio::test]
async fn ones_own_password_is_changed_by_who_knows_it() {
    let ground = Ground::new().await;
    ground.employ("le.bacsi", Role::Doctor, "SI-01-1").await;
    ground.employ("quantri", Role::Administrator, "VN").await;
    let address = ground.serve().await;
    let http = Client::new();
    let (own, admin) = (log_in(&http, &address, "le.bacsi").await, log_in(&http, &address, "quantri").await);
    let set = |token: &str, body: Value| http.put(format!("{address}/api/password")).bearer_auth(token).json(&body);
    let new = "mật khẩu mới hơn";
    let wrong = (StatusCode::UNAUTHORIZED, "login-wrong".to_owned());
    assert_eq!(problem(set(&own, json!({ "account": "le.bacsi", "password": new }))).await, wrong);
    let guessed = json!({ "account": "le.bacsi", "password": new, "current": "đoán thử xem" });
    assert_eq!(problem(set(&own, guessed)).await, wrong);
    let nobody = json!({ "account": "khong.ai", "password": new });
    assert_eq!(problem(set(&admin, nobody)).await, (StatusCode::NOT_FOUND, "unknown-account".to_owned()));
    let known = json!({ "account": "le.bacsi", "password": new, "current": PASSWORD });
    assert_eq!(set(&own, known).send().await.unwrap().status(), StatusCode::NO_CONTENT);
    let after = http.get(format!("{address}/api/session")).bearer_auth(&own).send().await.unwrap();
    assert_eq!(after.status(), StatusCode::UNAUTHORIZED, "all sessions have ended");
}

#[tokio::test]
async fn another_master_key_is_noticed_at_the_start() {
    let ground = Ground::new().await;
    let other = vault::Vault::new(&[8; 32]);
    // Nothing is sealed yet; the first start says which key it is, to those that start at the same time too.
    let (here, there) = tokio::join!(vault::fits(&ground.db, &ground.vault), vault::fits(&ground.db, &ground.vault));
    assert_eq!((here, there), (Ok(true), Ok(true)));
    assert_eq!(vault::fits(&ground.db, &other).await, Ok(false));
    assert_eq!(vault::fits(&ground.db, &ground.vault).await, Ok(true));
    let (_, key) = ground.vault.new_key(&"P1".parse().unwrap());
    let mut writer = ground.db.open_writer().await.unwrap();
    let insert = sqlx::query("INSERT INTO person_keys (person, wrapped) VALUES ($1, $2)");
    insert.bind("P1".to_owned()).bind(key.wrapped).execute(&mut writer).await.unwrap();
    assert_eq!(vault::fits(&ground.db, &ground.vault).await, Ok(true));
    // A database of an older program, without the check: the sealed keys tell.
    sqlx::query("DELETE FROM vault_check").execute(&mut writer).await.unwrap();
    assert_eq!(vault::fits(&ground.db, &other).await, Ok(false));
    assert_eq!(vault::fits(&ground.db, &ground.vault).await, Ok(true));
}
