//! The people of a sample campaign at work: what each of them sends, over HTTP, along the whole way of a dose. A
//! [`Step`] is a value with an id of its own, so that a test can keep it and send it again.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::{Map, Value, json};
use specs::time::{Date, UnixTime};

use crate::server::Server;

/// The national store, where consignments arrive.
pub const NATIONAL_STORE: &str = "ST-VN-1";
/// The store of Hà Nội.
pub const STORE: &str = "ST-01-1";
/// A site in Hà Nội.
pub const SITE: &str = "SI-01-1";
/// Another site in Hà Nội.
pub const OTHER_SITE: &str = "SI-01-2";
/// Six doses in a vial, six hours to use them, 21 days between the two doses.
pub const PRODUCT: &str = "comirnaty";
/// Doses in a vial of [`PRODUCT`].
pub const VIAL: usize = 6;

/// The sample account of the administrator.
pub const ADMINISTRATOR: &str = "mau.quantri";
/// The sample account of the quality officer at the national office.
pub const QUALITY: &str = "mau.chatluong";
/// The sample account of the storekeeper.
pub const STOREKEEPER: &str = "mau.thukho";
/// The sample account at the reception.
pub const RECEPTION: &str = "mau.tiepdon";
/// The sample account of the doctor.
pub const DOCTOR: &str = "mau.bacsi";
/// The sample account of the vaccinator.
pub const VACCINATOR: &str = "mau.tiem";
/// The sample account of who watches after the injection.
pub const OBSERVER: &str = "mau.theodoi";
/// The sample account of the site's lead.
pub const LEAD: &str = "mau.truongdiem";
/// The sample account of the auditor.
pub const AUDITOR: &str = "mau.kiemtoan";
/// All of them.
pub const EVERYBODY: [&str; 9] =
    [ADMINISTRATOR, QUALITY, STOREKEEPER, RECEPTION, DOCTOR, VACCINATOR, OBSERVER, LEAD, AUDITOR];

/// A command of somebody to a unit, with the id under which it may be repeated.
#[derive(Debug, Clone)]
pub struct Step {
    /// Whose session.
    pub who: String,
    /// To which unit.
    pub unit: String,
    /// Folder and command, e.g. `visits/inject`.
    pub command: String,
    /// The idempotency key.
    pub id: String,
    /// The command's fields.
    pub body: Value,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The header `content-type`.
    pub content_type: String,
    /// The header that says that this is the answer to an earlier request with the same key.
    pub replayed: bool,
    /// The body.
    pub body: Vec<u8>,
}

/// The API with the sessions of the people.
#[derive(Debug, Clone)]
pub struct Api {
    http: reqwest::Client,
    address: String,
    tokens: HashMap<String, String>,
}

impl Api {
    /// Logs in everybody of the sample.
    ///
    /// # Panics
    /// When somebody is not let in.
    pub async fn enter(server: &Server) -> Api {
        // A request waits as long as the server's own limits let it, and a laden machine needs.
        let http = reqwest::Client::builder().timeout(Duration::from_secs(60)).build().expect("a client");
        let mut api = Api { http, address: server.address().to_owned(), tokens: HashMap::new() };
        let accounts = std::fs::read_to_string(server.data().join("sample-accounts.tsv")).expect("sample accounts");
        for line in accounts.lines() {
            let mut columns = line.split('\t');
            let (account, password) = (columns.next().expect("an account"), columns.next().expect("a password"));
            api.log_in(account, password).await;
        }
        api
    }

    /// Logs somebody in.
    ///
    /// # Panics
    /// When the password is wrong.
    pub async fn log_in(&mut self, account: &str, password: &str) {
        let body = json!({ "account": account, "password": password });
        let me = self.request("POST", "/api/session", None, Some(body)).await.expect("the server answers").done();
        let token = me["token"].as_str().expect("a token").to_owned();
        self.tokens.insert(account.to_owned(), token);
    }

    /// The same sessions at another address: sessions outlive a process.
    pub fn at(&self, address: &str) -> Api {
        // With connections of its own, as another program would have.
        let http = reqwest::Client::builder().timeout(Duration::from_secs(60)).build().expect("a client");
        Api { http, address: address.to_owned(), tokens: self.tokens.clone() }
    }

    /// Sends a step; an error means that nobody knows whether it was carried out.
    ///
    /// # Errors
    /// No whole answer came.
    pub async fn try_send(&self, step: &Step) -> Result<Answer, reqwest::Error> {
        let url = format!("{}/api/units/{}/{}", self.address, step.unit, step.command);
        let request = self.http.post(url).bearer_auth(&self.tokens[&step.who]).header("Idempotency-Key", &step.id);
        read(request.json(&step.body).send().await?).await
    }

    /// Sends a step to a server that must be there.
    ///
    /// # Panics
    /// When no answer comes.
    pub async fn send(&self, step: &Step) -> Answer {
        self.try_send(step).await.unwrap_or_else(|error| panic!("{}: {error:?}", step.command))
    }

    /// Sends steps one after another; each must be accepted.
    ///
    /// # Panics
    /// When one is refused.
    pub async fn walk(&self, steps: impl IntoIterator<Item = Step>) {
        for step in steps {
            let answer = self.send(&step).await;
            assert_eq!(answer.status, 200, "{step:?}: {}", answer.text());
        }
    }

    /// Any request, as somebody or as nobody.
    ///
    /// # Errors
    /// No whole answer came.
    pub async fn request(
        &self,
        method: &str,
        path: &str,
        who: Option<&str>,
        body: Option<Value>,
    ) -> Result<Answer, reqwest::Error> {
        let method = method.parse().expect("a method");
        let mut request = self.http.request(method, format!("{}{path}", self.address));
        if let Some(who) = who {
            request = request.bearer_auth(&self.tokens[who]).header("Idempotency-Key", format!("once:{}", next()));
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        read(request.send().await?).await
    }

    /// Reads something.
    ///
    /// # Panics
    /// When no answer comes.
    pub async fn get(&self, path: &str, who: &str) -> Answer {
        self.request("GET", path, Some(who), None).await.expect("the server answers")
    }

    /// Reads something public.
    ///
    /// # Panics
    /// When no answer comes.
    pub async fn public(&self, path: &str) -> Answer {
        self.request("GET", path, None, None).await.expect("the server answers")
    }

    /// A request that is built by hand, without a session.
    pub fn raw(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method.parse().expect("a method"), format!("{}{path}", self.address))
    }

    /// Sends a request that was built by hand.
    ///
    /// # Errors
    /// No whole answer came.
    pub async fn read(request: reqwest::RequestBuilder) -> Result<Answer, reqwest::Error> {
        read(request.send().await?).await
    }

    /// Where it is, e.g. `http://127.0.0.1:40001`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The token of somebody's session.
    pub fn token(&self, who: &str) -> &str {
        &self.tokens[who]
    }

    /// Moves the rehearsal's clock.
    ///
    /// # Panics
    /// When it is not moved.
    pub async fn advance(&self, minutes: u32) {
        let body = json!({ "minutes": minutes });
        self.request("POST", "/api/rehearsal/clock", Some(OBSERVER), Some(body)).await.expect("an answer").done();
    }

    /// The day in Viet Nam by the server's clock.
    ///
    /// # Panics
    /// When the server is not well.
    pub async fn today(&self) -> Date {
        let health = self.public("/api/health").await.done();
        Date::in_viet_nam(UnixTime::from_rfc3339(health["at"].as_str().expect("a time")).expect("RFC 3339"))
    }

    /// A lot that expires in a year, released, with so many doses at each of these sites.
    ///
    /// # Panics
    /// When a step is refused.
    pub async fn bring(&self, lot_no: &str, doses: u32, sites: &[&str]) -> Lot {
        let today = self.today().await;
        let lot = Lot::new(lot_no, today.add_days(365));
        let count = u32::try_from(sites.len()).expect("a few sites");
        self.walk(lot.into_store(doses * count, today)).await;
        for site in sites {
            self.walk(lot.ship(NATIONAL_STORE, site, doses)).await;
        }
        lot
    }

    /// Waits until the issuer was asked and has answered, and gives the certificates.
    ///
    /// # Panics
    /// When it refuses, or does not answer in two minutes.
    pub async fn certificates(&self, site: &str, dose: &str) -> Value {
        for _ in 0..1_200 {
            let view = self.get(&format!("/api/units/{site}/doses/{dose}/certificates"), LEAD).await.done();
            match view["state"].as_str() {
                Some("issued") => return view,
                Some("requested") => tokio::time::sleep(Duration::from_millis(100)).await,
                _ => panic!("no certificate: {view}"),
            }
        }
        panic!("the certificate of {dose} does not come");
    }

    /// Every entry of a unit's journal.
    ///
    /// # Panics
    /// When the auditor may not read it.
    pub async fn journal(&self, unit: &str) -> Vec<Value> {
        let mut entries: Vec<Value> = Vec::new();
        loop {
            let after = entries.last().and_then(|entry| entry["seq"].as_i64()).unwrap_or(0);
            let page = self.get(&format!("/api/units/{unit}/journal?after={after}"), AUDITOR).await.done();
            let page = page.as_array().expect("a list").clone();
            if page.is_empty() {
                return entries;
            }
            entries.extend(page);
        }
    }
}

/// A lot on its way. Its steps have fixed ids, so each may be taken once.
#[derive(Debug, Clone)]
pub struct Lot {
    /// Number as printed.
    pub number: String,
    /// Last day of use.
    pub expiry: Date,
}

impl Lot {
    /// A lot of [`PRODUCT`].
    pub fn new(number: &str, expiry: Date) -> Lot {
        Lot { number: number.to_owned(), expiry }
    }

    /// Its id.
    pub fn id(&self) -> String {
        format!("{PRODUCT}:{}", self.number)
    }

    /// Arrival, arrival check, release and putting away at the national store.
    pub fn into_store(&self, doses: u32, today: Date) -> [Step; 4] {
        let [arrival, inspection] = self.arrive(doses);
        [arrival, inspection, self.release(today), self.put_away(doses)]
    }

    /// Arrival and arrival check: then it is in quarantine.
    pub fn arrive(&self, doses: u32) -> [Step; 2] {
        let consignment = format!("consignment-{}", self.number);
        let receive = json!({
            "consignment": consignment, "supplier": "COVAX", "source": "covax", "documents": ["AWB 738-1234 5675"],
            "lines": [{
                "product": PRODUCT, "lot_no": self.number, "expiry": self.expiry.to_string(), "doses": doses,
                "vials": doses.div_ceil(6),
            }],
        });
        let inspect = json!({
            "consignment": consignment, "lines": [{ "lot": self.id(), "counted": doses, "damaged": 0 }],
            "temperature_log_ok": true, "vvm": "none", "decision": "accepted",
        });
        [
            Step::new(STOREKEEPER, NATIONAL_STORE, "supply/receive_consignment", receive),
            Step::new(STOREKEEPER, NATIONAL_STORE, "supply/inspect_consignment", inspect),
        ]
    }

    /// The national office lets it be used.
    pub fn release(&self, today: Date) -> Step {
        let body = json!({
            "lot": self.id(), "certificate": format!("NICVB-{}", self.number), "issuer": "NICVB",
            "on": today.to_string(),
        });
        Step::new(QUALITY, "VN", "supply/release_lot", body)
    }

    /// Out of quarantine.
    pub fn put_away(&self, doses: u32) -> Step {
        Step::new(STOREKEEPER, NATIONAL_STORE, "supply/put_away", json!({ "lot": self.id(), "doses": doses }))
    }

    /// Dispatch and receipt.
    pub fn ship(&self, from: &str, to: &str, doses: u32) -> [Step; 2] {
        [self.dispatch(from, to, doses), self.receive(to, doses)]
    }

    /// The way to another unit begins.
    pub fn dispatch(&self, from: &str, to: &str, doses: u32) -> Step {
        let body = json!({
            "shipment": self.shipment(to), "to": to, "lines": [{ "lot": self.id(), "doses": doses }],
            "carrier": "Xe lạnh (mẫu)", "vehicle": "29A-000.00", "seal": "S-1", "band": { "min": 2, "max": 8 },
        });
        Step::new(STOREKEEPER, from, "supply/dispatch_shipment", body)
    }

    /// The way ends.
    pub fn receive(&self, at: &str, doses: u32) -> Step {
        let lines = json!([{ "lot": self.id(), "received": doses, "damaged": 0, "missing": 0 }]);
        let body = json!({ "shipment": self.shipment(at), "lines": lines });
        Step::new(STOREKEEPER, at, "supply/receive_shipment", body)
    }

    /// The national office stops it, lifts the stop, or calls it back: `suspend`, `resume`, `recall`.
    pub fn control(&self, what: &str, who: &str) -> Step {
        Step::new(who, "VN", &format!("supply/{what}_lot"), json!({ "lot": self.id(), "reason": "theo dõi an toàn" }))
    }

    /// A vial of it is opened.
    pub fn open_vial(&self, site: &str, vial: &str) -> Step {
        Step::new(VACCINATOR, site, "visits/open_vial", json!({ "vial": vial, "lot": self.id() }))
    }

    fn shipment(&self, to: &str) -> String {
        format!("shipment-{}-{to}", self.number)
    }
}

/// Somebody at a site. Ids follow from site and name.
#[derive(Debug, Clone)]
pub struct Visitor {
    site: String,
    name: String,
    person: String,
}

impl Visitor {
    /// A new person at a site. `name` is plain letters, digits and hyphens, and unique in the campaign.
    pub fn new(site: &str, name: &str) -> Visitor {
        Visitor { site: site.to_owned(), name: name.to_owned(), person: format!("person-{name}") }
    }

    /// The same person in another visit, perhaps at another site.
    pub fn again(&self, site: &str, visit: &str) -> Visitor {
        Visitor { site: site.to_owned(), name: format!("{}-{visit}", self.name), person: self.person.clone() }
    }

    /// Which site.
    pub fn site(&self) -> &str {
        &self.site
    }

    /// Id of the person.
    pub fn person(&self) -> &str {
        &self.person
    }

    /// Id of the visit.
    pub fn visit(&self) -> String {
        format!("visit-{}", self.name)
    }

    /// Id of the dose.
    pub fn dose(&self) -> String {
        format!("dose-{}", self.name)
    }

    /// Registration of the person.
    pub fn register(&self) -> Step {
        let form = json!({
            "name": "Nguyễn Thị Hồng Nhung", "birth_date": "1990-05-17", "sex": "female", "nationality": "VN",
            "identity": { "kind": "none" }, "address": { "admin_unit": { "code_set": "VN-2025", "code": "01" } },
            "priority_groups": ["01"],
        });
        self.step(RECEPTION, "people/register_person", json!({ "person": self.person, "form": form }))
    }

    /// Check-in.
    pub fn check_in(&self) -> Step {
        let body =
            json!({ "visit": self.visit(), "person": self.person, "identity_confirmed": true, "consent": "own" });
        self.step(RECEPTION, "visits/check_in", body)
    }

    /// Screening that finds nothing.
    pub fn screen(&self) -> Step {
        self.screened(DOCTOR, &[], "eligible")
    }

    /// Screening in which these items are answered with yes.
    pub fn screened(&self, doctor: &str, yes: &[&str], conclusion: &str) -> Step {
        let items = ["1", "2", "3", "4a", "4b", "5", "6", "7", "8", "9", "10", "11"];
        let answers: Map<String, Value> =
            items.iter().map(|item| ((*item).to_owned(), json!(yes.contains(item)))).collect();
        let body = json!({
            "visit": self.visit(), "checklist": "3802", "answers": answers, "conclusion": conclusion,
            "vitals": { "temperature_tenths": 366, "pulse": 72, "systolic": 118, "diastolic": 76 },
        });
        self.step(doctor, "visits/screen", body)
    }

    /// Injection.
    pub fn inject(&self, vial: &str, number: u32) -> Step {
        let body = json!({
            "visit": self.visit(), "vial": vial, "dose": self.dose(), "dose_number": number, "site": "LA", "route": "IM",
        });
        self.step(VACCINATOR, "visits/inject", body)
    }

    /// A look during the half hour.
    pub fn observe(&self) -> Step {
        self.step(OBSERVER, "visits/observe", json!({ "visit": self.visit(), "findings": ["none"] }))
    }

    /// The end: `home` after half an hour, `referred` at once.
    pub fn discharge(&self, outcome: &str) -> Step {
        self.step(OBSERVER, "visits/discharge", json!({ "visit": self.visit(), "outcome": outcome }))
    }

    /// The injection is taken back.
    pub fn void(&self) -> Step {
        self.step(LEAD, "visits/void_injection", json!({ "dose": self.dose(), "reason": "ghi nhầm người" }))
    }

    /// Until the doctor has cleared the person.
    pub fn to_the_needle(&self) -> [Step; 3] {
        [self.register(), self.check_in(), self.screen()]
    }

    fn step(&self, who: &str, command: &str, body: Value) -> Step {
        Step::new(who, &self.site, command, body)
    }
}

impl Step {
    /// A step with a new id.
    pub fn new(who: &str, unit: &str, command: &str, body: Value) -> Step {
        let id = format!("step:{}", next());
        Step { who: who.to_owned(), unit: unit.to_owned(), command: command.to_owned(), id, body }
    }

    /// The same fields under a new id.
    #[must_use]
    pub fn anew(&self) -> Step {
        Step { id: format!("step:{}", next()), ..self.clone() }
    }
}

impl Answer {
    /// The body as JSON.
    ///
    /// # Panics
    /// When it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The answer to what was accepted.
    ///
    /// # Panics
    /// When it was not.
    #[track_caller]
    pub fn done(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text());
        self.json()
    }

    /// The particulars of exactly this refusal, in a well-formed problem document.
    ///
    /// # Panics
    /// When it is something else.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.content_type, "application/problem+json", "{self:?}");
        let problem = self.json();
        assert_eq!((self.status, problem["code"].as_str()), (status, Some(code)), "{problem}");
        assert_eq!(problem["type"], format!("urn:lachan:problem:{code}"));
        assert_eq!(problem["status"], status);
        for words in ["title", "title_vi"] {
            assert!(problem[words].as_str().is_some_and(|words| !words.is_empty()), "{problem}");
        }
        problem["facts"].clone()
    }
}

async fn read(response: reqwest::Response) -> Result<Answer, reqwest::Error> {
    let status = response.status().as_u16();
    let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (content_type, replayed) = (header("content-type").to_owned(), header("idempotency-replayed") == "true");
    Ok(Answer { status, content_type, replayed, body: response.bytes().await?.to_vec() })
}

/// A number that this process gives once.
fn next() -> u64 {
    static COUNT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
    COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
}
