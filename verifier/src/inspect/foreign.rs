//! The fields of the certificates of WHO, Switzerland and New Zealand, one to a line.

use std::fmt::Display;

use specs::ddcc::{self, Coding};
use specs::icvp::{self, Generation};
use specs::value_set::Set;
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
