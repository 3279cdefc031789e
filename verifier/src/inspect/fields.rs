//! The certificate proper, field by field, codes with the words of their value sets.

use specs::dcc::{self, Entry};
use specs::language::Language;
use specs::national;
use specs::value_set::{Set, ValueSets};

use super::Page;
use super::diagnostic::harmless;

pub(super) fn eu_dcc(page: &mut Page, certificate: &dcc::Certificate) {
    page.section("Chứng nhận", "Certificate: EU Digital COVID Certificate");
    let text = |page: &mut Page, name: &str, value: &str| page.field(name, harmless(value));
    text(page, "schema", &certificate.ver);
    let name = &certificate.name;
    for (label, part) in [
        ("family name", &name.family),
        ("given name", &name.given),
        ("family name, Latin", &name.family_std),
        ("given name, Latin", &name.given_std),
    ] {
        text(page, label, part.as_deref().unwrap_or("-"));
    }
    text(page, "born", &certificate.birth_date);
    match &certificate.entry {
        Entry::Vaccination(entry) => {
            text(page, "event", "vaccination");
            code(page, "disease", Set::Disease, &entry.disease);
            code(page, "vaccine", Set::VaccineType, &entry.vaccine);
            code(page, "product", Set::VaccineProduct, &entry.product);
            code(page, "manufacturer", Set::VaccineHolder, &entry.manufacturer);
            page.field("dose", format_args!("{} of {}", entry.dose_number, entry.series_doses));
            text(page, "date", &entry.date);
        }
        Entry::Test(entry) => {
            text(page, "event", "test");
            code(page, "disease", Set::Disease, &entry.disease);
            code(page, "kind of test", Set::TestType, &entry.kind);
            text(page, "name of test", entry.test_name.as_deref().unwrap_or("-"));
            match &entry.device {
                Some(device) => code(page, "device", Set::TestDevice, device),
                None => text(page, "device", "-"),
            }
            text(page, "sampled", &entry.sampled);
            code(page, "result", Set::TestResult, &entry.result);
            text(page, "centre", entry.centre.as_deref().unwrap_or("-"));
        }
        Entry::Recovery(entry) => {
            text(page, "event", "recovery");
            code(page, "disease", Set::Disease, &entry.disease);
            text(page, "first positive", &entry.first_positive);
            text(page, "valid from", &entry.valid_from);
            text(page, "valid until", &entry.valid_until);
        }
    }
    code(page, "country", Set::Country, certificate.entry.country());
    text(page, "authority", certificate.entry.issuer());
    text(page, "identifier", certificate.entry.id());
    page.section("Lỗi nội dung", "Faults of the content (dates not judged)");
    let mut faults = certificate.structure_faults();
    faults.extend(certificate.value_set_faults(ValueSets::bundled()));
    if faults.is_empty() {
        page.say("none");
    }
    for fault in faults {
        page.say(fault);
    }
}

pub(super) fn national(page: &mut Page, certificate: &national::Certificate) {
    page.section("Chứng nhận", "Certificate: national certificate (Decision 5772/QĐ-BYT)");
    let text = |page: &mut Page, name: &str, value: &str| page.field(name, harmless(value));
    text(page, "1 name", &certificate.name.full());
    text(page, "  family, Latin", &certificate.name.family_std);
    text(page, "  given, Latin", &certificate.name.given_std);
    page.field("2 born", certificate.birth_date);
    code(page, "3 nationality", Set::Country, &certificate.nationality);
    code(page, "4 disease", Set::Disease, &certificate.disease);
    page.field("5 doses received", certificate.doses_received);
    page.field("6 date", certificate.date);
    page.field("7 dose number", certificate.dose_number);
    code(page, "8 vaccine", Set::VaccineType, &certificate.vaccine);
    code(page, "9 product", Set::VaccineProduct, &certificate.product);
    code(page, "10 manufacturer", Set::VaccineHolder, &certificate.manufacturer);
    text(page, "11 code", &certificate.id);
}

pub(super) fn code(page: &mut Page, name: &str, set: Set, code: &str) {
    let sets = ValueSets::bundled();
    let words = match (sets.display(set, code, Language::Vi), sets.display(set, code, Language::En)) {
        (Some(vietnamese), Some(english)) if vietnamese != english => format!("{vietnamese} / {english}"),
        (_, Some(english)) => english.to_owned(),
        _ => "in no value set".to_owned(),
    };
    page.field(name, format_args!("{} = {words}", harmless(code)));
}
