//! `campaign serve`: the API, the keepers, the worker that asks the issuer, and on a single machine the issuer itself.

use std::io::{Read as _, Seek as _, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use campaign::certificates::worker::Worker;
use campaign::clock::{Clock, SetRight, SystemClock};
use campaign::http::{App, router};
use campaign::keeper::Keeper;
use campaign::rng;
use clap::Args;
use tokio::process::{Child, ChildStdin, Command};

use super::{Where, sessions};

/// How long the issuer may take to answer for the first time: its keys are under a slow pass phrase.
const ISSUER_START: Duration = Duration::from_secs(60);

/// How often the data folder is asked for while another process has it, and the pause between.
const PATIENCE: u32 = 200;
const AGAIN: Duration = Duration::from_millis(100);

/// How long open connections may take to end once a stop was asked for, and then the keepers: whoever keeps a connection
/// open without saying anything does not keep the server.
const DRAIN: Duration = Duration::from_secs(10);

#[derive(Args)]
pub(crate) struct Options {
    #[command(flatten)]
    place: Where,
    /// Where to answer
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Start an issuer with this key folder, on this machine; its data go to DATA/issuer
    #[arg(long, conflicts_with = "issuer_socket")]
    issuer_keys: Option<PathBuf>,
    /// File with the pass phrase of the issuer's keys
    #[arg(long, requires = "issuer_keys")]
    issuer_passphrase_file: Option<PathBuf>,
    /// Ask the issuer that listens on this Unix socket
    #[arg(long)]
    issuer_socket: Option<PathBuf>,
    /// Root certificates (PEM) of the trust list, for the checker's app; by default root.pem of --issuer-keys
    #[arg(long, value_name = "FILE")]
    anchors: Option<PathBuf>,
    /// A rehearsal: the clock starts so many minutes behind, but not before the newest entry, and may be moved forward through
    /// the API
    #[arg(long, value_name = "MINUTES", value_parser = clap::value_parser!(u16).range(0..=1_440))]
    rehearsal: Option<u16>,
    /// This computer's clock is right, and entries later than now are of one that ran ahead: go on from now. Each unit needs
    /// it for one entry; the audit reports that entry
    #[arg(long, conflicts_with = "rehearsal")]
    clock_was_ahead: bool,
    /// Stop when standard input closes, that is, when the process that started this one is gone
    #[arg(long)]
    exit_with_parent: bool,
}

/// The issuer on this machine. Its standard input is its life line: waiting for a child closes what the child holds of
/// it, so it is held apart.
struct OwnIssuer {
    child: Child,
    life_line: Option<ChildStdin>,
}

pub(crate) async fn run(options: Options) -> anyhow::Result<()> {
    let opened = options.place.open().await?;
    let rehearsal = match options.rehearsal {
        Some(minutes) => Some(Arc::new(opened.rehearsal_clock(minutes).await?)),
        None => None,
    };
    let clock: Arc<dyn Clock> = match &rehearsal {
        Some(clock) => Arc::clone(clock) as Arc<dyn Clock>,
        None if options.clock_was_ahead => Arc::new(SetRight(SystemClock)),
        None => Arc::new(SystemClock),
    };
    let mut lock = only_one(&options.place.data).await?;
    let holder = holder(&mut lock)?;
    let listener = tokio::net::TcpListener::bind(options.listen)
        .await
        .with_context(|| format!("cannot listen on {}; is another campaign running?", options.listen))?;
    let socket = options.issuer_socket.clone().or_else(|| options.issuer_keys.is_some().then(|| own_socket(&options)));
    let issuer = socket.map(issuer::api::Client::unix).transpose()?;
    let sessions = Arc::new(sessions(&opened)?);
    let (keeper, mut running) = Keeper::start(&opened.db, Arc::clone(&opened.vault), Arc::clone(&clock));
    let mut child = match (&options.issuer_keys, &issuer) {
        (Some(keys), Some(issuer)) => Some(start_issuer(&options, keys, issuer).await?),
        _ => None,
    };
    if let (Some(_), Some(issuer)) = (&rehearsal, &issuer) {
        only_demo(issuer).await?;
    }
    let worker = issuer.clone().map(|issuer| {
        let worker = Worker {
            db: opened.db.clone(),
            vault: Arc::clone(&opened.vault),
            keeper: keeper.clone(),
            issuer,
            clock: Arc::clone(&clock),
            holder,
        };
        tokio::spawn(worker.run())
    });
    // One way to the keepers is kept here, so that none of them ends by itself while this serves.
    let app = App {
        db: opened.db.clone(),
        vault: opened.vault,
        keeper: keeper.clone(),
        sessions,
        clock,
        issuer,
        anchors: anchors(&options)?,
        rehearsal,
    };
    tracing::info!(address = %listener.local_addr()?, "ready");
    let (stopping, stopped) = tokio::sync::oneshot::channel::<()>();
    let asked = stop_asked(options.exit_with_parent)?;
    let stop_server = async move {
        asked.await;
        tracing::info!("stopping: what was accepted is being written");
        // Nobody listens any more only when the server has ended by itself.
        let _ = stopping.send(());
    };
    let overdue = async move {
        match stopped.await {
            Ok(()) => tokio::time::sleep(DRAIN).await,
            Err(_) => std::future::pending().await,
        }
    };
    let mut failed = false;
    tokio::select! {
        served = axum::serve(listener, router(app)).with_graceful_shutdown(stop_server).into_future() => served?,
        () = overdue => tracing::warn!("connections that do not end are cut"),
        () = running.one_ended() => {
            tracing::error!("a keeper ended by itself; nothing can be recorded until a restart");
            failed = true;
        }
    }
    drop(keeper);
    if let Some(worker) = worker {
        worker.abort();
        // It was ended on purpose; there is nothing to learn from how.
        let _ = worker.await;
    }
    // A connection that was cut may still hold its way to the keepers; what they have not answered was not promised.
    if tokio::time::timeout(DRAIN, running.finished()).await.is_err() {
        tracing::warn!("the keepers are not waited for any longer");
    }
    if let Some(child) = &mut child {
        stop(child).await;
    }
    opened.db.close().await;
    drop(lock);
    if failed {
        bail!("a keeper ended by itself");
    }
    Ok(())
}

/// Of all processes, one at a time serves from a data folder; a killed one may have an issuer that is just ending.
async fn only_one(data: &Path) -> anyhow::Result<std::fs::File> {
    let path = data.join("serve.lock");
    let file = std::fs::File::options().read(true).write(true).create(true).truncate(false).open(&path);
    let file = file.with_context(|| format!("{}", path.display()))?;
    for _ in 0..PATIENCE {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(std::fs::TryLockError::WouldBlock) => tokio::time::sleep(AGAIN).await,
            Err(std::fs::TryLockError::Error(error)) => return Err(error.into()),
        }
    }
    bail!("another campaign serves from {}", data.display())
}

/// By what name this holds leases: that of whoever served from this folder before and is gone, and whose leases need not be
/// waited for. It stands in the file that only one holds.
fn holder(lock: &mut std::fs::File) -> anyhow::Result<String> {
    let mut known = Vec::new();
    (&*lock).take(64).read_to_end(&mut known)?;
    if known.len() == 32 && known.iter().all(u8::is_ascii_hexdigit) {
        return Ok(String::from_utf8(known)?);
    }
    let new = hex::encode(rng::bytes::<16>());
    lock.set_len(0)?;
    lock.rewind()?;
    lock.write_all(new.as_bytes())?;
    Ok(new)
}

/// The configured roots. Those of an issuer on this machine lie beside its keys, unless they were taken away.
fn anchors(options: &Options) -> anyhow::Result<Option<Arc<[u8]>>> {
    let beside_keys = || options.issuer_keys.as_ref().map(|keys| keys.join("root.pem")).filter(|path| path.exists());
    let Some(path) = options.anchors.clone().or_else(beside_keys) else { return Ok(None) };
    let bytes = std::fs::read(&path).with_context(|| format!("{}", path.display()))?;
    Ok(Some(bytes.into()))
}

fn own_socket(options: &Options) -> PathBuf {
    options.place.data.join("issuer").join("issuer.socket")
}

/// The clock of a rehearsal can be moved and its people are samples; what a production issuer signs is believed. An issuer
/// that does not answer now cannot be asked; doses are recorded without it.
async fn only_demo(issuer: &issuer::api::Client) -> anyhow::Result<()> {
    match issuer.health().await {
        Ok(health) if health.environment != "demo" => bail!(
            "--rehearsal: diễn tập chỉ dùng hệ thống cấp chứng nhận mẫu (demo), không dùng khóa \"{0}\" / \
             a rehearsal takes an issuer with demo keys only, and this one's are \"{0}\"",
            health.environment
        ),
        Ok(_) => Ok(()),
        Err(problem) => {
            tracing::warn!(%problem, "the issuer does not say for which environment it signs");
            Ok(())
        }
    }
}

/// Starts the issuer that lies beside this program, and waits until it answers. It stops when this process is gone,
/// however that happens. The issuer of a process that was just killed may still be ending and hold the store; the new one
/// waits for that by itself.
async fn start_issuer(options: &Options, keys: &Path, issuer: &issuer::api::Client) -> anyhow::Result<OwnIssuer> {
    let program = std::env::current_exe()?.with_file_name("issuer");
    let mut command = Command::new(&program);
    command.arg("serve").arg("--keys").arg(keys).arg("--data").arg(options.place.data.join("issuer"));
    command.arg("--socket").arg(own_socket(options));
    if let Some(file) = &options.issuer_passphrase_file {
        command.arg("--passphrase-file").arg(file);
    }
    command.arg("--exit-with-parent").stdin(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().with_context(|| format!("cannot start {}", program.display()))?;
    let mut own = OwnIssuer { life_line: child.stdin.take(), child };
    let answers = async {
        while issuer.health().await.is_err() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::select! {
        () = answers => Ok(own),
        status = own.child.wait() => bail!("the issuer ended: {}", status?),
        () = tokio::time::sleep(ISSUER_START) => bail!("the issuer does not answer"),
    }
}

/// Closing its standard input asks the issuer to stop.
async fn stop(own: &mut OwnIssuer) {
    drop(own.life_line.take());
    if tokio::time::timeout(Duration::from_secs(10), own.child.wait()).await.is_err() {
        tracing::warn!("the issuer does not stop; it is ended");
        // It holds nothing that is not on its disk.
        let _ = own.child.kill().await;
    }
}

/// Done at SIGTERM or SIGINT, or when the parent is gone.
fn stop_asked(exit_with_parent: bool) -> anyhow::Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let (gone, parent) = tokio::sync::oneshot::channel::<()>();
    if exit_with_parent {
        // A thread of its own: a read of standard input cannot be called off, and must not hold up the end.
        std::thread::spawn(move || {
            let mut sink = [0; 256];
            while !matches!(std::io::stdin().lock().read(&mut sink), Ok(0) | Err(_)) {}
            // Nobody waits any more only when the server has ended for another reason.
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
