//! What is written into the journal is what is read from it: every kind of event, every field, whatever the values.

use std::collections::BTreeMap;

use proptest::prelude::*;
use specs::time::{Date, UnixTime};

use super::Event;
use crate::auth::Role;
use crate::certificates::Problem;
use crate::clock::Timestamp;
use crate::ids::{ConsignmentId, DoseId, LotId, PersonId, ShipmentId, UnitId, VialId, VisitId};
use crate::ledger::WasteReason;
use crate::places::{AdminCode, CodeSet, Form, Kind, Point, Stations, Status, Tier, Unit};
use crate::supply::{ArrivedLine, Band, Inspection, InspectionLine, Position, ReceiptLine, ShipmentLine, Source, Vvm};
use crate::vault::Sealed;
use crate::visits::{BodySite, CloseReason, Conclusion, Consent, DoseKind, Finding, Outcome, Reason, Route};
use crate::{auth, certificates, people, places, supply, visits};

/// Values drawn one after another from a seed (splitmix64).
struct Draws(u64);

impl Draws {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.bits() % limit as u64) as usize
    }

    fn one_of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }

    /// Of these characters, up to so many.
    fn text_of(&mut self, characters: &[char], least: usize, most: usize) -> String {
        (0..least + self.below(most - least + 1)).map(|_| self.one_of(characters)).collect()
    }
}

trait Draw {
    fn draw(draws: &mut Draws) -> Self;
}

/// Also what JSON has to escape, and what is more than one byte or one UTF-16 unit.
impl Draw for String {
    fn draw(draws: &mut Draws) -> String {
        let any = char::from_u32(draws.below(0x11_0000) as u32).unwrap_or('\u{fffd}');
        let some =
            ['a', '0', ' ', '"', '\\', '/', '{', '\0', '\n', '\u{1f}', '\u{7f}', 'ễ', '₫', '\u{2028}', '😷', any];
        draws.text_of(&some, 0, 12)
    }
}

impl Draw for Reason {
    fn draw(draws: &mut Draws) -> Reason {
        let text = String::draw(draws);
        if bool::draw(draws) { Reason::Clear(text) } else { Reason::Sealed { sealed: Sealed::from(text) } }
    }
}

impl Draw for bool {
    fn draw(draws: &mut Draws) -> bool {
        draws.below(2) == 1
    }
}

impl Draw for Date {
    /// 1970 to 9891.
    fn draw(draws: &mut Draws) -> Date {
        Date::in_viet_nam(UnixTime(draws.below(250_000_000_000) as i64))
    }
}

impl Draw for Point {
    fn draw(draws: &mut Draws) -> Point {
        let mut degrees = |most: i32| f64::from(draws.below(2 * most as usize + 1) as i32 - most) / 1e5;
        Point::new(degrees(9_000_000), degrees(18_000_000)).unwrap()
    }
}

impl Draw for Sealed {
    fn draw(draws: &mut Draws) -> Sealed {
        Sealed::from(String::draw(draws))
    }
}

impl Draw for Role {
    fn draw(draws: &mut Draws) -> Role {
        draws.one_of(&Role::ALL)
    }
}

impl Draw for WasteReason {
    fn draw(draws: &mut Draws) -> WasteReason {
        draws.one_of(WasteReason::ALL)
    }
}

impl Draw for Kind {
    fn draw(draws: &mut Draws) -> Kind {
        let store = Kind::Store { tier: Draw::draw(draws) };
        let site = Kind::Site { form: Draw::draw(draws), stations: Draw::draw(draws) };
        draws.one_of(&[Kind::National, Kind::Province, store, site])
    }
}

impl<T: Draw> Draw for Option<T> {
    fn draw(draws: &mut Draws) -> Option<T> {
        bool::draw(draws).then(|| T::draw(draws))
    }
}

impl<T: Draw> Draw for Vec<T> {
    fn draw(draws: &mut Draws) -> Vec<T> {
        (0..draws.below(4)).map(|_| T::draw(draws)).collect()
    }
}

impl<V: Draw> Draw for BTreeMap<String, V> {
    fn draw(draws: &mut Draws) -> BTreeMap<String, V> {
        (0..draws.below(4)).map(|_| (String::draw(draws), V::draw(draws))).collect()
    }
}

/// The ends of the range, zero, and anything.
macro_rules! numbers {
    ($($number:ty)*) => {$(
        impl Draw for $number {
            fn draw(draws: &mut Draws) -> $number {
                let any = draws.bits() as $number;
                draws.one_of(&[<$number>::MIN, 0, <$number>::MAX, any, any])
            }
        }
    )*};
}

macro_rules! ids {
    ($($id:ident)*) => {$(
        impl Draw for $id {
            fn draw(draws: &mut Draws) -> $id {
                let text = draws.text_of(&['A', 'Z', 'a', 'z', '0', '9', '.', '_', ':', '-'], 1, crate::ids::MAX_LENGTH);
                $id::parse(&text).unwrap()
            }
        }
    )*};
}

/// One of the words; the compiler sees to it that none is left out.
macro_rules! words {
    ($($what:ident [$($word:ident)*])*) => {$(
        impl Draw for $what {
            fn draw(draws: &mut Draws) -> $what {
                let drawn = draws.one_of(&[$($what::$word),*]);
                match drawn { $($what::$word => drawn,)* }
            }
        }
    )*};
}

/// Every field drawn.
macro_rules! records {
    ($($what:ident { $($field:ident)* })*) => {$(
        impl Draw for $what {
            fn draw(draws: &mut Draws) -> $what {
                $what { $($field: Draw::draw(draws)),* }
            }
        }
    )*};
}

/// One of each kind, every field drawn; the compiler sees to it that none is left out.
macro_rules! events {
    ($($folder:ident $module:ident { $($kind:ident { $($field:ident)* })* })*) => {
        fn one_of_each_kind(draws: &mut Draws) -> Vec<Event> {
            let drawn = vec![$($(Event::$folder($module::Event::$kind { $($field: Draw::draw(draws)),* }),)*)*];
            for event in &drawn {
                match event { $(Event::$folder(event) => match event { $($module::Event::$kind { .. } => {})* },)* }
            }
            drawn
        }
    };
}

numbers! { u16 u32 i16 i32 i64 }

ids! { UnitId LotId PersonId ConsignmentId ShipmentId VialId VisitId DoseId }

impl Draw for Timestamp {
    fn draw(draws: &mut Draws) -> Timestamp {
        Timestamp(Draw::draw(draws))
    }
}

words! {
    Source [Purchase Covax Donation]
    Vvm [None Stage1 Stage2 Stage3 Stage4]
    Inspection [Accepted Rejected]
    Position [Available Quarantine Rejected]
    Consent [Own Guardian None]
    Conclusion [Eligible Caution Postpone Contraindicated Hospital]
    DoseKind [Basic Additional Booster]
    BodySite [LeftArm RightArm LeftThigh RightThigh]
    Route [Intramuscular]
    Finding [
        None Fever Pain Swelling Fatigue Headache Myalgia Chills Nausea Rash Fainting Dyspnoea Anaphylaxis Other
    ]
    Outcome [Home Referred]
    CloseReason [EndOfSession TimeLimit Contaminated DrawnShort]
    CodeSet [Vn2004 Vn2025]
    Tier [National Regional Provincial]
    Form [Fixed Mobile Hospital School Factory]
    Status [Open Paused Closed]
}

records! {
    ArrivedLine { lot product lot_no expiry component doses vials }
    InspectionLine { lot good damaged missing surplus }
    ShipmentLine { lot doses }
    ReceiptLine { lot received damaged missing position }
    Band { min max }
    AdminCode { code_set code }
    Stations { reception screening injection observation }
    Unit { id kind name name_en admin_unit parent supplied_by point status }
    Problem { code detail }
}

events! {
    Places places {
        UnitOpened { unit }
        UnitChanged { unit }
    }
    Supply supply {
        ConsignmentArrived { consignment supplier source documents lines }
        ConsignmentInspected { consignment lines temperature_log_ok vvm decision note }
        LotReleased { lot certificate issuer on }
        LotSuspended { lot reason }
        LotResumeProposed { lot reason }
        LotResumed { lot reason proposed_by }
        LotRecalled { lot reason }
        StockPutAway { lot doses }
        ShipmentDispatched { shipment to lines carrier vehicle seal band }
        ShipmentReceived { shipment from lines note }
        StockWasted { lot doses position reason }
        StockReturned { lot doses position reference }
        StockDestroyed { lot doses position reference }
    }
    People people {
        PersonRegistered { person sealed priority_groups }
    }
    Visits visits {
        CheckedIn { visit person consent }
        Screened {
            visit checklist answers details vitals suggestion conclusion until reason barred interval_override product_override
        }
        Left { visit reason }
        VialOpened { vial lot product doses max_yield discard_at }
        Injected {
            visit person dose disease kind dose_number product lot vial site route on over_yield doctor
            interval_override product_override
        }
        Observed { visit findings }
        Discharged { visit dose outcome }
        VialClosed { vial lot wasted reason }
        InjectionVoided { dose visit person lot vial back_in_vial reason }
    }
    Certificates certificates {
        Requested { dose }
        Issued { dose sealed uvci_hashes }
        Refused { dose problem }
        Withdrawn { dose reason }
        Revoked { dose }
    }
    Auth auth {
        AccountOpened { account name }
        AccountClosed { account reason }
        RoleGranted { account role at }
        RoleWithdrawn { account role at }
    }
}

proptest! {
    #[test]
    fn every_kind_of_event_reads_back_as_it_was_written(seed in any::<u64>()) {
        for event in one_of_each_kind(&mut Draws(seed)) {
            let body = serde_json::to_string(&event).unwrap();
            let again: Event = serde_json::from_str(&body).unwrap();
            prop_assert_eq!(&again, &event);
            prop_assert_eq!(serde_json::to_string(&again).unwrap(), body.clone());
            let (folder, kind) = event.kind().split_once('.').unwrap();
            let head = format!(r#"{{"{folder}":{{"{kind}":{{"#);
            prop_assert!(body.starts_with(&head), "{}", body);
        }
    }
}
