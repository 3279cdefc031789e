//! Why a command was refused: one closed list, with a stable code, words in both languages, and the facts that decided.
//!
//! A refusal is an answer, not a failure: nothing was written and the same command with the same id may come again.
//! HTTP maps the [`Kind`] to a status code in one place.

use serde::Serialize;
use specs::time::Date;

use crate::clock::Timestamp;
use crate::facts::LotState;
use crate::ids::{CommandId, ConsignmentId, DoseId, LotId, PersonId, ShipmentId, UnitId, VialId, VisitId};
use crate::places::Status;

/// What sort of no it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The command is not well formed (400).
    Malformed,
    /// The actor may not do this (403).
    Forbidden,
    /// What it speaks of does not exist here (404).
    Unknown,
    /// It does not fit the present state (409).
    Conflict,
    /// A rule of the campaign forbids it (422).
    Rule,
    /// It cannot be decided now; come again (503).
    Unavailable,
}

macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident $({ $($field:ident : $type:ty),* $(,)? })? = $kind:ident, $code:literal, $vi:literal, $en:literal;)*) => {
        /// Why a command was refused.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        #[expect(missing_docs, reason = "the fields say what they are; the variants are documented")]
        pub enum Refusal {
            $($(#[$doc])* $name $({ $($field: $type),* })?,)*
        }

        impl Refusal {
            /// Every code there is, for the page that lists them and for the translations' test.
            pub const CODES: &'static [&'static str] = &[$($code),*];

            /// The stable code, e.g. `lot-not-released`.
            pub fn code(&self) -> &'static str {
                match self { $(Refusal::$name { .. } => $code,)* }
            }

            /// What sort of no it is.
            pub fn kind(&self) -> Kind {
                match self { $(Refusal::$name { .. } => Kind::$kind,)* }
            }

            /// The reason in Vietnamese and in English, without the particulars.
            pub fn words(&self) -> (&'static str, &'static str) {
                match self { $(Refusal::$name { .. } => ($vi, $en),)* }
            }
        }
    };
}

refusals! {
    // -- any command --
    /// An id is not 1 to 64 characters of `A-Z a-z 0-9 . _ : -`.
    MalformedId { what: String } = Malformed, "malformed-id", "Mã không đúng định dạng", "An id is not well formed";
    /// A field holds something it cannot hold.
    MalformedField { field: String, why: String } = Malformed, "malformed-field", "Một trường có giá trị không hợp lệ", "A field is not well formed";
    /// The command id was used before for another command.
    CommandIdReused { command: CommandId } = Conflict, "command-id-reused", "Mã lệnh đã được dùng cho một lệnh khác", "This command id was used for another command";
    /// The database has the last word and said no: another unit was first.
    AnotherWasFirst { constraint: String } = Conflict, "another-was-first", "Một đơn vị khác đã ghi nhận trước", "Another record got there first";
    /// The database is away; nothing was written as far as can be known. The same id may be sent again.
    Unavailable = Unavailable, "unavailable", "Hệ thống tạm thời không ghi nhận được, hãy gửi lại", "The system cannot record this now; send it again";
    /// The clock shows an earlier time than the unit's newest entry: what depends on the time would be decided wrongly.
    ClockBehind { unit: UnitId, newest: Timestamp, now: Timestamp } = Unavailable, "clock-behind", "Đồng hồ của máy này chạy chậm hơn những gì đã ghi nhận; hãy chỉnh lại giờ rồi gửi lại, không mất gì cả", "The clock of this computer is behind what is recorded: set it right and send this again; nothing is lost";
    /// The actor's role does not reach this.
    Forbidden { needed: String } = Forbidden, "forbidden", "Không có quyền thực hiện", "This role may not do this";
    /// No such unit.
    UnknownUnit { unit: UnitId } = Unknown, "unknown-unit", "Không có đơn vị này", "There is no such unit";
    /// Only another kind of unit does this.
    WrongUnit { unit: UnitId, needed: String } = Rule, "wrong-unit", "Đơn vị này không thực hiện được việc này", "This kind of unit does not do this";

    // -- places --
    /// The unit is recorded already, with other particulars.
    UnitExists { unit: UnitId } = Conflict, "unit-exists", "Đơn vị đã được ghi nhận", "The unit is recorded already";
    /// The unit was closed for good.
    UnitClosed { unit: UnitId } = Conflict, "unit-closed", "Đơn vị đã đóng", "The unit is closed";
    /// The unit is paused or closed: it begins nothing new. What it has begun it may end, and doses may leave it.
    UnitNotOpen { unit: UnitId, status: Status } = Rule, "unit-not-open", "Đơn vị đang tạm ngừng hoặc đã đóng; không thể bắt đầu việc này", "The unit is paused or closed; it cannot begin this";
    /// No such administrative unit in that code set.
    UnknownPlace { code: String } = Unknown, "unknown-place", "Không có đơn vị hành chính này", "There is no such administrative unit";
    /// The administrative unit was merged into another.
    PlaceNotInForce { code: String, became: Vec<String> } = Rule, "place-not-in-force", "Đơn vị hành chính đã được sáp nhập", "The administrative unit was merged into another";
    /// The point on the map is not where the unit says it is.
    FarFromPlace { unit: UnitId, code: String, km: u32 } = Rule, "far-from-place", "Tọa độ không thuộc địa bàn đã khai", "The coordinates are not in the place that is named";
    /// Not a store from which this unit can be supplied.
    WrongSupplier { unit: UnitId, supplier: UnitId } = Rule, "wrong-supplier", "Không thể nhận vắc xin từ đơn vị này", "This unit cannot be supplied from there";

    // -- accounts --
    /// No such account, or it is closed.
    UnknownAccount { account: String } = Unknown, "unknown-account", "Không có tài khoản này", "There is no such account";
    /// The account exists already.
    AccountExists { account: String } = Conflict, "account-exists", "Tài khoản đã có", "The account exists already";

    // -- ledger --
    /// An account holds fewer doses than asked for.
    StockTooLow { account: String, lot: LotId, wanted: i64, available: i64 } = Rule, "stock-too-low", "Không đủ số liều", "There are not enough doses";
    /// A transfer of no doses, or of fewer, or of more than can be.
    QuantityOutOfRange { quantity: i64 } = Malformed, "quantity-out-of-range", "Số liều không hợp lệ", "The quantity is out of range";

    // -- lots and supply --
    /// No such product in the catalogue.
    UnknownProduct { product: String } = Unknown, "unknown-product", "Không có vắc xin này trong danh mục", "There is no such product";
    /// No such lot.
    UnknownLot { lot: LotId } = Unknown, "unknown-lot", "Không có lô này", "There is no such lot";
    /// The lot was recorded with another expiry date.
    LotDiffers { lot: LotId, recorded_expiry: Date } = Conflict, "lot-differs", "Lô đã được ghi nhận với hạn dùng khác", "The lot is recorded with another expiry date";
    /// A component for a product whose doses are all the same, none for one whose doses differ, or one that it has not.
    ComponentDoesNotFit { lot: LotId, component: Option<u32>, components: Vec<String> } = Rule, "component-does-not-fit", "Thành phần ghi cho lô không khớp với loại vắc xin này", "The component given for the lot does not fit the product";
    /// The lot was recorded with another component, or without one.
    LotOfAnotherComponent { lot: LotId, recorded: Option<u32> } = Conflict, "lot-of-another-component", "Lô đã được ghi nhận với thành phần khác", "The lot is recorded with another component";
    /// The lot may not be used.
    LotNotReleased { lot: LotId, state: LotState } = Rule, "lot-not-released", "Lô chưa được phép sử dụng", "The lot is not released";
    /// The lot is past its expiry date.
    LotExpired { lot: LotId, expiry: Date } = Rule, "lot-expired", "Lô đã hết hạn", "The lot has expired";
    /// The lot's state cannot change that way.
    LotStateStep { lot: LotId, state: LotState } = Conflict, "lot-state-step", "Không thể chuyển trạng thái lô như vậy", "The lot's state cannot change that way";
    /// The consignment is recorded already.
    ConsignmentExists { consignment: ConsignmentId } = Conflict, "consignment-exists", "Lô hàng đã được ghi nhận", "The consignment is recorded already";
    /// No such consignment here.
    UnknownConsignment { consignment: ConsignmentId } = Unknown, "unknown-consignment", "Không có lô hàng này ở đây", "There is no such consignment here";
    /// The shipment is recorded already.
    ShipmentExists { shipment: ShipmentId } = Conflict, "shipment-exists", "Chuyến hàng đã được ghi nhận", "The shipment is recorded already";
    /// The shipment is packed for temperatures at which the product may not be kept.
    OutsideStorage { lot: LotId, min: i16, max: i16 } = Rule, "outside-storage", "Vắc xin này không được bảo quản ở khoảng nhiệt độ của chuyến hàng", "This vaccine may not be kept at the temperatures of the shipment";
    /// No such shipment on its way here.
    UnknownShipment { shipment: ShipmentId } = Unknown, "unknown-shipment", "Không có chuyến hàng này đang đến", "There is no such shipment on its way here";
    /// The shipment was received already.
    ShipmentReceived { shipment: ShipmentId } = Conflict, "shipment-received", "Chuyến hàng đã được nhận", "The shipment was received already";
    /// What was counted at receipt does not add up to what was sent.
    ReceiptDoesNotAddUp { shipment: ShipmentId, lot: LotId, sent: i64, counted: i64 } = Rule, "receipt-does-not-add-up", "Số nhận không khớp số gửi", "What was counted does not add up to what was sent";

    /// More doses than an inspection passed and nobody put away yet.
    NotInspected { lot: LotId, wanted: u32, cleared: u64 } = Rule, "not-inspected", "Số liều này chưa qua kiểm tra khi tiếp nhận; hãy kiểm tra lô hàng trước", "These doses have not passed the arrival check; inspect the consignment first";
    /// The arrival check of the consignment was done already.
    ConsignmentInspected { consignment: ConsignmentId } = Conflict, "consignment-inspected", "Lô hàng đã được kiểm tra", "The consignment was inspected already";
    /// What the inspection counted does not name each lot of the consignment once.
    InspectionIncomplete { consignment: ConsignmentId, lot: LotId } = Rule, "inspection-incomplete", "Phải ghi kết quả kiểm đếm cho từng lô, mỗi lô một lần", "Every lot of the consignment must be counted, each once";
    /// Whoever asked first to lift a suspension cannot be the second person too.
    SecondPersonNeeded { lot: LotId } = Rule, "second-person-needed", "Cần người thứ hai xác nhận gỡ tạm ngừng", "A second person must confirm that the suspension is lifted";
    /// The lot is not in the usable stock of this unit.
    NotInStock { lot: LotId, wanted: u32, available: i64 } = Rule, "not-in-stock", "Lô này không có đủ trong kho dùng được tại đây; hãy nhận hàng trước", "This lot is not in usable stock here; receive a shipment of it first";
    /// The doses of this lot here stand in quarantine.
    InQuarantine { lot: LotId, quarantined: i64 } = Rule, "in-quarantine", "Vắc xin của lô này tại đây đang biệt trữ, chưa được dùng", "The doses of this lot here are in quarantine and may not be used";

    // -- people --
    /// No such person.
    UnknownPerson { person: PersonId } = Unknown, "unknown-person", "Không có người này", "There is no such person";
    /// The person is registered already.
    PersonExists { person: PersonId } = Conflict, "person-exists", "Người này đã có trong danh sách", "The person is registered already";
    /// Another person holds this identity number.
    IdentityTaken { person: PersonId } = Conflict, "identity-taken", "Số định danh đã thuộc về người khác", "Another person holds this identity number";

    /// The person's data were erased, so nothing can be decided about them.
    PersonErased { person: PersonId } = Rule, "person-erased", "Dữ liệu của người này đã bị xóa; hãy đăng ký lại", "The person's data were erased; register them again";

    // -- visits --
    /// The person is here already, in another visit.
    AlreadyHere { person: PersonId, visit: VisitId } = Conflict, "already-here", "Người này đang trong một lượt tiêm khác tại đây", "The person is already here in another visit";
    /// Reception did not confirm who the person is.
    IdentityNotConfirmed { person: PersonId } = Rule, "identity-not-confirmed", "Chưa xác nhận danh tính; hãy đối chiếu giấy tờ", "Confirm who the person is before checking in";
    /// Nobody agreed to the vaccination.
    ConsentMissing { person: PersonId } = Rule, "consent-missing", "Chưa có đồng ý tiêm chủng", "There is no consent to the vaccination";
    /// The person is a minor, so a parent or guardian must agree.
    GuardianConsentNeeded { person: PersonId } = Rule, "guardian-consent-needed", "Người dưới 18 tuổi cần cha mẹ hoặc người giám hộ đồng ý", "A parent or guardian must consent for a person under 18";
    /// No such version of the screening checklist.
    UnknownChecklist { version: String } = Unknown, "unknown-checklist", "Không có phiên bản phiếu sàng lọc này", "There is no such version of the screening checklist";
    /// The checklist is not used before this day.
    ChecklistNotInForce { version: String, from: Date } = Rule, "checklist-not-in-force", "Phiếu sàng lọc này chưa có hiệu lực vào ngày này", "This screening checklist is not in force yet on this day";
    /// The person is, or may be, younger than those the checklist is for. `needed`: the decision with the form for their age.
    ChecklistNotForAge { version: String, from_years: i32, needed: Option<String> } = Rule, "checklist-not-for-age", "Người này chưa đủ tuổi để dùng phiếu sàng lọc này; phiếu dành cho lứa tuổi này chưa có trong hệ thống", "The person is too young for this screening checklist; the one for this age is not in the system yet";
    /// The checklist is not filled in, or holds something that cannot be. `fault`: unanswered, undetailed, unasked, unmeasured, unknown, implausible.
    ChecklistFault { fault: String, id: String } = Rule, "checklist-fault", "Phiếu sàng lọc chưa điền đủ hoặc có số liệu không hợp lý", "The screening checklist is incomplete or holds an impossible value";
    /// The doctor's conclusion differs from the checklist's, and no reason is given.
    ReasonNeeded { suggestion: String, conclusion: String } = Rule, "reason-needed", "Kết luận khác với gợi ý của phiếu; hãy ghi lý do", "The conclusion differs from what the checklist suggests; give the reason";
    /// A text that is kept in clear holds nine or more digits in a row: an identity or telephone number.
    TextHoldsIdentityNumber { field: String } = Rule, "text-holds-identity-number", "Không ghi số định danh hay số điện thoại ở đây (từ 9 chữ số liền nhau): nội dung này được lưu không mã hóa và không thể xóa", "Write no identity or telephone number here (nine digits in a row look like one): this text is kept in clear and cannot be erased";
    /// A doctor concluded at another visit that the person is not to be vaccinated, and that still stands.
    ConclusionStands { person: PersonId, conclusion: String, until: Option<Date> } = Rule, "conclusion-stands", "Kết luận không tiêm của lần khám sàng lọc khác vẫn còn hiệu lực; muốn tiêm, bác sĩ phải khám lại và ghi lý do", "Another screening concluded against vaccination and that still stands; to vaccinate, a doctor must screen again and give the reason";
    /// An answer at screening rules this product out.
    ProductBarred { product: String } = Rule, "product-barred", "Kết quả sàng lọc không cho phép dùng loại vắc xin này", "An answer at screening rules this product out";
    /// The product is not approved yet on this day.
    ProductNotApproved { product: String, from: Date } = Rule, "product-not-approved", "Vắc xin chưa được phê duyệt vào ngày này", "The product is not approved on this day";
    /// The product's basic series has no such dose.
    NotInSeries { product: String, dose: u32 } = Rule, "not-in-series", "Liệu trình cơ bản của vắc xin không có mũi này; chọn mũi bổ sung hoặc nhắc lại", "The basic series has no such dose; choose an additional or booster dose";
    /// An additional or booster dose before the basic series is complete.
    SeriesIncomplete { person: PersonId, given: u32, needed: u32 } = Rule, "series-incomplete", "Chưa đủ liều cơ bản", "The basic series is not complete";
    /// No such vial open here.
    UnknownVial { vial: VialId } = Unknown, "unknown-vial", "Không có lọ này đang mở ở đây", "There is no such vial open here";
    /// The vial is recorded already.
    VialExists { vial: VialId } = Conflict, "vial-exists", "Lọ đã được ghi nhận", "The vial is recorded already";
    /// The vial was closed.
    VialClosed { vial: VialId } = Conflict, "vial-closed", "Lọ đã đóng", "The vial is closed";
    /// The vial is past the hours it may be used after opening.
    VialPastItsClock { vial: VialId, until: Timestamp } = Rule, "vial-past-its-clock", "Lọ đã quá thời gian sử dụng sau khi mở", "The vial is past its time after opening";
    /// No dose is left in the vial.
    VialEmpty { vial: VialId } = Rule, "vial-empty", "Lọ đã hết liều", "No dose is left in the vial";
    /// No such visit here.
    UnknownVisit { visit: VisitId } = Unknown, "unknown-visit", "Không có lượt tiêm này", "There is no such visit";
    /// The visit is recorded already.
    VisitExists { visit: VisitId } = Conflict, "visit-exists", "Lượt tiêm đã được ghi nhận", "The visit is recorded already";
    /// The visit stands at another step.
    VisitStep { visit: VisitId, standing: String, needed: String } = Conflict, "visit-step", "Lượt tiêm chưa đến hoặc đã qua bước này", "The visit stands at another step";
    /// The screening concluded that the person is not to be injected now.
    NotEligible { visit: VisitId, conclusion: String } = Rule, "not-eligible", "Kết luận khám sàng lọc không cho phép tiêm", "The screening's conclusion does not allow the injection";
    /// The doctor who screens does not inject the same person.
    ScreenerInjects { visit: VisitId } = Rule, "screener-injects", "Người khám sàng lọc không được tiêm cho cùng một người", "Who screened does not inject the same person";
    /// Too early after the dose before.
    TooEarly { person: PersonId, earliest: Date } = Rule, "too-early", "Chưa đủ khoảng cách với mũi trước", "It is too early after the last dose";
    /// The dose number is not the next one.
    DoseNumber { person: PersonId, expected: u32 } = Rule, "dose-number", "Số thứ tự mũi tiêm không đúng", "This is not the person's next dose number";
    /// The product may not follow the product before.
    ProductDoesNotFollow { product: String, before: String } = Rule, "product-does-not-follow", "Loại vắc xin này không được tiêm sau loại trước", "This product may not follow the one before";
    /// The lot does not contain what this dose of the series must contain; `found` is nothing where the lot was recorded without.
    WrongComponent { lot: LotId, dose: u32, needed: String, found: Option<String> } = Rule, "wrong-component", "Lọ này không phải thành phần dùng cho mũi này", "This vial is not of the component for this dose";
    /// The person's age is outside the product's approval.
    AgeOutside { product: String, min_years: u32 } = Rule, "age-outside", "Tuổi không thuộc đối tượng của vắc xin", "The person's age is outside the product's approval";
    /// The screening is too long ago: how somebody is may have changed since.
    ScreeningTooOld { visit: VisitId, screened_at: Timestamp, until: Timestamp } = Rule, "screening-too-old", "Kết quả khám sàng lọc đã quá 12 giờ; hãy làm lượt mới và khám lại", "The screening is more than 12 hours ago; begin a new visit and screen again";
    /// The observation has not lasted long enough.
    ObservationTooShort { visit: VisitId, until: Timestamp } = Rule, "observation-too-short", "Chưa đủ thời gian theo dõi", "The observation has not lasted long enough";

    // -- doses and certificates --
    /// No such dose here.
    UnknownDose { dose: DoseId } = Unknown, "unknown-dose", "Không có mũi tiêm này", "There is no such dose";
    /// The dose was recorded already.
    DoseExists { dose: DoseId } = Conflict, "dose-exists", "Mũi tiêm đã được ghi nhận", "The dose is recorded already";
    /// The dose was voided.
    DoseVoided { dose: DoseId } = Rule, "dose-voided", "Mũi tiêm đã bị hủy", "The dose was voided";
    /// A later dose of the person, whose number and certificate count this one, stands. `later`: the last one, `unit`: where it was given.
    LaterDoseStands { dose: DoseId, later: DoseId, dose_number: u32, unit: UnitId } = Rule, "later-dose-stands", "Người này còn mũi tiêm sau; hãy hủy mũi sau trước", "A later dose of this person stands; void that one first";
    /// No certificate was asked for, for this dose.
    CertificateNotRequested { dose: DoseId } = Rule, "certificate-not-requested", "Mũi tiêm này chưa có yêu cầu cấp chứng nhận", "No certificate was asked for, for this dose";
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.code(), self.words().1)
    }
}

impl std::error::Error for Refusal {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_plain() {
        let mut codes = Refusal::CODES.to_vec();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), Refusal::CODES.len());
        assert!(codes.iter().all(|code| code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')));
    }
}
