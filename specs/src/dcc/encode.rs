//! Writing a certificate: only one that has no fault, as deterministic CBOR.

use super::{Certificate, Entry, Fault, Name, Recovery, Test, Vaccination};
use crate::SmolStr;
use crate::cbor::Writer;

impl Certificate {
    /// The certificate as CBOR, or everything that schema 1.3.3 and this system's stricter rules for issuing (the page has
    /// them) have against it. Value sets and dates are checked apart, see [`Certificate::faults`].
    pub fn encode(&self) -> Result<Vec<u8>, Vec<Fault>> {
        let mut writer = Writer::with_capacity(512);
        self.write(&mut writer)?;
        Ok(writer.into_bytes())
    }

    /// As [`Certificate::encode`], into what is being written.
    pub(crate) fn write(&self, writer: &mut Writer) -> Result<(), Vec<Fault>> {
        let faults = self.issuing_faults();
        if !faults.is_empty() {
            return Err(faults);
        }
        // Deterministic order of text keys: the shorter first, then by letter.
        writer.map(4);
        match &self.entry {
            Entry::Vaccination(entry) => vaccination(entry, writer),
            Entry::Test(entry) => test(entry, writer),
            Entry::Recovery(entry) => recovery(entry, writer),
        }
        writer.text("dob").text(&self.birth_date).text("nam");
        name(&self.name, writer);
        writer.text("ver").text(&self.ver);
        Ok(())
    }
}

fn vaccination(entry: &Vaccination, writer: &mut Writer) {
    writer.text("v").array(1).map(10);
    writer.text("ci").text(&entry.id);
    writer.text("co").text(&entry.country);
    writer.text("dn").unsigned(entry.dose_number.into());
    writer.text("dt").text(&entry.date);
    writer.text("is").text(&entry.issuer);
    writer.text("ma").text(&entry.manufacturer);
    writer.text("mp").text(&entry.product);
    writer.text("sd").unsigned(entry.series_doses.into());
    writer.text("tg").text(&entry.disease);
    writer.text("vp").text(&entry.vaccine);
}

fn test(entry: &Test, writer: &mut Writer) {
    let optional = [&entry.device, &entry.test_name, &entry.centre];
    writer.text("t").array(1).map(7 + optional.iter().filter(|field| field.is_some()).count());
    writer.text("ci").text(&entry.id);
    writer.text("co").text(&entry.country);
    writer.text("is").text(&entry.issuer);
    maybe("ma", &entry.device, writer);
    maybe("nm", &entry.test_name, writer);
    writer.text("sc").text(&entry.sampled);
    maybe("tc", &entry.centre, writer);
    writer.text("tg").text(&entry.disease);
    writer.text("tr").text(&entry.result);
    writer.text("tt").text(&entry.kind);
}

fn recovery(entry: &Recovery, writer: &mut Writer) {
    writer.text("r").array(1).map(7);
    writer.text("ci").text(&entry.id);
    writer.text("co").text(&entry.country);
    writer.text("df").text(&entry.valid_from);
    writer.text("du").text(&entry.valid_until);
    writer.text("fr").text(&entry.first_positive);
    writer.text("is").text(&entry.issuer);
    writer.text("tg").text(&entry.disease);
}

fn name(name: &Name, writer: &mut Writer) {
    let fields = [&name.family, &name.given, &name.family_std, &name.given_std];
    writer.map(fields.iter().filter(|field| field.is_some()).count());
    maybe("fn", &name.family, writer);
    maybe("gn", &name.given, writer);
    maybe("fnt", &name.family_std, writer);
    maybe("gnt", &name.given_std, writer);
}

fn maybe(key: &str, field: &Option<SmolStr>, writer: &mut Writer) {
    if let Some(text) = field {
        writer.text(key).text(text);
    }
}
