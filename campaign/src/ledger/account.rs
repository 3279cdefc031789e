//! The accounts a dose can stand in, and how they are written.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::ids::{ShipmentId, VialId};

/// Where doses are, within one unit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Account {
    /// The outside world doses come from; goes below zero.
    Supplier,
    /// Usable stock.
    Available,
    /// Stock that may not be used: not inspected, not released, in doubt.
    Quarantine,
    /// On the road to this unit.
    Transit(ShipmentId),
    /// In an opened vial.
    Vial(VialId),
    /// In people's arms.
    Injected,
    /// Lost, with the reason.
    Waste(WasteReason),
    /// Doses a vial gave beyond its nominal number; goes below zero.
    GainYield,
    /// Destroyed under a protocol.
    Destroyed,
    /// Given back to the supplier.
    Returned,
}

impl Account {
    /// True for every account that may not go below zero.
    pub fn is_guarded(&self) -> bool {
        !matches!(self, Account::Supplier | Account::GainYield)
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Account::Supplier => f.write_str("supplier"),
            Account::Available => f.write_str("store/available"),
            Account::Quarantine => f.write_str("store/quarantine"),
            Account::Transit(shipment) => write!(f, "transit/{shipment}"),
            Account::Vial(vial) => write!(f, "vial/{vial}"),
            Account::Injected => f.write_str("injected"),
            Account::Waste(reason) => write!(f, "waste/{}", reason.as_str()),
            Account::GainYield => f.write_str("gain/yield"),
            Account::Destroyed => f.write_str("destroyed"),
            Account::Returned => f.write_str("returned"),
        }
    }
}

/// Text that names no account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAnAccount;

impl FromStr for Account {
    type Err = NotAnAccount;

    fn from_str(text: &str) -> Result<Account, NotAnAccount> {
        Ok(match text {
            "supplier" => Account::Supplier,
            "store/available" => Account::Available,
            "store/quarantine" => Account::Quarantine,
            "injected" => Account::Injected,
            "gain/yield" => Account::GainYield,
            "destroyed" => Account::Destroyed,
            "returned" => Account::Returned,
            _ => match text.split_once('/').ok_or(NotAnAccount)? {
                ("transit", id) => Account::Transit(ShipmentId::parse(id).map_err(|_| NotAnAccount)?),
                ("vial", id) => Account::Vial(VialId::parse(id).map_err(|_| NotAnAccount)?),
                ("waste", reason) => Account::Waste(WasteReason::parse(reason).ok_or(NotAnAccount)?),
                _ => return Err(NotAnAccount),
            },
        })
    }
}

macro_rules! waste {
    ($($(#[$doc:meta])* $name:ident = $code:literal;)*) => {
        /// Why doses were lost: a closed list.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum WasteReason { $($(#[$doc])* $name,)* }

        impl WasteReason {
            /// Every reason.
            pub const ALL: &'static [WasteReason] = &[$(WasteReason::$name),*];

            /// The stable code.
            pub fn as_str(self) -> &'static str {
                match self { $(WasteReason::$name => $code,)* }
            }

            /// Reads the code.
            pub fn parse(code: &str) -> Option<WasteReason> {
                Some(match code { $($code => WasteReason::$name,)* _ => return None })
            }
        }
    };
}

waste! {
    /// Past the expiry date, unopened.
    Expired = "expired";
    /// Too warm.
    Heat = "heat";
    /// Frozen.
    Freeze = "freeze";
    /// The vial monitor turned.
    Vvm = "vvm";
    /// Broken.
    Broken = "broken";
    /// Not there when counted.
    Missing = "missing";
    /// Recalled.
    Recalled = "recalled";
    /// Label lost or unreadable.
    Label = "label";
    /// Left over when the session ended.
    EndOfSession = "end_of_session";
    /// Past its hours after opening.
    TimeLimit = "time_limit";
    /// Contaminated.
    Contaminated = "contaminated";
    /// The vial gave fewer doses than its nominal number.
    DrawnShort = "drawn_short";
    /// Drawn up, then the person declined.
    RefusedAfterDraw = "refused_after_draw";
    /// The injection it was counted for did not happen, and its vial is gone.
    RecordedInError = "recorded_in_error";
}
