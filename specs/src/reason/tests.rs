use std::collections::BTreeSet;

use super::{Class, Reason};
use crate::language::Language;

const PAGE: &str = include_str!("../../reason-codes.md");

/// The rows of the page's tables, each as its cells.
fn page_rows() -> Vec<Vec<&'static str>> {
    PAGE.lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect()
}

#[test]
fn the_page_and_the_enum_are_the_same_table_in_the_same_order() {
    let code_rows: Vec<Vec<String>> = Reason::ALL
        .iter()
        .map(|reason| {
            let (vi, en) = (reason.words(Language::Vi), reason.words(Language::En));
            let code = format!("`{}`", reason.code());
            [&code, reason.class().as_str(), vi.finding, vi.action, en.finding, en.action].map(str::to_owned).to_vec()
        })
        .collect();
    assert_eq!(page_rows(), code_rows);
}

/// The quoted words of one rule of the grammar.
fn grammar(rule: &str) -> Vec<&'static str> {
    let start = format!("\n{rule} =\n");
    let (_, behind) = include_str!("../../cddl/reason-codes.cddl").split_once(&start).unwrap();
    let rule = behind.split("\n\n").next().unwrap_or_default();
    rule.split('"').skip(1).step_by(2).collect()
}

#[test]
fn the_grammar_has_the_codes_of_each_class() {
    for class in [Class::Invalid, Class::Unknown] {
        let codes: Vec<_> = Reason::ALL.iter().filter(|reason| reason.class() == class).map(|one| one.code()).collect();
        assert_eq!(grammar(class.as_str()), codes);
    }
}

#[test]
fn codes_are_unique_kebab_case_and_read_back() {
    let mut seen = BTreeSet::new();
    for reason in Reason::ALL.iter().copied() {
        let code = reason.code();
        assert!(seen.insert(code), "{code} twice");
        assert!(code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'), "{code}");
        assert_eq!(Reason::from_code(code), Some(reason));
        let json = serde_json::to_string(&reason).unwrap();
        assert_eq!(json, format!("\"{code}\""));
        assert_eq!(serde_json::from_str::<Reason>(&json).unwrap(), reason);
    }
    assert_eq!("no-such-code".parse::<Reason>(), Err(super::UnknownCode("no-such-code".into())));
}

#[test]
fn exactly_one_reason_is_valid_and_missing_knowledge_is_never_invalid() {
    let valid: Vec<_> = Reason::ALL.iter().filter(|reason| reason.class() == Class::Valid).collect();
    assert_eq!(valid, [&Reason::Valid]);
    for reason in [
        Reason::SignerUnknown,
        Reason::ClockWrong,
        Reason::UnsupportedFormat,
        Reason::UnsupportedContext,
        Reason::TrustListMissing,
        Reason::TrustListExpired,
        Reason::TrustListRolledBack,
    ] {
        assert_eq!(reason.class(), Class::Unknown, "{reason}");
    }
}

#[test]
fn every_word_is_said_in_both_languages() {
    for reason in Reason::ALL {
        for language in [Language::Vi, Language::En] {
            let words = reason.words(language);
            assert!(words.finding.ends_with('.') && words.action.ends_with('.'), "{reason}");
            assert!(!words.finding.contains('|') && !words.action.contains('|'), "{reason}");
        }
    }
}
