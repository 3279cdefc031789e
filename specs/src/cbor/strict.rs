//! The one pass over foreign bytes that everything else relies on.
//!
//! Nothing is allocated because a length says so, and the work grows with the bytes, not with what they claim. Depth is
//! bounded before anything recurses, tags included: nested tags alone have brought CBOR parsers down (RUSTSEC-2019-0025).

use super::float::{Shortest, half_to_double, shortest};
use super::value::read;
use super::{Error, Limits, Reader, encode};
use std::cmp::Ordering;
use std::ops::Range;

/// No limit goes deeper than this, so that recursion stays within any stack.
pub(super) const MAX_DEPTH: usize = 64;
/// Maps up to this size compare every key with every other; in larger ones the keys are sorted.
const SMALL_MAP: usize = 24;

/// What [`examine`] found out about bytes that it let pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form {
    /// The bytes are the deterministic encoding of RFC 8949 section 4.2.1: [`Limits::OURS`] would let them pass too, where
    /// they passed [`Limits::FOREIGN`].
    pub deterministic: bool,
}

/// Checks that the bytes are exactly one well-formed CBOR item within the limits: no key twice in a map (compared by
/// value, so 1 as `01` and as `1801` are the same), no byte after the end, no length that lies.
pub fn validate(bytes: &[u8], limits: &Limits) -> Result<(), Error> {
    examine(bytes, limits).map(drop)
}

/// Like [`validate`], and tells whether the encoding is the deterministic one, so that bytes which may be anybody's are
/// walked over once only.
pub fn examine(bytes: &[u8], limits: &Limits) -> Result<Form, Error> {
    if bytes.len() > limits.max_bytes {
        return Err(Error::TooLong { length: bytes.len(), limit: limits.max_bytes });
    }
    let mut pass = Pass {
        bytes,
        at: 0,
        limits,
        depth_left: limits.max_depth.min(MAX_DEPTH),
        items_left: limits.max_items,
        keys: Vec::new(),
        deterministic: true,
    };
    pass.item()?;
    if pass.at < bytes.len() {
        return Err(Error::TrailingBytes { at: pass.at });
    }
    Ok(Form { deterministic: pass.deterministic })
}

struct Pass<'a> {
    bytes: &'a [u8],
    at: usize,
    limits: &'a Limits,
    depth_left: usize,
    items_left: usize,
    /// The keys of all open maps, the innermost map's last.
    keys: Vec<Key<'a>>,
    /// No encoding met so far is other than the deterministic one.
    deterministic: bool,
}

impl<'a> Pass<'a> {
    fn item(&mut self) -> Result<(), Error> {
        let start = self.at;
        let (major, info) = self.initial()?;
        if info == 31 {
            return self.indefinite(start, major);
        }
        let argument = self.argument(start, major, info)?;
        self.rest(start, major, info, argument)
    }

    /// A map key: `None` where it is neither an integer nor a string of definite length.
    fn key(&mut self) -> Result<Option<Key<'a>>, Error> {
        let start = self.at;
        let (major, info) = self.initial()?;
        if info == 31 {
            return self.indefinite(start, major).map(|()| None);
        }
        let argument = self.argument(start, major, info)?;
        match major {
            0 | 1 => Ok(Some(Key { kind: major, start: argument, content: &[] })),
            2 | 3 => {
                let content = if major == 3 { self.text(start, argument)? } else { self.string(start, argument)? };
                let first = content.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
                Ok(Some(Key { kind: major, start: first, content }))
            }
            _ => self.rest(start, major, info, argument).map(|()| None),
        }
    }

    /// What follows a head of definite length.
    #[inline]
    fn rest(&mut self, start: usize, major: u8, info: u8, argument: u64) -> Result<(), Error> {
        match major {
            0 | 1 => Ok(()),
            2 => self.string(start, argument).map(drop),
            3 => self.text(start, argument).map(drop),
            4 => self.array(start, argument),
            5 => self.map(start, Some(argument)),
            6 => {
                self.enter(start)?;
                self.item()?;
                self.leave();
                Ok(())
            }
            _ => self.simple(start, info, argument),
        }
    }

    /// The first byte of the next item: its major type and additional information.
    #[inline]
    fn initial(&mut self) -> Result<(u8, u8), Error> {
        let at = self.at;
        self.items_left = self.items_left.checked_sub(1).ok_or(Error::TooManyItems { at })?;
        let initial = *self.bytes.get(at).ok_or(Error::Truncated { at })?;
        self.at += 1;
        Ok((initial >> 5, initial & 0x1f))
    }

    /// The number in or after the initial byte.
    #[inline]
    fn argument(&mut self, start: usize, major: u8, info: u8) -> Result<u64, Error> {
        if info < 24 {
            return Ok(u64::from(info));
        }
        if info > 27 {
            return Err(Error::ReservedInfo { at: start });
        }
        let width = 1 << (info - 24);
        let end = self.at + width;
        let bytes = self.bytes.get(self.at..end).ok_or(Error::Truncated { at: self.bytes.len() })?;
        self.at = end;
        let argument = bytes.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        if major != 7 && argument < [24, 1 << 8, 1 << 16, 1 << 32][usize::from(info - 24)] {
            if self.limits.shortest {
                return Err(Error::NotShortest { at: start });
            }
            self.deterministic = false;
        }
        Ok(argument)
    }

    #[inline]
    fn string(&mut self, start: usize, length: u64) -> Result<&'a [u8], Error> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let length = usize::try_from(length).map_err(|_| Error::LengthLies { at: start })?;
        let content = rest.get(..length).ok_or(Error::LengthLies { at: start })?;
        self.at += length;
        Ok(content)
    }

    #[inline]
    fn text(&mut self, start: usize, length: u64) -> Result<&'a [u8], Error> {
        let content = self.string(start, length)?;
        // Most texts are short and ASCII, which is known sooner.
        if content.is_ascii() || std::str::from_utf8(content).is_ok() {
            Ok(content)
        } else {
            Err(Error::NotUtf8 { at: start })
        }
    }

    fn array(&mut self, start: usize, count: u64) -> Result<(), Error> {
        self.enter(start)?;
        self.promise(start, count)?;
        for _ in 0..count {
            self.item()?;
        }
        self.leave();
        Ok(())
    }

    fn map(&mut self, start: usize, count: Option<u64>) -> Result<(), Error> {
        self.enter(start)?;
        if let Some(count) = count {
            self.promise(start, count.checked_mul(2).ok_or(Error::LengthLies { at: start })?)?;
        }
        let first_key = self.keys.len();
        let first_pair = self.at;
        let mut all_compared = true;
        // Keys that ascend in their deterministic encoding are all different: nothing needs to be compared by value.
        let mut ascending = true;
        let mut before: Option<(&[u8], Option<Key<'_>>)> = None;
        let mut left = count;
        loop {
            match &mut left {
                Some(0) => break,
                Some(left) => *left -= 1,
                None if self.take_break() => break,
                None => {}
            }
            let at = self.at;
            let key = self.key()?;
            let encoded = &self.bytes[at..self.at];
            let order = match (before, key) {
                (None, _) => Ordering::Less,
                // In the deterministic encoding the order of the bytes is that of kind, number or length, and content.
                (Some((_, Some(before))), Some(key)) if self.deterministic => before.order(&key),
                (Some((before, _)), _) => before.cmp(encoded),
            };
            match order {
                Ordering::Less => {}
                Ordering::Equal => return Err(Error::DuplicateKey { at }),
                Ordering::Greater if self.limits.sorted => return Err(Error::KeyOrder { at }),
                Ordering::Greater => self.deterministic = false,
            }
            before = Some((encoded, key));
            ascending &= self.deterministic;
            match key {
                Some(key) if self.keys.len() - first_key < SMALL_MAP => {
                    if !ascending && self.keys[first_key..].contains(&key) {
                        return Err(Error::DuplicateKey { at });
                    }
                    if self.keys.capacity() == 0 {
                        self.keys.reserve(SMALL_MAP);
                    }
                    self.keys.push(key);
                }
                _ => all_compared = false,
            }
            self.item()?;
        }
        all_compared |= ascending;
        if !all_compared {
            refuse_equal_keys(self.bytes, first_pair..self.at, count.is_some())?;
        }
        self.keys.truncate(first_key);
        self.leave();
        Ok(())
    }

    fn indefinite(&mut self, start: usize, major: u8) -> Result<(), Error> {
        self.deterministic = false;
        match major {
            2..=5 if !self.limits.indefinite => Err(Error::Indefinite { at: start }),
            2 | 3 => {
                while !self.take_break() {
                    self.chunk(major)?;
                }
                Ok(())
            }
            4 => {
                self.enter(start)?;
                while !self.take_break() {
                    self.item()?;
                }
                self.leave();
                Ok(())
            }
            5 => self.map(start, None),
            7 => Err(Error::UnexpectedBreak { at: start }),
            _ => Err(Error::ReservedInfo { at: start }),
        }
    }

    fn chunk(&mut self, major: u8) -> Result<(), Error> {
        let start = self.at;
        self.items_left = self.items_left.checked_sub(1).ok_or(Error::TooManyItems { at: start })?;
        let initial = *self.bytes.get(start).ok_or(Error::Truncated { at: start })?;
        self.at += 1;
        if initial >> 5 != major || initial & 0x1f == 31 {
            return Err(Error::BadChunk { at: start });
        }
        let length = self.argument(start, major, initial & 0x1f)?;
        if major == 3 { self.text(start, length).map(drop) } else { self.string(start, length).map(drop) }
    }

    fn simple(&mut self, start: usize, info: u8, argument: u64) -> Result<(), Error> {
        if info == 24 && argument < 32 {
            return Err(Error::ReservedSimple { at: start });
        }
        let shortest = match info {
            25 => shortest(half_to_double(argument as u16)) == Shortest::Half(argument as u16),
            26 => shortest(f64::from(f32::from_bits(argument as u32))) == Shortest::Single(argument as u32),
            27 => shortest(f64::from_bits(argument)) == Shortest::Double(argument),
            _ => true,
        };
        if !shortest && self.limits.shortest {
            return Err(Error::NotShortest { at: start });
        }
        self.deterministic &= shortest;
        Ok(())
    }

    fn take_break(&mut self) -> bool {
        let found = self.bytes.get(self.at) == Some(&0xff);
        self.at += usize::from(found);
        found
    }

    /// Every item has at least one byte, so a count above the bytes that are left is a lie.
    fn promise(&self, start: usize, items: u64) -> Result<(), Error> {
        let left = self.bytes.len() - self.at;
        if items > left as u64 { Err(Error::LengthLies { at: start }) } else { Ok(()) }
    }

    fn enter(&mut self, start: usize) -> Result<(), Error> {
        self.depth_left = self.depth_left.checked_sub(1).ok_or(Error::TooDeep { at: start })?;
        Ok(())
    }

    fn leave(&mut self) {
        self.depth_left += 1;
    }
}

/// A map key that is an integer or a string, in a form that compares by value whatever its head.
#[derive(Clone, Copy)]
struct Key<'a> {
    /// The major type.
    kind: u8,
    /// The integer, or the first eight bytes of the content, in which most keys differ.
    start: u64,
    content: &'a [u8],
}

impl Key<'_> {
    /// The order of the two deterministic encodings.
    #[inline]
    fn order(&self, other: &Key<'_>) -> Ordering {
        let kinds = self.kind.cmp(&other.kind).then(self.content.len().cmp(&other.content.len()));
        let starts = kinds.then(self.start.cmp(&other.start));
        if starts.is_eq() && self.content.len() > 8 { self.content.cmp(other.content) } else { starts }
    }
}

impl PartialEq for Key<'_> {
    fn eq(&self, other: &Key<'_>) -> bool {
        self.start == other.start
            && self.kind == other.kind
            && self.content.len() == other.content.len()
            && (self.content.len() <= 8 || self.content == other.content)
    }
}

/// Compares all keys of a map by their deterministic encodings: for large maps, and for keys that are not plain. The
/// pairs lie in that part of the bytes and have passed; where there is no count, a break follows them there.
#[cold]
fn refuse_equal_keys(bytes: &[u8], pairs: Range<usize>, counted: bool) -> Result<(), Error> {
    let pairs_only = &bytes[pairs.start..pairs.end - usize::from(!counted)];
    let mut reader = Reader::new(pairs_only);
    let mut keys = Vec::new();
    while reader.position() < pairs_only.len() {
        let at = pairs.start + reader.position();
        keys.push((encode(&read(&mut reader)?), at));
        reader.skip()?;
    }
    keys.sort();
    match keys.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        Some(pair) => Err(Error::DuplicateKey { at: pair[1].1 }),
        None => Ok(()),
    }
}
