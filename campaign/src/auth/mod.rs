//! Accounts and roles: who may do what, where. Opening an account and granting a role are journalled like everything
//! else, in the stream of the national office; passwords and sessions are not, they live in tables of their own and are
//! never replayed.

mod decide;
mod evolve;
pub mod password;
pub mod session;
pub(crate) mod store;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::command::Command as AnyCommand;
use crate::ids::UnitId;
use crate::{certificates, people, supply, visits};

pub use decide::{decide, needs};
pub use evolve::{evolve, transfers};
pub use store::project;

/// What a person may do at a unit. One person may hold several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Role {
    /// Opens units and accounts, grants roles.
    Administrator,
    /// Releases, suspends and recalls lots.
    QualityOfficer,
    /// Receives, inspects, stores, ships and writes off doses.
    Storekeeper,
    /// Registers people and checks them in.
    Receptionist,
    /// Screens.
    Doctor,
    /// Opens vials and injects.
    Vaccinator,
    /// Watches after the injection and discharges.
    Observer,
    /// Leads the site: corrects, asks for certificates.
    SiteLead,
    /// Reads journals and figures, changes nothing.
    Auditor,
}

impl Role {
    /// Every role.
    pub const ALL: [Role; 9] = [
        Role::Administrator,
        Role::QualityOfficer,
        Role::Storekeeper,
        Role::Receptionist,
        Role::Doctor,
        Role::Vaccinator,
        Role::Observer,
        Role::SiteLead,
        Role::Auditor,
    ];

    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Administrator => "administrator",
            Role::QualityOfficer => "quality_officer",
            Role::Storekeeper => "storekeeper",
            Role::Receptionist => "receptionist",
            Role::Doctor => "doctor",
            Role::Vaccinator => "vaccinator",
            Role::Observer => "observer",
            Role::SiteLead => "site_lead",
            Role::Auditor => "auditor",
        }
    }

    /// Reads the stable name.
    pub fn parse(text: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.as_str() == text)
    }
}

/// The roles of which one is needed at the unit to ask for this. Empty: nobody may ask for it from outside; the system
/// itself does.
pub fn roles_for(command: &AnyCommand) -> &'static [Role] {
    match command {
        AnyCommand::Auth(_) | AnyCommand::Places(_) => &[Role::Administrator],
        AnyCommand::People(people::Command::RegisterPerson { .. }) => &[Role::Receptionist, Role::SiteLead],
        AnyCommand::Supply(command) => match command {
            supply::Command::ReleaseLot { .. }
            | supply::Command::SuspendLot { .. }
            | supply::Command::ResumeLot { .. }
            | supply::Command::RecallLot { .. } => &[Role::QualityOfficer],
            _ => &[Role::Storekeeper],
        },
        AnyCommand::Visits(command) => match command {
            visits::Command::CheckIn { .. } => &[Role::Receptionist],
            visits::Command::Screen { .. } => &[Role::Doctor],
            visits::Command::OpenVial { .. } | visits::Command::Inject { .. } | visits::Command::CloseVial { .. } => {
                &[Role::Vaccinator]
            }
            visits::Command::Observe { .. } | visits::Command::Discharge { .. } => &[Role::Observer],
            visits::Command::VoidInjection { .. } => &[Role::SiteLead],
            _ => &[Role::SiteLead],
        },
        AnyCommand::Certificates(certificates::Command::Request { .. }) => &[Role::SiteLead, Role::Receptionist],
        AnyCommand::Certificates(_) => &[],
    }
}

/// What an administrator can ask for, at the national office.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = AuthCommand)]
pub enum Command {
    /// Opens an account. Its password is set apart from this, and never journalled.
    OpenAccount {
        /// Login name: 3 to 32 of `a-z 0-9 . _ -`.
        account: String,
        /// The person's name, as colleagues know it.
        name: String,
    },
    /// Closes an account for good; its name stays taken.
    CloseAccount {
        /// Login name.
        account: String,
        /// Why.
        reason: String,
    },
    /// Grants a role at one unit.
    GrantRole {
        /// Login name.
        account: String,
        /// Which role.
        role: Role,
        /// Where.
        #[schema(value_type = String)]
        at: UnitId,
    },
    /// Takes a role back.
    WithdrawRole {
        /// Login name.
        account: String,
        /// Which role.
        role: Role,
        /// Where.
        #[schema(value_type = String)]
        at: UnitId,
    },
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// An account is there.
    AccountOpened {
        /// Login name.
        account: String,
        /// The person's name.
        name: String,
    },
    /// An account is closed.
    AccountClosed {
        /// Login name.
        account: String,
        /// Why.
        reason: String,
    },
    /// A role was granted.
    RoleGranted {
        /// Login name.
        account: String,
        /// Which role.
        role: Role,
        /// Where.
        at: UnitId,
    },
    /// A role was taken back.
    RoleWithdrawn {
        /// Login name.
        account: String,
        /// Which role.
        role: Role,
        /// Where.
        at: UnitId,
    },
}

/// The accounts of the country.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// By login name.
    pub accounts: BTreeMap<String, Account>,
}

/// One account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Account {
    /// The person's name.
    pub name: String,
    /// Closed for good.
    pub closed: bool,
    /// Roles and where they hold.
    pub grants: BTreeSet<(Role, UnitId)>,
}

impl Event {
    /// The stable kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::AccountOpened { .. } => "auth.account_opened",
            Self::AccountClosed { .. } => "auth.account_closed",
            Self::RoleGranted { .. } => "auth.role_granted",
            Self::RoleWithdrawn { .. } => "auth.role_withdrawn",
        }
    }
}
