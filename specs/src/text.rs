//! What no text of ours may hold, whoever typed it.

/// So many digits in a row number a person: an identity number (9 or 12 digits) or a telephone (10).
const IDENTITY_DIGITS: usize = 9;

/// Control characters, and those that are not seen and change what is: formatting, direction of writing, tags.
#[must_use]
pub fn is_unseen(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// Whether the text holds a number by which a person could be found, however it is grouped: `001 090-012.345`. Dates, times and
/// lot numbers (behind the word `lô` or `lot`) are none.
#[must_use]
pub fn holds_identity_number(text: &str) -> bool {
    let runs = runs(text);
    let (mut digits, mut next) = (0, 0);
    while let Some(run) = runs.get(next) {
        let length = date(&runs[next..]);
        if length > 0 || run.is_lot {
            digits = 0;
        } else {
            let joins = next > 0 && joined(runs[next - 1].after) && !run.is_of_id;
            digits = if joins { digits } else { 0 } + run.digits.chars().count();
            if digits >= IDENTITY_DIGITS {
                return true;
            }
            digits = if run.is_of_id { 0 } else { digits };
        }
        next += length.max(1);
    }
    false
}

/// Digits without anything between.
struct Run<'a> {
    digits: &'a str,
    /// What follows, up to the next digits.
    after: &'a str,
    /// A hexadecimal letter stands right beside, as in an id of ours: it is joined to nothing.
    is_of_id: bool,
    /// The word before says that it numbers a lot.
    is_lot: bool,
}

fn runs(text: &str) -> Vec<Run<'_>> {
    let mut runs: Vec<Run<'_>> = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(char::is_numeric) {
        let (before, digits) = rest.split_at(start);
        if let Some(last) = runs.last_mut() {
            last.after = before;
        }
        rest = digits;
        let end = rest.find(|c: char| !c.is_numeric()).unwrap_or(rest.len());
        let word = before.trim_end_matches([' ', ':', '\u{a0}']).to_lowercase();
        let is_lot = ["lô", "lot"]
            .iter()
            .any(|lot| word.strip_suffix(lot).is_some_and(|rest| !rest.ends_with(char::is_alphanumeric)));
        let hexadecimal = |c: char| matches!(c, 'a'..='f');
        let is_of_id = before.ends_with(hexadecimal) || rest[end..].starts_with(hexadecimal);
        runs.push(Run { digits: &rest[..end], after: "", is_of_id, is_lot });
        rest = &rest[end..];
    }
    runs
}

/// Whether what stands between two runs only groups the digits of one number.
fn joined(between: &str) -> bool {
    let marks = between.chars().filter(|c| !c.is_whitespace()).count();
    marks <= 1 && between.chars().all(|c| c.is_whitespace() || ".-/,_".contains(c))
}

/// How many runs make a date at the beginning: 3 for `2021-12-20` and `20/12/2021`, otherwise 0.
fn date(runs: &[Run<'_>]) -> usize {
    let [first, second, third, ..] = runs else { return 0 };
    let number = |run: &Run<'_>, most: u32| {
        run.digits.len() <= 2 && run.digits.parse().is_ok_and(|number: u32| (1..=most).contains(&number))
    };
    let year = |run: &Run<'_>| run.digits.len() == 4 && (run.digits.starts_with("19") || run.digits.starts_with("20"));
    let (day, month) = match (year(first), year(third)) {
        (true, false) => (third, second),
        (false, true) => (first, second),
        _ => return 0,
    };
    let marks = ["-", ".", "/"].contains(&first.after) && first.after == second.after;
    if marks && number(day, 31) && number(month, 12) { 3 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nine_digits_number_a_person_however_they_are_grouped() {
        for text in [
            "001090012345",
            "CCCD 001 090-012.345",
            "CCCD001090012345",
            "gọi 0912 345 678",
            "0912/345/678",
            "0912,345,678",
            "0912\u{a0}345\u{a0}678",
            "(012345678)",
            "٠١٢٣٤٥٦٧٨",
            "2021-12-20 001090012345",
            "0010-90-012345",
            "xô 0912345678",
        ] {
            assert!(holds_identity_number(text), "{text}");
        }
        for text in [
            "",
            "12345678",
            "mũi 1 ngày 20-12-2021",
            "mũi 1 20-12-2021",
            "tiêm nhầm 2021-12-20 14:30",
            "hẹn lại 21-12-2021 8h30",
            "20.12.2021 - 21.12.2021",
            "ghi nhầm lô 2021050812",
            "Lot: 2021050812, not lot 2021050813",
            "lot 1234, vial 56789",
            "39.5 C, 120/80, 2 h",
            "dose 0190a1b2-1234-5678-9abc-0123e56789ab",
        ] {
            assert!(!holds_identity_number(text), "{text}");
        }
    }
}
