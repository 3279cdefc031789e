//! The flow of a site, as its desks send it: each connection serves one site and takes people through one after another;
//! those observed in a round are discharged in the next, when the clock has moved on.

use crate::client::Connection;
use crate::ground::{Ground, LOT, SITES, site};
use serde_json::json;
use std::sync::Arc;
use tests::stopwatch::Stopwatch;

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
    /// Doses drawn from the open vial; none is open at the beginning.
    drawn: usize,
    vials: usize,
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
                drawn: VIAL,
                vials: 0,
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
        let watch = Stopwatch::start();
        let tasks: Vec<_> = self.desks.drain(..).map(|desk| tokio::spawn(work(desk))).collect();
        for task in tasks {
            self.desks.push(task.await.expect("a desk"));
        }
        let seconds = watch.elapsed().as_secs_f64();
        let mut done = Done { commands: 0, seconds, answers: Vec::new() };
        for desk in &mut self.desks {
            done.commands += std::mem::take(&mut desk.commands);
            done.answers.append(&mut desk.answers);
        }
        done
    }
}

impl Desk {
    async fn register(&mut self, person: usize) {
        let who = format!("P-{}-{person}", self.number);
        let body = json!({ "person": who, "form": {
            "name": "Nguyễn Thị Hồng Nhung", "birth_date": "1990-05-17", "sex": "female", "nationality": "VN",
            "identity": { "kind": "passport", "number": format!("B{:04}{person:05}", self.number) },
            "phone": "0912345678",
            "address": { "admin_unit": { "code_set": "VN-2025", "code": "00004" }, "text": "Số 1" },
        }});
        self.post(0, "people/register_person", &format!("reg-{who}"), &body.to_string()).await;
    }

    async fn vaccinate(&mut self, person: usize) {
        let who = format!("{}-{person}", self.number);
        let body = format!(r#"{{"visit":"V-{who}","person":"P-{who}","identity_confirmed":true,"consent":"own"}}"#);
        self.post(0, "visits/check_in", &format!("in-{who}"), &body).await;
        let body = self.screening.replace("VISIT", &format!("V-{who}"));
        self.post(1, "visits/screen", &format!("sc-{who}"), &body).await;
        if self.drawn == VIAL {
            (self.vials, self.drawn) = (self.vials + 1, 0);
            let vial = format!("{}-{}", self.number, self.vials);
            let body = format!(r#"{{"vial":"vial-{vial}","lot":"{LOT}"}}"#);
            self.post(2, "visits/open_vial", &format!("ov-{vial}"), &body).await;
        }
        let (number, vial) = (self.number, self.vials);
        let body = format!(
            r#"{{"visit":"V-{who}","vial":"vial-{number}-{vial}","dose":"D-{who}","dose_number":1,"site":"LA","route":"IM"}}"#
        );
        self.post(2, "visits/inject", &format!("ij-{who}"), &body).await;
        self.drawn += 1;
        let body = format!(r#"{{"visit":"V-{who}","findings":["none"]}}"#);
        self.post(3, "visits/observe", &format!("ob-{who}"), &body).await;
    }

    async fn discharge(&mut self, person: usize) {
        let who = format!("{}-{person}", self.number);
        let body = format!(r#"{{"visit":"V-{who}","outcome":"home"}}"#);
        self.post(3, "visits/discharge", &format!("dc-{who}"), &body).await;
    }

    async fn post(&mut self, role: usize, command: &str, id: &str, body: &str) {
        let path = format!("/api/units/{}/{command}", self.site);
        let watch = Stopwatch::start();
        let (status, answer) = self.connection.post(&self.tokens[role], &path, id, body).await;
        let millis = watch.elapsed().as_secs_f64() * 1e3;
        assert_eq!(status, 200, "{command} {id}: {answer}");
        self.commands += 1;
        self.answers.push(millis);
    }
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
