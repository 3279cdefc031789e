//! What may be typed after `verifier`, and what typing it wrongly gets: a message and exit code 64, never 2, because
//! 2 means "cannot tell" and a script must not mistake a typing error for a verdict.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use specs::time::UnixTime;
use verifier::rules::ENTRY;

/// Exit code of a certificate that is valid.
pub(crate) const EXIT_VALID: u8 = 0;
/// Exit code of a certificate that is not valid.
pub(crate) const EXIT_INVALID: u8 = 1;
/// Exit code where the program cannot tell.
pub(crate) const EXIT_UNKNOWN: u8 = 2;
/// Exit code of wrong usage, also of a file that is not there (sysexits' EX_USAGE).
pub(crate) const EXIT_USAGE: u8 = 64;

/// Checks vaccination certificates offline: no network, no database; nothing is kept of them.
///
/// Kiểm tra giấy chứng nhận tiêm chủng không cần mạng; không lưu lại điều gì về giấy chứng nhận.
///
/// Exit codes: 0 valid, 1 not valid, 2 cannot tell, 64 wrong usage.
#[derive(Parser)]
#[command(name = "verifier", version)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Say whether a certificate is valid / Cho biết giấy chứng nhận có hợp lệ không
    Check(Box<Check>),
    /// Answer over HTTP, for turnstiles and kiosks on this machine / Trả lời qua HTTP cho cổng kiểm soát trên máy này
    #[cfg(feature = "serve")]
    Serve(Box<Serve>),
    /// Print every layer of a certificate / In từng lớp của giấy chứng nhận
    Inspect(Inspect),
}

/// Whom to believe, what is revoked, which rules to ask.
#[derive(Args)]
pub(crate) struct Trust {
    /// The signed list of signers (COSE); needs --anchor
    #[arg(long, value_name = "FILE", requires = "anchor")]
    pub(crate) trust_list: Option<PathBuf>,
    /// A root certificate that the trust list must lead to (PEM or DER); needs --trust-list; may be repeated
    #[arg(long, value_name = "PEM", requires = "trust_list")]
    pub(crate) anchor: Vec<PathBuf>,
    /// A signed status list (CWT), which says what is revoked; must lead to an --anchor like the trust list; may be repeated /
    /// Danh sách trạng thái đã ký: chứng nhận nào đã bị thu hồi
    #[arg(long, value_name = "FILE", requires = "trust_list")]
    pub(crate) status_list: Vec<PathBuf>,
    /// Do not ask whether the certificate is revoked; never at a door or a border /
    /// Không hỏi chứng nhận có bị thu hồi hay không
    #[arg(long, conflicts_with = "status_list")]
    pub(crate) no_revocation: bool,
    /// Remember here (small JSON file, made if need be) the newest trust list seen, and refuse an older one; needs
    /// --trust-list / Ghi nhớ danh sách tin cậy mới nhất và từ chối danh sách cũ hơn
    #[arg(long, value_name = "FILE", requires = "trust_list")]
    pub(crate) state: Option<PathBuf>,
    /// A document signer to trust as it is (PEM or DER); its own validity and purposes still count; may be repeated
    #[arg(long, value_name = "PEM|DER")]
    pub(crate) signer: Vec<PathBuf>,
    /// The keys that an issuer publishes (JWKS of a SMART Health Card issuer, did.json of a DID), to trust as they are; may be
    /// repeated / Khóa công khai của một nơi cấp
    #[arg(long, value_name = "ISS=FILE", value_parser = issuer_and_file)]
    pub(crate) jwks: Vec<(String, PathBuf)>,
    /// The list of revoked cards of one key of a SMART Health Card issuer (crl/KID.json); may be repeated / Danh sách thẻ đã bị
    /// thu hồi của một khóa
    #[arg(long, value_name = "ISS=FILE", value_parser = issuer_and_file)]
    pub(crate) shc_crl: Vec<(String, PathBuf)>,
    /// States' authorities for travel documents (PEM, DER or a master list), to trust as they are: they certify the signers of
    /// VDS-NC; may be repeated / Cơ quan chứng thực hộ chiếu của các nước
    #[arg(long, value_name = "FILE")]
    pub(crate) csca: Vec<PathBuf>,
    /// The rules to ask (JSON array, believed as it is); by default those of the trust list; needs --country / Quy định
    /// nhập cảnh
    #[arg(long, value_name = "FILE", requires = "country")]
    pub(crate) rules: Option<PathBuf>,
    /// Also ask the rules of the country to be entered (ISO 3166-1 alpha-2, or EU) / Nước nhập cảnh
    #[arg(long, value_name = "CC", value_parser = country)]
    pub(crate) country: Option<String>,
    /// A region of that country, whose rules are asked too; needs --country / Vùng
    #[arg(long, value_name = "REGION", requires = "country")]
    pub(crate) region: Option<String>,
    /// What for: entry, or another label that the rules carry; needs --country / Mục đích
    #[arg(long, value_name = "LABEL", requires = "country", default_value = ENTRY)]
    pub(crate) purpose: String,
    /// The day of travel, by default the moment of the check (--at); needs --country / Ngày đi
    #[arg(long, value_name = "RFC3339", requires = "country", value_parser = moment)]
    pub(crate) travel_at: Option<UnixTime>,
    /// The language in which to say what the rules demand, else English; needs --country / Ngôn ngữ
    #[arg(long, value_name = "LANG", requires = "country", default_value = "vi")]
    pub(crate) lang: String,
}

#[derive(Args)]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) trust: Trust,
    /// Check as of this moment, e.g. 2026-11-23T07:00:00Z; by default now
    #[arg(long, value_name = "RFC3339", value_parser = moment)]
    pub(crate) at: Option<UnixTime>,
    /// Check a file of many, one certificate's text a line (the parts of a card beside each other, with spaces between); a line
    /// of JSON for each, in the same order, and a summary. An audit, never a door; exit code 1 if any is not valid, else 2 if
    /// any cannot be told / Kiểm tra cả tệp, mỗi dòng một giấy chứng nhận
    #[arg(long)]
    pub(crate) batch: bool,
    /// Print the verdict as JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// The certificate: its text (HC1:...), a file with the text, a picture of the QR code (PNG, JPEG), or - for stdin
    #[arg(value_name = "TEXT|FILE|IMAGE|-", allow_hyphen_values = true)]
    pub(crate) input: String,
}

#[cfg(feature = "serve")]
#[derive(Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    pub(crate) trust: Trust,
    /// Where to listen; port 0 takes a free one / Địa chỉ lắng nghe
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:7443")]
    pub(crate) listen: std::net::SocketAddr,
    /// Listen on an address that other machines reach. What they send is personal data, and HTTP hides nothing: put a proxy with
    /// TLS in front / Cho phép máy khác kết nối
    #[arg(long)]
    pub(crate) allow_remote: bool,
}

#[derive(Args)]
pub(crate) struct Inspect {
    /// The certificate: its text (HC1:...), a file with the text, a picture of the QR code (PNG, JPEG), or - for stdin
    #[arg(value_name = "TEXT|FILE|IMAGE|-", allow_hyphen_values = true)]
    pub(crate) input: String,
}

fn moment(text: &str) -> Result<UnixTime, String> {
    UnixTime::from_rfc3339(text).ok_or_else(|| "not an RFC 3339 time such as 2026-11-23T07:00:00Z".to_owned())
}

fn issuer_and_file(text: &str) -> Result<(String, PathBuf), String> {
    let (iss, file) = text.split_once('=').ok_or("not an issuer, = and a file")?;
    Ok((iss.to_owned(), file.into()))
}

fn country(text: &str) -> Result<String, String> {
    let letters = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
    if letters { Ok(text.to_ascii_uppercase()) } else { Err("not two letters such as VN or EU".to_owned()) }
}
