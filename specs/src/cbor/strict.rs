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
/// Maps up to this size compare every key with every other where they do not ascend; in larger ones the keys are sorted.
const SMALL_MAP: usize = 24;
/// The keys of all open maps that are kept at once; where there are more, they are sorted too.
const MAX_KEPT: usize = 48;

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
    // Places of keys are kept in 32 bits.
    let limit = limits.max_bytes.min(u32::MAX as usize);
    if bytes.len() > limit {
        return Err(Error::TooLong { length: bytes.len(), limit });
    }
    let mut pass = Pass {
        bytes,
        at: 0,
        limits,
        depth_left: limits.max_depth.min(MAX_DEPTH),
        items_left: limits.max_items,
        keys: [Key::default(); MAX_KEPT],
        kept: 0,
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
    keys: [Key; MAX_KEPT],
    kept: usize,
    /// No encoding met so far is other than the deterministic one.
    deterministic: bool,
}

impl<'a> Pass<'a> {
    #[inline]
    fn item(&mut self) -> Result<(), Error> {
        if self.small_item() { Ok(()) } else { self.any_item() }
    }

    /// Most items are an integer in one byte or a short text of ASCII: those are done with here, and of any other item
    /// nothing is taken.
    #[inline]
    fn small_item(&mut self) -> bool {
        let Some((&initial, rest)) = self.bytes.get(self.at..).and_then(<[u8]>::split_first) else { return false };
        let length = match initial {
            0x00..=0x17 | 0x20..=0x37 => 0,
            0x60..=0x77 => usize::from(initial & 0x1f),
            _ => return false,
        };
        let found = self.items_left > 0 && rest.get(..length).is_some_and(is_ascii);
        if found {
            self.items_left -= 1;
            self.at += 1 + length;
        }
        found
    }

    fn any_item(&mut self) -> Result<(), Error> {
        let start = self.at;
        let (major, info) = self.initial()?;
        if info == 31 {
            return self.indefinite(start, major);
        }
        let argument = self.argument(start, major, info)?;
        self.rest(start, major, info, argument)
    }

    /// A map key, and whether its encoding is the only one that its value may have had: the deterministic one.
    #[inline]
    fn key(&mut self) -> Result<bool, Error> {
        if self.small_item() {
            return Ok(true);
        }
        let start = self.at;
        let (major, info) = self.initial()?;
        if info == 31 {
            return self.indefinite(start, major).map(|()| false);
        }
        let argument = self.argument(start, major, info)?;
        self.rest(start, major, info, argument)?;
        let shortest = info < 24 || argument >= SHORTEST[usize::from(info & 3)];
        Ok(shortest && major < 4 || self.deterministic)
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
        let argument = long_argument(self.bytes, self.at, info).ok_or(Error::Truncated { at: self.bytes.len() })?;
        self.at += 1 << (info & 3);
        if major != 7 && argument < SHORTEST[usize::from(info & 3)] {
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
        if is_utf8(content) { Ok(content) } else { Err(Error::NotUtf8 { at: start }) }
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
        let (first_key, first_pair) = (self.kept, self.at);
        // Keys in their deterministic encodings are equal where their bytes are, so that such keys that ascend are all
        // different: nothing needs to be compared.
        let (mut deterministic, mut ascending, mut all_kept) = (true, true, true);
        let mut before: Option<Key> = None;
        let room = MAX_KEPT.min(first_key + SMALL_MAP);
        let mut left = count;
        loop {
            match &mut left {
                Some(0) => break,
                Some(left) => *left -= 1,
                None if self.take_break() => break,
                None => {}
            }
            let at = self.at;
            deterministic &= self.key()?;
            let key = Key::of(self.bytes, at..self.at);
            match before.map_or(Ordering::Less, |before| before.order(&key, self.bytes)) {
                Ordering::Less => {}
                Ordering::Equal => return Err(Error::DuplicateKey { at }),
                Ordering::Greater if self.limits.sorted => return Err(Error::KeyOrder { at }),
                Ordering::Greater => (self.deterministic, ascending) = (false, false),
            }
            before = Some(key);
            if !ascending {
                let mut kept = self.keys[first_key..self.kept].iter();
                if kept.any(|other| other.order(&key, self.bytes).is_eq()) {
                    return Err(Error::DuplicateKey { at });
                }
            }
            if let Some(place) = self.keys[..room].get_mut(self.kept) {
                *place = key;
                self.kept += 1;
            } else {
                all_kept = false;
            }
            self.item()?;
        }
        self.kept = first_key;
        if !(deterministic && (ascending || all_kept)) {
            refuse_equal_keys(self.bytes, first_pair..self.at, count.is_some())?;
        }
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

/// From which number on each width of an argument is the shortest.
const SHORTEST: [u64; 4] = [24, 1 << 8, 1 << 16, 1 << 32];

/// The argument behind an initial byte of additional information 24 to 27.
#[inline]
pub(super) fn long_argument(bytes: &[u8], at: usize, info: u8) -> Option<u64> {
    let rest = bytes.get(at..)?;
    Some(match info {
        24 => u64::from(*rest.first()?),
        25 => u64::from(u16::from_be_bytes(*rest.first_chunk()?)),
        26 => u64::from(u32::from_be_bytes(*rest.first_chunk()?)),
        _ => u64::from_be_bytes(*rest.first_chunk()?),
    })
}

/// Most texts are short and ASCII, which is known sooner.
#[inline]
fn is_utf8(content: &[u8]) -> bool {
    is_ascii(content) || std::str::from_utf8(content).is_ok()
}

/// For the few bytes of most texts, quicker than the library's.
#[inline]
fn is_ascii(content: &[u8]) -> bool {
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let Some(last) = content.last_chunk::<8>() else { return content.iter().fold(0, |all, byte| all | byte) < 0x80 };
    let (words, _) = content.as_chunks::<8>();
    words.iter().fold(u64::from_ne_bytes(*last), |all, word| all | u64::from_ne_bytes(*word)) & HIGH == 0
}

/// An encoded map key: where it is, and its first eight bytes, in which most keys differ. No encoding is the beginning of
/// another, so that two of at most eight bytes are equal where these numbers are.
#[derive(Clone, Copy, Default)]
struct Key {
    first: u64,
    start: u32,
    end: u32,
}

impl Key {
    #[inline]
    fn of(bytes: &[u8], place: Range<usize>) -> Key {
        let first = match bytes[place.start..].first_chunk::<8>() {
            Some(eight) => u64::from_be_bytes(*eight),
            None => bytes[place.start..].iter().rev().fold(0, |number, byte| number >> 8 | u64::from(*byte) << 56),
        };
        let beyond = 64 - 8 * place.len().clamp(1, 8) as u32;
        // [`examine`] refuses what 32 bits do not count.
        Key { first: first >> beyond << beyond, start: place.start as u32, end: place.end as u32 }
    }

    /// The order of the two encodings.
    #[inline]
    fn order(&self, other: &Key, bytes: &[u8]) -> Ordering {
        let long = |key: &Key| key.end - key.start > 8;
        match self.first.cmp(&other.first) {
            Ordering::Equal if long(self) || long(other) => self.encoded(bytes).cmp(other.encoded(bytes)),
            order => order,
        }
    }

    fn encoded<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        &bytes[self.start as usize..self.end as usize]
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
