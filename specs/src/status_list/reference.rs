//! Where the status of a certificate is to be looked up, as the certificate itself says it, under its signature.

use crate::cbor::{self, Items, Kind, Reader, Writer};

/// The `status` claim of draft-ietf-oauth-status-list section 6.3.
pub(crate) const STATUS_CLAIM: i64 = 65_535;
/// The short form of our profile, from the range for private use (RFC 8392 section 9.1).
pub(crate) const SHORT_CLAIM: i64 = -65_537;

/// A place in a status list.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Reference {
    /// Claim -65537, `[list, index]`: an entry of one of our lists, whose URI the profile fixes ([`super::uri`]). At most
    /// 16 bytes, where the standard claim has 45 and more.
    Ours {
        /// Number of the list.
        list: u64,
        /// Index in it.
        index: u64,
    },
    /// Claim 65535, `{"status_list": {"idx", "uri"}}`: an entry of anybody's list.
    Named {
        /// Where the list is published.
        uri: String,
        /// Index in it.
        index: u64,
    },
    /// Claim 65535 with nothing but mechanisms that are not known here: its status can be had, but not by us.
    Unknown,
}

impl Reference {
    /// Reads the value of claim 65535; `None` where it is not what the draft says.
    pub(crate) fn read_standard(reader: &mut Reader<'_>) -> Option<Reference> {
        let (mut found, mut members) = (Reference::Unknown, 0);
        let mut items = reader.map().ok()?;
        while reader.more(&mut items).ok()? {
            members += 1;
            match &*reader.text().ok()? {
                "status_list" => found = info(reader)?,
                _ => reader.skip().ok()?,
            }
        }
        (members > 0).then_some(found)
    }

    /// Reads the value of claim -65537; `None` where it is not two numbers.
    pub(crate) fn read_short(reader: &mut Reader<'_>) -> Option<Reference> {
        if reader.kind().ok()? != Kind::Array || reader.array().ok()? != Items::Counted(2) {
            return None;
        }
        Some(Reference::Ours { list: reader.unsigned().ok()?, index: reader.unsigned().ok()? })
    }

    /// The number of its claim.
    pub(crate) fn claim(&self) -> i64 {
        if matches!(self, Reference::Ours { .. }) { SHORT_CLAIM } else { STATUS_CLAIM }
    }

    /// Writes the value of its claim. [`Reference::Unknown`] has none that would say anything.
    pub(crate) fn write(&self, writer: &mut Writer) -> Result<(), cbor::Error> {
        match self {
            Reference::Ours { list, index } => writer.array(2).unsigned(*list).unsigned(*index),
            Reference::Named { uri, index } => {
                writer.map(1).text("status_list").map(2).text("idx").unsigned(*index).text("uri").text(uri)
            }
            Reference::Unknown => return Err(cbor::Error::WrongType { at: 0, expected: "a status list" }),
        };
        Ok(())
    }
}

fn info(reader: &mut Reader<'_>) -> Option<Reference> {
    let (mut index, mut uri) = (None, None);
    let mut items = reader.map().ok()?;
    while reader.more(&mut items).ok()? {
        match &*reader.text().ok()? {
            "idx" => index = Some(reader.unsigned().ok()?),
            "uri" => uri = Some(reader.text().ok()?.into_owned()),
            _ => reader.skip().ok()?,
        }
    }
    Some(Reference::Named { uri: uri?, index: index? })
}
