//! THE VERIFIER FOR C. A handle that C holds, bytes with their length in, one JSON verdict out. No logic: everything is
//! `verifier::Checker`. The header `include/lachan_verifier.h` is written out of this file by `cargo xtask bindings`.
//!
//! The only room that may say `unsafe`. Each function turns pointers into values in its first lines and is safe below.
#![cfg_attr(test, expect(clippy::unwrap_used, reason = "tests"))]

mod border;
#[cfg(test)]
mod tests;

use std::ffi::c_char;

use border::{Failure, bytes, closed, guarded, hand_out, text};
use specs::time::UnixTime;

/// A verifier that is filled step by step: anchors first, then trust data or signers. Nothing is kept of what it checks.
pub struct Checker(verifier::Checker);

/// What became of a call. After any of them but OK, lachan_error_code and lachan_error_words say more.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Done.
    Ok = 0,
    /// An argument that must not be NULL was NULL.
    Null = 1,
    /// A text that is not UTF-8, or one with a zero in it that C could not hold.
    Text = 2,
    /// What was handed in is refused. What was believed before is still believed.
    Refused = 3,
    /// A mistake in this library. The checker may have forgotten whom it believes; free it.
    Panic = 4,
}

/// A checker that believes nobody yet. To be freed with lachan_checker_free.
#[unsafe(no_mangle)]
pub extern "C" fn lachan_checker_new() -> *mut Checker {
    Box::into_raw(Box::new(Checker(verifier::Checker::new(trust_list::backend::fastest()))))
}

/// Frees a checker. NULL is nothing to free.
///
/// # Safety
/// `checker` came from lachan_checker_new and is not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lachan_checker_free(checker: *mut Checker) {
    if !checker.is_null() {
        // SAFETY: the caller vouches for it.
        let checker = unsafe { Box::from_raw(checker) };
        guarded(|| {
            drop(checker);
            Ok(())
        });
    }
}

/// Adds the root certificates of a PEM or DER file, which trust data must lead to.
///
/// # Safety
/// `checker` came from lachan_checker_new; `data` points at `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lachan_checker_add_anchors(checker: *mut Checker, data: *const u8, length: usize) -> Status {
    // SAFETY: the caller vouches for it.
    let (checker, data) = unsafe { (checker.as_mut(), bytes(data, length, "data")) };
    guarded(|| changed(checker)?.add_anchors(data?).map_err(refused))
}

/// Believes a document signer's certificate (PEM or DER) on the caller's word.
///
/// # Safety
/// `checker` came from lachan_checker_new; `data` points at `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lachan_checker_add_signer(checker: *mut Checker, data: *const u8, length: usize) -> Status {
    // SAFETY: the caller vouches for it.
    let (checker, data) = unsafe { (checker.as_mut(), bytes(data, length, "data")) };
    guarded(|| changed(checker)?.add_signer(data?).map_err(refused))
}

/// Takes signed trust data as of the time `at`. Data that is refused is not used, verdicts say why, and what was held
/// before stays in force.
///
/// # Safety
/// `checker` came from lachan_checker_new; `data` points at `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lachan_checker_load_trust(
    checker: *mut Checker,
    data: *const u8,
    length: usize,
    at: i64,
) -> Status {
    // SAFETY: the caller vouches for it.
    let (checker, data) = unsafe { (checker.as_mut(), bytes(data, length, "data")) };
    guarded(|| changed(checker)?.load_trust(data?, UnixTime(at)).map_err(refused))
}

/// Also goes by a signed status list (CWT) as of the time `at`: for certificates issued or revoked after the trust data were
/// made. It must lead to an anchor like the trust data; nothing that was revoked before comes back. A list that is refused
/// is not used.
///
/// # Safety
/// `checker` came from lachan_checker_new; `data` points at `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lachan_checker_load_status_list(
    checker: *mut Checker,
    data: *const u8,
    length: usize,
    at: i64,
) -> Status {
    // SAFETY: the caller vouches for it.
    let (checker, data) = unsafe { (checker.as_mut(), bytes(data, length, "data")) };
    guarded(|| changed(checker)?.load_status_list(data?, UnixTime(at)).map_err(refused))
}

/// From now on also asks the rules of the trust data for that purpose ("entry" or another label) in that country (ISO
/// 3166-1 alpha-2), and tells them in that language ("vi", "en"). An empty country asks none. Where the trust data have no
/// rules of that country, or rules that cannot be read, nobody can tell ("rules-open").
///
/// # Safety
/// `checker` came from lachan_checker_new; `country`, `purpose` and `language` are texts that end with a zero.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lachan_checker_set_country(
    checker: *mut Checker,
    country: *const c_char,
    purpose: *const c_char,
    language: *const c_char,
) -> Status {
    // SAFETY: the caller vouches for it.
    let checker = unsafe { checker.as_mut() };
    // SAFETY: as above.
    let [country, purpose, language] =
        unsafe { [closed(country, "country"), closed(purpose, "purpose"), closed(language, "language")] };
    guarded(|| {
        changed(checker)?.set_country(country?, purpose?, language?);
        Ok(())
    })
}

/// Checks the text of a certificate (UTF-8) as of the time `at` and hands the verdict out as JSON. OK says that there is a
/// verdict, not that the certificate is valid: that is the verdict's member "verdict".
///
/// # Safety
/// `checker` came from lachan_checker_new; `certificate` points at `length` bytes; `json` is the place for the answer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lachan_checker_check(
    checker: *const Checker,
    certificate: *const u8,
    length: usize,
    at: i64,
    json: *mut *mut c_char,
) -> Status {
    // SAFETY: the caller vouches for it.
    let (checker, certificate) = unsafe { (checker.as_ref(), text(certificate, length, "certificate")) };
    let ask = || Ok(Some(asked(checker)?.check_json(certificate?, UnixTime(at))));
    // SAFETY: as above.
    guarded(|| unsafe { hand_out(json, ask) })
}

/// What is believed at the time `at` and how old it is, as the "trust" of a verdict.
///
/// # Safety
/// `checker` came from lachan_checker_new; `json` is the place for the answer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lachan_checker_trust(checker: *const Checker, at: i64, json: *mut *mut c_char) -> Status {
    // SAFETY: the caller vouches for it.
    let checker = unsafe { checker.as_ref() };
    let ask = || Ok(Some(asked(checker)?.trust_json(UnixTime(at))));
    // SAFETY: as above.
    guarded(|| unsafe { hand_out(json, ask) })
}

/// What to remember of the newest trust data across restarts. The answer is NULL before any was taken.
///
/// # Safety
/// `checker` came from lachan_checker_new; `mark` is the place for the answer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lachan_checker_mark(checker: *const Checker, mark: *mut *mut c_char) -> Status {
    // SAFETY: the caller vouches for it.
    let checker = unsafe { checker.as_ref() };
    let ask = || Ok(asked(checker)?.mark());
    // SAFETY: as above.
    guarded(|| unsafe { hand_out(mark, ask) })
}

/// Remembers what lachan_checker_mark gave before a restart, so that no older trust data is taken after it.
///
/// # Safety
/// `checker` came from lachan_checker_new; `mark` points at `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lachan_checker_remember(checker: *mut Checker, mark: *const u8, length: usize) -> Status {
    // SAFETY: the caller vouches for it.
    let (checker, mark) = unsafe { (checker.as_mut(), text(mark, length, "mark")) };
    guarded(|| {
        let remembered = changed(checker)?.remember(mark?);
        remembered.then_some(()).ok_or_else(|| Failure::refused("mark-malformed", "this is no mark of a checker"))
    })
}

/// Reads the QR symbol in a PNG or JPEG file and hands its text out.
///
/// # Safety
/// `data` points at `length` bytes; `certificate` is the place for the answer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lachan_picture_read(data: *const u8, length: usize, certificate: *mut *mut c_char) -> Status {
    // SAFETY: the caller vouches for it.
    let data = unsafe { bytes(data, length, "data") };
    let ask = || verifier::picture::read(data?).map(Some).map_err(|error| Failure::refused(error.code(), &error));
    // SAFETY: as above.
    guarded(|| unsafe { hand_out(certificate, ask) })
}

/// Gives back a string that this library handed out. NULL is nothing to give back.
///
/// # Safety
/// `string` came from this library and is not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lachan_string_free(string: *mut c_char) {
    // SAFETY: the caller vouches for it.
    unsafe { border::take_back(string) };
}

/// The stable code of the last call's failure in this thread, empty when it succeeded. Not to be freed; good until the
/// thread's next call.
#[unsafe(no_mangle)]
pub extern "C" fn lachan_error_code() -> *const c_char {
    border::last_code()
}

/// The last call's failure in words, empty when it succeeded. Not to be freed; good until the thread's next call.
#[unsafe(no_mangle)]
pub extern "C" fn lachan_error_words() -> *const c_char {
    border::last_words()
}

fn changed(checker: Option<&mut Checker>) -> Result<&mut verifier::Checker, Failure> {
    checker.map(|checker| &mut checker.0).ok_or_else(|| Failure::null("checker"))
}

fn asked(checker: Option<&Checker>) -> Result<&verifier::Checker, Failure> {
    checker.map(|checker| &checker.0).ok_or_else(|| Failure::null("checker"))
}

fn refused(error: trust_list::Error) -> Failure {
    Failure::refused(error.code(), &error)
}
