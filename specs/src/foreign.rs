//! Formats that are health certificates and not ours: recognised by how they begin, so that a checker is told "not
//! supported here" and never "forged" (reason `unsupported-format`). Nothing of them is read.

/// What the text looks like, in the words of its own world; `None` if it is of no known kind.
pub fn recognise(text: &str) -> Option<&'static str> {
    if text.starts_with(crate::hcert::PREFIX) {
        return None;
    }
    let text = text.trim_start();
    FORMATS.iter().find(|(start, _)| starts_with(text, start)).map(|&(_, name)| name)
}

/// How each begins (in any case), and its name.
const FORMATS: [(&str, &str); 6] = [
    ("shlink:/", "SMART Health Link"),
    ("vhlink:/", "IHE Verifiable Health Link"),
    ("NL2:", "Dutch domestic certificate"),
    ("NL3:", "Dutch domestic certificate"),
    ("B64:", "DIVOC certificate"),
    ("PK\u{3}\u{4}", "DIVOC certificate"),
];

fn starts_with(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|found| found.eq_ignore_ascii_case(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_certificates_are_recognised_and_nothing_else_is() {
        assert_eq!(recognise("shlink:/eyJ1cmwiOiJodHRwczovL2V4YW1wbGUub3JnIn0"), Some("SMART Health Link"));
        assert_eq!(recognise(" NL2:6BFY90R10RDWT 9O60"), Some("Dutch domestic certificate"));
        assert_eq!(recognise("b64:UEsDBBQ"), Some("DIVOC certificate"));
        for text in [
            "",
            "HC1:6BF",
            "shc:/5676",
            "NZCP:/1/2KCE",
            "LT1:6BF",
            "https://example.org/shc:/",
            "PK",
            "{\"data\":",
            "šhc:/",
        ] {
            assert_eq!(recognise(text), None, "{text}");
        }
    }
}
