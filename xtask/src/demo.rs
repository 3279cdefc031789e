//! `cargo xtask demo`: the whole system on this machine with sample data, and one dose from the vial to the QR code.

mod steps;

use std::io::ErrorKind;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use indicatif::ProgressBar;

use crate::{programs, root, shell, tools};

/// What to do.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Stop after the one dose: exit with 0, or with the first failure
    #[arg(long)]
    once: bool,
    /// Where the data are kept from one start to the next
    #[arg(long)]
    data: Option<PathBuf>,
    /// Where to answer
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: String,
    /// Take the programs and the app as they were built before
    #[arg(long)]
    no_build: bool,
    /// Minutes that the campaign's clock is behind at first; half an hour of them is made up while a dose is observed
    #[arg(long, value_name = "MINUTES", default_value_t = BEHIND, value_parser = clap::value_parser!(u16).range(31..=1_440))]
    behind: u16,
}

/// On the same data no clock goes back, so each start within these minutes takes half an hour of them.
const BEHIND: u16 = 480;

/// Where everything of a demonstration lies.
struct Places {
    /// Our programs.
    programs: PathBuf,
    /// Keys and certificates of the sample authority.
    keys: PathBuf,
    /// The campaign's data folder.
    data: PathBuf,
    /// What the walk leaves to look at.
    output: PathBuf,
}

/// A server that ends with this program, whatever happens.
struct Server {
    child: Child,
    /// What it says.
    log: PathBuf,
}

/// One dose from vial to verdict with its data in `data`, for others to go on from.
pub(crate) fn once(data: PathBuf) -> Result<()> {
    let free = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?;
    chain(&Options { once: true, data: Some(data), listen: free.to_string(), no_build: false, behind: BEHIND })
}

pub(crate) fn run(options: &Options) -> Result<()> {
    is_free(&options.listen)?;
    if options.no_build {
        programs::are_built();
    } else {
        tools::ensure(&[tools::COMPILER, tools::WASM, tools::NODE])?;
        crate::web::build()?;
    }
    chain(options)
}

fn chain(options: &Options) -> Result<()> {
    let root = root()?;
    let folder = options.data.clone().unwrap_or_else(|| root.join("demo-data"));
    let places = Places {
        programs: build(&root)?,
        keys: folder.join("keys"),
        data: folder.join("campaign"),
        output: folder.join("certificates"),
    };
    std::fs::create_dir_all(&places.output).with_context(|| format!("cannot make {}", places.output.display()))?;
    prepare(&places, options.behind)?;
    let mut server = Server::start(&places, options)?;
    let address = format!("http://{}", options.listen);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        server.answers(&address).await?;
        steps::walk(&address, &places).await?;
        if options.once {
            return Ok(());
        }
        println!("\nThe campaign answers at {address} (API: {address}/api/openapi.json). Ctrl-C stops it.");
        println!("Check a certificate: {address}/verify/ (pictures to show it: {})", places.output.display());
        println!("Sample accounts: {}", places.data.join("sample-accounts.tsv").display());
        tokio::signal::ctrl_c().await?;
        Ok::<(), anyhow::Error>(())
    })?;
    server.stop()
}

/// Builds our three programs and says where they are.
pub(crate) fn build(root: &Path) -> Result<PathBuf> {
    programs::build(root, &["campaign", "issuer", "verifier"])
}

/// Makes what is not there yet: the sample authority's keys, the sample units and accounts.
fn prepare(places: &Places, behind: u16) -> Result<()> {
    if places.keys.join("root.pem").exists() {
        println!("Found the authority of an earlier start: {}", places.keys.display());
    } else {
        remove_partial(&places.keys)?;
        let bar = spinner("Making a demonstration authority: root, signing CA, document signers, list signer");
        let ceremony = shell::output(
            Command::new(places.programs.join("issuer")).args(["ceremony", "--demo", "--out"]).arg(&places.keys),
        )?;
        bar.finish_and_clear();
        println!("{ceremony}");
    }
    let bar = spinner("Seeding places, stores, sites and sample accounts");
    let seeded = shell::output(
        Command::new(places.programs.join("campaign"))
            .args(["seed", "--accounts", "--rehearsal", &behind.to_string(), "--data"])
            .arg(&places.data),
    )?;
    bar.finish_and_clear();
    println!("{seeded}");
    Ok(())
}

/// Removes what a ceremony makes beside its folder before it moves it into place, where it was cut off before that.
fn remove_partial(keys: &Path) -> Result<()> {
    let (Some(beside), Some(name)) = (keys.parent(), keys.file_name()) else { return Ok(()) };
    let begins = format!("{}.", name.to_string_lossy());
    for entry in std::fs::read_dir(beside)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(&begins) && name.ends_with(".partial") {
            std::fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

impl Server {
    /// Starts `campaign serve` with an issuer of its own. Its clock starts some minutes behind, so that the half hour of
    /// observation can pass at once.
    fn start(places: &Places, options: &Options) -> Result<Server> {
        // Another campaign may have begun to answer there while everything was built; the walk would go to that one.
        is_free(&options.listen)?;
        let path = places.data.join("serve.log");
        let log = std::fs::File::create(&path)?;
        let mut command = Command::new(places.programs.join("campaign"));
        command.args(["serve", "--listen", &options.listen, "--rehearsal", &options.behind.to_string()]);
        command.arg("--data").arg(&places.data);
        command.arg("--issuer-keys").arg(&places.keys);
        command.arg("--issuer-passphrase-file").arg(places.keys.join("passphrase"));
        // Its standard input is its life line: when this program is killed, the server ends too.
        command.arg("--exit-with-parent").stdin(Stdio::piped()).stdout(log.try_clone()?).stderr(log);
        Ok(Server { child: command.spawn().context("cannot start campaign serve")?, log: path })
    }

    /// Waits until it answers at `address`, or has ended, which nobody else would notice.
    async fn answers(&mut self, address: &str) -> Result<()> {
        let bar = spinner("Starting the campaign and its issuer");
        let client = reqwest::Client::new();
        for _ in 0..300 {
            if let Some(status) = self.child.try_wait()? {
                return Err(self.failure(&format!("ended with {status}")));
            }
            if let Ok(answer) = client.get(format!("{address}/api/health")).send().await
                && answer.status().is_success()
            {
                bar.finish_and_clear();
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        Err(self.failure(&format!("does not answer at {address}")))
    }

    /// What it did, and the last that it said.
    fn failure(&self, what: &str) -> anyhow::Error {
        let said = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = said.lines().collect();
        let last = lines[lines.len().saturating_sub(5)..].join("\n  ");
        anyhow!("campaign serve {what}; the last lines of {}:\n  {last}", self.log.display())
    }

    /// Asks it to stop and waits until it has written everything.
    fn stop(mut self) -> Result<()> {
        shell::output(Command::new("kill").args(["-TERM", &self.child.id().to_string()]))?;
        let life_line = self.child.stdin.take();
        let status = self.child.wait()?;
        drop(life_line);
        if !status.success() {
            return Err(self.failure(&format!("ended with {status}")));
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Already ended after `stop`; otherwise something failed, and the server must not outlive that.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether nobody answers at `address` yet.
fn is_free(address: &str) -> Result<()> {
    match TcpListener::bind(address) {
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            bail!("{address} is taken: another program answers there. Stop it, or choose another place with --listen")
        }
        tried => tried.map(drop).with_context(|| format!("cannot listen on {address}")),
    }
}

fn spinner(words: &'static str) -> ProgressBar {
    let bar = ProgressBar::new_spinner().with_message(words);
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_place_that_is_taken_is_refused_before_anything_is_started() {
        let other = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = other.local_addr().unwrap().to_string();
        let words = format!(
            "{address} is taken: another program answers there. Stop it, or choose another place with --listen"
        );
        assert_eq!(is_free(&address).unwrap_err().to_string(), words);
        drop(other);
        is_free(&address).unwrap();
    }

    #[test]
    fn a_server_that_ended_is_not_waited_for() {
        let folder = std::env::temp_dir().join(format!("lachan-demo-{}", std::process::id()));
        std::fs::create_dir(&folder).unwrap();
        let log = folder.join("serve.log");
        std::fs::write(&log, "1\n2\n3\n4\n5\nno key fits\n").unwrap();
        let child = Command::new("false").spawn().unwrap();
        let mut server = Server { child, log: log.clone() };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        // Nobody can answer there: the port is reserved.
        let error = runtime.block_on(server.answers("http://127.0.0.1:0")).unwrap_err();
        let words = format!(
            "campaign serve ended with exit status: 1; the last lines of {}:\n  2\n  3\n  4\n  5\n  no key fits",
            log.display()
        );
        assert_eq!(error.to_string(), words);
        std::fs::remove_dir_all(folder).unwrap();
    }
}
