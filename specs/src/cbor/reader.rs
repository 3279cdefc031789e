//! A borrowed pull reader: the hot path of every decoder.
//!
//! It is meant for bytes that [`super::validate`] has passed. On other bytes it is still safe: it never panics, never
//! allocates in proportion to a claimed length, and every call that succeeds moves forward.

use super::Error;
use super::float::half_to_double;
use super::strict::{MAX_DEPTH, long_argument};
use std::borrow::Cow;

/// A position in bytes, moving forward item by item.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// What the next item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An integer of zero or more.
    Unsigned,
    /// An integer below zero.
    Negative,
    /// A byte string.
    Bytes,
    /// A text string.
    Text,
    /// An array.
    Array,
    /// A map.
    Map,
    /// A tag; the item it is about comes after it.
    Tag,
    /// `true` or `false`.
    Bool,
    /// `null`.
    Null,
    /// `undefined`.
    Undefined,
    /// A simple value without a name.
    Simple,
    /// A float of any width.
    Float,
    /// The end of an item of indefinite length.
    Break,
}

/// The elements of an array, or the pairs of a map, that are still to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Items {
    /// So many.
    Counted(u64),
    /// As many as come before the break.
    UntilBreak,
}

impl<'a> Reader<'a> {
    /// Starts at the first byte.
    pub fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader { bytes, at: 0 }
    }

    /// The offset of the next item.
    pub fn position(&self) -> usize {
        self.at
    }

    /// What comes next, without moving.
    pub fn kind(&self) -> Result<Kind, Error> {
        let initial = self.peek()?;
        Ok(match (initial >> 5, initial & 0x1f) {
            (0, _) => Kind::Unsigned,
            (1, _) => Kind::Negative,
            (2, _) => Kind::Bytes,
            (3, _) => Kind::Text,
            (4, _) => Kind::Array,
            (5, _) => Kind::Map,
            (6, _) => Kind::Tag,
            (_, 20 | 21) => Kind::Bool,
            (_, 22) => Kind::Null,
            (_, 23) => Kind::Undefined,
            (_, 25..=27) => Kind::Float,
            (_, 28..=30) => return Err(Error::ReservedInfo { at: self.at }),
            (_, 31) => Kind::Break,
            _ => Kind::Simple,
        })
    }

    /// An integer of zero or more.
    pub fn unsigned(&mut self) -> Result<u64, Error> {
        self.argument_of(0, "an unsigned integer")
    }

    /// An integer that an `i64` holds.
    pub fn signed(&mut self) -> Result<i64, Error> {
        let at = self.at;
        if self.peek()? >> 5 == 1 {
            let number = self.argument_of(1, "an integer")?;
            return i64::try_from(number).map(|number| -1 - number).map_err(|_| Error::OutOfRange { at });
        }
        let number = self.argument_of(0, "an integer")?;
        i64::try_from(number).map_err(|_| Error::OutOfRange { at })
    }

    /// A negative integer -1 - n as n.
    pub fn negative(&mut self) -> Result<u64, Error> {
        self.argument_of(1, "a negative integer")
    }

    /// A float of any width.
    pub fn float(&mut self) -> Result<f64, Error> {
        let at = self.at;
        let info = self.peek()? & 0x1f;
        if self.kind()? != Kind::Float {
            return Err(Error::WrongType { at, expected: "a float" });
        }
        let bits = self.argument()?;
        Ok(match info {
            25 => half_to_double(bits as u16),
            26 => f64::from(f32::from_bits(bits as u32)),
            _ => f64::from_bits(bits),
        })
    }

    /// `true` or `false`.
    pub fn bool(&mut self) -> Result<bool, Error> {
        if self.kind()? != Kind::Bool {
            return Err(Error::WrongType { at: self.at, expected: "true or false" });
        }
        Ok(self.argument()? == 21)
    }

    /// A simple value as its number, `false`, `true`, `null` and `undefined` being 20 to 23.
    pub fn simple(&mut self) -> Result<u8, Error> {
        match self.kind()? {
            Kind::Bool | Kind::Null | Kind::Undefined | Kind::Simple => {
                let at = self.at;
                u8::try_from(self.argument()?).map_err(|_| Error::OutOfRange { at })
            }
            _ => Err(Error::WrongType { at: self.at, expected: "a simple value" }),
        }
    }

    /// Takes a `null` or `undefined` if one comes next, and says whether it did.
    pub fn take_null(&mut self) -> bool {
        let found = matches!(self.bytes.get(self.at), Some(0xf6 | 0xf7));
        self.at += usize::from(found);
        found
    }

    /// A text string; borrowed unless it comes in chunks.
    pub fn text(&mut self) -> Result<Cow<'a, str>, Error> {
        let at = self.at;
        if self.peek()? == 0x7f {
            self.at += 1;
            let mut whole = String::new();
            while !self.take_break() {
                whole.push_str(self.definite_text().map_err(|error| wrong_chunk(error, at))?);
            }
            return Ok(Cow::Owned(whole));
        }
        self.definite_text().map(Cow::Borrowed)
    }

    /// A text string as bytes that nobody has found to be UTF-8 here, for comparing it with known keys.
    #[inline]
    pub(crate) fn text_bytes(&mut self) -> Result<Cow<'a, [u8]>, Error> {
        if self.peek()? == 0x7f {
            return self.text().map(|text| Cow::Owned(text.into_owned().into_bytes()));
        }
        self.definite(3, "a text string").map(Cow::Borrowed)
    }

    /// A text string of definite length.
    #[inline]
    pub fn definite_text(&mut self) -> Result<&'a str, Error> {
        let at = self.at;
        let content = self.definite(3, "a text string")?;
        std::str::from_utf8(content).map_err(|_| Error::NotUtf8 { at })
    }

    /// A byte string; borrowed unless it comes in chunks.
    pub fn bytes(&mut self) -> Result<Cow<'a, [u8]>, Error> {
        let at = self.at;
        if self.peek()? == 0x5f {
            self.at += 1;
            let mut whole = Vec::new();
            while !self.take_break() {
                whole.extend_from_slice(self.definite_bytes().map_err(|error| wrong_chunk(error, at))?);
            }
            return Ok(Cow::Owned(whole));
        }
        self.definite_bytes().map(Cow::Borrowed)
    }

    /// A byte string of definite length.
    pub fn definite_bytes(&mut self) -> Result<&'a [u8], Error> {
        self.definite(2, "a byte string")
    }

    /// A byte string of definite length and exactly `N` bytes.
    pub fn fixed_bytes<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let at = self.at;
        self.definite_bytes()?.try_into().map_err(|_| Error::OutOfRange { at })
    }

    /// The head of an array; its elements follow, see [`Reader::more`].
    pub fn array(&mut self) -> Result<Items, Error> {
        self.container(4, "an array")
    }

    /// The head of a map; its pairs follow, see [`Reader::more`].
    pub fn map(&mut self) -> Result<Items, Error> {
        self.container(5, "a map")
    }

    /// Whether another element or pair comes. Ask before each; at the end it takes the break, if there is one.
    pub fn more(&mut self, items: &mut Items) -> Result<bool, Error> {
        match items {
            Items::Counted(0) => Ok(false),
            Items::Counted(left) => {
                *left -= 1;
                Ok(true)
            }
            Items::UntilBreak => {
                self.peek()?;
                Ok(!self.take_break())
            }
        }
    }

    /// A tag number; the item it is about follows.
    pub fn tag(&mut self) -> Result<u64, Error> {
        self.argument_of(6, "a tag")
    }

    /// Passes over one whole item.
    pub fn skip(&mut self) -> Result<(), Error> {
        self.skip_within(MAX_DEPTH)
    }

    /// The bytes of one whole item as they stand.
    pub fn raw(&mut self) -> Result<&'a [u8], Error> {
        let start = self.at;
        self.skip()?;
        Ok(&self.bytes[start..self.at])
    }

    /// Nothing may follow.
    pub fn end(&self) -> Result<(), Error> {
        if self.at < self.bytes.len() { Err(Error::TrailingBytes { at: self.at }) } else { Ok(()) }
    }

    fn skip_within(&mut self, depth: usize) -> Result<(), Error> {
        let at = self.at;
        let deeper = || depth.checked_sub(1).ok_or(Error::TooDeep { at });
        match self.kind()? {
            Kind::Bytes => self.bytes().map(drop),
            Kind::Text => self.text().map(drop),
            Kind::Array => {
                let (mut items, depth) = (self.array()?, deeper()?);
                while self.more(&mut items)? {
                    self.skip_within(depth)?;
                }
                Ok(())
            }
            Kind::Map => {
                let (mut items, depth) = (self.map()?, deeper()?);
                while self.more(&mut items)? {
                    self.skip_within(depth)?;
                    self.skip_within(depth)?;
                }
                Ok(())
            }
            Kind::Tag => {
                let depth = deeper()?;
                self.tag()?;
                self.skip_within(depth)
            }
            Kind::Break => Err(Error::UnexpectedBreak { at }),
            _ => self.argument().map(drop),
        }
    }

    fn container(&mut self, major: u8, expected: &'static str) -> Result<Items, Error> {
        if self.peek()? == major << 5 | 31 {
            self.at += 1;
            return Ok(Items::UntilBreak);
        }
        self.argument_of(major, expected).map(Items::Counted)
    }

    #[inline]
    fn definite(&mut self, major: u8, expected: &'static str) -> Result<&'a [u8], Error> {
        let at = self.at;
        if self.peek()? == major << 5 | 31 {
            return Err(Error::Indefinite { at });
        }
        let length = self.argument_of(major, expected)?;
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let content = usize::try_from(length).ok().and_then(|length| rest.get(..length));
        let content = content.ok_or(Error::LengthLies { at })?;
        self.at += content.len();
        Ok(content)
    }

    #[inline]
    fn argument_of(&mut self, major: u8, expected: &'static str) -> Result<u64, Error> {
        if self.peek()? >> 5 != major {
            return Err(Error::WrongType { at: self.at, expected });
        }
        self.argument()
    }

    /// The head of the next item as its number.
    #[inline]
    fn argument(&mut self) -> Result<u64, Error> {
        let start = self.at;
        let info = self.peek()? & 0x1f;
        if info < 24 {
            self.at += 1;
            return Ok(u64::from(info));
        }
        if info > 27 {
            return Err(Error::ReservedInfo { at: start });
        }
        let argument = long_argument(self.bytes, start + 1, info).ok_or(Error::Truncated { at: self.bytes.len() })?;
        self.at = start + 1 + (1 << (info & 3));
        Ok(argument)
    }

    fn take_break(&mut self) -> bool {
        let found = self.bytes.get(self.at) == Some(&0xff);
        self.at += usize::from(found);
        found
    }

    #[inline]
    fn peek(&self) -> Result<u8, Error> {
        self.bytes.get(self.at).copied().ok_or(Error::Truncated { at: self.at })
    }
}

/// Within a string of chunks, another type or another indefinite length is a bad chunk.
fn wrong_chunk(error: Error, string: usize) -> Error {
    match error {
        Error::WrongType { at, .. } | Error::Indefinite { at } => Error::BadChunk { at: at.max(string) },
        other => other,
    }
}
