//! The campaign's one program: serve, migrate, seed, replay, audit, opening accounts and erasing people.

mod serve;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use campaign::auth::Role;
use campaign::auth::password::{Cost, Stored};
use campaign::auth::session::Sessions;
use campaign::clock::{Clock, RehearsalClock, SystemClock};
use campaign::db::Db;
use campaign::ids::{PersonId, UnitId};
use campaign::keeper::{Keeper, Running};
use campaign::vault::{self, Erased, Vault};
use campaign::{accounts, audit, replay, rng, seed};
use clap::{Args, Parser, Subcommand};

/// What a command needs is allocated on one thread and let go on another, which the system's allocator does slowly.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Lá Chắn: the national vaccination campaign.
#[derive(Parser)]
#[command(name = "campaign", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

/// By which clock something is written.
#[derive(Args)]
struct Behind {
    /// For a rehearsal: with a clock so many minutes behind, as that of serve --rehearsal is
    #[arg(long, value_name = "MINUTES", value_parser = clap::value_parser!(u16).range(0..=1_440), default_value_t = 0)]
    rehearsal: u16,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API
    Serve(serve::Options),
    /// Bring the database's tables up to date, and stop
    Migrate(Where),
    /// Open the units of the demonstration, and its sample accounts
    Seed {
        #[command(flatten)]
        place: Where,
        /// Also open sample accounts with random passwords, written to sample-accounts.tsv in the data folder
        #[arg(long)]
        accounts: bool,
        #[command(flatten)]
        behind: Behind,
    },
    /// Open an account, grant it roles and set its password, read from the first line of standard input
    Account {
        #[command(flatten)]
        place: Where,
        /// Login name: 3 to 32 of a-z 0-9 . _ -
        #[arg(long)]
        login: String,
        /// The person's name
        #[arg(long)]
        name: String,
        /// A role and where it holds, for example administrator@VN; may be given several times
        #[arg(long, value_parser = grant)]
        role: Vec<(Role, UnitId)>,
        #[command(flatten)]
        behind: Behind,
    },
    /// Erase a person for good: destroy the key under which all that the campaign keeps of them is sealed
    ///
    /// The chains stand, and audits and replays go on as before. No entry says who was erased and why: keep that on paper.
    /// Backups hold the key still, and so may pages of the database until it is vacuumed; treat them alike. The certificates of
    /// the person's doses stay with the issuer, under its own key.
    ErasePerson {
        #[command(flatten)]
        place: Where,
        /// The person's id
        #[arg(value_parser = person)]
        person: PersonId,
        /// The same id again: nothing brings the person back
        #[arg(long, value_name = "PERSON", value_parser = person)]
        confirm: PersonId,
    },
    /// Rebuild every projection from the journal
    Replay(Where),
    /// Walk the chains, recount the ledger and compare every table with the journal; report the first difference
    Audit {
        #[command(flatten)]
        place: Where,
        /// A checkpoint written earlier and kept elsewhere: what it witnessed must still stand
        #[arg(long)]
        witnessed: Option<PathBuf>,
        /// Write the newest entry of each stream to this file, to be kept elsewhere
        #[arg(long)]
        checkpoint: Option<PathBuf>,
    },
}

/// Where the data are.
#[derive(Args, Clone)]
struct Where {
    /// Data folder: the master key of personal data, and the SQLite database unless --database-url is given
    #[arg(long)]
    data: PathBuf,
    /// PostgreSQL: postgres://USER@HOST:PORT/DATABASE
    #[arg(long, env = "LACHAN_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
}

/// An opened data folder.
struct Opened {
    db: Db,
    vault: Arc<Vault>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env();
    tracing_subscriber::fmt()
        .with_env_filter(filter.unwrap_or_else(|_| "info,sqlx=warn".into()))
        .with_writer(std::io::stderr)
        .init();
    match run(Arguments::parse().command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("campaign: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Serve(options) => serve::run(options).await,
        Command::Migrate(place) => place.open().await.map(drop),
        Command::Seed { place, accounts, behind } => seed_sample(&place, accounts, behind.rehearsal).await,
        Command::Account { place, login, name, role, behind } => {
            open_account(&place, &login, &name, &role, behind.rehearsal).await
        }
        Command::ErasePerson { place, person, confirm } => erase_person(&place, &person, &confirm).await,
        Command::Replay(place) => {
            let opened = place.open().await?;
            let rebuilt = replay::replay(&opened.db, &opened.vault, progress("streams")).await?;
            println!("{} entries of {} streams taken in", rebuilt.entries, rebuilt.streams);
            Ok(())
        }
        Command::Audit { place, witnessed, checkpoint } => {
            let opened = place.open().await?;
            let witnessed = witnessed.map(std::fs::read).transpose().context("the witnessed checkpoint")?;
            let witnessed: Option<audit::Checkpoint> =
                witnessed.map(|json| serde_json::from_slice(&json)).transpose().context("the witnessed checkpoint")?;
            let report = audit::audit(&opened.db, &opened.vault, witnessed.as_ref(), progress("streams")).await?;
            println!("{}", serde_json::to_string_pretty(&report)?);
            if !report.went_back.is_empty() {
                eprintln!("{} entries were written by a clock that had gone back", report.went_back.len());
            }
            if let Some(path) = checkpoint {
                std::fs::write(&path, serde_json::to_vec_pretty(&report.checkpoint)?)?;
            }
            Ok(())
        }
    }
}

async fn seed_sample(place: &Where, with_accounts: bool, minutes: u16) -> anyhow::Result<()> {
    let opened = place.open().await?;
    let clock = Arc::new(opened.rehearsal_clock(minutes).await?);
    let (keeper, running) = opened.keeper(clock);
    let seeded = seed::run(&keeper).await?;
    println!("{} units opened, {} known", seeded.opened, seeded.known);
    if with_accounts {
        let file = place.data.join("sample-accounts.tsv");
        accounts::open_samples(&keeper, &sessions(&opened)?, &file, SystemClock.now()).await?;
        println!("sample accounts: {}", file.display());
    }
    drop(keeper);
    running.finished().await;
    Ok(())
}

async fn open_account(
    place: &Where,
    login: &str,
    name: &str,
    grants: &[(Role, UnitId)],
    minutes: u16,
) -> anyhow::Result<()> {
    let mut password = String::new();
    std::io::stdin().read_line(&mut password)?;
    let opened = place.open().await?;
    let clock = Arc::new(opened.rehearsal_clock(minutes).await?);
    let now = clock.now();
    let (keeper, running) = opened.keeper(clock);
    let password = password.trim_end_matches(['\r', '\n']);
    accounts::open(&keeper, &sessions(&opened)?, (login, name, password), grants, now).await?;
    drop(keeper);
    running.finished().await;
    Ok(())
}

async fn erase_person(place: &Where, person: &PersonId, confirm: &PersonId) -> anyhow::Result<()> {
    if person != confirm {
        bail!("--confirm {confirm} is not {person}; nothing was erased");
    }
    let opened = place.open().await?;
    let Some(erased) = vault::erase(&opened.db, person).await? else {
        bail!("there is no key of {person}: unknown, or erased before");
    };
    opened.db.close().await;
    println!(
        "{person} is erased here; what backups hold of the key is not, nor the certificates that the issuer keeps"
    );
    if erased == Erased::LogHoldsIt {
        println!(
            "somebody was reading just now: the database's log holds the key until nobody does; stop the campaign, then start it"
        );
    }
    Ok(())
}

impl Where {
    async fn open(&self) -> anyhow::Result<Opened> {
        make_private(&self.data)?;
        let vault = Arc::new(Vault::open(&self.data)?);
        let db = match &self.database_url {
            Some(url) if url.starts_with("postgres") => Db::connect(url).await?,
            Some(_) => bail!("--database-url: postgres://USER@HOST:PORT/DATABASE"),
            None => Db::open_folder(&self.data).await?,
        };
        if !vault::fits(&db, &vault).await? {
            bail!(
                "the master key is not the one of this database: bring back its master.key (the one found opens nothing)"
            );
        }
        Ok(Opened { db, vault })
    }
}

impl Opened {
    fn keeper(&self, clock: Arc<dyn Clock>) -> (Keeper, Running) {
        Keeper::start(&self.db, Arc::clone(&self.vault), clock)
    }

    /// A clock so many minutes behind the machine's, but not before the newest entry.
    async fn rehearsal_clock(&self, minutes: u16) -> anyhow::Result<RehearsalClock> {
        let newest = campaign::journal::store::newest_moment(self.db.read()).await?;
        Ok(RehearsalClock::behind(i64::from(minutes), newest))
    }
}

/// Sessions over the database, with a password that nobody has.
fn sessions(opened: &Opened) -> anyhow::Result<Sessions> {
    let nobody = Stored::new(&hex::encode(rng::bytes::<16>()), rng::bytes(), Cost::SERVER);
    Ok(Sessions::new(opened.db.clone(), nobody.context("a random password is long enough")?))
}

/// Makes a folder that only its owner can enter.
fn make_private(folder: &std::path::Path) -> anyhow::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.with_context(|| format!("the data folder {}", folder.display()))
}

fn grant(text: &str) -> Result<(Role, UnitId), String> {
    let (role, unit) = text.split_once('@').ok_or("ROLE@UNIT")?;
    let names = || Role::ALL.map(Role::as_str).join(", ");
    let role = Role::parse(role).ok_or_else(|| format!("roles: {}", names()))?;
    Ok((role, UnitId::parse(unit).map_err(|refusal| refusal.to_string())?))
}

fn person(text: &str) -> Result<PersonId, String> {
    PersonId::parse(text).map_err(|refusal| refusal.to_string())
}

/// Says now and then how far a long walk is.
fn progress(what: &'static str) -> impl FnMut(u64, u64) {
    move |done, all| {
        if done == all || done.is_multiple_of(1_000) {
            eprintln!("{done} of {all} {what}");
        }
    }
}
