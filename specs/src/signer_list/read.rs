//! Reading the list: deterministic CBOR, every key known, nothing missing.

use super::{Environment, Error, KeyData, LIMITS, Profiles, Purposes, SignerEntry, SignerList};
use super::{VERSION, key_kind, list_key, signer_key};
use crate::cbor::{self, Items, Reader, validate};
use crate::time::UnixTime;

pub(super) fn list(payload: &[u8]) -> Result<SignerList, Error> {
    validate(payload, &LIMITS).map_err(Error::Cbor)?;
    let mut reader = Reader::new(payload);
    let (mut version, mut issuer, mut sequence, mut issued) = (None, None, None, None);
    let (mut next_update, mut environment, mut signers) = (None, None, None);
    let (mut revocation, mut rules, mut value_sets) = (None, None, None);
    let mut items = reader.map().map_err(Error::Cbor)?;
    while reader.more(&mut items).map_err(Error::Cbor)? {
        match reader.signed().map_err(Error::Cbor)? {
            // Keys ascend, so the version is read before anything that another version may have changed.
            list_key::VERSION => match reader.unsigned().map_err(Error::Cbor)? {
                VERSION => version = Some(VERSION),
                version => return Err(Error::Version { version }),
            },
            list_key::ISSUER => issuer = Some(text(&mut reader)?),
            list_key::SEQUENCE => sequence = Some(reader.unsigned().map_err(Error::Cbor)?),
            list_key::ISSUED => issued = Some(time(&mut reader)?),
            list_key::NEXT_UPDATE => next_update = Some(time(&mut reader)?),
            list_key::ENVIRONMENT => {
                environment = Some(match reader.unsigned().map_err(Error::Cbor)? {
                    0 => Environment::Production,
                    1 => Environment::Demo,
                    _ => return Err(Error::Field { field: "environment" }),
                });
            }
            list_key::REVOCATION => revocation = Some(reader.definite_bytes().map_err(Error::Cbor)?.to_vec()),
            list_key::RULES => rules = Some(reader.definite_bytes().map_err(Error::Cbor)?.to_vec()),
            list_key::VALUE_SETS => value_sets = Some(reader.definite_bytes().map_err(Error::Cbor)?.to_vec()),
            list_key::SIGNERS => {
                let (mut items, mut all) = (reader.array().map_err(Error::Cbor)?, Vec::new());
                while reader.more(&mut items).map_err(Error::Cbor)? {
                    all.push(signer(&mut reader)?);
                }
                signers = Some(all);
            }
            key => return Err(Error::UnknownKey { key }),
        }
    }
    version.ok_or(Error::Missing { field: "version" })?;
    Ok(SignerList {
        issuer: issuer.ok_or(Error::Missing { field: "issuer" })?,
        sequence: sequence.ok_or(Error::Missing { field: "sequence" })?,
        issued: issued.ok_or(Error::Missing { field: "issued" })?,
        next_update: next_update.ok_or(Error::Missing { field: "next_update" })?,
        environment: environment.ok_or(Error::Missing { field: "environment" })?,
        signers: signers.ok_or(Error::Missing { field: "signers" })?,
        revocation,
        rules,
        value_sets,
    })
}

fn signer(reader: &mut Reader<'_>) -> Result<SignerEntry, Error> {
    let (mut kid, mut country, mut purposes, mut profiles) = (None, None, None, None);
    let (mut not_before, mut not_after, mut key, mut name, mut issuer) = (None, None, None, None, None);
    let mut items = reader.map().map_err(Error::Cbor)?;
    while reader.more(&mut items).map_err(Error::Cbor)? {
        match reader.signed().map_err(Error::Cbor)? {
            signer_key::KID => kid = Some(bytes(reader, "kid")?),
            signer_key::COUNTRY => country = Some(text(reader)?),
            signer_key::PURPOSES => {
                let set = bits(reader)?.and_then(Purposes::from_bits);
                purposes = Some(set.ok_or(Error::Field { field: "purposes" })?);
            }
            signer_key::PROFILES => {
                let set = bits(reader)?.and_then(Profiles::from_bits);
                profiles = Some(set.ok_or(Error::Field { field: "profiles" })?);
            }
            signer_key::NOT_BEFORE => not_before = Some(time(reader)?),
            signer_key::NOT_AFTER => not_after = Some(time(reader)?),
            signer_key::KEY => key = Some(key_data(reader)?),
            signer_key::NAME => name = Some(text(reader)?),
            signer_key::ISSUER => issuer = Some(text(reader)?),
            key => return Err(Error::UnknownKey { key }),
        }
    }
    Ok(SignerEntry {
        kid: kid.ok_or(Error::Missing { field: "kid" })?,
        country: country.ok_or(Error::Missing { field: "country" })?,
        purposes: purposes.ok_or(Error::Missing { field: "purposes" })?,
        profiles: profiles.ok_or(Error::Missing { field: "profiles" })?,
        not_before: not_before.ok_or(Error::Missing { field: "not_before" })?,
        not_after: not_after.ok_or(Error::Missing { field: "not_after" })?,
        key: key.ok_or(Error::Missing { field: "key" })?,
        name: name.ok_or(Error::Missing { field: "name" })?,
        issuer,
    })
}

fn key_data(reader: &mut Reader<'_>) -> Result<KeyData, Error> {
    let items = reader.array().map_err(Error::Cbor)?;
    let kind = reader.unsigned().map_err(Error::Cbor)?;
    let parts = if kind == key_kind::RSA { 3 } else { 2 };
    if items != Items::Counted(parts) {
        return Err(Error::Field { field: "key" });
    }
    Ok(match kind {
        key_kind::ED25519 => KeyData::Ed25519(bytes(reader, "key")?),
        key_kind::P256 => KeyData::P256(bytes(reader, "key")?),
        key_kind::P384 => KeyData::P384(bytes(reader, "key")?),
        key_kind::RSA => {
            let n = reader.definite_bytes().map_err(Error::Cbor)?.to_vec();
            KeyData::Rsa { n, e: reader.definite_bytes().map_err(Error::Cbor)?.to_vec() }
        }
        _ => return Err(Error::Field { field: "key" }),
    })
}

fn text(reader: &mut Reader<'_>) -> Result<String, Error> {
    reader.definite_text().map(str::to_owned).map_err(Error::Cbor)
}

fn time(reader: &mut Reader<'_>) -> Result<UnixTime, Error> {
    reader.signed().map(UnixTime).map_err(Error::Cbor)
}

fn bits(reader: &mut Reader<'_>) -> Result<Option<u8>, Error> {
    reader.unsigned().map(|bits| u8::try_from(bits).ok()).map_err(Error::Cbor)
}

fn bytes<const N: usize>(reader: &mut Reader<'_>, field: &'static str) -> Result<[u8; N], Error> {
    reader.fixed_bytes().map_err(|error| match error {
        cbor::Error::OutOfRange { .. } => Error::Field { field },
        other => Error::Cbor(other),
    })
}
