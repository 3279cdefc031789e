//! Words for the person who checks, from the tables of `specs`, so that no face has its own.

use serde_json::json;
use specs::language::Language;
use specs::reason::Reason;
use specs::value_set::Set;
use wasm_bindgen::prelude::wasm_bindgen;

/// The words for a reason code in `language` (`vi` or `en`) as JSON: `{"verdict", "headline", "finding", "action"}`.
/// `undefined` for a code that this version does not know.
#[wasm_bindgen]
#[must_use]
pub fn words(code: &str, language: &str) -> Option<String> {
    let (reason, language) = (Reason::from_code(code)?, language_of(language));
    let (class, words) = (reason.class(), reason.words(language));
    let words = json!({
        "verdict": class.as_str(),
        "headline": class.headline(language),
        "finding": words.finding,
        "action": words.action,
    });
    Some(words.to_string())
}

/// The value set of a claim: `disease`, `vaccine`, `product`, `country`, `test-result` or `test-type`.
pub(crate) fn set_of(claim: &str) -> Option<Set> {
    Some(match claim {
        "disease" => Set::Disease,
        "vaccine" => Set::VaccineType,
        "product" => Set::VaccineProduct,
        "country" => Set::Country,
        "test-result" => Set::TestResult,
        "test-type" => Set::TestType,
        _ => return None,
    })
}

/// The language of that code; Vietnamese for any but `en`.
pub(crate) fn language_of(code: &str) -> Language {
    if code == "en" { Language::En } else { Language::Vi }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_its_words_in_both_languages() {
        for reason in Reason::ALL {
            for language in ["vi", "en"] {
                let words: serde_json::Value = words(reason.code(), language)
                    .and_then(|words| serde_json::from_str(&words).ok())
                    .expect("words of a known code");
                assert_eq!(words["verdict"], reason.class().as_str());
                assert_eq!(words["finding"], reason.words(language_of(language)).finding);
            }
        }
        assert_eq!(words("no-such-code", "vi"), None);
    }
}
