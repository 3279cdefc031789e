use proptest::prelude::*;

use super::account::NotAnAccount;
use super::*;
use crate::ids::{ShipmentId, VialId};

fn lot(name: &str) -> LotId {
    LotId::of("vero-cell", name).unwrap()
}

fn transfer(lot: &LotId, quantity: i64, from: Account, to: Account) -> Transfer {
    Transfer { lot: lot.clone(), quantity, from, to, to_unit: None, reason: "test", reference: "t".into() }
}

#[test]
fn no_guarded_account_gives_more_than_it_holds() {
    let l = lot("L1");
    let mut accounts = Accounts::default();
    let arrival = [transfer(&l, 10, Account::Supplier, Account::Quarantine)];
    check(&accounts, &[], &arrival).unwrap();
    accounts.apply(&[], &arrival);

    // In one event the second line sees what the first left.
    let two = [
        transfer(&l, 6, Account::Quarantine, Account::Available),
        transfer(&l, 5, Account::Quarantine, Account::Waste(WasteReason::Broken)),
    ];
    let too_low = Refusal::StockTooLow { account: "store/quarantine".into(), lot: l.clone(), wanted: 5, available: 4 };
    assert_eq!(check(&accounts, &[], &two), Err(too_low));
    assert_eq!(check(&accounts, &[], &two[..1]), Ok(()));
    // Another lot's doses do not count.
    let other = lot("L2");
    let foreign = [transfer(&other, 1, Account::Quarantine, Account::Available)];
    let none = Refusal::StockTooLow { account: "store/quarantine".into(), lot: other, wanted: 1, available: 0 };
    assert_eq!(check(&accounts, &[], &foreign), Err(none));
}

#[test]
fn quantities_out_of_range_are_refused() {
    let l = lot("L1");
    for quantity in [0, -1, i64::MIN, MAX_QUANTITY + 1, i64::MAX] {
        let transfers = [transfer(&l, quantity, Account::Supplier, Account::Available)];
        assert_eq!(check(&Accounts::default(), &[], &transfers), Err(Refusal::QuantityOutOfRange { quantity }));
    }
}

#[test]
fn doses_on_the_road_are_drawn_by_the_receiver_alone() {
    let (l, shipment) = (lot("L1"), Account::Transit(ShipmentId::parse("S1").unwrap()));
    let mut sender = Accounts::default();
    sender.apply(&[], &[transfer(&l, 10, Account::Supplier, Account::Available)]);
    let mut dispatch = transfer(&l, 7, Account::Available, shipment.clone());
    dispatch.to_unit = Some(UnitId::parse("SI-1").unwrap());
    check(&sender, &[], std::slice::from_ref(&dispatch)).unwrap();
    sender.apply(&[], &[dispatch]);
    assert_eq!((sender.balance(&Account::Available, &l), sender.balance(&shipment, &l)), (3, 0));

    let opening = Opening { account: shipment.clone(), lot: l.clone(), quantity: 7 };
    let receipt = [
        transfer(&l, 6, shipment.clone(), Account::Available),
        transfer(&l, 1, shipment.clone(), Account::Waste(WasteReason::Missing)),
    ];
    let mut receiver = Accounts::default();
    assert!(check(&receiver, &[], &receipt).is_err());
    check(&receiver, std::slice::from_ref(&opening), &receipt).unwrap();
    receiver.apply(&[opening], &receipt);
    assert_eq!((receiver.balance(&Account::Available, &l), receiver.balance(&shipment, &l)), (6, 0));
}

#[test]
fn accounts_read_as_they_are_written() {
    let vial = Account::Vial(VialId::parse("v:1").unwrap());
    let transit = Account::Transit(ShipmentId::parse("s-1").unwrap());
    let mut all = vec![
        Account::Supplier,
        Account::Available,
        Account::Quarantine,
        Account::Injected,
        Account::GainYield,
        Account::Destroyed,
        Account::Returned,
        vial,
        transit,
    ];
    all.extend(WasteReason::ALL.iter().copied().map(Account::Waste));
    for account in all {
        assert_eq!(account.to_string().parse(), Ok(account));
    }
    for text in ["", "store", "store/x", "store/reserved", "vial/", "vial/a/b", "waste/none", "transit/ă"] {
        assert_eq!(text.parse::<Account>(), Err(NotAnAccount), "{text}");
    }
}

fn account() -> impl Strategy<Value = Account> {
    prop_oneof![
        Just(Account::Supplier),
        Just(Account::Available),
        Just(Account::Quarantine),
        Just(Account::Injected),
        Just(Account::GainYield),
        Just(Account::Waste(WasteReason::Broken)),
        (0..3_u8).prop_map(|number| Account::Vial(VialId::parse(&format!("v{number}")).unwrap())),
    ]
}

fn event() -> impl Strategy<Value = Vec<Transfer>> {
    let line = (0..2_u8, -1..40_i64, account(), account())
        .prop_map(|(number, quantity, from, to)| transfer(&lot(&format!("L{number}")), quantity, from, to));
    proptest::collection::vec(line, 1..4)
}

proptest! {
    /// Whatever is asked, what is let through keeps guarded accounts at zero or more and every lot's sum at zero, and
    /// doing it again from the start gives the same accounts.
    #[test]
    fn never_negative_sums_to_zero_and_replay_equals_state(events in proptest::collection::vec(event(), 0..60)) {
        let mut accounts = Accounts::default();
        let mut accepted = Vec::new();
        for transfers in events {
            if check(&accounts, &[], &transfers).is_ok() {
                accounts.apply(&[], &transfers);
                accepted.push(transfers);
            }
            for (account, lot, quantity) in accounts.iter() {
                prop_assert!(!account.is_guarded() || quantity > 0, "{} {}: {}", account, lot, quantity);
            }
            for number in 0..2 {
                let l = lot(&format!("L{number}"));
                let sum: i64 = accounts.iter().filter(|(_, of, _)| **of == l).map(|(_, _, quantity)| quantity).sum();
                prop_assert_eq!(sum, 0);
            }
        }
        let mut again = Accounts::default();
        for transfers in &accepted {
            again.apply(&[], transfers);
        }
        prop_assert_eq!(again, accounts);
    }
}
