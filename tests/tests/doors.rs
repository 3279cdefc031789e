//! Who gets in where: nobody without a session, nobody beyond their role and unit, no malformed request, and no door at
//! all through which a ready payload could be had signed.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tests::server::{Engine, Server};
use tests::walk::{
    ADMINISTRATOR, AUDITOR, Answer, Api, DOCTOR, EVERYBODY, LEAD, OBSERVER, OTHER_SITE, QUALITY, RECEPTION, SITE,
    STOREKEEPER, Step, VACCINATOR, Visitor,
};

/// What anybody may ask, besides logging in.
const PUBLIC: [&str; 9] = [
    "/api/health",
    "/api/units",
    "/api/admin-units?code_set=VN-2025",
    "/api/products",
    "/api/trust-list",
    "/api/trust-anchors",
    "/api/trust-list.jws",
    "/api/status-lists/1",
    "/api/openapi.json",
];

#[tokio::test(flavor = "multi_thread")]
async fn the_doors() {
    let server = Server::start(Engine::Sqlite).await;
    let mut api = Api::enter(&server).await;
    nobody_gets_in_without_a_session(&api).await;
    everybody_keeps_to_their_role(&api).await;
    everybody_keeps_to_their_unit(&mut api).await;
    what_cannot_be_read_is_refused(&api).await;
    the_campaign_has_no_door_for_a_payload(&api).await;
    the_issuer_has_no_door_for_a_payload(&server).await;
    // All that knocking wrote nothing but the one account.
    assert_eq!(api.journal(SITE).await.len(), 0);
}

/// A matrix made by machine: every route of the description, without a session, with a made-up one, and with a made-up
/// cookie.
async fn nobody_gets_in_without_a_session(api: &Api) {
    for path in PUBLIC {
        assert_eq!(api.public(path).await.status, 200, "{path}");
    }
    let description = api.public("/api/openapi.json").await.json();
    let mut public: BTreeSet<&str> = PUBLIC.iter().map(|path| path.split('?').next().unwrap()).collect();
    assert!(public.remove("/api/status-lists/1") && public.insert("/api/status-lists/{number}"));
    let mut cells = 0;
    let mut closed = BTreeSet::new();
    for (path, item) in description["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys().filter(|key| *key != "parameters") {
            let method = method.to_uppercase();
            if public.contains(path.as_str()) || (path == "/api/session" && method == "POST") {
                continue;
            }
            let filled = path.replace("{unit}", SITE).replace("{profile}", "national").replace("{format}", "png");
            let filled = filled.replace("{file}", "qr.svg").replace(['{', '}'], "");
            for (header, value) in [
                ("accept", "application/json"),
                ("authorization", "Bearer not-a-token"),
                ("authorization", "Basic bWF1LmJhY3NpOng="),
                ("cookie", "__Host-lachan=not-a-token"),
            ] {
                let request = api.raw(&method, &filled).header(header, value).header("idempotency-key", "k1");
                let request = request.header("origin", api.address()).json(&json!({}));
                refused(request, 401, "unauthenticated", &format!("{method} {filled} {header}: {value}")).await;
                cells += 1;
            }
            closed.insert(path.clone());
        }
    }
    println!("{cells} requests without a session, {} closed routes", closed.len());
    for known in [
        "/api/units/{unit}/visits/inject",
        "/api/units/{unit}/supply/release_lot",
        "/api/units/{unit}/doses/{dose}/certificates/{profile}/qr.{format}",
        "/api/rehearsal/clock",
    ] {
        assert!(closed.contains(known), "the description lacks {known}: {closed:?}");
    }
    // What is not described is closed as well: commands of the system itself, names that do not exist.
    for (method, path) in [
        ("GET", format!("/api/units/{SITE}/doses/d/certificates/national/anything")),
        ("POST", format!("/api/units/{SITE}/certificates/record_issued")),
        ("POST", format!("/api/units/{SITE}/certificates/sign")),
    ] {
        refused(api.raw(method, &path).json(&json!({})), 401, "unauthenticated", &path).await;
    }
    let wrong = json!({ "account": DOCTOR, "password": "not the password" });
    refused(api.raw("POST", "/api/session").json(&wrong), 401, "login-wrong", "a wrong password").await;
    let unknown = json!({ "account": "mau.khongai", "password": "not the password" });
    refused(api.raw("POST", "/api/session").json(&unknown), 401, "login-wrong", "an unknown account").await;
    // A cookie that is good, on a request that another site made.
    let cookie = format!("__Host-lachan={}", api.token(RECEPTION));
    let step = Visitor::new(SITE, "forged").check_in();
    for origin in [None, Some("https://evil.example")] {
        let mut request = api.raw("POST", &format!("/api/units/{SITE}/{}", step.command)).header("cookie", &cookie);
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        let request = request.header("idempotency-key", "k2").json(&step.body);
        refused(request, 403, "forbidden", &format!("from {origin:?}")).await;
    }
}

/// For each thing to do, who may: whoever else is logged in gets 403, and whoever may is told something else, for all of
/// them speak of things that do not exist, or that exist already. Every command of the description has its row.
async fn everybody_keeps_to_their_role(api: &Api) {
    let lot = json!({ "lot": "comirnaty:NOSUCH", "reason": "x" });
    let doses = json!({ "lot": "comirnaty:NOSUCH", "doses": 1, "position": "available", "reference": "x" });
    let waste = json!({ "lot": "comirnaty:NOSUCH", "doses": 1, "position": "available", "reason": "expired" });
    let inspect = json!({
        "consignment": "none", "lines": [], "temperature_log_ok": true, "vvm": "none", "decision": "accepted",
    });
    let consignment = json!({ "consignment": "c", "supplier": "", "source": "covax", "documents": [], "lines": [] });
    let dispatch = json!({
        "shipment": "s", "to": "SI-99-9", "lines": [], "carrier": "x", "vehicle": "x", "seal": "x",
        "band": { "min": 2, "max": 8 },
    });
    let release = json!({ "lot": "comirnaty:NOSUCH", "certificate": "x", "issuer": "x", "on": "2026-01-01" });
    let visitor = Visitor::new(SITE, "nobody");
    let dose = json!({ "dose": "none" });
    let mut rows: Vec<(Step, &[&str])> = Vec::new();
    for (command, body) in [
        ("receive_consignment", consignment),
        ("inspect_consignment", inspect),
        ("put_away", json!({ "lot": "comirnaty:NOSUCH", "doses": 1 })),
        ("dispatch_shipment", dispatch),
        ("receive_shipment", json!({ "shipment": "none", "lines": [] })),
        ("waste", waste),
        ("return_doses", doses.clone()),
        ("destroy", doses),
    ] {
        rows.push((Step::new("", SITE, &format!("supply/{command}"), body), &[STOREKEEPER]));
    }
    for (command, body) in
        [("release_lot", release), ("suspend_lot", lot.clone()), ("resume_lot", lot.clone()), ("recall_lot", lot)]
    {
        rows.push((Step::new("", "VN", &format!("supply/{command}"), body), &[QUALITY]));
    }
    let close_vial = json!({ "vial": "none", "reason": "contaminated" });
    let issued = json!({ "dose": "none", "sealed": "AAAA", "uvci_hashes": ["00"] });
    let not_issued = json!({ "dose": "none", "problem": { "code": "x", "detail": "x" } });
    // Known from another site: the journal of this one stays empty.
    api.walk([Visitor::new(OTHER_SITE, "known").register()]).await;
    let mut at_site = |command: &str, body: &Value, who: &'static [&'static str]| {
        rows.push((Step::new("", SITE, command, body.clone()), who));
    };
    at_site("people/register_person", &Visitor::new(SITE, "known").register().body, &[RECEPTION, LEAD]);
    at_site("visits/check_in", &visitor.check_in().body, &[RECEPTION]);
    at_site("visits/screen", &visitor.screen().body, &[DOCTOR]);
    at_site("visits/open_vial", &json!({ "vial": "v", "lot": "comirnaty:NOSUCH" }), &[VACCINATOR]);
    at_site("visits/inject", &visitor.inject("none", 1).body, &[VACCINATOR]);
    at_site("visits/close_vial", &close_vial, &[VACCINATOR]);
    at_site("visits/observe", &visitor.observe().body, &[OBSERVER]);
    at_site("visits/discharge", &visitor.discharge("home").body, &[OBSERVER]);
    at_site("visits/leave", &json!({ "visit": "none", "reason": "x" }), &[LEAD]);
    at_site("visits/void_injection", &visitor.void().body, &[LEAD]);
    at_site("certificates/request", &dose, &[RECEPTION, LEAD]);
    at_site("certificates/record_issued", &issued, &[]);
    at_site("certificates/record_refused", &not_issued, &[]);
    at_site("certificates/record_revoked", &dose, &[]);
    let account = |more: Value| {
        let mut body = json!({ "account": "mau.khongai" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    for (command, body) in [
        ("auth/open_account", json!({ "account": DOCTOR, "name": "x" })),
        ("auth/close_account", account(json!({ "reason": "x" }))),
        ("auth/grant_role", account(json!({ "role": "doctor", "at": SITE }))),
        ("auth/withdraw_role", account(json!({ "role": "doctor", "at": SITE }))),
        ("places/open_unit", json!({ "unit": "SI-99-9", "kind": "province", "name": "x" })),
        ("places/change_unit", json!({ "unit": "SI-99-9" })),
    ] {
        rows.push((Step::new("", "VN", command, body), &[ADMINISTRATOR]));
    }
    // Commands of the system itself are nobody's, and in no description.
    let with_row = rows.iter().filter(|(_, allowed)| !allowed.is_empty()).map(|(step, _)| step.command.clone());
    assert_eq!(
        with_row.collect::<BTreeSet<String>>(),
        commands(api).await,
        "a command without a row, or the other way"
    );
    let mut cells = 0;
    for (step, allowed) in &rows {
        for who in EVERYBODY {
            let mut asked = step.anew();
            asked.who = who.to_owned();
            let answer = api.send(&asked).await;
            if allowed.contains(&who) {
                assert!(![200, 401, 403].contains(&answer.status), "{asked:?}: {}", answer.text());
            } else {
                assert_forbidden(&answer, &format!("{asked:?}"));
            }
            // At an office where nobody of the sample works, nobody may do anything.
            asked.unit = "VN-01".to_owned();
            assert_forbidden(&api.send(&asked.anew()).await, &format!("{asked:?}"));
            cells += 2;
        }
    }
    let people = format!("/api/units/{SITE}/people?name=Nhung&birth_date=1990-05-17");
    let desks: &[&str] = &[RECEPTION, DOCTOR, VACCINATOR, OBSERVER, LEAD];
    let reading: [(String, &[&str]); 6] = [
        (people, desks),
        (format!("/api/units/{SITE}/people/none"), desks),
        (format!("/api/units/{SITE}/doses/none/certificates"), &[RECEPTION, OBSERVER, LEAD]),
        (format!("/api/units/{SITE}/doses/none/document.pdf"), &[RECEPTION, OBSERVER, LEAD]),
        (format!("/api/units/{SITE}/journal"), &[AUDITOR]),
        ("/api/units/VN-01/stock".to_owned(), &[AUDITOR]),
    ];
    for (path, allowed) in &reading {
        for who in EVERYBODY {
            let answer = api.get(path, who).await;
            if allowed.contains(&who) {
                assert!([200, 404].contains(&answer.status), "{who} {path}: {}", answer.text());
            } else {
                assert_forbidden(&answer, &format!("{who} {path}"));
            }
            cells += 1;
        }
    }
    println!("{} commands, {cells} cells of roles and things to do", rows.len());
    // A password is one's own, or the administrator's to set.
    let password = json!({ "account": DOCTOR, "password": "một mật khẩu khác" });
    assert_forbidden(&api.request("PUT", "/api/password", Some(LEAD), Some(password)).await.unwrap(), "a password");
}

/// Folder and name of every command of the description.
async fn commands(api: &Api) -> BTreeSet<String> {
    let description = api.public("/api/openapi.json").await.json();
    let posts = description["paths"].as_object().unwrap().iter().filter(|(_, item)| item["post"].is_object());
    posts.filter_map(|(path, _)| Some(path.strip_prefix("/api/units/{unit}/")?.to_owned())).collect()
}

/// An account with one role at one site has it there and nowhere else.
async fn everybody_keeps_to_their_unit(api: &mut Api) {
    let account = "mau.tiem2";
    let role = |at: &str| json!({ "account": account, "role": "vaccinator", "at": at });
    api.walk([
        Step::new(ADMINISTRATOR, "VN", "auth/open_account", json!({ "account": account, "name": "Người khác" })),
        Step::new(ADMINISTRATOR, "VN", "auth/grant_role", role(OTHER_SITE)),
    ])
    .await;
    let password = json!({ "account": account, "password": "một mật khẩu dài" });
    let set = api.request("PUT", "/api/password", Some(ADMINISTRATOR), Some(password)).await.unwrap();
    assert_eq!(set.status, 204, "{}", set.text());
    api.log_in(account, "một mật khẩu dài").await;
    let inject =
        |unit: &str| Step::new(account, unit, "visits/inject", Visitor::new(unit, "none").inject("none", 1).body);
    api.send(&inject(OTHER_SITE)).await.refused(404, "unknown-visit");
    for unit in [SITE, "VN", "ST-01-1", "SI-99-9"] {
        assert_forbidden(&api.send(&inject(unit)).await, unit);
        for what in ["stock", "visits", "vials", "shipments", "consignments", "journal", "people?cccd=001090000001"] {
            assert_forbidden(&api.get(&format!("/api/units/{unit}/{what}"), account).await, &format!("{unit} {what}"));
        }
    }
    assert_eq!(api.get(&format!("/api/units/{OTHER_SITE}/stock"), account).await.status, 200);
}

async fn what_cannot_be_read_is_refused(api: &Api) {
    let command = format!("/api/units/{SITE}/visits/check_in");
    let post = |path: &str| api.raw("POST", path).bearer_auth(api.token(RECEPTION)).header("idempotency-key", "k3");
    let json = |path: &str| post(path).header("content-type", "application/json");
    let good = Visitor::new(SITE, "unread").check_in().body;
    for body in ["", "{", "{\"visit\": \"v\"", "nonsense", "{} {}", "\u{0}"] {
        refused(json(&command).body(body), 400, "malformed-request", body).await;
    }
    refused(post(&command).body("{}"), 415, "malformed-request", "no content type").await;
    let mut too_long = Api::read(json(&command).body(vec![b' '; 300 * 1024])).await;
    for _ in 0..20 {
        // The server does not wait for the end of it, and may hang up before its answer is read.
        if too_long.is_ok() {
            break;
        }
        too_long = Api::read(json(&command).body(vec![b' '; 300 * 1024])).await;
    }
    too_long.unwrap().refused(413, "malformed-request");
    let deep = "[".repeat(100_000);
    refused(json(&command).body(deep), 400, "malformed-request", "too deep").await;
    let mut surplus = good.clone();
    surplus["surplus"] = serde_json::json!(1);
    let mut lacking = good.clone();
    lacking.as_object_mut().unwrap().remove("consent");
    let mut slash = good.clone();
    slash["visit"] = serde_json::json!("a/b");
    for body in [surplus, lacking, slash, serde_json::json!([]), serde_json::json!(null)] {
        refused(post(&command).json(&body), 400, "malformed-request", &body.to_string()).await;
    }
    let no_key = api.raw("POST", &command).bearer_auth(api.token(RECEPTION)).json(&good);
    refused(no_key, 400, "malformed-request", "no key").await;
    let long = "k".repeat(65);
    for key in ["a b", "", long.as_str()] {
        let request = api.raw("POST", &command).bearer_auth(api.token(RECEPTION));
        refused(request.header("idempotency-key", key).json(&good), 400, "malformed-id", key).await;
    }
    refused(post(&format!("/api/units/{SITE}%20/visits/check_in")).json(&good), 400, "malformed-id", "a unit").await;
    for path in ["/", "/api", "/api/nothing", "/api/units/", "/index.html", "/api/units/SI-01-1/visits/check_in/more"] {
        refused(post(path).json(&good), 404, "not-found", path).await;
    }
    for name in ["visits/fly", "nothing/check_in"] {
        refused(post(&format!("/api/units/{SITE}/{name}")).json(&good), 404, "not-found", name).await;
    }
    for query in ["", "?code_set=VN-1975", "?code_set=VN-2025&code_set=VN-2004", "?code_set=VN-2025&more=1"] {
        refused(api.raw("GET", &format!("/api/admin-units{query}")), 400, "malformed-request", query).await;
    }
    refused(api.raw("GET", "/api/units/%FF/stock").bearer_auth(api.token(LEAD)), 400, "malformed-request", "%FF").await;
    for (method, path) in [("DELETE", "/api/health"), ("GET", command.as_str()), ("PATCH", "/api/session")] {
        refused(api.raw(method, path).bearer_auth(api.token(RECEPTION)), 405, "method-not-allowed", path).await;
    }
}

/// Nobody can tell the campaign what a certificate says.
async fn the_campaign_has_no_door_for_a_payload(api: &Api) {
    for (path, body) in payloads() {
        for who in EVERYBODY {
            let path = format!("/api/units/{SITE}/certificates/{path}");
            let answer = api.request("POST", &path, Some(who), Some(body.clone())).await.unwrap();
            answer.refused(404, "not-found");
        }
    }
    // To ask is to name a dose, and nothing else.
    let facts = json!({ "dose": "none", "holder": { "family_name": "Nguyễn" } });
    let path = format!("/api/units/{SITE}/certificates/request");
    api.request("POST", &path, Some(LEAD), Some(facts)).await.unwrap().refused(400, "malformed-request");
}

/// On the issuer's own socket, which only its owner may open, there is no such door either.
async fn the_issuer_has_no_door_for_a_payload(server: &Server) {
    use std::os::unix::fs::PermissionsExt as _;
    let socket = server.issuer_socket();
    assert_eq!(std::fs::metadata(&socket).unwrap().permissions().mode() & 0o777, 0o600);
    let http = reqwest::Client::builder().unix_socket(socket).build().unwrap();
    let send = async |method: &str, path: &str, body: &Value| {
        let request = http.request(method.parse().unwrap(), format!("http://issuer{path}")).json(body);
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
        assert_eq!(kind, "application/problem+json", "{method} {path}");
        let problem: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
        (status, problem["code"].as_str().unwrap_or_default().to_owned())
    };
    let issuer = issuer::api::Client::unix(server.issuer_socket()).unwrap();
    let before = issuer.health().await.unwrap().log_size;
    for (path, body) in payloads() {
        assert_eq!(send("POST", &format!("/v1/{path}"), &body).await, (404, "not-found".to_owned()), "{path}");
        assert_eq!(send("PUT", "/v1/certificates", &body).await.0, 405);
        let (status, code) = send("POST", "/v1/certificates", &body).await;
        assert_eq!((status, code.as_str()), (422, "malformed-request"), "{body}");
    }
    // Facts with a payload beside them are not facts.
    let mut facts = json!({
        "dose": "d1", "unit": SITE, "authority": "Bộ Y tế", "disease": "840539006", "product": "comirnaty",
        "holder": { "family_name": "Nguyễn", "given_name": "Nhung", "birth_date": "1990-05-17", "nationality": "VN" },
        "dose_number": 1, "series_doses": 2, "doses_received": 1, "injected_on": "2022-01-01", "country": "VN",
        "lot": "L1", "payload": "a0",
    });
    assert_eq!(send("POST", "/v1/certificates", &facts).await.0, 422);
    facts.as_object_mut().unwrap().remove("payload");
    facts["product"] = json!("water");
    assert_eq!(send("POST", "/v1/certificates", &facts).await.0, 422);
    assert_eq!(issuer.health().await.unwrap().log_size, before, "something was signed");
}

/// What a forger would offer, and where.
fn payloads() -> [(&'static str, Value); 6] {
    [
        ("sign", json!({ "payload": "a4041a" })),
        ("sign-hash", json!({ "hash": "00".repeat(32), "kid": "0000000000000000" })),
        ("raw", json!({ "to_be_signed": "846a5369676e617475726531" })),
        ("issue", json!({ "claims": { "1": "VN", "-260": {} } })),
        ("seal", json!({ "text": "HC1:NCF" })),
        ("lists", json!({ "signers": [] })),
    ]
}

fn assert_forbidden(answer: &Answer, what: &str) {
    assert_eq!((answer.status, answer.json()["code"].as_str()), (403, Some("forbidden")), "{what}: {}", answer.text());
    answer.refused(403, "forbidden");
}

async fn refused(request: reqwest::RequestBuilder, status: u16, code: &str, what: &str) {
    let answer = Api::read(request).await.unwrap_or_else(|error| panic!("{what:.200}: {error}"));
    assert_eq!((answer.status, answer.content_type.as_str()), (status, "application/problem+json"), "{what:.200}");
    answer.refused(status, code);
}
