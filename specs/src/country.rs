//! The codes of countries, as far as their form goes; which of them exist is said by a value set.

/// Two letters as those of ISO 3166-1 alpha-2, upper case.
pub(crate) fn is_alpha2(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}
