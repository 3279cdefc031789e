//! `verifier serve`: the same check over HTTP/1.1, for turnstiles and kiosks on this machine. Nothing of what is sent is
//! written anywhere; what is counted are verdicts.
//!
//! `POST /check` (text, JSON or a picture), `GET /health`, `GET /metrics`. All files that say whom to believe are read again when
//! one of them changes: lists, which are never replaced by older ones, anchors, and signers and keys of others.

mod counters;
mod held;
mod routes;

use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;

use super::args::{EXIT_VALID, Serve};
use super::{Usage, clock};
use held::Held;

/// Connections at a time; the next one waits.
const CONNECTIONS: usize = 256;
/// In this time a request's header must be there, also the next one of a connection that is kept.
const HEADER: Duration = Duration::from_secs(30);
/// How long answers on their way are waited for at the end.
const DRAIN: Duration = Duration::from_secs(10);
/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(2);
/// How many looks go by before trust data that were refused are tried again: the clock may have been set since.
const LOOKS: u32 = 30;

/// Serves until the process is told to end.
pub(super) fn run(asked: Serve) -> Result<u8, Usage> {
    let Serve { trust, listen, allow_remote } = asked;
    if !listen.ip().is_loopback() && !allow_remote {
        return Err(Usage(format!(
            "{listen} không chỉ dành cho máy này: thêm --allow-remote nếu muốn\n\
             {listen} can be reached by other machines: add --allow-remote if that is meant"
        )));
    }
    let held = Arc::new(Held::open(trust, clock::now())?);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let failed = |cause: std::io::Error| Usage(format!("không phục vụ được / cannot serve: {listen}: {cause}"));
    runtime.map_err(failed)?.block_on(async {
        let listener = TcpListener::bind(listen).await.map_err(failed)?;
        let told = told_to_end().map_err(failed)?;
        eprintln!("verifier: http://{}", listener.local_addr().map_err(failed)?);
        let looking = tokio::spawn(look(Arc::clone(&held)));
        serve(listener, routes::router(held), told).await;
        looking.abort();
        Ok(EXIT_VALID)
    })
}

/// Done at SIGTERM or SIGINT.
fn told_to_end() -> std::io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Looks at the files again and again.
async fn look(held: Arc<Held>) {
    for look in 1_u32.. {
        tokio::time::sleep(LOOK).await;
        let held = Arc::clone(&held);
        let again = look.is_multiple_of(LOOKS);
        // One that panicked has printed why; what was held stays.
        let _ = tokio::task::spawn_blocking(move || held.refresh(clock::now(), again)).await;
    }
}

/// Takes connections until `told`, then lets those that are busy finish.
async fn serve(listener: TcpListener, router: axum::Router, told: impl Future<Output = ()>) {
    let (leave, leaving) = watch::channel(());
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    let mut connections = JoinSet::new();
    tokio::pin!(told);
    loop {
        let next = async {
            let place = Arc::clone(&room).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            () = &mut told => break,
            next = next => next,
        };
        while connections.try_join_next().is_some() {}
        match (place, accepted) {
            (Ok(place), Ok((stream, _))) => {
                connections.spawn(connection(stream, router.clone(), leaving.clone(), place));
            }
            // Too many open files, or a peer that is gone already: not a reason to end.
            _ => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
    drop(listener);
    drop(leave);
    let all = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(DRAIN, all).await.is_err() {
        eprintln!("verifier: connections that do not end are cut");
    }
}

/// One connection. How it ended is the peer's affair.
async fn connection(
    stream: TcpStream,
    router: axum::Router,
    mut leaving: watch::Receiver<()>,
    _place: OwnedSemaphorePermit,
) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEADER);
    let connection = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    tokio::pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = leaving.changed() => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}
