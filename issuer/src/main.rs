//! The issuer's command line: hold a key ceremony, publish the list of signers, serve, verify the log.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand};
use issuer::ceremony::{self, Plan};
use issuer::clock::Clock;
use issuer::keyring::Keyring;
use issuer::keys::file::Cost;
use issuer::keys::passphrase::{self, Passphrase};
use issuer::pipeline::{Config, Issuer, STORE_FILE, StartError, check_revocations_witness, check_witness};
use issuer::store::Store;
use issuer::witness::Witness;
use issuer::{list, server};
use specs::signer_list::Environment;

use cli::bundle::{self, Bundle};
use cli::revocation::{self, Revocation};

/// What is long enough for a file of its own.
mod cli {
    pub(crate) mod bundle;
    pub(crate) mod revocation;
}

/// Tenths of a second for which an issuer before this one is waited for: longer than requests under way may take.
const PATIENCE: u32 = 120;

/// Who signs vaccination certificates, and what was signed.
#[derive(Debug, Parser)]
#[command(name = "issuer", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a chain of keys and certificates: root, health signing CA, document signers, list signer
    Ceremony(Ceremony),
    /// The signed list of signers
    #[command(subcommand)]
    TrustList(TrustList),
    /// Answer requests for certificates on a Unix socket
    Serve(Serve),
    /// The issuance log
    #[command(subcommand)]
    Log(Log),
    /// What was taken back
    #[command(subcommand)]
    Revocation(Revocation),
}

#[derive(Debug, Args)]
struct Ceremony {
    /// Folder to make; nothing is ever overwritten
    #[arg(long)]
    out: PathBuf,
    /// Country in every name, ISO 3166-1 alpha-2
    #[arg(long, default_value = "VN")]
    country: String,
    /// Organisation in every name
    #[arg(long)]
    organisation: Option<String>,
    /// Days that document signers and list signer are valid
    #[arg(long, default_value_t = 730, value_parser = clap::value_parser!(u32).range(1..=3650))]
    signer_days: u32,
    /// Make random passphrases and leave them beside the keys they seal, for a demonstration
    #[arg(long, conflicts_with = "production")]
    demo: bool,
    /// A chain for real certificates: its names do not say DEMO
    #[arg(long)]
    production: bool,
    #[command(flatten)]
    passphrase: PassphraseFile,
    /// File (mode 0600) with the passphrase that seals the keys of root and signing CA; else from the environment
    /// variable LACHAN_ISSUER_OFFLINE_PASSPHRASE
    #[arg(long)]
    offline_passphrase_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct PassphraseFile {
    /// File (mode 0600) with the passphrase of the key files; else from the environment variable
    /// LACHAN_ISSUER_PASSPHRASE
    #[arg(long)]
    passphrase_file: Option<PathBuf>,
}

impl PassphraseFile {
    fn find(&self) -> anyhow::Result<Passphrase> {
        Ok(Passphrase::find(self.passphrase_file.as_deref(), std::env::var(passphrase::VARIABLE).ok())?)
    }
}

#[derive(Debug, Subcommand)]
enum TrustList {
    /// Sign a new list and put it in place as trust-list.cose and trust-list.jws
    Publish {
        /// Key folder
        #[arg(long)]
        keys: PathBuf,
        /// Data folder of the issuer, whose revoked signers the list does not name; needed once anything was revoked
        #[arg(long)]
        data: Option<PathBuf>,
        /// Where the two files go
        #[arg(long)]
        out: PathBuf,
        /// Days after which the list ought to be replaced
        #[arg(long, default_value_t = list::VALID_DAYS, value_parser = clap::value_parser!(u32).range(1..=366))]
        valid_days: u32,
        #[command(flatten)]
        passphrase: PassphraseFile,
    },
    /// Sign everything that a verifier needs while it has no network into one file: our signers, those of others,
    /// what was revoked, rules
    Bundle(Box<Bundle>),
}

#[derive(Debug, Args)]
struct Serve {
    /// Key folder
    #[arg(long)]
    keys: PathBuf,
    /// Data folder; made if need be
    #[arg(long)]
    data: PathBuf,
    /// Unix socket to listen on
    #[arg(long)]
    socket: PathBuf,
    #[command(flatten)]
    passphrase: PassphraseFile,
    /// Doses that one unit may have certified on one day
    #[arg(long, default_value_t = Config::default().quota_per_unit_and_day)]
    quota_per_unit: u64,
    /// Days for which a published list is valid; it is renewed after half of them
    #[arg(long, default_value_t = list::VALID_DAYS, value_parser = clap::value_parser!(u32).range(1..=366))]
    list_valid_days: u32,
    /// Stop when standard input closes, that is, when the process that started this one is gone
    #[arg(long)]
    exit_with_parent: bool,
}

#[derive(Debug, Subcommand)]
enum Log {
    /// Walk the whole log: every hash, the chain, every certificate on record, and what the witness saw of it
    Verify {
        /// Key folder
        #[arg(long)]
        keys: PathBuf,
        /// Data folder
        #[arg(long)]
        data: PathBuf,
        #[command(flatten)]
        passphrase: PassphraseFile,
    },
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let filter = tracing_subscriber::EnvFilter::try_from_env("LACHAN_LOG").unwrap_or_else(|_| "info".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let outcome = match cli.command {
        Command::Ceremony(args) => hold_ceremony(&args),
        Command::TrustList(TrustList::Publish { keys, data, out, valid_days, passphrase }) => runtime()
            .and_then(|runtime| runtime.block_on(publish(&keys, data.as_deref(), &out, valid_days, &passphrase))),
        Command::TrustList(TrustList::Bundle(asked)) => {
            runtime().and_then(|runtime| runtime.block_on(bundle::run(&asked)))
        }
        Command::Serve(args) => runtime().and_then(|runtime| runtime.block_on(serve(&args))),
        Command::Log(Log::Verify { keys, data, passphrase }) => {
            runtime().and_then(|runtime| runtime.block_on(verify_log(&keys, &data, &passphrase)))
        }
        Command::Revocation(asked) => runtime().and_then(|runtime| runtime.block_on(revocation::run(asked))),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("issuer: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

fn hold_ceremony(args: &Ceremony) -> anyhow::Result<()> {
    let at = Clock::System.now();
    let mut plan = Plan::demo(&args.out, &args.country, at)?;
    plan.signer_days = args.signer_days;
    plan.cost = Cost::STANDARD;
    plan.keep_passphrases = args.demo;
    if args.production {
        plan.environment = Environment::Production;
        plan.organisation = args.organisation.clone().context("a production chain needs --organisation")?;
    } else if let Some(organisation) = &args.organisation {
        plan.organisation.clone_from(organisation);
    }
    if !args.demo {
        plan.passphrase = args.passphrase.find()?;
        let variable = std::env::var("LACHAN_ISSUER_OFFLINE_PASSPHRASE").ok();
        plan.offline_passphrase = Passphrase::find(args.offline_passphrase_file.as_deref(), variable)
            .context("the keys of root and signing CA need a passphrase of their own (--offline-passphrase-file)")?;
    }
    let manifest = ceremony::perform(&plan)?;
    let out = args.out.display();
    println!("{}: {}", out, manifest.issuer);
    println!("  anchor for verifiers   {out}/{}", manifest.anchor);
    for member in manifest.document_signers.iter().chain([&manifest.list_signer]) {
        println!("  {:<22} {out}/{}", member.role, member.certificate);
    }
    println!("  keys of root and CA    {out}/{}  (move them to a medium in a safe)", ceremony::OFFLINE);
    Ok(())
}

async fn publish(keys: &Path, data: Option<&Path>, out: &Path, days: u32, file: &PassphraseFile) -> anyhow::Result<()> {
    let now = Clock::System.now();
    let revoked = match data {
        Some(data) => {
            let store = open_store(keys, data, file).await?;
            check_revocations_witness(&Witness::of_revocations(keys, store.log_id())?.seen()?, &store).await?;
            store.revoked_signers(now).await?
        }
        None => {
            anyhow::ensure!(
                !anything_revoked(keys)?,
                "something was revoked with these keys: --data says which signers"
            );
            BTreeSet::new()
        }
    };
    let keyring = Keyring::open(keys)?;
    let key = keyring.key(&keyring.list_signer, &file.find()?)?;
    let published = list::publish(&keyring, &key, out, &revoked, now, days)?;
    println!(
        "{}: list {} of {}, {} signers, to be replaced before {}",
        out.join(list::COSE_FILE).display(),
        published.list.sequence(),
        published.list.issuer(),
        published.list.content().signers.len(),
        published.list.next_update().to_rfc3339(),
    );
    Ok(())
}

async fn serve(args: &Serve) -> anyhow::Result<()> {
    let stop = stop_signal(args.exit_with_parent)?;
    let config = Config { quota_per_unit_and_day: args.quota_per_unit, list_valid_days: args.list_valid_days };
    let passphrase = args.passphrase.find()?;
    let issuer = start(args, &passphrase, config).await?;
    drop(passphrase);
    let listener = server::bind(&args.socket).await?;
    println!("listening on {}", args.socket.display());
    std::io::stdout().flush()?;
    server::serve(Arc::new(issuer), listener, &args.socket, stop).await?;
    tracing::info!("stopped");
    Ok(())
}

/// Starts. An issuer whose parent was killed may still be ending what it began, so the folders are waited for.
async fn start(args: &Serve, passphrase: &Passphrase, config: Config) -> Result<Issuer, StartError> {
    for _ in 0..PATIENCE {
        match Issuer::start(&args.keys, &args.data, passphrase, Clock::System, config).await {
            Err(StartError::Busy(_)) => tokio::time::sleep(Duration::from_millis(100)).await,
            started => return started,
        }
    }
    Issuer::start(&args.keys, &args.data, passphrase, Clock::System, config).await
}

/// Done at SIGTERM, at SIGINT, or when the parent is gone.
fn stop_signal(exit_with_parent: bool) -> anyhow::Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let (gone, parent) = tokio::sync::oneshot::channel::<()>();
    if exit_with_parent {
        // A thread of its own: a read of standard input cannot be called off, and must not hold up the end.
        std::thread::spawn(move || {
            let mut input = std::io::stdin().lock();
            let mut sink = [0; 256];
            while !matches!(input.read(&mut sink), Ok(0) | Err(_)) {}
            let _ = gone.send(());
        });
    }
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            _ = parent, if exit_with_parent => {}
        }
    })
}

async fn verify_log(keys: &Path, data: &Path, file: &PassphraseFile) -> anyhow::Result<()> {
    let store = open_store(keys, data, file).await?;
    // Asked first, because an issuer that runs goes on writing both.
    let seen = Witness::in_folder(keys, store.log_id())?.seen()?;
    let revoked = Witness::of_revocations(keys, store.log_id())?.seen()?;
    let head = store.audit().await?;
    check_witness(&seen, &head, &store).await?;
    check_revocations_witness(&revoked, &store).await?;
    let (_, revocations) = store.revocations().await?;
    println!("{} entries, head {}", head.size, hex::encode(head.hash));
    println!("{} revocations, head {}", revocations.size, hex::encode(revocations.hash));
    Ok(())
}

/// Whether anything was ever revoked with these keys, in whichever data folder: by what the witness saw.
fn anything_revoked(keys: &Path) -> anyhow::Result<bool> {
    // No log has this name, so it answers for all.
    Ok(Witness::of_revocations(keys, &[0; 16])?.seen()?.size > 0)
}

/// The store in a data folder, which an issuer may be working on.
async fn open_store(keys: &Path, data: &Path, file: &PassphraseFile) -> anyhow::Result<Store> {
    let path = data.join(STORE_FILE);
    anyhow::ensure!(path.exists(), "{} does not exist", path.display());
    Ok(Store::open(&path, Keyring::open(keys)?.store_seal(&file.find()?)?).await?)
}
