//! Every fixed word on the paper, in both languages. The labels of the eleven fields are those of Decision 5772/QĐ-BYT.

use crate::api::Profile;

/// The same in Vietnamese and English.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Both {
    pub(super) vi: &'static str,
    pub(super) en: &'static str,
}

/// What a value is called. Fields of the decision carry their number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Label {
    pub(super) number: Option<u8>,
    pub(super) words: Both,
}

pub(super) const TITLE: Both = Both { vi: "Chứng nhận tiêm chủng", en: "Vaccination certificate" };

pub(super) const NAME: Label = field(1, "Họ và tên", "Full name");
pub(super) const BIRTH_DATE: Label = field(2, "Ngày sinh", "Date of birth");
pub(super) const NATIONALITY: Label = field(3, "Quốc tịch", "Nationality");
pub(super) const DISEASE: Label = field(4, "Bệnh được bảo vệ", "Disease targeted");
pub(super) const DOSES_RECEIVED: Label = field(5, "Số mũi đã tiêm", "Doses received");
pub(super) const INJECTED_ON: Label = field(6, "Ngày tiêm", "Date of vaccination");
pub(super) const DOSE_NUMBER: Label = field(7, "Liều số", "Dose number");
pub(super) const VACCINE: Label = field(8, "Vắc xin", "Vaccine");
pub(super) const PRODUCT: Label = field(9, "Tên sản phẩm", "Product");
pub(super) const MANUFACTURER: Label = field(10, "Nhà sản xuất", "Manufacturer");
pub(super) const ID: Label = field(11, "Mã chứng nhận", "Certificate identifier");
pub(super) const AUTHORITY: Label = other("Cơ quan cấp", "Issued by");
pub(super) const ISSUED: Label = other("Ngày cấp", "Date of issue");
pub(super) const EXPIRES: Label = other("Có giá trị đến", "Valid until");

/// Where a value is not part of what was signed.
pub(super) const ABSENT: &str = "–";

pub(super) const FRONT: Both = Both { vi: "Mặt trước", en: "Front" };
pub(super) const BACK: Both = Both { vi: "Mặt sau", en: "Back" };

/// Over every demonstration certificate.
pub(super) const DEMO: Both =
    Both { vi: "BẢN TRÌNH DIỄN – KHÔNG CÓ GIÁ TRỊ", en: "DEMONSTRATION – NOT A REAL CERTIFICATE" };
/// Behind it.
pub(super) const DEMO_MARK: &str = "TRÌNH DIỄN · DEMO";

pub(super) const HOW_TO_CHECK: Both = Both { vi: "Cách kiểm tra", en: "How to check" };
/// On the sheet.
pub(super) const CHECK: Both = Both {
    vi: "Quét mã QR bằng chương trình kiểm tra Lá Chắn (verifier), không cần mạng. Kết quả là hợp lệ, không hợp lệ hoặc \
         chưa thể kết luận. So họ tên và ngày sinh hiện trên máy của người kiểm tra với giấy tờ tùy thân. Chữ in trên giấy \
         tự nó không chứng minh điều gì: chỉ mã QR được ký số mới chứng minh. Mã QR chứa dữ liệu cá nhân: chỉ đưa cho người \
         có trách nhiệm kiểm tra.",
    en: "Scan a QR code with the Lá Chắn verifier; no network is needed. It answers valid, not valid, or cannot tell. \
         Compare the name and date of birth that the checker’s own device shows with an identity document. The printed words \
         prove nothing by themselves: only the digitally signed QR code does. The QR code holds personal data: show it \
         only to those who have to check it.",
};
/// On the card.
pub(super) const CHECK_SHORT: Both = Both {
    vi: "Quét mã QR bằng Lá Chắn verifier. Riêng chữ in không chứng minh điều gì.",
    en: "Scan the QR code with the Lá Chắn verifier. Print alone proves nothing.",
};

/// What stands over the QR code of a profile.
pub(super) fn caption(profile: Profile) -> Both {
    match profile {
        Profile::National => Both { vi: "Mã QR chứng nhận quốc gia", en: "National certificate" },
        Profile::EuDcc => Both { vi: "Mã QR theo chuẩn EU DCC", en: "EU Digital COVID Certificate" },
    }
}

const fn field(number: u8, vi: &'static str, en: &'static str) -> Label {
    Label { number: Some(number), words: Both { vi, en } }
}

const fn other(vi: &'static str, en: &'static str) -> Label {
    Label { number: None, words: Both { vi, en } }
}
