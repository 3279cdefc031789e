//! What a certificate that came along in a VDS-NC must be (ICAO Doc 9303 part 13, VDS-NC): a leaf for sealing, below an
//! authority of the state that the seal names.

use trust_list::x509::Certificate;

/// Whether its key may seal: no authority, digital signatures, and exactly the usage of sealers.
pub(super) fn may_seal(certificate: &Certificate) -> bool {
    certificate.authority().is_none()
        && certificate.key_usage().is_none_or(|usage| usage.digital_signature)
        && certificate.is_sealer()
        && certificate.unknown_extensions().is_empty()
        && certificate.malformed_extensions().is_empty()
}

/// Whether an authority of that country (ISO 3166-1 alpha-2) is one of the state that a seal names by three letters. An
/// authority without a country is of none.
pub(super) fn is_of(country: &str, state: &str) -> bool {
    specs::value_set::alpha_2(state).is_some_and(|alpha_2| alpha_2 == country)
}
