//! The flow of a site, as its desks send it: each connection serves one site and takes people through one after another;
//! those observed in a round are discharged in the next, when the clock has moved on.

use crate::client::Connection;
use crate::cpu::Spent;
use crate::ground::{Ground, LOT, SITES, site};
use serde_json::json;
use std::sync::Arc;
use tests::stopwatch::Stopwatch;
use uuid::Uuid;

/// Doses in a vial of the product.
const VIAL: usize = 10;

/// All connections.
pub(crate) struct Desks {
    desks: Vec<Desk>,
    /// Injections of each connection in a round.
    people: usize,
    rounds: usize,
}

/// What a round did.
pub(crate) struct Done {
    commands: usize,
    seconds: f64,
    /// Processor time of all that had to do with it.
    pub(crate) spent: Spent,
    /// Milliseconds from request to answer.
    pub(crate) answers: Vec<f64>,
}

impl Done {
    /// Accepted commands per second.
    pub(crate) fn per_second(&self) -> f64 {
        self.commands as f64 / self.seconds
    }
}

struct Desk {
    connection: Connection,
    tokens: [String; 4],
    screening: Arc<str>,
    site: String,
    number: usize,
    /// The people who come, in order, and the visits they have begun.
    people: Vec<String>,
    visits: Vec<String>,
    /// The open vial and the doses drawn from it; none is open at the beginning.
    vial: String,
    drawn: usize,
    commands: usize,
    answers: Vec<f64>,
}

impl Desks {
    /// Opens the connections.
    pub(crate) async fn open(ground: &Ground, crowd: usize, people: usize, rounds: usize) -> Self {
        let screening: Arc<str> = Arc::from(screening());
        let mut desks = Vec::with_capacity(crowd);
        for number in 0..crowd {
            desks.push(Desk {
                connection: Connection::open(ground.port).await,
                tokens: ground.tokens[number % SITES].clone(),
                screening: Arc::clone(&screening),
                site: site(number % SITES),
                number,
                people: Vec::new(),
                visits: Vec::new(),
                vial: String::new(),
                drawn: VIAL,
                commands: 0,
                answers: Vec::new(),
            });
        }
        Self { desks, people, rounds }
    }

    /// Registers everybody who will come; people per second.
    pub(crate) async fn register(&mut self) -> f64 {
        let count = self.people * self.rounds;
        self.all(move |mut desk| async move {
            for person in 0..count {
                desk.register(person).await;
            }
            desk
        })
        .await
        .per_second()
    }

    /// One round of everybody.
    pub(crate) async fn round(&mut self, round: usize) -> Done {
        let people = self.people;
        self.all(move |mut desk| async move {
            for place in 0..people {
                if round > 0 {
                    desk.discharge((round - 1) * people + place).await;
                }
                desk.vaccinate(round * people + place).await;
            }
            desk
        })
        .await
    }

    async fn all<F: Future<Output = Desk> + Send + 'static>(&mut self, work: impl Fn(Desk) -> F) -> Done {
        let (watch, before) = (Stopwatch::start(), Spent::so_far());
        let tasks: Vec<_> = self.desks.drain(..).map(|desk| tokio::spawn(work(desk))).collect();
        for task in tasks {
            self.desks.push(task.await.expect("a desk"));
        }
        let seconds = watch.elapsed().as_secs_f64();
        let mut done = Done { commands: 0, seconds, spent: Spent::so_far().since(before), answers: Vec::new() };
        for desk in &mut self.desks {
            done.commands += std::mem::take(&mut desk.commands);
            done.answers.append(&mut desk.answers);
        }
        done
    }
}

impl Desk {
    async fn register(&mut self, person: usize) {
        let who = id();
        let body = json!({ "person": who, "form": {
            "name": "Nguyễn Thị Hồng Nhung", "birth_date": "1990-05-17", "sex": "female", "nationality": "VN",
            "identity": { "kind": "passport", "number": format!("B{:04}{person:05}", self.number) },
            "phone": "0912345678",
            "address": { "admin_unit": { "code_set": "VN-2025", "code": "00004" }, "text": "Số 1" },
        }});
        self.people.push(who);
        self.post(0, "people/register_person", &body.to_string()).await;
    }

    async fn vaccinate(&mut self, person: usize) {
        let (who, visit) = (self.people[person].clone(), id());
        let body = format!(r#"{{"visit":"{visit}","person":"{who}","identity_confirmed":true,"consent":"own"}}"#);
        self.post(0, "visits/check_in", &body).await;
        let body = self.screening.replace("VISIT", &visit);
        self.post(1, "visits/screen", &body).await;
        if self.drawn == VIAL {
            (self.vial, self.drawn) = (id(), 0);
            let body = format!(r#"{{"vial":"{}","lot":"{LOT}"}}"#, self.vial);
            self.post(2, "visits/open_vial", &body).await;
        }
        let (vial, dose) = (&self.vial, id());
        let body = format!(
            r#"{{"visit":"{visit}","vial":"{vial}","dose":"{dose}","dose_number":1,"site":"LA","route":"IM"}}"#
        );
        self.post(2, "visits/inject", &body).await;
        self.drawn += 1;
        let body = format!(r#"{{"visit":"{visit}","findings":["none"]}}"#);
        self.post(3, "visits/observe", &body).await;
        self.visits.push(visit);
    }

    async fn discharge(&mut self, person: usize) {
        let body = format!(r#"{{"visit":"{}","outcome":"home"}}"#, self.visits[person]);
        self.post(3, "visits/discharge", &body).await;
    }

    async fn post(&mut self, role: usize, command: &str, body: &str) {
        let id = id();
        let path = format!("/api/units/{}/{command}", self.site);
        let watch = Stopwatch::start();
        let (status, answer) = self.connection.post(&self.tokens[role], &path, &id, body).await;
        let millis = watch.elapsed().as_secs_f64() * 1e3;
        assert_eq!(status, 200, "{command} {id}: {answer}");
        self.commands += 1;
        self.answers.push(millis);
    }
}

/// A fresh id of the kind that clients are told to make; the plain inserts have ids that follow each other in time as well.
#[expect(clippy::disallowed_methods, reason = "a client has a clock and randomness of its own")]
fn id() -> String {
    Uuid::now_v7().to_string()
}

/// The doctor's form of a healthy person, with a place for the visit.
fn screening() -> String {
    let form = campaign::visits::checklist("3802").expect("the checklist of Decision 3802");
    let answers: serde_json::Map<String, serde_json::Value> =
        form.items.iter().map(|item| (item.id.clone(), json!(false))).collect();
    json!({
        "visit": "VISIT", "checklist": "3802", "answers": answers, "conclusion": "eligible",
        "vitals": { "temperature_tenths": 367, "pulse": 72, "systolic": 120, "diastolic": 80 },
    })
    .to_string()
}
