//! Recounting the ledger.

use std::collections::BTreeMap;

use serde::Serialize;
use sqlx::{AnyConnection, Row as _};

use super::{AuditError, Difference};
use crate::event::Event;
use crate::ids::{LotId, UnitId};
use crate::journal::Meta;
use crate::ledger::Account;

/// Where the doses of a lot are. `received + gained = stock + transit + vials + injected + wasted + destroyed + returned`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct LotBalance {
    /// Came from suppliers.
    pub received: i64,
    /// Drawn beyond the nominal number of a vial.
    pub gained: i64,
    /// In stores and sites, usable or not.
    pub stock: i64,
    /// On the road.
    pub transit: i64,
    /// In open vials.
    pub vials: i64,
    /// In people's arms.
    pub injected: i64,
    /// Lost.
    pub wasted: i64,
    /// Destroyed under a protocol.
    pub destroyed: i64,
    /// Given back.
    pub returned: i64,
}

impl LotBalance {
    fn add(&mut self, account: &Account, quantity: i64) {
        match account {
            Account::Supplier => self.received -= quantity,
            Account::GainYield => self.gained -= quantity,
            Account::Available | Account::Quarantine => self.stock += quantity,
            Account::Transit(_) => self.transit += quantity,
            Account::Vial(_) => self.vials += quantity,
            Account::Injected => self.injected += quantity,
            Account::Waste(_) => self.wasted += quantity,
            Account::Destroyed => self.destroyed += quantity,
            Account::Returned => self.returned += quantity,
        }
    }

    /// What is there more than came in; 0 in a ledger that is right.
    pub fn surplus(&self) -> i64 {
        let there =
            self.stock + self.transit + self.vials + self.injected + self.wasted + self.destroyed + self.returned;
        there - self.received - self.gained
    }
}

/// The balances the journal's transfers add up to.
#[derive(Debug, Default)]
pub(super) struct Recount {
    balances: BTreeMap<(UnitId, Account, LotId), i64>,
    sent: BTreeMap<(UnitId, Account, LotId), i64>,
    carried: Vec<((UnitId, Account, LotId), i64)>,
}

impl Recount {
    pub(super) fn see(&mut self, event: &Event, meta: &Meta) {
        for transfer in event.transfers(meta) {
            let from = (meta.unit.clone(), transfer.from, transfer.lot.clone());
            *self.balances.entry(from).or_default() -= transfer.quantity;
            let to = (transfer.to_unit.clone().unwrap_or_else(|| meta.unit.clone()), transfer.to, transfer.lot);
            if transfer.to_unit.is_some() {
                *self.sent.entry(to.clone()).or_default() += transfer.quantity;
            }
            *self.balances.entry(to).or_default() += transfer.quantity;
        }
        for opening in event.openings() {
            self.carried.push(((meta.unit.clone(), opening.account, opening.lot), opening.quantity));
        }
    }

    /// Compares with the table and gives the balance of every lot.
    pub(super) async fn finish(self, conn: &mut AnyConnection) -> Result<BTreeMap<LotId, LotBalance>, AuditError> {
        for ((unit, account, lot), carried) in &self.carried {
            let sent = self.sent.get(&(unit.clone(), account.clone(), lot.clone())).copied().unwrap_or(0);
            if let Account::Transit(shipment) = account
                && sent != *carried
            {
                let (unit, shipment, lot) = (unit.clone(), shipment.clone(), lot.clone());
                return Err(Difference::Transit { unit, shipment, lot, sent, carried: *carried }.into());
            }
        }
        let mut counted: BTreeMap<(String, String, String), i64> = BTreeMap::new();
        for ((unit, account, lot), quantity) in &self.balances {
            if account.is_guarded() && *quantity < 0 {
                let (unit, lot, account) = (unit.clone(), lot.clone(), account.to_string());
                return Err(Difference::Overdrawn { unit, account, lot, quantity: *quantity }.into());
            }
            counted.insert((unit.to_string(), account.to_string(), lot.to_string()), *quantity);
        }
        let rows = sqlx::query("SELECT unit, account, lot, quantity FROM balances").fetch_all(conn).await?;
        let mut lots: BTreeMap<LotId, LotBalance> = BTreeMap::new();
        for row in rows {
            let (unit, account, lot): (String, String, String) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            let recorded: i64 = row.try_get(3)?;
            let key = (unit, account, lot);
            let known = counted.remove(&key).unwrap_or(0);
            let (unit, account, lot) = key;
            match (account.parse::<Account>(), LotId::parse(&lot)) {
                (Ok(account), Ok(lot)) if known == recorded => lots.entry(lot).or_default().add(&account, recorded),
                _ => return Err(Difference::Balance { unit, account, lot, recorded, counted: known }.into()),
            }
        }
        if let Some(((unit, account, lot), quantity)) = counted.into_iter().find(|(_, quantity)| *quantity != 0) {
            return Err(Difference::Balance { unit, account, lot, recorded: 0, counted: quantity }.into());
        }
        for (lot, balance) in &lots {
            if balance.surplus() != 0 {
                return Err(Difference::Conservation { lot: lot.clone(), sum: balance.surplus() }.into());
            }
        }
        Ok(lots)
    }
}

/// Every injected dose is recorded, and every certificate that stands is of a dose that does. Gives the number of doses.
pub(super) async fn doses_and_certificates(
    conn: &mut AnyConnection,
    lots: &BTreeMap<LotId, LotBalance>,
) -> Result<i64, AuditError> {
    let text = "SELECT lot, COUNT(*) FROM doses WHERE void = 0 AND vial IS NOT NULL GROUP BY lot";
    let mut recorded: BTreeMap<String, i64> = BTreeMap::new();
    for row in sqlx::query(text).fetch_all(&mut *conn).await? {
        recorded.insert(row.try_get(0)?, row.try_get(1)?);
    }
    let total = recorded.values().sum();
    for (lot, balance) in lots {
        let count = recorded.remove(lot.as_str()).unwrap_or(0);
        if count != balance.injected {
            let lot = lot.to_string();
            return Err(Difference::Injected { lot, injected: balance.injected, recorded: count }.into());
        }
    }
    if let Some((lot, count)) = recorded.into_iter().next() {
        return Err(Difference::Injected { lot, injected: 0, recorded: count }.into());
    }
    let text = "SELECT c.dose FROM certificates c LEFT JOIN doses d ON d.id = c.dose AND d.void = 0 \
                WHERE c.state = 'issued' AND d.id IS NULL ORDER BY c.dose LIMIT 1";
    if let Some(row) = sqlx::query(text).fetch_optional(conn).await? {
        return Err(Difference::CertificateWithoutDose { dose: row.try_get(0)? }.into());
    }
    Ok(total)
}
