//! The chain of one dose, step by step, over HTTP as the people of the campaign would do it.

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use serde_json::{Value, json};
use specs::time::{Date, UnixTime};

use super::Places;

const NATIONAL_STORE: &str = "ST-VN-1";
const PROVINCIAL_STORE: &str = "ST-01-1";
const SITE: &str = "SI-01-1";
const PRODUCT: &str = "comirnaty";

/// The API, with everybody of the sample logged in.
struct Campaign {
    client: reqwest::Client,
    address: String,
    tokens: HashMap<String, String>,
    /// The day in Viet Nam by the campaign's clock, which is behind the machine's and may be on the day before.
    today: Date,
    /// Marks what this run makes, so that a second run makes new things.
    run: String,
    steps: usize,
}

/// Runs one dose through the whole chain, writes what it leaves to look at, and verifies it.
pub(super) async fn walk(address: &str, places: &Places) -> Result<()> {
    let mut campaign = Campaign::enter(address, &places.data.join("sample-accounts.tsv")).await?;
    let lot = campaign.bring_doses_to_the_site().await?;
    let dose = campaign.vaccinate(&lot).await?;
    let texts = campaign.collect(&dose, &places.output).await?;
    campaign.verify(&texts, places).await
}

impl Campaign {
    async fn enter(address: &str, accounts: &Path) -> Result<Campaign> {
        let client = reqwest::Client::new();
        let mut tokens = HashMap::new();
        let lines = std::fs::read_to_string(accounts).with_context(|| format!("{}", accounts.display()))?;
        for line in lines.lines() {
            let mut parts = line.split('\t');
            let (Some(account), Some(password)) = (parts.next(), parts.next()) else { bail!("accounts: {line:?}") };
            let login = json!({ "account": account, "password": password });
            let answer = client.post(format!("{address}/api/session")).json(&login).send().await?;
            let me = read(answer).await?;
            tokens.insert(account.to_owned(), text(&me, "token")?);
        }
        let health = read(client.get(format!("{address}/api/health")).send().await?).await?;
        let at = UnixTime::from_rfc3339(&text(&health, "at")?).with_context(|| format!("no time: {health}"))?;
        let run = format!("{:x}", micros() / 1_000);
        Ok(Campaign { client, address: address.to_owned(), tokens, today: Date::in_viet_nam(at), run, steps: 0 })
    }

    /// Consignment, arrival check, release, put-away, two shipments.
    async fn bring_doses_to_the_site(&mut self) -> Result<String> {
        let lot_no = format!("MAU{}", self.run.to_uppercase());
        let lot = format!("{PRODUCT}:{lot_no}");
        let consignment = format!("consignment-{}", self.run);
        let expiry = self.today.add_days(365).to_string();
        self.say("A consignment arrives at the national store: 195 vials, 1,170 doses, into quarantine");
        self.send("mau.thukho", NATIONAL_STORE, "supply/receive_consignment", json!({
            "consignment": consignment, "supplier": "COVAX", "source": "covax", "documents": [format!("AWB-{}", self.run)],
            "lines": [{ "product": PRODUCT, "lot_no": lot_no, "expiry": expiry, "doses": 1170, "vials": 195 }],
        })).await?;
        self.say("It is inspected: temperature log in order, one vial broken and written off");
        self.send(
            "mau.thukho",
            NATIONAL_STORE,
            "supply/inspect_consignment",
            json!({
                "consignment": consignment, "lines": [{ "lot": lot, "counted": 1170, "damaged": 6 }],
                "temperature_log_ok": true, "vvm": "none", "decision": "accepted",
            }),
        )
        .await?;
        self.say("The national office releases the lot");
        self.send(
            "mau.chatluong",
            "VN",
            "supply/release_lot",
            json!({
                "lot": lot, "certificate": format!("NICVB-{}", self.run), "issuer": "NICVB", "on": self.today.to_string(),
            }),
        )
        .await?;
        self.send("mau.thukho", NATIONAL_STORE, "supply/put_away", json!({ "lot": lot, "doses": 1164 })).await?;
        self.say("600 doses travel to the provincial store, 60 of them on to the vaccination site");
        self.ship(NATIONAL_STORE, PROVINCIAL_STORE, &lot, 600).await?;
        self.ship(PROVINCIAL_STORE, SITE, &lot, 60).await?;
        Ok(lot)
    }

    async fn ship(&self, from: &str, to: &str, lot: &str, doses: u32) -> Result<()> {
        let shipment = format!("shipment-{to}-{}", self.run);
        self.send(
            "mau.thukho",
            from,
            "supply/dispatch_shipment",
            json!({
                "shipment": shipment, "to": to, "lines": [{ "lot": lot, "doses": doses }],
                "carrier": "Xe lạnh (mẫu)", "vehicle": "29A-000.00", "seal": format!("S-{}", self.run),
                "band": { "min": 2, "max": 8 },
            }),
        )
        .await?;
        self.send(
            "mau.thukho",
            to,
            "supply/receive_shipment",
            json!({
                "shipment": shipment, "lines": [{ "lot": lot, "received": doses, "damaged": 0, "missing": 0 }],
            }),
        )
        .await?;
        Ok(())
    }

    /// Registration, check-in, screening, injection, observation, discharge.
    async fn vaccinate(&mut self, lot: &str) -> Result<String> {
        let [person, visit, vial, dose] =
            ["person", "visit", "vial", "dose"].map(|what| format!("{what}-{}", self.run));
        self.say("Nguyễn Thị Hồng Nhung is registered; her name and number are sealed before they are written");
        self.send(
            "mau.tiepdon",
            SITE,
            "people/register_person",
            json!({
                "person": person,
                "form": {
                    "name": "Nguyễn Thị Hồng Nhung", "birth_date": "1990-05-17", "sex": "female", "nationality": "VN",
                    "identity": { "kind": "passport", "number": format!("M{}", self.run.to_uppercase()) },
                    "address": { "admin_unit": { "code_set": "VN-2025", "code": "01" } }, "priority_groups": ["01"],
                },
            }),
        )
        .await?;
        self.say("She is checked in and screened: eligible");
        self.send(
            "mau.tiepdon",
            SITE,
            "visits/check_in",
            json!({
                "visit": visit, "person": person, "identity_confirmed": true, "consent": "own",
            }),
        )
        .await?;
        let items = ["1", "2", "3", "4a", "4b", "5", "6", "7", "8", "9", "10", "11"];
        let answers: serde_json::Map<String, Value> =
            items.iter().map(|item| ((*item).to_owned(), json!(false))).collect();
        self.send(
            "mau.bacsi",
            SITE,
            "visits/screen",
            json!({
                "visit": visit, "checklist": "3802", "answers": answers,
                "vitals": { "temperature_tenths": 366, "pulse": 72, "systolic": 118, "diastolic": 76 },
                "conclusion": "eligible",
            }),
        )
        .await?;
        self.say("A vial is opened, its clock starts; she is injected");
        self.send("mau.tiem", SITE, "visits/open_vial", json!({ "vial": vial, "lot": lot })).await?;
        self.send(
            "mau.tiem",
            SITE,
            "visits/inject",
            json!({
                "visit": visit, "vial": vial, "dose": dose, "dose_number": 1, "site": "LA", "route": "IM",
            }),
        )
        .await?;
        let early = self
            .try_send("mau.theodoi", SITE, "visits/discharge", json!({ "visit": visit, "outcome": "home" }))
            .await?;
        if early.0 != 422 {
            bail!("she was discharged before the half hour was over: {}", early.1);
        }
        self.say("She is watched for half an hour (this clock is a rehearsal's: it is moved), then discharged");
        self.send("mau.theodoi", SITE, "visits/observe", json!({ "visit": visit, "findings": ["none"] })).await?;
        let clock =
            self.client.post(format!("{}/api/rehearsal/clock", self.address)).bearer_auth(&self.tokens["mau.theodoi"]);
        read(clock.json(&json!({ "minutes": 31 })).send().await?).await?;
        let (status, answer) = self
            .try_send("mau.theodoi", SITE, "visits/discharge", json!({ "visit": visit, "outcome": "home" }))
            .await?;
        match status {
            200 => Ok(dose),
            422 => bail!(
                "these data have been gone on with so often that their clock has caught up with this machine's; start again in \
                 half an hour, or with --data and a new folder: {answer}"
            ),
            _ => bail!("{status} {answer}"),
        }
    }

    /// Waits for the certificates and writes their texts, symbols and documents.
    async fn collect(&mut self, dose: &str, output: &Path) -> Result<Vec<(String, String)>> {
        self.say("The dose becomes two certificates: national (Ed25519) and EU (ES256)");
        let base = format!("/api/units/{SITE}/doses/{dose}");
        let mut view = Value::Null;
        for _ in 0..150 {
            view = read(self.get(&format!("{base}/certificates")).await?).await?;
            match view["state"].as_str() {
                Some("issued") => break,
                Some("requested") => tokio::time::sleep(Duration::from_millis(200)).await,
                _ => bail!("the issuer refused: {view}"),
            }
        }
        let certificates = view["certificates"].as_array().filter(|all| !all.is_empty());
        let certificates = certificates.ok_or_else(|| anyhow!("no certificate after 30 seconds: {view}"))?;
        let mut texts = Vec::new();
        for certificate in certificates {
            let (profile, content) = (text(certificate, "profile")?, text(certificate, "text")?);
            println!("     {}  {} characters", text(certificate, "uvci")?, content.len());
            std::fs::write(output.join(format!("{profile}.txt")), &content)?;
            for (file, query) in [("qr.svg", ""), ("qr.png", "?use=paper")] {
                let picture =
                    self.get(&format!("{base}/certificates/{profile}/{file}{query}")).await?.error_for_status()?;
                std::fs::write(output.join(format!("{profile}-{file}")), picture.bytes().await?)?;
            }
            texts.push((profile, content));
        }
        for kind in ["a4", "card"] {
            let document = self.get(&format!("{base}/document.pdf?kind={kind}")).await?.error_for_status()?;
            std::fs::write(output.join(format!("certificate-{kind}.pdf")), document.bytes().await?)?;
        }
        let list = self.get("/api/trust-list").await?.error_for_status()?;
        std::fs::write(output.join("trust-list.cose"), list.bytes().await?)?;
        let list = self.get("/api/status-lists/1").await?.error_for_status()?;
        std::fs::write(output.join("status-list-1.cwt"), list.bytes().await?)?;
        println!("     QR (PNG, SVG), PDF (A4, card), trust list and status list: {}", output.display());
        Ok(texts)
    }

    /// The verifier: another program, no network, no database; it has the trust list and the national root.
    async fn verify(&mut self, texts: &[(String, String)], places: &Places) -> Result<()> {
        self.say("The verifier checks the pictures, offline, with the trust list and the root of the authority");
        for (profile, _) in texts {
            let mut check = Command::new(places.programs.join("verifier"));
            check.arg("check").arg("--trust-list").arg(places.output.join("trust-list.cose"));
            check.arg("--anchor").arg(places.keys.join("root.pem"));
            check.arg("--status-list").arg(places.output.join("status-list-1.cwt"));
            let answer = check.arg(places.output.join(format!("{profile}-qr.png"))).output()?;
            println!("\n{}", String::from_utf8_lossy(&answer.stdout).trim_end());
            if !answer.status.success() {
                bail!(
                    "the verifier does not say valid ({}): {}",
                    answer.status,
                    String::from_utf8_lossy(&answer.stderr)
                );
            }
        }
        println!("\nvalid: {} certificates of one dose", texts.len());
        Ok(())
    }

    fn say(&mut self, words: &str) {
        self.steps += 1;
        println!("{:>3}. {words}", self.steps);
    }

    async fn get(&self, path: &str) -> Result<reqwest::Response> {
        let request = self.client.get(format!("{}{path}", self.address)).bearer_auth(&self.tokens["mau.truongdiem"]);
        Ok(request.send().await?)
    }

    async fn send(&self, account: &str, unit: &str, command: &str, body: Value) -> Result<Value> {
        let (status, answer) = self.try_send(account, unit, command, body).await?;
        if status != 200 {
            bail!("{command} at {unit}: {status} {answer}");
        }
        Ok(answer)
    }

    async fn try_send(&self, account: &str, unit: &str, command: &str, body: Value) -> Result<(u16, Value)> {
        let id = format!("{}-{:x}", self.run, micros());
        let request = self.client.post(format!("{}/api/units/{unit}/{command}", self.address));
        let request = request.bearer_auth(&self.tokens[account]).header("Idempotency-Key", id);
        let answer = request.json(&body).send().await?;
        Ok((answer.status().as_u16(), answer.json().await?))
    }
}

async fn read(answer: reqwest::Response) -> Result<Value> {
    let status = answer.status();
    let body: Value = answer.json().await?;
    if !status.is_success() {
        bail!("{status} {body}");
    }
    Ok(body)
}

fn text(value: &Value, field: &str) -> Result<String> {
    value[field].as_str().map(str::to_owned).ok_or_else(|| anyhow!("no {field} in {value}"))
}

/// Microseconds since 1970: a number that this machine does not give twice.
#[expect(clippy::disallowed_methods, reason = "a chore is no part of the system; it may read the clock")]
fn micros() -> u128 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default().as_micros()
}
