//! `cargo xtask demo`: the whole system on this machine with sample data, and one dose from the vial to the QR code.

mod steps;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use indicatif::ProgressBar;

use crate::{programs, root, shell};

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
}

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
struct Server(Child);

/// One dose from vial to verdict with its data in `data`, for others to go on from.
pub(crate) fn once(data: PathBuf) -> Result<()> {
    let free = std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?;
    chain(&Options { once: true, data: Some(data), listen: free.to_string() })
}

pub(crate) fn run(options: &Options) -> Result<()> {
    crate::web::build()?;
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
    prepare(&places)?;
    let server = Server::start(&places, &options.listen)?;
    let address = format!("http://{}", options.listen);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        wait_for(&address).await?;
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
fn prepare(places: &Places) -> Result<()> {
    if !places.keys.join("root.pem").exists() {
        // A ceremony that was cut off leaves no root certificate; its remains are of no use.
        if places.keys.exists() {
            std::fs::remove_dir_all(&places.keys)?;
        }
        let bar = spinner("Making a demonstration authority: root, signing CA, document signers, list signer");
        let ceremony = shell::output(
            Command::new(places.programs.join("issuer")).args(["ceremony", "--demo", "--out"]).arg(&places.keys),
        )?;
        bar.finish_and_clear();
        println!("{ceremony}");
    }
    let bar = spinner("Seeding places, stores, sites and sample accounts");
    let seeded = shell::output(
        Command::new(places.programs.join("campaign")).args(["seed", "--accounts", "--data"]).arg(&places.data),
    )?;
    bar.finish_and_clear();
    println!("{seeded}");
    Ok(())
}

impl Server {
    /// Starts `campaign serve` with an issuer of its own. Its clock starts some minutes behind, so that the half hour of
    /// observation can pass at once.
    fn start(places: &Places, listen: &str) -> Result<Server> {
        let log = std::fs::File::create(places.data.join("serve.log"))?;
        let mut command = Command::new(places.programs.join("campaign"));
        command.args(["serve", "--listen", listen, "--rehearsal", "40", "--data"]).arg(&places.data);
        command.arg("--issuer-keys").arg(&places.keys);
        command.arg("--issuer-passphrase-file").arg(places.keys.join("passphrase"));
        // Its standard input is its life line: when this program is killed, the server ends too.
        command.arg("--exit-with-parent").stdin(Stdio::piped()).stdout(log.try_clone()?).stderr(log);
        Ok(Server(command.spawn().context("cannot start campaign serve")?))
    }

    /// Asks it to stop and waits until it has written everything.
    fn stop(mut self) -> Result<()> {
        shell::output(Command::new("kill").args(["-TERM", &self.0.id().to_string()]))?;
        let life_line = self.0.stdin.take();
        let status = self.0.wait()?;
        drop(life_line);
        if !status.success() {
            bail!("campaign serve ended with {status}; see serve.log in its data folder");
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Already ended after `stop`; otherwise something failed, and the server must not outlive that.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn wait_for(address: &str) -> Result<()> {
    let bar = spinner("Starting the campaign and its issuer");
    let client = reqwest::Client::new();
    for _ in 0..300 {
        if let Ok(answer) = client.get(format!("{address}/api/health")).send().await
            && answer.status().is_success()
        {
            bar.finish_and_clear();
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    bail!("the campaign does not answer at {address}; see serve.log in its data folder")
}

fn spinner(words: &'static str) -> ProgressBar {
    let bar = ProgressBar::new_spinner().with_message(words);
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}
