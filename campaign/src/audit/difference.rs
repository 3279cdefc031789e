//! What can be wrong.

use crate::db::DbError;
use crate::ids::{LotId, ShipmentId, UnitId};
use crate::journal::ChainFault;

/// The first difference an audit found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Difference {
    /// A chain is broken.
    #[error(transparent)]
    Chain(#[from] ChainFault),
    /// An entry is whole but this program cannot read it.
    #[error("{unit}: entry {seq} cannot be read: {why}")]
    Unreadable {
        /// The stream.
        unit: UnitId,
        /// The place.
        seq: i64,
        /// Why.
        why: String,
    },
    /// The head names another entry than the newest.
    #[error("{unit}: the head stands at {recorded}, the entries end at {walked} or with another hash")]
    Head {
        /// The stream.
        unit: UnitId,
        /// Place of the head.
        recorded: i64,
        /// Place of the newest entry.
        walked: i64,
    },
    /// There are entries and no head.
    #[error("{unit}: entries up to {newest} and no head")]
    NoHead {
        /// The stream.
        unit: String,
        /// Its newest entry.
        newest: i64,
    },
    /// The stream is not the one that was witnessed: cut short or written anew.
    #[error("{unit}: entry {seq} is not the one that was witnessed")]
    Witness {
        /// The stream.
        unit: UnitId,
        /// The place witnessed.
        seq: i64,
    },
    /// A row is missing, too much or not what the journal says.
    #[error("table {table}, key {key}: {what}")]
    Row {
        /// The table.
        table: &'static str,
        /// The primary key, values joined by `|`.
        key: String,
        /// What is different, naming columns but no values, since those may be secret.
        what: String,
    },
    /// A guarded account is below zero by the journal.
    #[error("{unit} {account} {lot}: {quantity} doses")]
    Overdrawn {
        /// The unit.
        unit: UnitId,
        /// The account.
        account: String,
        /// The lot.
        lot: LotId,
        /// Doses.
        quantity: i64,
    },
    /// A recorded balance is not what the journal's transfers add up to.
    #[error("{unit} {account} {lot}: {recorded} doses recorded, {counted} counted")]
    Balance {
        /// The unit.
        unit: String,
        /// The account.
        account: String,
        /// The lot.
        lot: String,
        /// Doses in the table.
        recorded: i64,
        /// Doses by the journal.
        counted: i64,
    },
    /// What a receiver says was sent is not what was sent.
    #[error("{unit}, shipment {shipment}, {lot}: {sent} doses sent, {carried} carried over")]
    Transit {
        /// The receiver.
        unit: UnitId,
        /// The shipment.
        shipment: ShipmentId,
        /// The lot.
        lot: LotId,
        /// Doses by the sender.
        sent: i64,
        /// Doses by the receiver.
        carried: i64,
    },
    /// The doses of a lot do not add up to none.
    #[error("{lot}: the accounts add up to {sum} doses, not to 0")]
    Conservation {
        /// The lot.
        lot: LotId,
        /// What they add up to.
        sum: i64,
    },
    /// The ledger and the register of doses disagree.
    #[error("{lot}: {injected} doses injected by the ledger, {recorded} recorded")]
    Injected {
        /// The lot.
        lot: String,
        /// Doses in account `injected`.
        injected: i64,
        /// Doses recorded and not void.
        recorded: i64,
    },
    /// A certificate stands for a dose that does not.
    #[error("dose {dose} has a certificate that stands, and is void or not recorded")]
    CertificateWithoutDose {
        /// The dose.
        dose: String,
    },
}

/// Why an audit or a replay did not come to its end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AuditError {
    /// Something is not as the journal says.
    #[error("{0}")]
    Different(Box<Difference>),
    /// The database could not be read.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<Difference> for AuditError {
    fn from(difference: Difference) -> AuditError {
        AuditError::Different(Box::new(difference))
    }
}

impl From<sqlx::Error> for AuditError {
    fn from(error: sqlx::Error) -> AuditError {
        AuditError::Db(error.into())
    }
}
