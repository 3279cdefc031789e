//! What crosses the border: pointers in, strings out, and no panic.

use std::cell::RefCell;
use std::ffi::{CStr, CString, c_char};
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::Status;

/// Why a call did not do what was asked.
pub(crate) struct Failure {
    status: Status,
    code: &'static str,
    words: String,
}

thread_local! {
    /// Code and words of the last failure in this thread.
    static LAST: RefCell<(CString, CString)> = RefCell::default();
}

impl Failure {
    /// An argument that must not be NULL is NULL.
    pub(crate) fn null(argument: &str) -> Self {
        Self { status: Status::Null, code: "null-argument", words: format!("{argument} is NULL") }
    }

    /// A text that is not UTF-8, or that C cannot hold because it has a zero in it.
    pub(crate) fn text(words: &str) -> Self {
        Self { status: Status::Text, code: "text-malformed", words: words.to_owned() }
    }

    /// What was handed in is refused, with the stable code of the reason.
    pub(crate) fn refused(code: &'static str, words: impl ToString) -> Self {
        Self { status: Status::Refused, code, words: words.to_string() }
    }
}

/// Runs a call: its failure is kept for [`last_code`] and [`last_words`], and a panic is a failure, for none may unwind
/// into C. A checker in which a panic happened may have forgotten whom it believes; it never believes more.
pub(crate) fn guarded(call: impl FnOnce() -> Result<(), Failure>) -> Status {
    let outcome = catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|_| {
        Err(Failure { status: Status::Panic, code: "panic", words: "a mistake in the library".to_owned() })
    });
    let (status, code, words) = match outcome {
        Ok(()) => (Status::Ok, "", String::new()),
        Err(failure) => (failure.status, failure.code, failure.words),
    };
    // Zeros would end the text early; names in foreign certificates may have some.
    let text = |text: &str| CString::new(text.replace('\0', "\u{fffd}")).unwrap_or_default();
    LAST.with(|last| *last.borrow_mut() = (text(code), text(&words)));
    status
}

/// The code of the last failure in this thread.
pub(crate) fn last_code() -> *const c_char {
    LAST.with(|last| last.borrow().0.as_ptr())
}

/// The words of the last failure in this thread.
pub(crate) fn last_words() -> *const c_char {
    LAST.with(|last| last.borrow().1.as_ptr())
}

/// The caller's bytes.
///
/// # Safety
/// `start` is NULL or points at `length` bytes that nobody changes while the slice is in use.
pub(crate) unsafe fn bytes<'a>(start: *const u8, length: usize, name: &str) -> Result<&'a [u8], Failure> {
    if length == 0 {
        return Ok(&[]);
    }
    if start.is_null() {
        return Err(Failure::null(name));
    }
    if isize::try_from(length).is_err() {
        return Err(Failure::refused("too-long", format!("{name} is longer than memory can be")));
    }
    // SAFETY: not NULL, not too long, and the caller vouches for the rest.
    Ok(unsafe { std::slice::from_raw_parts(start, length) })
}

/// The caller's text.
///
/// # Safety
/// As [`bytes`].
pub(crate) unsafe fn text<'a>(start: *const u8, length: usize, name: &str) -> Result<&'a str, Failure> {
    // SAFETY: the caller vouches for it.
    let bytes = unsafe { bytes(start, length, name) }?;
    std::str::from_utf8(bytes).map_err(|_| Failure::text("the text is not UTF-8"))
}

/// The caller's text, where it is a short label that ends with a zero.
///
/// # Safety
/// `start` is NULL or points at a text that ends with a zero and that nobody changes while it is in use.
pub(crate) unsafe fn closed<'a>(start: *const c_char, name: &str) -> Result<&'a str, Failure> {
    if start.is_null() {
        return Err(Failure::null(name));
    }
    // SAFETY: not NULL, and the caller vouches for the rest.
    let text = unsafe { CStr::from_ptr(start) };
    text.to_str().map_err(|_| Failure::text("the text is not UTF-8"))
}

/// Writes the answer of `ask` into the caller's place: from now on it is the caller's. NULL stands there after a failure,
/// and where there is no answer.
///
/// # Safety
/// `place` is NULL or points at room for a pointer.
pub(crate) unsafe fn hand_out(
    place: *mut *mut c_char,
    ask: impl FnOnce() -> Result<Option<String>, Failure>,
) -> Result<(), Failure> {
    if place.is_null() {
        return Err(Failure::null("the place for the answer"));
    }
    // SAFETY: not NULL, and the caller vouches for it. Written first, so that no failure or panic leaves a wild pointer.
    unsafe { place.write(std::ptr::null_mut()) };
    if let Some(text) = ask()? {
        let text = CString::new(text).map_err(|_| Failure::text("the text has a zero in it"))?;
        // SAFETY: as above.
        unsafe { place.write(text.into_raw()) };
    }
    Ok(())
}

/// Takes a text back that [`hand_out`] gave.
///
/// # Safety
/// `text` is NULL or came from [`hand_out`] and was not taken back before.
pub(crate) unsafe fn take_back(text: *mut c_char) {
    if !text.is_null() {
        // SAFETY: the caller vouches for it.
        drop(unsafe { CString::from_raw(text) });
    }
}

/// The same text as a slice, for tests.
///
/// # Safety
/// `text` points at a text that ends with a zero.
#[cfg(test)]
pub(crate) unsafe fn read(text: *const c_char) -> String {
    // SAFETY: the caller vouches for it.
    unsafe { CStr::from_ptr(text) }.to_str().unwrap().to_owned()
}
