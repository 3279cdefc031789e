//! The one pass over foreign bytes that everything else relies on.
//!
//! Nothing is allocated because a length says so, and the work grows with the bytes, not with what they claim. Depth is
//! bounded before anything recurses, tags included: nested tags alone have brought CBOR parsers down (RUSTSEC-2019-0025).

use super::float::{Shortest, half_to_double, shortest};
use super::value::read;
use super::{Error, Limits, Reader, encode};
use std::borrow::Cow;

/// No limit goes deeper than this, so that recursion stays within any stack.
pub(super) const MAX_DEPTH: usize = 64;
/// Maps up to this size compare every key with every other; larger ones are sorted.
const SMALL_MAP: usize = 24;

/// Checks that the bytes are exactly one well-formed CBOR item within the limits: no key twice in a map (compared by
/// value, so 1 as `01` and as `1801` are the same), no byte after the end, no length that lies.
pub fn validate(bytes: &[u8], limits: &Limits) -> Result<(), Error> {
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
    };
    pass.item()?;
    if pass.at < bytes.len() {
        return Err(Error::TrailingBytes { at: pass.at });
    }
    Ok(())
}

struct Pass<'a> {
    bytes: &'a [u8],
    at: usize,
    limits: &'a Limits,
    depth_left: usize,
    items_left: usize,
    /// The keys of all open maps, the innermost map's last.
    keys: Vec<Key<'a>>,
}

impl<'a> Pass<'a> {
    fn item(&mut self) -> Result<(), Error> {
        let start = self.at;
        self.items_left = self.items_left.checked_sub(1).ok_or(Error::TooManyItems { at: start })?;
        let initial = *self.bytes.get(start).ok_or(Error::Truncated { at: start })?;
        self.at += 1;
        let (major, info) = (initial >> 5, initial & 0x1f);
        if info == 31 {
            return self.indefinite(start, major);
        }
        let argument = self.argument(start, major, info)?;
        match major {
            0 | 1 => Ok(()),
            2 => self.string(start, argument).map(drop),
            3 => self.text(start, argument),
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

    /// The number in or after the initial byte.
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
        if self.limits.shortest && major != 7 && argument < [24, 1 << 8, 1 << 16, 1 << 32][usize::from(info - 24)] {
            return Err(Error::NotShortest { at: start });
        }
        Ok(argument)
    }

    fn string(&mut self, start: usize, length: u64) -> Result<&'a [u8], Error> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let length = usize::try_from(length).map_err(|_| Error::LengthLies { at: start })?;
        let content = rest.get(..length).ok_or(Error::LengthLies { at: start })?;
        self.at += length;
        Ok(content)
    }

    fn text(&mut self, start: usize, length: u64) -> Result<(), Error> {
        let content = self.string(start, length)?;
        std::str::from_utf8(content).map(drop).map_err(|_| Error::NotUtf8 { at: start })
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
        // Where the encoding is deterministic, equal keys are equal bytes and stand side by side.
        let by_bytes = self.limits.sorted && self.limits.shortest && !self.limits.indefinite;
        let first_key = self.keys.len();
        let mut before: Option<&[u8]> = None;
        let mut left = count;
        loop {
            match &mut left {
                Some(0) => break,
                Some(left) => *left -= 1,
                None if self.take_break() => break,
                None => {}
            }
            let at = self.at;
            self.item()?;
            let key = &self.bytes[at..self.at];
            if self.limits.sorted {
                match before.map(|before| before.cmp(key)) {
                    Some(std::cmp::Ordering::Equal) => return Err(Error::DuplicateKey { at }),
                    Some(std::cmp::Ordering::Greater) => return Err(Error::KeyOrder { at }),
                    _ => before = Some(key),
                }
            }
            if !by_bytes {
                let key = Key::of(key, at)?;
                let others = &self.keys[first_key..];
                if others.len() < SMALL_MAP && others.contains(&key) {
                    return Err(Error::DuplicateKey { at });
                }
                self.keys.push(key);
            }
            self.item()?;
        }
        if self.keys.len() - first_key > SMALL_MAP {
            // Stable, so the later of two equal keys is the one reported.
            self.keys[first_key..].sort_by(|one, other| one.order().cmp(&other.order()));
            if let Some(pair) = self.keys[first_key..].windows(2).find(|pair| pair[0] == pair[1]) {
                return Err(Error::DuplicateKey { at: pair[1].at });
            }
        }
        self.keys.truncate(first_key);
        self.leave();
        Ok(())
    }

    fn indefinite(&mut self, start: usize, major: u8) -> Result<(), Error> {
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
        if major == 3 { self.text(start, length) } else { self.string(start, length).map(drop) }
    }

    fn simple(&self, start: usize, info: u8, argument: u64) -> Result<(), Error> {
        if info == 24 && argument < 32 {
            return Err(Error::ReservedSimple { at: start });
        }
        if self.limits.shortest {
            let shortest = match info {
                25 => shortest(half_to_double(argument as u16)) == Shortest::Half(argument as u16),
                26 => shortest(f64::from(f32::from_bits(argument as u32))) == Shortest::Single(argument as u32),
                27 => shortest(f64::from_bits(argument)) == Shortest::Double(argument),
                _ => true,
            };
            if !shortest {
                return Err(Error::NotShortest { at: start });
            }
        }
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

/// A map key in a form that compares by value, whatever its encoding.
struct Key<'a> {
    /// The major type, or [`Key::OTHER`].
    kind: u8,
    /// The integer, or the length of the content.
    number: u64,
    /// The first eight bytes of the content: most keys differ here.
    start: u64,
    content: Cow<'a, [u8]>,
    at: usize,
}

impl<'a> Key<'a> {
    /// Keys that are neither integers nor strings: compared by their deterministic encoding.
    const OTHER: u8 = 8;

    /// The key in these bytes, which the pass has found well-formed.
    fn of(bytes: &'a [u8], at: usize) -> Result<Key<'a>, Error> {
        let initial = bytes.first().copied().unwrap_or_default();
        let (major, info) = (initial >> 5, initial & 0x1f);
        let head = match info {
            24..=27 => 1 + (1_usize << (info - 24)),
            _ => 1,
        };
        let (head, content) = bytes.split_at_checked(head).unwrap_or((bytes, &[]));
        match (major, info) {
            (0 | 1, 0..24) => Ok(Key::new(major, u64::from(info), Cow::Borrowed(&[]), at)),
            (0 | 1, _) => {
                let number = head[1..].iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
                Ok(Key::new(major, number, Cow::Borrowed(&[]), at))
            }
            (2 | 3, 0..31) => Ok(Key::new(major, content.len() as u64, Cow::Borrowed(content), at)),
            _ => {
                // Rare: an indefinite string becomes a definite one here, a float its shortest form. Read without
                // another pass, or keys within keys would double the work with every level.
                let canonical = encode(&read(&mut Reader::new(bytes))?);
                if matches!(major, 2 | 3) {
                    let definite = Key::of(&canonical, at)?;
                    let content: Cow<'a, [u8]> = Cow::Owned(definite.content.into_owned());
                    return Ok(Key::new(major, content.len() as u64, content, at));
                }
                Ok(Key::new(Key::OTHER, canonical.len() as u64, Cow::Owned(canonical), at))
            }
        }
    }

    fn new(kind: u8, number: u64, content: Cow<'a, [u8]>, at: usize) -> Key<'a> {
        let start = content.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        Key { kind, number, start, content, at }
    }

    fn order(&self) -> (u8, u64, u64, &[u8]) {
        (self.kind, self.number, self.start, &self.content)
    }
}

impl PartialEq for Key<'_> {
    fn eq(&self, other: &Key<'_>) -> bool {
        // Equal numbers of one kind mean equal lengths, so up to eight bytes the start says it all.
        self.start == other.start
            && self.number == other.number
            && self.kind == other.kind
            && (self.content.len() <= 8 || self.content == other.content)
    }
}
