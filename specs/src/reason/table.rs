//! The table behind [`Reason`]: one row per code.

use super::{Class, Row, Words};

/// Writes the enum, the list of all reasons and the lookup of their rows from one table, so that none can miss a row.
macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident $code:literal $class:ident
        vi $vi:literal $vi_action:literal
        en $en:literal $en_action:literal;)+) => {
        /// Why a verifier answered as it did.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Reason {
            $(#[doc = $en] $(#[$doc])* $name,)+
        }

        impl Reason {
            /// Every reason, in the order of the page.
            pub const ALL: &'static [Reason] = &[$(Reason::$name),+];

            pub(super) fn row(self) -> &'static Row {
                match self {
                    $(Reason::$name => &Row {
                        code: $code,
                        class: Class::$class,
                        vi: Words { finding: $vi, action: $vi_action },
                        en: Words { finding: $en, action: $en_action },
                    },)+
                }
            }
        }
    };
}

reasons! {
    // The one good answer
    Valid "valid" Valid
        vi "Chứng nhận là thật và còn hiệu lực."
           "So tên và ngày sinh với giấy tờ tùy thân."
        en "The certificate is genuine and in force."
           "Compare name and birth date with an identity document.";

    // Reading
    PictureUnreadable "picture-unreadable" Unknown
        vi "Không đọc được mã QR trong ảnh."
           "Chụp lại: đủ sáng, không nhoè, thấy trọn mã và viền trắng."
        en "No QR code could be read in the picture."
           "Take the picture again: enough light, in focus, the whole code with its white border.";
    TextUnreadable "text-unreadable" Unknown
        vi "Không có nội dung để kiểm tra, hoặc nội dung không phải là văn bản."
           "Quét lại mã QR."
        en "There is nothing to check, or what was read is not text."
           "Scan the QR code again.";
    PrefixMissing "prefix-missing" Invalid
        vi "Mã này không phải là chứng nhận sức khoẻ."
           "Yêu cầu xuất trình mã QR của chứng nhận."
        en "This code is not a health certificate."
           "Ask for the certificate's own QR code.";
    UnsupportedContext "unsupported-context" Unknown
        vi "Chứng nhận thuộc phiên bản mới hơn phần mềm này."
           "Cập nhật phần mềm kiểm tra rồi quét lại."
        en "The certificate is of a version newer than this program."
           "Update the program and scan again.";
    UnsupportedFormat "unsupported-format" Unknown
        vi "Chứng nhận thuộc loại mà phần mềm này chưa hỗ trợ."
           "Không kết luận là giả. Kiểm tra bằng công cụ của nơi cấp."
        en "This kind of certificate is not supported here."
           "Do not take it for a forgery. Check it with a tool of its issuer.";
    TooLong "too-long" Invalid
        vi "Mã dài hơn mức một mã QR có thể chứa."
           "Quét lại mã QR gốc; nếu vẫn vậy thì không chấp nhận."
        en "The code is longer than any QR code can hold."
           "Scan the original QR code again; if this stays, do not accept it.";
    Base45Invalid "base45-invalid" Invalid
        vi "Mã bị hỏng hoặc bị cắt mất một phần (base45)."
           "Quét lại bản gốc; nếu vẫn vậy thì không chấp nhận."
        en "The code is damaged or cut short (base45)."
           "Scan the original again; if this stays, do not accept it.";
    Base32Invalid "base32-invalid" Invalid
        vi "Mã bị hỏng hoặc bị cắt mất một phần (base32)."
           "Quét lại bản gốc; nếu vẫn vậy thì không chấp nhận."
        en "The code is damaged or cut short (base32)."
           "Scan the original again; if this stays, do not accept it.";
    EncodingInvalid "encoding-invalid" Invalid
        vi "Mã bị hỏng hoặc bị cắt mất một phần (chữ số hoặc base64)."
           "Quét lại bản gốc; nếu vẫn vậy thì không chấp nhận."
        en "The code is damaged or cut short (digits or base64)."
           "Scan the original again; if this stays, do not accept it.";
    ChunksMissing "chunks-missing" Unknown
        vi "Chứng nhận này gồm nhiều mã QR, còn thiếu mã."
           "Quét tiếp các mã còn lại."
        en "This certificate is in several QR codes, and some are still missing."
           "Scan the other codes too.";
    ChunksMixed "chunks-mixed" Invalid
        vi "Các mã QR đã quét không thuộc cùng một chứng nhận, hoặc một tệp chứa nhiều chứng nhận."
           "Quét lại từ đầu, từng chứng nhận một."
        en "The QR codes scanned are not of one certificate, or a file holds several certificates."
           "Begin again, one certificate at a time.";
    CompressionInvalid "compression-invalid" Invalid
        vi "Mã bị hỏng: không giải nén được."
           "Quét lại bản gốc; nếu vẫn vậy thì không chấp nhận."
        en "The code is damaged: it cannot be decompressed."
           "Scan the original again; if this stays, do not accept it.";
    CompressionBomb "compression-bomb" Invalid
        vi "Mã bung ra lớn bất thường; đây không phải là chứng nhận thật."
           "Không chấp nhận."
        en "The code unpacks to an absurd size; no genuine certificate does."
           "Do not accept it.";
    CborMalformed "cbor-malformed" Invalid
        vi "Cấu trúc dữ liệu bên trong bị hỏng (CBOR)."
           "Quét lại bản gốc; nếu vẫn vậy thì không chấp nhận."
        en "The data inside is malformed (CBOR)."
           "Scan the original again; if this stays, do not accept it.";
    CborTooLarge "cbor-too-large" Invalid
        vi "Dữ liệu bên trong lớn hơn mức cho phép (CBOR)."
           "Không chấp nhận."
        en "The data inside exceeds the limits of size (CBOR)."
           "Do not accept it.";
    CborTooDeep "cbor-too-deep" Invalid
        vi "Dữ liệu bên trong lồng nhau sâu quá mức cho phép (CBOR)."
           "Không chấp nhận."
        en "The data inside is nested deeper than allowed (CBOR)."
           "Do not accept it.";
    CborDuplicateKey "cbor-duplicate-key" Invalid
        vi "Dữ liệu bên trong ghi một mục hai lần (CBOR)."
           "Không chấp nhận."
        en "The data inside states one item twice (CBOR)."
           "Do not accept it.";
    CborTrailingBytes "cbor-trailing-bytes" Invalid
        vi "Có dữ liệu thừa ở cuối (CBOR)."
           "Không chấp nhận."
        en "There is surplus data at the end (CBOR)."
           "Do not accept it.";
    CborNotDeterministic "cbor-not-deterministic" Invalid
        vi "Dữ liệu bên trong không ở dạng mã hoá duy nhất theo quy định (CBOR)."
           "Không chấp nhận."
        en "The data inside is not in the one encoding that is allowed (CBOR)."
           "Do not accept it.";
    JsonMalformed "json-malformed" Invalid
        vi "Cấu trúc dữ liệu bên trong bị hỏng (JSON)."
           "Quét lại bản gốc; nếu vẫn vậy thì không chấp nhận."
        en "The data inside is malformed (JSON)."
           "Scan the original again; if this stays, do not accept it.";
    JsonTooLarge "json-too-large" Invalid
        vi "Dữ liệu bên trong vượt mức cho phép (JSON)."
           "Không chấp nhận."
        en "The data inside exceeds the limits (JSON)."
           "Do not accept it.";
    JsonDuplicateKey "json-duplicate-key" Invalid
        vi "Dữ liệu bên trong ghi một mục hai lần (JSON)."
           "Không chấp nhận."
        en "The data inside states one item twice (JSON)."
           "Do not accept it.";
    JwsMalformed "jws-malformed" Invalid
        vi "Lớp chữ ký không đúng cấu trúc (JWS)."
           "Quét lại bản gốc; nếu vẫn vậy thì không chấp nhận."
        en "The signature layer is malformed (JWS)."
           "Scan the original again; if this stays, do not accept it.";
    CoseMalformed "cose-malformed" Invalid
        vi "Lớp chữ ký không đúng cấu trúc (COSE)."
           "Quét lại bản gốc; nếu vẫn vậy thì không chấp nhận."
        en "The signature layer is malformed (COSE)."
           "Scan the original again; if this stays, do not accept it.";
    CoseCriticalHeader "cose-critical-header" Unknown
        vi "Lớp chữ ký đòi hỏi một tính năng mà phần mềm này không biết (COSE crit)."
           "Cập nhật phần mềm kiểm tra rồi quét lại."
        en "The signature layer demands a feature unknown to this program (COSE crit)."
           "Update the program and scan again.";

    // Contents
    ContentMissing "content-missing" Invalid
        vi "Không có nội dung chứng nhận bên trong."
           "Không chấp nhận."
        en "There is no certificate content inside."
           "Do not accept it.";
    ContentUnsupported "content-unsupported" Unknown
        vi "Nội dung thuộc loại chứng nhận mà phần mềm này chưa hỗ trợ."
           "Không kết luận là giả. Kiểm tra bằng công cụ của nơi cấp."
        en "The content is of a kind not supported here."
           "Do not take it for a forgery. Check it with a tool of its issuer.";
    ContentMalformed "content-malformed" Invalid
        vi "Nội dung chứng nhận không đọc được."
           "Không chấp nhận; đề nghị người mang xin cấp lại."
        en "The content of the certificate cannot be read."
           "Do not accept it; advise the holder to have it issued again.";
    ContentSchema "content-schema" Invalid
        vi "Nội dung thiếu mục bắt buộc hoặc có mục sai quy định."
           "Không chấp nhận; đề nghị người mang xin cấp lại."
        en "The content lacks a required field or has one that breaks the rules."
           "Do not accept it; advise the holder to have it issued again.";
    ContentMultipleEvents "content-multiple-events" Invalid
        vi "Một chứng nhận chỉ được ghi một sự kiện, mã này ghi nhiều."
           "Không chấp nhận; đề nghị người mang xin cấp lại."
        en "One certificate states one event; this one states several."
           "Do not accept it; advise the holder to have it issued again.";
    ContentValueSet "content-value-set" Unknown
        vi "Nội dung dùng một mã (vắc xin, nhà sản xuất, bệnh, quốc gia) không có trong danh mục đang giữ."
           "Cập nhật dữ liệu tin cậy và phần mềm rồi quét lại; nếu vẫn vậy thì kiểm tra bằng công cụ của nơi cấp."
        en "The content uses a code (vaccine, maker, disease, country) that is in no value set held here."
           "Update trust data and program and scan again; if this stays, check it with a tool of its issuer.";
    DatesImplausible "dates-implausible" Invalid
        vi "Các ngày trong chứng nhận mâu thuẫn với nhau hoặc không thể có."
           "Không chấp nhận; đề nghị người mang xin cấp lại."
        en "The dates in the certificate contradict each other or cannot be."
           "Do not accept it; advise the holder to have it issued again.";

    // Signature and signer
    CertificateMalformed "certificate-malformed" Invalid
        vi "Chứng thư của nơi cấp đi kèm không đọc được."
           "Không chấp nhận; kiểm tra bằng công cụ của nơi cấp nếu nghi ngờ."
        en "The signer's certificate that came along cannot be read."
           "Do not accept it; in doubt, check it with a tool of its issuer.";
    AlgorithmMismatch "algorithm-mismatch" Invalid
        vi "Thuật toán ghi trong chứng nhận không phải của khoá nơi cấp."
           "Không chấp nhận."
        en "The algorithm stated in the certificate is not that of the signer's key."
           "Do not accept it.";
    SignatureInvalid "signature-invalid" Invalid
        vi "Chữ ký sai: nội dung bị sửa hoặc chứng nhận là giả."
           "Không chấp nhận."
        en "The signature is wrong: the content was changed or the certificate is forged."
           "Do not accept it.";
    SignerUnknown "signer-unknown" Unknown
        vi "Nơi cấp không có trong danh sách tin cậy mà phần mềm đang giữ."
           "Không kết luận là giả. Cập nhật danh sách tin cậy rồi quét lại."
        en "The signer is not on the trust list held here."
           "Do not take it for a forgery. Update the trust list and scan again.";
    SignerNotYetValid "signer-not-yet-valid" Invalid
        vi "Khoá của nơi cấp chưa tới ngày có hiệu lực."
           "Xem lại ngày giờ của máy; nếu đúng thì không chấp nhận."
        en "The signer's key is not in force yet."
           "Look at the clock of this device; if it is right, do not accept it.";
    SignerExpired "signer-expired" Invalid
        vi "Khoá của nơi cấp đã hết hiệu lực."
           "Không chấp nhận; đề nghị người mang xin cấp lại."
        en "The signer's key has expired."
           "Do not accept it; advise the holder to have it issued again.";
    SignerPurpose "signer-purpose" Invalid
        vi "Nơi cấp không được phép ký loại chứng nhận này."
           "Không chấp nhận."
        en "The signer may not sign this kind of certificate."
           "Do not accept it.";
    SignerRevoked "signer-revoked" Invalid
        vi "Khoá của nơi cấp đã bị thu hồi."
           "Không chấp nhận; đề nghị người mang xin cấp lại."
        en "The signer's key has been withdrawn."
           "Do not accept it; advise the holder to have it issued again.";

    // Time and state
    CertificateExpired "certificate-expired" Invalid
        vi "Chứng nhận đã hết hạn."
           "Không chấp nhận; đề nghị người mang xin mã mới."
        en "The certificate has expired."
           "Do not accept it; advise the holder to ask for a new one.";
    CertificateNotYetValid "certificate-not-yet-valid" Invalid
        vi "Chứng nhận chưa tới ngày có hiệu lực."
           "Xem lại ngày giờ của máy; nếu đúng thì không chấp nhận."
        en "The certificate is not in force yet."
           "Look at the clock of this device; if it is right, do not accept it.";
    Revoked "revoked" Invalid
        vi "Chứng nhận đã bị thu hồi."
           "Không chấp nhận; đề nghị người mang hỏi nơi cấp."
        en "The certificate has been revoked."
           "Do not accept it; advise the holder to ask the issuer.";
    Suspended "suspended" Invalid
        vi "Chứng nhận đang bị tạm dừng hiệu lực."
           "Hiện không chấp nhận; đề nghị người mang hỏi nơi cấp."
        en "The certificate is suspended."
           "Do not accept it now; advise the holder to ask the issuer.";
    RevocationUnknown "revocation-unknown" Unknown
        vi "Không biết chứng nhận đã bị thu hồi hay chưa: dữ liệu thu hồi đang giữ bị thiếu hoặc quá cũ."
           "Không kết luận là giả. Cập nhật dữ liệu rồi quét lại."
        en "It is not known whether the certificate has been revoked: the revocation data held here lack it or are too old."
           "Do not take it for a forgery. Update the data and scan again.";

    // Rules for entry and use
    RulesFailed "rules-failed" Invalid
        vi "Chứng nhận là thật, nhưng không đáp ứng quy định nhập cảnh hoặc sử dụng đã chọn."
           "Nói cho người mang biết quy định nào chưa đáp ứng; không kết luận là giả."
        en "The certificate is genuine, but does not satisfy the chosen rules for entry or use."
           "Tell the holder which rules are not satisfied; do not take it for a forgery.";
    RulesOpen "rules-open" Unknown
        vi "Không xét được chứng nhận này theo quy định đã chọn."
           "Không từ chối chỉ vì điều này; xem lại nước, mục đích và bản quy định, rồi hỏi nơi ban hành quy định."
        en "This certificate cannot be judged by the chosen rules."
           "Do not refuse anybody for this alone; look at country, purpose and edition of the rules, then ask whoever made them.";

    // The verifier's own data
    TrustListMissing "trust-list-missing" Unknown
        vi "Chưa có danh sách tin cậy."
           "Tải danh sách tin cậy rồi quét lại."
        en "There is no trust list."
           "Load a trust list and scan again.";
    TrustListExpired "trust-list-expired" Unknown
        vi "Danh sách tin cậy đã quá hạn."
           "Cập nhật danh sách tin cậy rồi quét lại."
        en "The trust list has expired."
           "Update the trust list and scan again.";
    TrustListMalformed "trust-list-malformed" Unknown
        vi "Tệp danh sách tin cậy bị hỏng."
           "Tải lại danh sách tin cậy từ nguồn chính thức."
        en "The trust list file is malformed."
           "Load the trust list again from its official source.";
    TrustListSignature "trust-list-signature" Unknown
        vi "Danh sách tin cậy không mang chữ ký đúng."
           "Không dùng danh sách này; tải lại từ nguồn chính thức."
        en "The trust list does not bear a good signature."
           "Do not use this list; load it again from its official source.";
    TrustListForeignIssuer "trust-list-foreign-issuer" Unknown
        vi "Danh sách tin cậy do nơi khác phát hành, không phải nơi mà máy này tin."
           "Tải danh sách từ nguồn chính thức."
        en "The trust list comes from an issuer other than the one believed here."
           "Load the list from its official source.";
    TrustListRolledBack "trust-list-rolled-back" Unknown
        vi "Danh sách tin cậy cũ hơn danh sách đã từng dùng."
           "Không dùng danh sách này; tải bản mới nhất."
        en "The trust list is older than one already seen."
           "Do not use this list; load the newest.";
    TrustChainInvalid "trust-chain-invalid" Unknown
        vi "Chuỗi chứng thư của nơi ký không dẫn tới gốc mà máy này tin."
           "Xem lại gốc tin cậy đã cài; tải lại danh sách từ nguồn chính thức."
        en "The signer's certificate chain does not lead to an anchor believed here."
           "Look at the anchors installed; load the list again from its official source.";
    EnvironmentMixed "environment-mixed" Unknown
        vi "Dữ liệu trình diễn (DEMO) lẫn với dữ liệu thật."
           "Không dùng khoá trình diễn để kiểm tra chứng nhận thật, và ngược lại."
        en "Demonstration data (DEMO) is mixed with real data."
           "Do not use demonstration keys for real certificates, nor the other way round.";
    ClockWrong "clock-wrong" Unknown
        vi "Đồng hồ của máy sai: giờ máy sớm hơn lúc danh sách tin cậy được phát hành."
           "Chỉnh lại ngày giờ rồi quét lại."
        en "The clock of this device is wrong: it stands before the trust list was issued."
           "Set date and time and scan again.";
    BudgetExceeded "budget-exceeded" Unknown
        vi "Kiểm tra chứng nhận này tốn công quá mức cho phép nên đã dừng."
           "Quét lại; nếu vẫn vậy thì báo cho nơi quản lý phần mềm."
        en "Checking this certificate took more work than allowed, so it was stopped."
           "Scan again; if this stays, report it to whoever runs this program.";
}
