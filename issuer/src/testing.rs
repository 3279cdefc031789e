//! What this room's tests share: a cheap ceremony, a clock that stands still, a dose.

use std::path::PathBuf;

use specs::time::UnixTime;
use tempfile::TempDir;

use crate::api::{DoseFacts, Holder};
use crate::ceremony::{self, Plan};
use crate::keyring::Keyring;
use crate::keys::file::Cost;
use crate::keys::passphrase::Passphrase;

/// 2026-11-23T07:00:00Z.
pub(crate) const NOW: UnixTime = UnixTime(1_795_417_200);

/// A held ceremony in a folder that goes away with this.
pub(crate) struct Held {
    pub(crate) folder: TempDir,
    pub(crate) keys: PathBuf,
    pub(crate) passphrase: Passphrase,
}

impl Held {
    pub(crate) fn new() -> Self {
        Self::made(NOW, 730, Passphrase::random().unwrap())
    }

    /// Held at that time, with signers valid for that many days.
    pub(crate) fn made(at: UnixTime, signer_days: u32, passphrase: Passphrase) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let keys = folder.path().join("keys");
        let plan = Plan { cost: Cost::TEST, signer_days, passphrase, ..Plan::demo(&keys, "VN", at).unwrap() };
        ceremony::perform(&plan).unwrap();
        Self { folder, keys, passphrase: plan.passphrase }
    }

    pub(crate) fn keyring(&self) -> Keyring {
        Keyring::open(&self.keys).unwrap()
    }
}

/// A dose that breaks no rule.
pub(crate) fn facts(dose: &str) -> DoseFacts {
    DoseFacts {
        dose: dose.into(),
        unit: "SI-00001".into(),
        authority: "Bộ Y tế Việt Nam".into(),
        holder: Holder {
            family_name: "Nguyễn".into(),
            given_name: "Thị Hồng Nhung".into(),
            birth_date: "1990-05-17".into(),
            nationality: "VN".into(),
        },
        disease: "840539006".into(),
        product: "comirnaty".into(),
        dose_number: 2,
        series_doses: 2,
        first_product: None,
        doses_received: 2,
        injected_on: "2026-11-23".into(),
        country: "VN".into(),
        lot: "FG3716".into(),
    }
}
