//! What C may get wrong is answered, not run into.

use std::ptr::{null, null_mut};

use crate::border::{Failure, guarded, read};
use crate::*;

fn last() -> (String, String) {
    // SAFETY: both are texts of this library.
    unsafe { (read(lachan_error_code()), read(lachan_error_words())) }
}

#[test]
fn null_is_answered_everywhere() {
    // SAFETY: NULL is what every function may be given.
    unsafe {
        lachan_checker_free(null_mut());
        lachan_string_free(null_mut());
        assert_eq!(lachan_checker_add_anchors(null_mut(), b"x".as_ptr(), 1), Status::Null);
        assert_eq!(last(), ("null-argument".to_owned(), "checker is NULL".to_owned()));
        assert_eq!(lachan_checker_add_signer(null_mut(), null(), 0), Status::Null);
        assert_eq!(lachan_checker_load_trust(null_mut(), null(), 0, 0), Status::Null);
        assert_eq!(lachan_checker_load_status_list(null_mut(), null(), 0, 0), Status::Null);
        assert_eq!(lachan_checker_set_country(null_mut(), null(), null(), null()), Status::Null);
        assert_eq!(last().1, "checker is NULL");
        assert_eq!(lachan_checker_remember(null_mut(), null(), 0), Status::Null);
        let mut json = null_mut();
        assert_eq!(lachan_checker_check(null(), null(), 0, 0, &mut json), Status::Null);
        assert_eq!(lachan_checker_trust(null(), 0, &mut json), Status::Null);
        assert_eq!(lachan_checker_mark(null(), &mut json), Status::Null);
        assert_eq!(lachan_picture_read(null(), 7, &mut json), Status::Null);
        assert_eq!(last().1, "data is NULL");
        assert!(json.is_null());
        let checker = lachan_checker_new();
        assert_eq!(lachan_checker_check(checker, null(), 0, 0, null_mut()), Status::Null);
        assert_eq!(last().1, "the place for the answer is NULL");
        assert_eq!(lachan_checker_check(checker, null(), 5, 0, &mut json), Status::Null);
        assert_eq!(last().1, "certificate is NULL");
        assert_eq!(lachan_checker_set_country(checker, c"VN".as_ptr(), null(), c"vi".as_ptr()), Status::Null);
        assert_eq!(last().1, "purpose is NULL");
        lachan_checker_free(checker);
    }
}

#[test]
fn what_is_refused_says_why_and_success_clears_it() {
    let checker = lachan_checker_new();
    let mut json = null_mut();
    // SAFETY: a checker, slices with their lengths, and a place for the answer.
    unsafe {
        assert_eq!(lachan_checker_add_signer(checker, b"no certificate".as_ptr(), 14), Status::Refused);
        assert_eq!(last().0, "pem-malformed");
        assert_eq!(lachan_checker_load_trust(checker, b"x".as_ptr(), 1, 0), Status::Refused);
        assert_eq!(last().0, "list-malformed");
        assert_eq!(lachan_checker_load_status_list(checker, b"x".as_ptr(), 1, 0), Status::Refused);
        assert_eq!(last().0, "list-malformed");
        let (label, broken) = (c"entry".as_ptr(), c"\xff".as_ptr());
        assert_eq!(lachan_checker_set_country(checker, broken, label, label), Status::Text);
        assert_eq!(last().0, "text-malformed");
        assert_eq!(lachan_checker_set_country(checker, c"".as_ptr(), label, label), Status::Ok);
        assert_eq!(lachan_checker_remember(checker, b"{}".as_ptr(), 2), Status::Refused);
        assert_eq!(last().0, "mark-malformed");
        assert_eq!(lachan_checker_check(checker, b"\xff".as_ptr(), 1, 0, &mut json), Status::Text);
        assert_eq!(last().0, "text-malformed");
        assert!(json.is_null());
        assert_eq!(lachan_picture_read(b"no picture".as_ptr(), 10, &mut json), Status::Refused);
        assert_eq!(last().0, "picture-broken");
        assert_eq!(lachan_checker_mark(checker, &mut json), Status::Ok);
        assert!(json.is_null() && last().0.is_empty());
        assert_eq!(lachan_checker_check(checker, b"HC1:".as_ptr(), 4, 0, &mut json), Status::Ok);
        assert!(read(json).starts_with(r#"{"verdict":"invalid","reason":"compression-invalid""#), "{}", read(json));
        lachan_string_free(json);
        lachan_checker_free(checker);
    }
}

#[test]
fn a_panic_ends_at_the_border() {
    assert_eq!(guarded(|| panic!("in a test")), Status::Panic);
    assert_eq!(last().0, "panic");
    assert_eq!(guarded(|| Err(Failure::refused("x", "a\0b"))), Status::Refused);
    assert_eq!(last().1, "a\u{fffd}b");
}
