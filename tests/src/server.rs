//! A whole campaign of one's own: `campaign serve` with its issuer, as the demo starts it, in a temporary folder, on a
//! free port, over SQLite or over a database of its own on the PostgreSQL of `LACHAN_TEST_POSTGRES`. It can be stopped,
//! killed and started again on the same data.

use std::fs::File;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use sqlx::{Connection as _, Executor as _};
use tempfile::TempDir;

/// Longest time a program may take to come up or to go away: a laden machine, not a fast one.
const PATIENCE: Duration = Duration::from_secs(120);
/// Between two looks at something that is awaited.
const LOOK: Duration = Duration::from_millis(20);
/// How many minutes the server's clock is behind at first, and so can be moved forward, unless a test says otherwise.
pub const REHEARSAL: u16 = 40;

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// A file in the data folder.
    Sqlite,
    /// A database of its own.
    Postgres,
}

impl Engine {
    /// Whether tests can run on it; says so loudly where they cannot.
    pub fn is_there(self) -> bool {
        let there = self == Engine::Sqlite || std::env::var_os("LACHAN_TEST_POSTGRES").is_some();
        if !there {
            eprintln!("SKIPPED: no PostgreSQL; set LACHAN_TEST_POSTGRES=postgres://USER@HOST:PORT/DATABASE");
        }
        there
    }
}

/// Makes of `async fn NAME(engine: Engine)` a test per engine.
#[macro_export]
macro_rules! on_both_engines {
    ($($name:ident,)*) => {
        mod sqlite { $(
            #[tokio::test(flavor = "multi_thread")]
            async fn $name() { super::$name($crate::server::Engine::Sqlite).await }
        )* }
        mod postgres { $(
            #[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                if $crate::server::Engine::Postgres.is_there() {
                    super::$name($crate::server::Engine::Postgres).await
                }
            }
        )* }
    };
}

/// One of our programs, out of the target folder this test lies in.
///
/// # Panics
/// When it was not built.
pub fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a test knows where it is");
    let folder = test.parent().and_then(Path::parent).expect("tests lie in target/PROFILE/deps");
    let program = folder.join(name);
    assert!(program.exists(), "{} is not built. Type:\n  cargo build --bins", program.display());
    program
}

/// A campaign with sample units and accounts, running unless it was stopped.
pub struct Server {
    folder: TempDir,
    database: Option<Database>,
    running: Option<Running>,
    neighbour: Option<Running>,
    starts: u32,
}

struct Running {
    child: Child,
    address: String,
}

impl Running {
    /// The issuer it started, if it started one; a new one when that was killed.
    fn issuer(&self) -> Option<u32> {
        children(self.child.id()).into_iter().find(|child| is_alive(*child))
    }
}

impl Server {
    /// A new campaign that runs.
    ///
    /// # Panics
    /// When it does not come up; its log is then printed.
    pub async fn start(engine: Engine) -> Server {
        Server::start_behind(engine, REHEARSAL).await
    }

    /// The same, with a clock that is so many minutes behind.
    ///
    /// # Panics
    /// When it does not come up.
    pub async fn start_behind(engine: Engine, minutes: u16) -> Server {
        let mut server = Server::empty(engine).await;
        succeed(Command::new(program("issuer")).args(["ceremony", "--demo", "--out"]).arg(server.keys()));
        let seeded = server.campaign(&["seed", "--accounts", "--rehearsal", &minutes.to_string()]);
        assert!(seeded.status.success(), "{}", String::from_utf8_lossy(&seeded.stderr));
        server.begin_behind(minutes);
        server
    }

    /// Nothing yet: no keys, no tables, no units.
    pub async fn empty(engine: Engine) -> Server {
        let folder = tempfile::Builder::new().prefix("lachan-").tempdir().expect("a temporary folder");
        let database = if engine == Engine::Postgres { Some(Database::create().await) } else { None };
        Server { folder, database, running: None, neighbour: None, starts: 0 }
    }

    /// Starts it again on its data.
    ///
    /// # Panics
    /// When it runs already, or does not come up.
    pub fn begin(&mut self) {
        self.begin_behind(REHEARSAL);
    }

    /// The same, with a clock that is so many minutes behind.
    ///
    /// # Panics
    /// When it runs already, or does not come up.
    pub fn begin_behind(&mut self, minutes: u16) {
        assert!(self.running.is_none(), "it runs already");
        let keys = self.keys();
        let issuer = [
            ("--rehearsal", minutes.to_string().into()),
            ("--issuer-passphrase-file", keys.join("passphrase").into_os_string()),
            ("--issuer-keys", keys.into_os_string()),
        ];
        self.running = Some(self.launch(&self.data(), &issuer, minutes));
    }

    /// Starts it again on its data, with an issuer that does not answer.
    ///
    /// # Panics
    /// When it runs already, or does not come up.
    pub fn begin_without_issuer(&mut self) {
        assert!(self.running.is_none(), "it runs already");
        let nobody = self.folder.path().join("nobody.socket").into_os_string();
        let options = [("--rehearsal", REHEARSAL.to_string().into()), ("--issuer-socket", nobody)];
        self.running = Some(self.launch(&self.data(), &options, REHEARSAL));
    }

    /// Starts a second process over the same database, beside the first, asking the first one's issuer. A data folder
    /// serves one process: it gets one of its own, with the same master key.
    ///
    /// # Panics
    /// When it does not come up.
    pub fn begin_neighbour(&mut self) -> String {
        let folder = self.folder.path().join("neighbour");
        std::fs::DirBuilder::new().mode(0o700).create(&folder).expect("a folder");
        std::fs::copy(self.data().join("master.key"), folder.join("master.key")).expect("a copy of the key");
        let socket =
            [("--rehearsal", REHEARSAL.to_string().into()), ("--issuer-socket", self.issuer_socket().into_os_string())];
        let running = self.launch(&folder, &socket, REHEARSAL);
        let address = running.address.clone();
        self.neighbour = Some(running);
        address
    }

    /// Which database it is over.
    pub fn engine(&self) -> Engine {
        if self.database.is_some() { Engine::Postgres } else { Engine::Sqlite }
    }

    /// Where it answers, e.g. `http://127.0.0.1:40001`.
    ///
    /// # Panics
    /// When it does not run.
    pub fn address(&self) -> &str {
        &self.running.as_ref().expect("it runs").address
    }

    /// Ends it as a power cut would (SIGKILL), and waits until its issuer is gone too, which nobody ends.
    ///
    /// # Panics
    /// When the issuer stays.
    pub fn kill(&mut self) {
        let mut running = self.running.take().expect("it runs");
        let issuer = running.issuer();
        running.child.kill().expect("a child can be killed");
        running.child.wait().expect("a killed child ends");
        issuer.into_iter().for_each(await_end_of);
    }

    /// Ends only its issuer, in the same way.
    ///
    /// # Panics
    /// When it stays.
    pub fn kill_issuer(&self) {
        let issuer = self.running.as_ref().and_then(Running::issuer).expect("it runs with an issuer");
        succeed(Command::new("kill").args(["-KILL", &issuer.to_string()]));
        await_end_of(issuer);
    }

    /// Asks it (and its neighbour) to stop (SIGTERM), and waits until that is done well.
    ///
    /// # Panics
    /// When it ends with a failure, or not at all.
    pub fn stop(&mut self) {
        for mut running in [self.neighbour.take(), self.running.take()].into_iter().flatten() {
            let issuer = running.issuer();
            succeed(Command::new("kill").args(["-TERM", &running.child.id().to_string()]));
            let status = awaited("its end", || running.child.try_wait().expect("a child can be asked"));
            assert!(status.success(), "it did not stop well: {status}\n{}", self.log());
            issuer.into_iter().for_each(await_end_of);
        }
    }

    /// Runs another subcommand of `campaign` on its data.
    pub fn campaign(&self, arguments: &[&str]) -> Output {
        let mut command = self.command(arguments[0], &self.data());
        command.args(&arguments[1..]).output().expect("campaign runs")
    }

    /// Begins another subcommand of `campaign` on its data and kills it after that time, unless it has ended by then.
    ///
    /// # Panics
    /// When it cannot be started.
    pub async fn campaign_killed_after(&self, arguments: &[&str], time: Duration) {
        let mut command = self.command(arguments[0], &self.data());
        command.args(&arguments[1..]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().expect("campaign starts");
        tokio::time::sleep(time).await;
        child.kill().expect("our own child");
        child.wait().expect("our own child");
    }

    /// Audits its data.
    ///
    /// # Panics
    /// When something differs.
    pub fn audit(&self) -> serde_json::Value {
        let audit = self.campaign(&["audit"]);
        let said = String::from_utf8_lossy(&audit.stderr);
        assert!(audit.status.success(), "the audit found a difference: {said}\n{}", self.log());
        serde_json::from_slice(&audit.stdout).expect("a report is JSON")
    }

    /// Every row of every projection, as text.
    ///
    /// # Panics
    /// When the database cannot be read.
    pub async fn tables(&self) -> Vec<String> {
        let db = match &self.database {
            Some(database) => campaign::db::Db::connect(&database.url).await,
            None => campaign::db::Db::open_folder(&self.data()).await,
        };
        let db = db.expect("the database opens");
        let mut connection = db.open_writer().await.expect("a connection");
        let rows = campaign::audit::dump(&mut connection).await.expect("every table can be read");
        connection.close().await.expect("it closes");
        db.close().await;
        rows
    }

    /// The data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The folder of the issuer's keys.
    pub fn keys(&self) -> PathBuf {
        self.folder.path().join("keys")
    }

    /// The root certificate (PEM).
    pub fn anchor(&self) -> PathBuf {
        self.keys().join("root.pem")
    }

    /// A folder for a test's own files.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The socket of the issuer.
    pub fn issuer_socket(&self) -> PathBuf {
        self.data().join("issuer/issuer.socket")
    }

    /// Runs `verifier`.
    pub fn verifier(&self, arguments: &[&str]) -> Output {
        Command::new(program("verifier")).args(arguments).current_dir(self.folder()).output().expect("verifier runs")
    }

    /// Runs `issuer` with the arguments that name its keys and data.
    pub fn issuer_program(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(program("issuer"));
        command.args(arguments).arg("--keys").arg(self.keys()).arg("--data").arg(self.data().join("issuer"));
        command.arg("--passphrase-file").arg(self.keys().join("passphrase")).output().expect("issuer runs")
    }

    /// What all its processes wrote so far.
    pub fn log(&self) -> String {
        let logs = (1..=self.starts).map(|start| std::fs::read_to_string(self.log_file(start)).unwrap_or_default());
        logs.collect::<Vec<_>>().join("\n-- started again --\n")
    }

    fn log_file(&self, start: u32) -> PathBuf {
        self.folder.path().join(format!("log-{start}"))
    }

    fn command(&self, subcommand: &str, data: &Path) -> Command {
        let mut command = Command::new(program("campaign"));
        command.arg(subcommand).arg("--data").arg(data).env_remove("LACHAN_DATABASE_URL");
        if let Some(database) = &self.database {
            command.arg("--database-url").arg(&database.url);
        }
        command
    }

    fn launch(&mut self, data: &Path, options: &[(&str, std::ffi::OsString)], minutes: u16) -> Running {
        self.starts += 1;
        let path = self.log_file(self.starts);
        let log = File::create(&path).expect("a log file");
        let mut command = self.command("serve", data);
        // The system gives the free port, so that nobody else can take it first; the log says which it was.
        command.args(["--listen", "127.0.0.1:0"]).env("NO_COLOR", "1").env("RUST_LOG", "info,sqlx=warn");
        for (name, value) in options {
            command.arg(name).arg(value);
        }
        command.stdin(Stdio::null()).stdout(log.try_clone().expect("a second handle")).stderr(log);
        let mut child = command.spawn().expect("campaign starts");
        let address = awaited("its address", || {
            let said = std::fs::read_to_string(&path).unwrap_or_default();
            if let Some(ended) = child.try_wait().expect("a child can be asked") {
                panic!("campaign serve (clock {minutes} minutes behind) ended: {ended}\n{said}");
            }
            let line = said.lines().find(|line| line.contains("ready address="))?.to_owned();
            line.split("address=").nth(1).map(|address| format!("http://{}", address.trim()))
        });
        Running { child, address }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("-- the server said --\n{}", self.log());
        }
        for mut running in [self.neighbour.take(), self.running.take()].into_iter().flatten() {
            let issuer = running.issuer();
            // The test is over; whether it was still there does not matter.
            let _ = running.child.kill();
            let _ = running.child.wait();
            if let Some(issuer) = issuer {
                let _ = end_within(issuer, PATIENCE);
            }
        }
    }
}

/// A database on the PostgreSQL of the tests, dropped with this value.
struct Database {
    server: String,
    name: String,
    url: String,
}

impl Database {
    async fn create() -> Database {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let server = std::env::var("LACHAN_TEST_POSTGRES").expect("asked for before");
        let name = format!("lachan_e2e_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let (before, _) = server.rsplit_once('/').expect("postgres://USER@HOST:PORT/DATABASE");
        let url = format!("{before}/{name}");
        for text in [format!("DROP DATABASE IF EXISTS {name}"), format!("CREATE DATABASE {name}")] {
            execute(&server, text).await.expect("a database of one's own");
        }
        Database { server, name, url }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let text = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
            runtime.block_on(execute(&server, text)).map_err(std::io::Error::other)
        });
        if let Ok(Err(error)) = dropped.join() {
            eprintln!("database {} is left behind: {error}", self.name);
        }
    }
}

async fn execute(server: &str, text: String) -> Result<(), sqlx::Error> {
    let mut connection = sqlx::PgConnection::connect(server).await?;
    connection.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(text))).await?;
    connection.close().await
}

fn succeed(command: &mut Command) {
    let output = command.output().expect("a program starts");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Looks until there is something to see.
fn awaited<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    for _ in 0..PATIENCE.as_millis() / LOOK.as_millis() {
        if let Some(seen) = look() {
            return seen;
        }
        std::thread::sleep(LOOK);
    }
    panic!("waited for {what} for {PATIENCE:?}");
}

fn await_end_of(process: u32) {
    assert!(end_within(process, PATIENCE), "process {process} is still there");
}

fn end_within(process: u32, patience: Duration) -> bool {
    for _ in 0..patience.as_millis() / LOOK.as_millis() {
        if !is_alive(process) {
            return true;
        }
        std::thread::sleep(LOOK);
    }
    false
}

/// A dead process that nobody has asked for yet (a zombie) is dead.
fn is_alive(process: u32) -> bool {
    let Ok(stat) = std::fs::read_to_string(format!("/proc/{process}/stat")) else { return false };
    // "PID (NAME) STATE ...", and the name may hold anything.
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
}

/// The child processes of a process, whichever of its threads started them.
fn children(process: u32) -> Vec<u32> {
    let threads = std::fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let lists = threads.filter_map(|thread| std::fs::read_to_string(thread.path().join("children")).ok());
    let of = |list: String| list.split_whitespace().filter_map(|number| number.parse().ok()).collect::<Vec<u32>>();
    lists.flat_map(of).collect()
}
