//! Writing the list: keys in ascending order, which is their order as bytes.

use super::{Environment, KeyData, SignerEntry, SignerList, VERSION, key_kind, list_key, signer_key};
use crate::cbor::Writer;

pub(super) fn list(list: &SignerList) -> Vec<u8> {
    let mut writer = Writer::with_capacity(128 + 160 * list.signers.len());
    let parts = [
        (list_key::REVOCATION, &list.revocation),
        (list_key::RULES, &list.rules),
        (list_key::VALUE_SETS, &list.value_sets),
    ];
    writer.map(7 + parts.iter().filter(|(_, part)| part.is_some()).count());
    writer.signed(list_key::VERSION).unsigned(VERSION);
    writer.signed(list_key::ISSUER).text(&list.issuer);
    writer.signed(list_key::SEQUENCE).unsigned(list.sequence);
    writer.signed(list_key::ISSUED).signed(list.issued.0);
    writer.signed(list_key::NEXT_UPDATE).signed(list.next_update.0);
    writer.signed(list_key::ENVIRONMENT).unsigned(match list.environment {
        Environment::Production => 0,
        Environment::Demo => 1,
    });
    writer.signed(list_key::SIGNERS).array(list.signers.len());
    for entry in &list.signers {
        signer(entry, &mut writer);
    }
    for (key, part) in parts {
        if let Some(bytes) = part {
            writer.signed(key).bytes(bytes);
        }
    }
    writer.into_bytes()
}

fn signer(entry: &SignerEntry, writer: &mut Writer) {
    writer.map(8 + usize::from(entry.issuer.is_some()));
    writer.signed(signer_key::KID).bytes(&entry.kid);
    writer.signed(signer_key::COUNTRY).text(&entry.country);
    writer.signed(signer_key::PURPOSES).unsigned(entry.purposes.bits().into());
    writer.signed(signer_key::PROFILES).unsigned(entry.profiles.bits().into());
    writer.signed(signer_key::NOT_BEFORE).signed(entry.not_before.0);
    writer.signed(signer_key::NOT_AFTER).signed(entry.not_after.0);
    writer.signed(signer_key::KEY);
    match &entry.key {
        KeyData::Ed25519(key) => writer.array(2).unsigned(key_kind::ED25519).bytes(key),
        KeyData::P256(point) => writer.array(2).unsigned(key_kind::P256).bytes(point),
        KeyData::P384(point) => writer.array(2).unsigned(key_kind::P384).bytes(point),
        KeyData::Rsa { n, e } => writer.array(3).unsigned(key_kind::RSA).bytes(n).bytes(e),
    };
    writer.signed(signer_key::NAME).text(&entry.name);
    if let Some(issuer) = &entry.issuer {
        writer.signed(signer_key::ISSUER).text(issuer);
    }
}
