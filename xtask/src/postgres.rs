//! A throw-away PostgreSQL: a cluster in a temporary folder, on a free port, gone when the value is dropped.

use crate::shell;
use anyhow::{Context, Result, anyhow};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

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
}

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
        let cluster = Self { folder, binaries, port };
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
        let program = self.binaries.join(program);
        if !shell::is_root() {
            return Command::new(program);
        }
        let mut command = Command::new("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--init-groups", "--"]).arg(program);
        command.current_dir("/").env("LC_ALL", "C.UTF-8");
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let data = self.folder.join("data");
        let stopped =
            self.command("pg_ctl").args(["stop", "--mode=immediate", "--silent", "--pgdata"]).arg(data).status();
        if let Err(error) =
            stopped.map_err(anyhow::Error::from).and_then(|_| Ok(std::fs::remove_dir_all(&self.folder)?))
        {
            eprintln!("xtask: {} is left behind: {error:#}", self.folder.display());
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
