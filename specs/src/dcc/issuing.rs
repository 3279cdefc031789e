//! What stands against issuing a certificate: the schema, and more. A reader of what is issued has nothing to forgive.

use super::decode::is_lowercase_uvci;
use super::{Certificate, Entry, Fault, SCHEMA_VERSION};
use crate::SmolStr;
use crate::country::is_alpha2;
use crate::nfc::is_nfc;

/// The longest code, in bytes. The schema has no bound; the grammar of the page has this one.
const MAX_CODE_BYTES: usize = 4_096;

impl Certificate {
    /// The faults of the structure, and what only a reader forgives: another version than the one that is written, a country
    /// that is not two capitals, a person without a name, `urn:uvci` in lower case, and texts that are not in NFC, hold a
    /// control character or have a blank at an end.
    pub(super) fn issuing_faults(&self) -> Vec<Fault> {
        let mut strict = Strict(self.structure_faults());
        strict.refuse(self.ver != SCHEMA_VERSION, Fault::Pattern { field: "ver" });
        let name = &self.name;
        for (field, written) in [("nam.fn", &name.family), ("nam.gn", &name.given)] {
            strict.maybe(field, written);
        }
        let nameless = [&name.family_std, &name.given_std].into_iter().flatten().all(|name| name.is_empty());
        strict.refuse(nameless, Fault::NoStandardName);
        match &self.entry {
            Entry::Vaccination(entry) => {
                strict.text("v.tg", &entry.disease);
                strict.text("v.vp", &entry.vaccine);
                strict.text("v.mp", &entry.product);
                strict.text("v.ma", &entry.manufacturer);
                strict.common(["v.co", "v.is", "v.ci"], &self.entry);
            }
            Entry::Test(entry) => {
                strict.text("t.tg", &entry.disease);
                strict.text("t.tt", &entry.kind);
                strict.maybe("t.nm", &entry.test_name);
                strict.maybe("t.ma", &entry.device);
                strict.text("t.tr", &entry.result);
                strict.maybe("t.tc", &entry.centre);
                strict.common(["t.co", "t.is", "t.ci"], &self.entry);
            }
            Entry::Recovery(entry) => {
                strict.text("r.tg", &entry.disease);
                strict.common(["r.co", "r.is", "r.ci"], &self.entry);
            }
        }
        strict.0
    }
}

/// The faults so far.
struct Strict(Vec<Fault>);

impl Strict {
    /// A fault that the schema has found already is not told twice.
    fn refuse(&mut self, wrong: bool, fault: Fault) {
        if wrong && !self.0.contains(&fault) {
            self.0.push(fault);
        }
    }

    /// A text that no pattern of the schema holds to certain characters.
    fn text(&mut self, field: &'static str, text: &str) {
        self.refuse(text.len() > MAX_CODE_BYTES, Fault::TooLong { field });
        // Nearly every code: visible ASCII can have none of these, and no table need be asked.
        if text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return;
        }
        self.refuse(text.chars().any(char::is_control), Fault::ControlCharacter { field });
        self.refuse(text.trim().len() < text.len(), Fault::Untrimmed { field });
        self.refuse(!is_nfc(text), Fault::NotNfc { field });
    }

    fn maybe(&mut self, field: &'static str, text: &Option<SmolStr>) {
        self.text(field, text.as_deref().unwrap_or_default());
    }

    /// Country, issuer and identifier, under these names.
    fn common(&mut self, [country, issuer, id]: [&'static str; 3], entry: &Entry) {
        self.refuse(!is_alpha2(entry.country()), Fault::Pattern { field: country });
        self.text(issuer, entry.issuer());
        self.text(id, entry.id());
        self.refuse(is_lowercase_uvci(entry.id()), Fault::Pattern { field: id });
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{recovery, test_entry, vaccination};
    use super::super::{Name, Recovery, Test, Vaccination};
    use super::*;

    fn with(change: impl FnOnce(&mut Certificate)) -> Certificate {
        let mut certificate = vaccination();
        change(&mut certificate);
        certificate
    }

    fn dose(change: impl FnOnce(&mut Vaccination)) -> Certificate {
        with(|certificate| {
            let Entry::Vaccination(entry) = &mut certificate.entry else { panic!("a dose") };
            change(entry);
        })
    }

    fn tested(change: impl FnOnce(&mut Test)) -> Certificate {
        let mut certificate = test_entry();
        let Entry::Test(entry) = &mut certificate.entry else { panic!("a test") };
        change(entry);
        certificate
    }

    fn recovered(change: impl FnOnce(&mut Recovery)) -> Certificate {
        let mut certificate = recovery();
        let Entry::Recovery(entry) = &mut certificate.entry else { panic!("a recovery") };
        change(entry);
        certificate
    }

    #[test]
    fn each_refusal_by_its_fault() {
        let pattern = |field| Fault::Pattern { field };
        let control = |field| Fault::ControlCharacter { field };
        let untrimmed = |field| Fault::Untrimmed { field };
        let not_nfc = |field| Fault::NotNfc { field };
        let too_long = |field| Fault::TooLong { field };
        for (certificate, fault) in [
            (with(|one| one.ver = "1".into()), pattern("ver")),
            (with(|one| one.ver = "1.3.0".into()), pattern("ver")),
            (with(|one| one.ver = "9.9.9".into()), pattern("ver")),
            (with(|one| one.birth_date = "1815".into()), pattern("dob")),
            (with(|one| one.name.family = Some("Nguye\u{302}\u{303}n".into())), not_nfc("nam.fn")),
            (with(|one| one.name.family = Some("Nguyễn\u{7}A".into())), control("nam.fn")),
            (with(|one| one.name.given = Some("Thị\u{85}Nhung".into())), control("nam.gn")),
            (with(|one| one.name.given = Some("Nhung\u{3000}".into())), untrimmed("nam.gn")),
            (with(|one| one.name.given = Some("Ấ".repeat(81).into())), too_long("nam.gn")),
            (with(|one| one.name.family_std = Some("Nguyen".into())), pattern("nam.fnt")),
            (with(|one| one.name.given_std = Some("".into())), Fault::NameNotTransliterated { field: "nam.gnt" }),
            (with(|one| one.name = Name::default()), Fault::NoStandardName),
            (with(|one| one.name = Name { family_std: Some("".into()), ..Name::default() }), Fault::NoStandardName),
            (dose(|entry| entry.country = "xVx".into()), pattern("v.co")),
            (dose(|entry| entry.country = "VNM".into()), pattern("v.co")),
            (dose(|entry| entry.country = "vn".into()), pattern("v.co")),
            (dose(|entry| entry.country = "V ".into()), pattern("v.co")),
            (dose(|entry| entry.country = "".into()), pattern("v.co")),
            (dose(|entry| entry.issuer = "Bộ\nY tế".into()), control("v.is")),
            (dose(|entry| entry.issuer = " Bộ Y tế".into()), untrimmed("v.is")),
            (dose(|entry| entry.issuer = "Ấ".repeat(81).into()), too_long("v.is")),
            (dose(|entry| entry.disease = "".into()), Fault::Empty { field: "v.tg" }),
            (dose(|entry| entry.disease = "840539006 ".into()), untrimmed("v.tg")),
            (dose(|entry| entry.vaccine = "1119349007\0".into()), control("v.vp")),
            (dose(|entry| entry.product = " EU/1/20/1528".into()), untrimmed("v.mp")),
            (dose(|entry| entry.product = "M".repeat(4_097).into()), too_long("v.mp")),
            (dose(|entry| entry.manufacturer = "A\u{30a}".into()), not_nfc("v.ma")),
            (dose(|entry| entry.dose_number = 0), Fault::NotADose { field: "v.dn" }),
            (dose(|entry| entry.date = "2021-09-15T00:00:00Z".into()), Fault::NotADate { field: "v.dt" }),
            (dose(|entry| entry.id = "urn:uvci:01:VN:A".into()), pattern("v.ci")),
            (dose(|entry| entry.id = "URN:UVCI:01:VN:A ".into()), untrimmed("v.ci")),
            (tested(|entry| entry.country = "Vn".into()), pattern("t.co")),
            (tested(|entry| entry.disease = "8405\t39006".into()), control("t.tg")),
            (tested(|entry| entry.kind = "LP6464-4 ".into()), untrimmed("t.tt")),
            (tested(|entry| entry.test_name = Some("Phe\u{301}p".into())), not_nfc("t.nm")),
            (tested(|entry| entry.device = Some("1065 ".into())), untrimmed("t.ma")),
            (tested(|entry| entry.sampled = "2021-09-15 8h".into()), Fault::NotADateTime { field: "t.sc" }),
            (tested(|entry| entry.result = "2604\t15000".into()), control("t.tr")),
            (tested(|entry| entry.centre = Some("Tra\u{323}m".into())), not_nfc("t.tc")),
            (tested(|entry| entry.issuer = "Bộ\0Y tế".into()), control("t.is")),
            (recovered(|entry| entry.country = "VN1".into()), pattern("r.co")),
            (recovered(|entry| entry.disease = " 840539006".into()), untrimmed("r.tg")),
            (recovered(|entry| entry.issuer = "Bộ Y tế\u{a0}".into()), untrimmed("r.is")),
            (recovered(|entry| entry.valid_until = "2022-02-29".into()), Fault::NotADate { field: "r.du" }),
            (recovered(|entry| entry.id = "Urn:uvci:01:VN:2".into()), pattern("r.ci")),
        ] {
            let refused = certificate.encode();
            assert_eq!(refused, Err(vec![fault]), "{certificate:?}");
        }
        let several = with(|one| (one.ver, one.birth_date) = ("1".into(), "1815".into()));
        assert_eq!(several.encode(), Err(vec![pattern("ver"), pattern("dob")]));
    }
}
