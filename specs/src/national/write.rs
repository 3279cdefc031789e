//! Writing the map: keys in ascending order, which is their order as bytes.

use super::{Certificate, Error, key};
use crate::cbor::Writer;

impl Certificate {
    /// The certificate as deterministic CBOR, or the first field that cannot be.
    pub fn encode(&self) -> Result<Vec<u8>, Error> {
        let mut writer = Writer::with_capacity(256);
        self.write(&mut writer)?;
        Ok(writer.into_bytes())
    }

    /// As [`Certificate::encode`], into what is being written.
    pub(crate) fn write(&self, writer: &mut Writer) -> Result<(), Error> {
        self.check()?;
        writer.map(11).signed(key::NAME).array(4);
        writer.text(&self.name.family).text(&self.name.given).text(&self.name.family_std).text(&self.name.given_std);
        writer.signed(key::BIRTH_DATE).text(&self.birth_date.to_string());
        writer.signed(key::NATIONALITY).text(&self.nationality);
        writer.signed(key::DISEASE).text(&self.disease);
        writer.signed(key::DOSES_RECEIVED).unsigned(self.doses_received.into());
        writer.signed(key::DATE).text(&self.date.to_string());
        writer.signed(key::DOSE_NUMBER).unsigned(self.dose_number.into());
        writer.signed(key::VACCINE).text(&self.vaccine);
        writer.signed(key::PRODUCT).text(&self.product);
        writer.signed(key::MANUFACTURER).text(&self.manufacturer);
        writer.signed(key::ID).text(&self.id);
        Ok(())
    }
}
