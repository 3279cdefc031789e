//! The shell around the pure rules: takes commands, decides them in batches, writes each batch in one transaction, and
//! only then answers.
//!
//! A unit has one keeper at a time in a process, on a thread of its own. Between processes on one PostgreSQL the head rows
//! are the lease: a batch locks the heads of its units, catches up with what others wrote, and moves each head only from
//! the place it had seen. What was answered "done" is on disk; what could not be written is answered
//! [`Refusal::Unavailable`], the states that may have run ahead are dropped, and the same command with the same id may
//! come again.

mod batch;
mod known;
mod units;
mod worker;

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::clock::Clock;
use crate::command::Envelope;
use crate::db::{Db, Engine};
use crate::ids::UnitId;
use crate::refusal::Refusal;
use crate::vault::Vault;

/// Most commands of one batch.
pub const BATCH: usize = 256;

/// The answer to an accepted command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// JSON text; the same however often the command is repeated.
    pub answer: Arc<String>,
    /// The command had been accepted before; nothing happened now.
    pub repeated: bool,
}

/// The way to the keepers. Cheap to clone; when the last one is dropped, the keepers finish what waits and end.
#[derive(Debug, Clone)]
pub struct Keeper {
    queues: Arc<[mpsc::Sender<Waiting>]>,
    stopped: Arc<AtomicBool>,
}

/// The running keeper tasks.
#[derive(Debug)]
pub struct Running {
    tasks: Vec<JoinHandle<()>>,
}

/// A command that waits for its answer.
#[derive(Debug)]
struct Waiting {
    envelope: Envelope,
    answer: oneshot::Sender<Result<Reply, Refusal>>,
}

impl Keeper {
    /// Starts the keepers of this process: one for SQLite, which has one writer, two for PostgreSQL.
    pub fn start(db: &Db, vault: Arc<Vault>, clock: Arc<dyn Clock>) -> (Keeper, Running) {
        let count = if db.engine() == Engine::Sqlite { 1 } else { 2 };
        Keeper::start_with(db, vault, clock, count)
    }

    /// Starts that many keepers; units are shared out among them.
    ///
    /// # Panics
    /// When the operating system gives no thread: a process that cannot write is of no use.
    pub fn start_with(db: &Db, vault: Arc<Vault>, clock: Arc<dyn Clock>, count: usize) -> (Keeper, Running) {
        let mut queues = Vec::new();
        let mut tasks = Vec::new();
        let stopped = Arc::new(AtomicBool::new(false));
        for _ in 0..count.max(1) {
            let (sender, queue) = mpsc::channel(BATCH * 16);
            queues.push(sender);
            let worker = worker::Worker::new(db.clone(), Arc::clone(&vault), Arc::clone(&clock), Arc::clone(&stopped));
            tasks.push(alone(worker.run(queue)));
        }
        (Keeper { queues: queues.into(), stopped }, Running { tasks })
    }

    /// Whether every keeper task runs and the disk has not failed: without that, commands are refused until a restart.
    pub fn is_alive(&self) -> bool {
        // A task that has ended, however it did, has dropped its end of the queue.
        !self.stopped.load(Ordering::Acquire) && !self.queues.iter().any(mpsc::Sender::is_closed)
    }

    /// Hands a command over and waits for its answer. Waits as long as the queue is full. When the caller goes away, the
    /// command is carried out all the same.
    ///
    /// # Errors
    /// The [`Refusal`]; nothing was written, except that after [`Refusal::Unavailable`] it is unknown, and asking again
    /// with the same id tells.
    pub async fn submit(&self, envelope: Envelope) -> Result<Reply, Refusal> {
        let (answer, wait) = oneshot::channel();
        let queue = &self.queues[shard(&envelope.unit, self.queues.len())];
        queue.send(Waiting { envelope, answer }).await.map_err(|_| Refusal::Unavailable)?;
        wait.await.unwrap_or(Err(Refusal::Unavailable))
    }
}

impl Running {
    /// Waits until the keepers have written what waits and ended, which they do when no [`Keeper`] is left.
    pub async fn finished(self) {
        for task in self.tasks {
            // A keeper that panicked has said so; whoever waited for it got `Unavailable`.
            let _ = task.await;
        }
    }

    /// Waits until one of the keepers has ended, which none does by itself as long as there is a [`Keeper`].
    pub async fn one_ended(&mut self) {
        std::future::poll_fn(|cx| {
            let ended = self.tasks.iter_mut().position(|task| std::pin::Pin::new(task).poll(cx).is_ready());
            let Some(ended) = ended else { return Poll::Pending };
            // It has given its result and is not to be asked again.
            drop(self.tasks.swap_remove(ended));
            Poll::Ready(())
        })
        .await;
    }

    /// Ends the keepers in the middle of whatever they do, as a crash would.
    pub fn abort(&self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// Runs the work of a keeper on a thread of its own. Among the requests it would wait for its turn after every statement,
/// and with it all those whose commands are in its batch.
fn alone(work: impl Future<Output = ()> + Send + 'static) -> JoinHandle<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("the operating system gives what a thread needs to wait");
    let (running, ended) = oneshot::channel::<()>();
    let task = runtime.spawn(async move {
        // Dropped with the task, however it ends.
        let _running = running;
        work.await;
    });
    let thread = std::thread::Builder::new().name("keeper".to_owned());
    let started = thread.spawn(move || {
        // Nobody sends: it is over when the other end is gone.
        let _ = runtime.block_on(ended);
    });
    started.expect("the operating system gives a thread");
    task
}

fn shard(unit: &UnitId, count: usize) -> usize {
    let mut hasher = DefaultHasher::new();
    unit.hash(&mut hasher);
    (hasher.finish() % count as u64) as usize
}
