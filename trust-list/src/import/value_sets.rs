//! Value sets as the EU publishes them: a file with one set, or an array of sets. Each set is refused on its own.
//!
//! Only the eight sets of certificates and rules are taken; their codes are not compared with ours, as a newer set is there to
//! say something else. A set that is dated after today is refused: no later one could take its place.

use specs::json::Value;
use specs::time::{Date, UnixTime};
use specs::value_set::published::Published;

use super::{cut, document, text};
use crate::Error;

/// What was found in a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Imported {
    /// Sets that can be carried, in the order of the file.
    pub sets: Vec<Published>,
    /// What a set that cannot calls itself, and why. The names are foreign text of at most 200 bytes.
    pub refused: Vec<(String, Error)>,
}

/// Reads a file of value sets.
///
/// # Errors
/// [`Error::SourceJson`] where the whole cannot be read. Of a set: [`Error::ValueSetsMalformed`], [`Error::EntryForm`].
pub fn read(bytes: &[u8], at: UnixTime) -> Result<Imported, Error> {
    let whole = document(bytes)?;
    let mut imported = Imported::default();
    let mut take = |written| match set(written, at) {
        Ok(set) => imported.sets.push(set),
        Err(error) => {
            imported.refused.push((cut(text(written, "valueSetId").unwrap_or("no identifier")).to_owned(), error));
        }
    };
    match whole.value().as_array() {
        Some(sets) => sets.for_each(take),
        None => take(whole.value()),
    }
    Ok(imported)
}

fn set(written: Value<'_>, at: UnixTime) -> Result<Published, Error> {
    let set = Published::of(written).map_err(Error::ValueSetsMalformed)?;
    // Somewhere on Earth it is tomorrow.
    if set.date() > Date::at_utc(at.plus_days(1)) {
        return Err(Error::EntryForm { detail: "it is dated after today" });
    }
    Ok(set)
}
