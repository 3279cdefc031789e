//! From what was typed to the text of a certificate: the text itself, a file that holds it, a picture of its QR code,
//! or standard input with either. What cannot be opened is wrong usage; a picture that cannot be read is a verdict.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use verifier::inspect::harmless;
use verifier::{picture, scan};

/// The longest text or picture file that is read, in bytes.
const MAX_FILE: u64 = 48 * 1024 * 1024;

/// What was found.
pub(crate) enum Input {
    /// The text of a certificate, or what claims to be one.
    Text(String),
    /// A picture in which no QR symbol can be read, and why.
    UnreadablePicture(scan::Error),
    /// Bytes that are neither a picture nor text.
    NotText,
}

/// Why nothing could be opened, in both languages.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("không mở được tệp {path}: {cause}\ncannot open the file {path}: {cause}")]
    File { path: String, cause: std::io::Error },
    #[error(
        "“{0}” không phải là nội dung giấy chứng nhận (HC1:...) và cũng không phải là tệp có thật\n\
         \"{0}\" is neither the text of a certificate (HC1:...) nor a file that exists"
    )]
    Neither(String),
    #[error("{0} quá lớn (hơn 48 MiB)\n{0} is too large (more than 48 MiB)")]
    TooLarge(String),
}

/// Reads what the person typed.
pub(crate) fn read(typed: &str) -> Result<Input, Error> {
    if typed == "-" {
        let bytes = bounded(std::io::stdin().lock(), "stdin")?;
        return Ok(understand(&bytes));
    }
    let path = Path::new(typed);
    // A name this long cannot be a file, and asking the system about it would only give an error.
    if typed.len() <= 1024 && path.is_file() {
        return Ok(understand(&file(path)?));
    }
    if looks_like_certificate(typed) {
        return Ok(Input::Text(trimmed(typed).to_owned()));
    }
    Err(Error::Neither(harmless(&typed.chars().take(120).collect::<String>())))
}

/// Reads a whole file of at most 48 MiB.
pub(crate) fn file(path: &Path) -> Result<Vec<u8>, Error> {
    let name = harmless(&path.display().to_string());
    let file = File::open(path).map_err(|cause| Error::File { path: name.clone(), cause })?;
    bounded(file, &name)
}

fn bounded(source: impl Read, name: &str) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    source.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(|cause| Error::File { path: name.to_owned(), cause })?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(Error::TooLarge(name.to_owned()));
    }
    Ok(bytes)
}

/// A certificate's text has a prefix of three characters and a colon, or is at least long and has no lower-case
/// letters, as Base45 never has: then even a wrong text deserves a verdict rather than "no such file".
fn looks_like_certificate(typed: &str) -> bool {
    let typed = typed.trim_start();
    typed.as_bytes().get(3) == Some(&b':')
        || (typed.len() >= 40 && !typed.bytes().any(|byte| byte.is_ascii_lowercase()))
        || typed.len() > 1024
}

fn understand(bytes: &[u8]) -> Input {
    if !picture::is_picture(bytes) {
        return std::str::from_utf8(bytes).map_or(Input::NotText, |text| Input::Text(trimmed(text).to_owned()));
    }
    match picture::read(bytes) {
        Ok(text) => Input::Text(text),
        Err(why) => Input::UnreadablePicture(why),
    }
}

/// Without the line end that editors and pipes add. A space stays: it is a digit of Base45.
pub(super) fn trimmed(text: &str) -> &str {
    text.trim_start_matches('\u{feff}').trim_matches(['\r', '\n', '\t']).trim_start()
}
