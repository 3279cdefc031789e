//! A throw-away PostgreSQL: a cluster in a temporary folder, on a free port, gone when the value is dropped, and when this
//! program ends in any other way: by Ctrl-C, SIGTERM or SIGKILL.

use crate::shell;
use anyhow::{Context, Result, anyhow};
use std::ffi::OsStr;
use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// How careful the cluster is with its own data.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durability {
    /// fsync off: the tests kill our processes, never the cluster.
    Tests,
    /// fsync on, as in production: for benchmarks.
    Production,
}

/// A running cluster.
pub(crate) struct Cluster {
    folder: PathBuf,
    binaries: PathBuf,
    port: u16,
    /// A shell that removes the cluster as soon as its standard input ends: that is its life line to this program, and
    /// nobody else holds the other end.
    remover: Child,
}

/// `$0` is `pg_ctl`, `$1` the cluster's folder. A server that never came up cannot be stopped; its files go as well.
const REMOVE: &str = r#"read -r _; "$0" stop --mode=immediate --silent --pgdata "$1/data" 2>/dev/null; rm -rf -- "$1""#;

impl Cluster {
    /// Makes and starts a cluster. As root, it runs as the user `postgres`, for PostgreSQL refuses root.
    pub(crate) fn start(durability: Durability) -> Result<Self> {
        let binaries = binaries().ok_or_else(|| anyhow!("no PostgreSQL: apt-get install postgresql"))?;
        let folder = std::env::temp_dir().join(format!("lachan-postgres-{}", std::process::id()));
        std::fs::create_dir(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        if shell::is_root() {
            shell::output(Command::new("chown").arg("postgres").arg(&folder))?;
        }
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let remover = as_postgres("sh")
            .args(["-c", REMOVE])
            .arg(binaries.join("pg_ctl"))
            .arg(&folder)
            .stdin(Stdio::piped())
            // Ctrl-C is for all programs of a group: this one must outlive it.
            .process_group(0)
            .spawn()
            .context("cannot start sh")?;
        let cluster = Self { folder, binaries, port, remover };
        let data = cluster.folder.join("data");
        shell::output(
            cluster
                .command("initdb")
                .args(["--auth=trust", "--username=lachan", "--encoding=UTF8", "--locale=C.UTF-8", "--pgdata"])
                .arg(&data),
        )?;
        let careful = if durability == Durability::Tests { "-c fsync=off -c full_page_writes=off" } else { "" };
        let settings = format!(
            "-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={} -c max_connections=300 {careful}",
            cluster.folder.display()
        );
        shell::output(
            cluster
                .command("pg_ctl")
                .args(["start", "--wait", "--silent", "--timeout=60", "--pgdata"])
                .arg(&data)
                .arg("--log")
                .arg(cluster.folder.join("log"))
                .arg("--options")
                .arg(settings),
        )?;
        Ok(cluster)
    }

    /// Where it answers; its one user may create databases.
    pub(crate) fn url(&self) -> String {
        format!("postgres://lachan@127.0.0.1:{}/postgres", self.port)
    }

    fn command(&self, program: &str) -> Command {
        as_postgres(self.binaries.join(program))
    }
}

/// A program with the cluster's rights: as the user `postgres` where this is root.
fn as_postgres(program: impl AsRef<OsStr>) -> Command {
    if !shell::is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--init-groups", "--"]).arg(program);
    command.current_dir("/").env("LC_ALL", "C.UTF-8");
    command
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Waiting ends its standard input.
        let ended = self.remover.wait();
        if self.folder.exists() {
            eprintln!("xtask: {} is left behind ({ended:?})", self.folder.display());
        }
    }
}

/// The folder with `initdb` and `pg_ctl`: the newest that Debian installed, or the one on the path.
pub(crate) fn binaries() -> Option<PathBuf> {
    let installed = std::fs::read_dir("/usr/lib/postgresql").ok().into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = installed.map(|version| version.path().join("bin")).collect();
    folders.sort_by_key(|folder| version(folder));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).collect::<Vec<_>>();
    folders.into_iter().rev().chain(on_path).find(|folder| folder.join("initdb").exists())
}

fn version(folder: &Path) -> u32 {
    folder.parent().and_then(Path::file_name).and_then(|name| name.to_string_lossy().parse().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use std::io::{BufRead as _, BufReader};
    use std::net::TcpStream;
    use std::time::Duration;

    /// Set for the process that holds a cluster until it is ended.
    const HOLDER: &str = "LACHAN_TEST_HOLDS_A_CLUSTER";
    const TEST: &str = "postgres::tests::a_cluster_goes_with_the_program_that_started_it";

    #[test]
    fn a_cluster_goes_with_the_program_that_started_it() {
        if binaries().is_none() {
            println!("SKIPPED: no PostgreSQL (apt-get install postgresql)");
            return;
        }
        if std::env::var_os(HOLDER).is_some() {
            let cluster = Cluster::start(Durability::Tests).unwrap();
            println!("\ncluster {} {}", cluster.port, cluster.folder.display());
            std::thread::sleep(Duration::from_secs(60));
            unreachable!("nobody ended this");
        }
        for signal in ["INT", "TERM", "KILL"] {
            let mut holder = Command::new(std::env::current_exe().unwrap())
                .args([TEST, "--exact", "--nocapture"])
                .env(HOLDER, "")
                .stdout(Stdio::piped())
                .process_group(0)
                .spawn()
                .unwrap();
            let mut lines = BufReader::new(holder.stdout.take().unwrap()).lines().map(Result::unwrap);
            let line = lines.find_map(|line| line.strip_prefix("cluster ").map(str::to_owned)).unwrap();
            let (port, folder) = line.split_once(' ').unwrap();
            let port: u16 = port.parse().unwrap();
            assert!(Path::new(folder).exists() && TcpStream::connect(("127.0.0.1", port)).is_ok());
            // As a terminal does: to the whole group.
            let group = format!("-{}", holder.id());
            shell::output(Command::new("kill").args(["-s", signal, "--", &group])).unwrap();
            assert!(!holder.wait().unwrap().success());
            let gone = (0..600).any(|_| {
                std::thread::sleep(Duration::from_millis(50));
                !Path::new(folder).exists()
            });
            assert!(gone, "SIG{signal} leaves {folder} behind");
            assert!(TcpStream::connect(("127.0.0.1", port)).is_err(), "SIG{signal} leaves the server running");
        }
    }
}
