//! `campaign serve` as a process of its own.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

use super::PASSWORD;

/// The account that [`open_account`] opens: administrator of the nation.
pub(crate) const ACCOUNT: &str = "quan.tri";
/// Longest time it may take to say something, or to end: a laden machine, not a fast one.
const PATIENCE: Duration = Duration::from_secs(60);

/// The command line of a server on that folder and a free port.
pub(crate) fn serve(data: &Path) -> Vec<String> {
    let words = [env!("CARGO_BIN_EXE_campaign"), "serve", "--listen", "127.0.0.1:0", "--data", data.to_str().unwrap()];
    words.map(str::to_owned).to_vec()
}

/// Opens [`ACCOUNT`] in that folder.
pub(crate) fn open_account(data: &Path) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_campaign"));
    command.args(["account", "--login", ACCOUNT, "--name", "x", "--role", "administrator@VN", "--data"]).arg(data);
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    writeln!(child.stdin.take().unwrap(), "{PASSWORD}").unwrap();
    assert!(child.wait().unwrap().success());
}

/// A server that answers.
pub(crate) struct Serving {
    child: Child,
    said: Receiver<String>,
    address: String,
}

impl Serving {
    /// Starts it, and waits until it is ready.
    pub(crate) fn start(words: &[String]) -> Serving {
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).env("RUST_LOG", "info").env("NO_COLOR", "1").stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let (say, said) = channel();
        std::thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| say.send(line)));
        let mut serving = Serving { child, said, address: String::new() };
        let ready = serving.hear("ready address=");
        ready.split_once("address=").unwrap().1.trim().clone_into(&mut serving.address);
        serving
    }

    /// Where it answers, e.g. `127.0.0.1:40001`.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// The next line with these words in it.
    pub(crate) fn hear(&self, words: &str) -> String {
        loop {
            let line = self.said.recv_timeout(PATIENCE).unwrap_or_else(|error| panic!("waited for {words:?}: {error}"));
            if line.contains(words) {
                return line;
            }
        }
    }

    /// SIGTERM.
    pub(crate) fn ask_to_stop(&self) {
        assert!(Command::new("kill").arg(self.child.id().to_string()).status().unwrap().success());
    }

    /// How it ended.
    pub(crate) fn end(mut self) -> ExitStatus {
        let looks = PATIENCE.as_millis() / 50;
        let mut looks = (0..looks).map(|_| {
            std::thread::sleep(Duration::from_millis(50));
            self.child.try_wait().unwrap()
        });
        looks.find_map(|status| status).expect("it ends")
    }

    /// The session of [`ACCOUNT`].
    pub(crate) async fn log_in(&self, http: &reqwest::Client) -> String {
        let body = json!({ "account": ACCOUNT, "password": PASSWORD });
        let me = http.post(format!("http://{}/api/session", self.address)).json(&body).send().await.unwrap();
        me.json::<Value>().await.unwrap()["token"].as_str().unwrap().to_owned()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // Of a test that failed; one that has ended cannot be killed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
