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

/// Whether the text holds a number by which a person could be found, however it is grouped: `001 090-012.345`.
#[must_use]
pub fn holds_identity_number(text: &str) -> bool {
    let joined = text.replace([' ', '.', '-'], "");
    joined.split(|c: char| !c.is_numeric()).any(|run| run.chars().count() >= IDENTITY_DIGITS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nine_digits_number_a_person_however_they_are_grouped() {
        for text in ["001090012345", "CCCD 001 090-012.345", "gọi 0912 345 678", "(012345678)", "٠١٢٣٤٥٦٧٨"]
        {
            assert!(holds_identity_number(text), "{text}");
        }
        for text in ["", "mũi 1 ngày 20-12-2021", "12345678", "lot 1234, vial 56789", "39.5 C, 120/80, 2 h"] {
            assert!(!holds_identity_number(text), "{text}");
        }
    }
}
