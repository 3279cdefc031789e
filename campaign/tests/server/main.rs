//! The server from outside: its doors, its worker and its end, on a database of its own.
#![expect(clippy::unwrap_used, reason = "tests")]

mod doors;
mod health;
mod process;
mod rehearsal;
mod stop;
mod worker;

use std::sync::Arc;

use campaign::auth::password::{Cost, Stored};
use campaign::auth::session::Sessions;
use campaign::auth::{self, Role};
use campaign::clock::{Clock as _, SystemClock};
use campaign::command::{Command, Envelope};
use campaign::db::Db;
use campaign::http::{App, router};
use campaign::ids::{CommandId, UnitId};
use campaign::keeper::Keeper;
use campaign::vault::Vault;

pub(crate) const PASSWORD: &str = "một mật khẩu dài";
const CHEAP: Cost = Cost { memory: 64, passes: 1 };

/// A campaign without issuer, over a folder that goes with it.
pub(crate) struct Ground {
    pub(crate) db: Db,
    pub(crate) vault: Arc<Vault>,
    pub(crate) keeper: Keeper,
    pub(crate) sessions: Arc<Sessions>,
    pub(crate) folder: tempfile::TempDir,
}

impl Ground {
    pub(crate) async fn new() -> Ground {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open_folder(folder.path()).await.unwrap();
        let vault = Arc::new(Vault::new(&[7; 32]));
        let (keeper, _) = Keeper::start(&db, Arc::clone(&vault), Arc::new(SystemClock));
        let nobody = Stored::new("nobody has this", [1; 16], CHEAP).unwrap();
        let sessions = Arc::new(Sessions::new(db.clone(), nobody));
        Ground { db, vault, keeper, sessions, folder }
    }

    pub(crate) async fn submit(&self, id: &str, unit: &str, command: impl Into<Command>) {
        let id = CommandId::parse(id).unwrap();
        self.keeper.submit(Envelope::new(id, UnitId::parse(unit).unwrap(), "test", command.into())).await.unwrap();
    }

    /// An account with one role at one unit.
    pub(crate) async fn employ(&self, account: &str, role: Role, at: &str) {
        let open = auth::Command::OpenAccount { account: account.to_owned(), name: account.to_owned() };
        self.submit(&format!("open-{account}"), "VN", open).await;
        let at = UnitId::parse(at).unwrap();
        let grant = auth::Command::GrantRole { account: account.to_owned(), role, at };
        self.submit(&format!("grant-{account}"), "VN", grant).await;
        let stored = Stored::new(PASSWORD, [2; 16], CHEAP).unwrap();
        self.sessions.set_password(account, &stored, SystemClock.now()).await.unwrap();
    }

    /// Serves on a free port; gives the address.
    pub(crate) async fn serve(&self) -> String {
        let app = App {
            db: self.db.clone(),
            vault: Arc::clone(&self.vault),
            keeper: self.keeper.clone(),
            sessions: Arc::clone(&self.sessions),
            clock: Arc::new(SystemClock),
            issuer: None,
            anchors: None,
            rehearsal: None,
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(axum::serve(listener, router(app)).into_future());
        address
    }
}
