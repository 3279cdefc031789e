//! The fields of the certificates of WHO, Switzerland, New Zealand, North America and ICAO, one to a line.

use std::fmt::Display;

use specs::ddcc::{self, Coding};
use specs::icvp::{self, Generation};
use specs::shc::{self, Measured};
use specs::value_set::Set;
use specs::vds_nc::{self, Event};
use specs::{nzcp, swiss_light};

use super::fields::code;
use super::{Page, harmless};

pub(super) fn icvp(page: &mut Page, certificate: &icvp::Certificate) {
    page.section("Chứng nhận", "Certificate: WHO digital yellow card (DVC, ICVP)");
    let generation = match certificate.generation {
        Generation::Trial2024 => "trial of 2024",
        Generation::Release2025 => "release of 2025",
        Generation::Build2026 => "build of 2026",
    };
    page.field("generation", generation);
    text(page, "template", certificate.template.as_deref());
    text(page, "name", Some(&certificate.name));
    shown(page, "born", certificate.birth_date);
    text(page, "sex", certificate.sex.as_deref());
    text(page, "nationality", certificate.nationality.as_deref());
    text(page, "document", certificate.document.as_deref());
    text(page, "type of document", certificate.document_type.as_deref());
    text(page, "guardian", certificate.guardian.as_deref());
    code(page, "product", Set::IcvpProduct, &certificate.product);
    text(page, "disease", certificate.disease.as_deref());
    shown(page, "disease, SNOMED CT", certificate.target().map(icvp::Disease::snomed_ct));
    text(page, "manufacturer", certificate.manufacturer.as_deref());
    text(page, "dose", certificate.dose.as_deref());
    page.field("date", certificate.date);
    text(page, "batch", Some(&certificate.batch));
    page.field("valid from", certificate.valid_from());
    match certificate.valid_until() {
        Some(day) => page.field("valid until", day),
        None => page.field("valid until", "no end"),
    }
    text(page, "clinician", certificate.clinician.as_deref());
    text(page, "authority", certificate.issuer.as_deref());
}

pub(super) fn ddcc(page: &mut Page, certificate: &ddcc::Certificate) {
    page.section("Chứng nhận", "Certificate: WHO DDCC:VS");
    text(page, "name", Some(&certificate.name));
    shown(page, "born", certificate.birth_date);
    coded(page, "sex", certificate.sex.as_ref());
    text(page, "document", certificate.document.as_deref());
    coded(page, "disease", certificate.disease.as_ref());
    coded(page, "vaccine", Some(&certificate.vaccine));
    coded(page, "product", certificate.brand.as_ref());
    coded(page, "manufacturer", certificate.manufacturer.as_ref());
    coded(page, "holder", certificate.holder.as_ref());
    text(page, "batch", certificate.lot.as_deref());
    shown(page, "date", certificate.date);
    shown(page, "dose number", certificate.dose_number);
    shown(page, "series doses", certificate.series_doses);
    shown(page, "protects from", certificate.protects_from);
    coded(page, "country", certificate.country.as_ref());
    text(page, "centre", certificate.centre.as_deref());
    shown(page, "valid from", certificate.valid_from);
    shown(page, "valid until", certificate.valid_until);
    text(page, "identifier", certificate.id.as_deref());
}

pub(super) fn swiss_light(page: &mut Page, certificate: &swiss_light::Certificate) {
    page.section("Chứng nhận", "Certificate: Swiss light certificate");
    text(page, "schema", Some(&certificate.ver));
    let name = &certificate.name;
    for (label, part) in [
        ("family name", &name.family),
        ("given name", &name.given),
        ("family name, Latin", &name.family_std),
        ("given name, Latin", &name.given_std),
    ] {
        text(page, label, part.as_deref());
    }
    shown(page, "born", certificate.birth_date);
}

pub(super) fn nzcp(page: &mut Page, pass: &nzcp::Pass) {
    page.section("Chứng nhận", "Certificate: New Zealand COVID Pass");
    text(page, "given name", Some(&pass.given_name));
    text(page, "family name", pass.family_name.as_deref());
    page.field("born", pass.birth_date);
    text(page, "identifier", Some(&pass.id));
}

pub(super) fn card(page: &mut Page, card: &shc::Claims) {
    page.section("Chứng nhận", "Certificate: SMART Health Card");
    text(page, "revocation id", card.rid.as_deref());
    let patient = &card.bundle.patient;
    text(page, "family name", patient.family.as_deref());
    text(page, "given names", Some(&patient.given.join(" ")));
    page.field("born", patient.birth_date);
    for dose in &card.bundle.immunizations {
        page.say("dose:");
        text(page, "  vaccine", Some(&codes(&dose.vaccine)));
        page.field("  date", dose.date);
        text(page, "  lot", dose.lot.as_deref());
        text(page, "  performer", dose.performer.as_deref());
    }
    for result in &card.bundle.observations {
        page.say("laboratory result:");
        text(page, "  test", Some(&codes(&result.code)));
        page.field("  date", result.date);
        let found = result.value.as_ref().map(|value| match value {
            Measured::Codes(found) => codes(found),
            Measured::Text(text) | Measured::Quantity(text) => text.clone(),
        });
        text(page, "  result", found.as_deref());
        text(page, "  performer", result.performer.as_deref());
    }
    page.field("not read", format_args!("{} resources of other kinds", card.bundle.unread));
}

fn codes(codes: &[shc::Coding]) -> String {
    let one = |coding: &shc::Coding| match &coding.system {
        Some(system) => format!("{} of {system}", coding.code),
        None => coding.code.clone(),
    };
    codes.iter().map(one).collect::<Vec<_>>().join(", ")
}

pub(super) fn seal(page: &mut Page, seal: &vds_nc::Content) {
    page.section("Chứng nhận", "Certificate: ICAO VDS-NC");
    text(page, "identifier", Some(&seal.id));
    let person = &seal.person;
    text(page, "name", Some(&person.name));
    shown(page, "born", person.birth_date);
    text(page, "sex", person.sex.as_deref());
    text(page, "document", person.document.as_deref());
    text(page, "type of document", person.document_type.as_deref());
    text(page, "other document", person.additional.as_deref());
    match &seal.event {
        Event::Vaccinations(vaccines) => {
            for vaccine in vaccines {
                page.say("vaccine:");
                text(page, "  kind, ICD-11", Some(&vaccine.kind));
                text(page, "  product", Some(&vaccine.product));
                text(page, "  disease, ICD-11", vaccine.disease.as_deref());
                for dose in &vaccine.doses {
                    page.field("  dose", dose.number);
                    page.field("    date", dose.date);
                    text(page, "    country", Some(&dose.country));
                    text(page, "    centre", dose.centre.as_deref());
                    text(page, "    lot", dose.lot.as_deref());
                    shown(page, "    next dose", dose.next);
                }
            }
        }
        Event::Test(test) => {
            page.say("test:");
            text(page, "  kind", Some(&test.kind));
            text(page, "  result", Some(&test.result));
            page.field("  sampled", test.sampled);
            page.field("  reported", test.reported);
            text(page, "  method", test.method.as_deref());
            text(page, "  provider", Some(&test.provider));
            text(page, "  country", Some(&test.country));
        }
    }
}

fn text(page: &mut Page, name: &str, value: Option<&str>) {
    page.field(name, harmless(value.unwrap_or("-")));
}

fn shown(page: &mut Page, name: &str, value: Option<impl Display>) {
    match value {
        Some(value) => page.field(name, value),
        None => page.field(name, "-"),
    }
}

fn coded(page: &mut Page, name: &str, value: Option<&Coding>) {
    let words = value.map(|value| match &value.system {
        Some(system) => format!("{} of {system}", value.code),
        None => value.code.to_string(),
    });
    text(page, name, words.as_deref());
}
