//! The reader: one pass over the text.

use super::document::{Document, Kind, Node, Value};
use super::{Error, Limits};

/// Up to so many keys of an object are compared each with each, which then is the quickest.
const FEW_KEYS: usize = 16;
/// Numbers of so many characters may be too great for an `f64`, as those with an exponent may.
const LONG_NUMBER: usize = 300;

/// Reads exactly one value; space may stand around it.
pub fn read(text: impl AsRef<[u8]> + Into<Vec<u8>>, limits: &Limits) -> Result<Document, Error> {
    let length = text.as_ref().len();
    if length > limits.bytes {
        return Err(Error::TooLong { length, most: limits.bytes });
    }
    Reader::new(text.into(), limits)?.document()
}

/// How far a text has been read.
struct Reader {
    document: Document,
    limits: Limits,
    at: usize,
    values: usize,
}

impl Reader {
    fn new(text: Vec<u8>, limits: &Limits) -> Result<Reader, Error> {
        let text = String::from_utf8(text);
        let text = text.map_err(|error| Error::Malformed { at: error.utf8_error().valid_up_to() })?;
        // As many as a certificate has.
        let nodes = Vec::with_capacity((text.len() / 8).min(128));
        let document = Document { text, unescaped: String::new(), nodes };
        Ok(Reader { document, limits: *limits, at: 0, values: 0 })
    }

    fn document(mut self) -> Result<Document, Error> {
        self.space();
        self.value(0)?;
        self.space();
        if self.at == self.document.text.len() { Ok(self.document) } else { Err(Error::TrailingBytes) }
    }

    /// The value that begins here, within so many arrays and objects.
    fn value(&mut self, depth: usize) -> Result<(), Error> {
        self.values += 1;
        if self.values > self.limits.values {
            return Err(Error::TooMany { most: self.limits.values });
        }
        match self.peek() {
            Some(b'"') => self.text(),
            Some(b'{') => self.container(Kind::Object, b'}', depth),
            Some(b'[') => self.container(Kind::Array, b']', depth),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b'n') => self.word("null", Kind::Null),
            Some(b't') => self.word("true", Kind::Bool(true)),
            Some(b'f') => self.word("false", Kind::Bool(false)),
            _ => Err(self.malformed()),
        }
    }

    fn container(&mut self, kind: Kind, end: u8, depth: usize) -> Result<(), Error> {
        if depth == self.limits.depth {
            return Err(Error::TooDeep { most: self.limits.depth });
        }
        let place = self.document.nodes.len();
        self.push(kind, 0, 0);
        self.at += 1;
        self.space();
        let mut count = 0;
        if !self.take(end) {
            loop {
                if kind == Kind::Object {
                    self.key()?;
                }
                self.value(depth + 1)?;
                count += 1;
                self.space();
                if self.take(end) {
                    break;
                }
                self.expect(b',')?;
                self.space();
            }
        }
        self.document.nodes[place] = Node { kind, from: count, to: self.document.nodes.len() };
        if kind == Kind::Object && self.has_key_twice(place) { Err(Error::DuplicateKey) } else { Ok(()) }
    }

    fn key(&mut self) -> Result<(), Error> {
        if self.peek() != Some(b'"') {
            return Err(self.malformed());
        }
        self.text()?;
        self.space();
        self.expect(b':')?;
        self.space();
        Ok(())
    }

    fn has_key_twice(&self, object: usize) -> bool {
        let object = Value { document: &self.document, at: object };
        let keys = || object.members().map(|(key, _)| key.bytes());
        if keys().is_sorted_by(|key, next| key < next) {
            return false;
        }
        if self.document.nodes[object.at].from <= FEW_KEYS {
            return keys().enumerate().any(|(number, key)| keys().take(number).any(|other| other == key));
        }
        let mut keys: Vec<&[u8]> = keys().collect();
        keys.sort_unstable();
        keys.windows(2).any(|pair| pair[0] == pair[1])
    }

    /// The text whose quotation mark is next.
    fn text(&mut self) -> Result<(), Error> {
        self.at += 1;
        let from = self.at;
        self.plain();
        if self.take(b'"') {
            self.push(Kind::Text, from, self.at - 1);
            return Ok(());
        }
        let (start, mut from) = (self.document.unescaped.len(), from);
        loop {
            let Document { text, unescaped, .. } = &mut self.document;
            unescaped.push_str(&text[from..self.at]);
            if self.take(b'"') {
                self.push(Kind::Unescaped, start, self.document.unescaped.len());
                return Ok(());
            }
            let letter = self.escape()?;
            self.document.unescaped.push(letter);
            from = self.at;
            self.plain();
        }
    }

    /// Passes over what stands for itself in a text, eight bytes at a time.
    fn plain(&mut self) {
        let (words, last) = self.document.text.as_bytes()[self.at..].as_chunks();
        for word in words {
            let others = others(*word);
            if others != 0 {
                self.at += others.trailing_zeros() as usize / 8;
                return;
            }
            self.at += word.len();
        }
        self.at += last.iter().take_while(|byte| is_plain(**byte)).count();
    }

    fn escape(&mut self) -> Result<char, Error> {
        self.expect(b'\\')?;
        let letter = match self.peek() {
            Some(letter @ (b'"' | b'\\' | b'/')) => char::from(letter),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.letter_by_number(),
            _ => return Err(self.malformed()),
        };
        self.at += 1;
        Ok(letter)
    }

    /// `uXXXX`, and after the first half of a surrogate pair `\uXXXX` with the second.
    fn letter_by_number(&mut self) -> Result<char, Error> {
        let first = self.code_unit()?;
        let second = if (0xd800..0xdc00).contains(&first) {
            self.expect(b'\\')?;
            Some(self.code_unit()?)
        } else {
            None
        };
        let mut letters = char::decode_utf16([first].into_iter().chain(second));
        letters.next().and_then(Result::ok).ok_or_else(|| self.malformed())
    }

    fn code_unit(&mut self) -> Result<u16, Error> {
        self.expect(b'u')?;
        let mut unit = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|byte| char::from(byte).to_digit(16));
            unit = unit << 4 | digit.ok_or_else(|| self.malformed())? as u16;
            self.at += 1;
        }
        Ok(unit)
    }

    fn number(&mut self) -> Result<(), Error> {
        let from = self.at;
        self.take(b'-');
        // A zero is alone before the point.
        if !self.take(b'0') {
            self.digits()?;
        } else if self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            return Err(self.malformed());
        }
        if self.take(b'.') {
            self.digits()?;
        }
        let exponent = self.take(b'e') || self.take(b'E');
        if exponent {
            let _ = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        if exponent || self.at - from > LONG_NUMBER {
            // The library's own way to an `f64` would bring ten kilobytes of tables into browsers, where this one is anyway.
            serde_json::from_str::<f64>(&self.document.text[from..self.at]).map_err(|_| self.malformed())?;
        }
        self.push(Kind::Number, from, self.at);
        Ok(())
    }

    /// Passes over at least one digit.
    fn digits(&mut self) -> Result<(), Error> {
        let from = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at == from { Err(self.malformed()) } else { Ok(()) }
    }

    fn word(&mut self, word: &str, kind: Kind) -> Result<(), Error> {
        let rest = self.document.text.as_bytes().get(self.at..).unwrap_or_default();
        if !rest.starts_with(word.as_bytes()) {
            return Err(self.malformed());
        }
        self.at += word.len();
        self.push(kind, 0, 0);
        Ok(())
    }

    fn push(&mut self, kind: Kind, from: usize, to: usize) {
        self.document.nodes.push(Node { kind, from, to });
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn expect(&mut self, byte: u8) -> Result<(), Error> {
        if self.take(byte) { Ok(()) } else { Err(self.malformed()) }
    }

    /// Passes over that byte, if it is next.
    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn peek(&self) -> Option<u8> {
        self.document.text.as_bytes().get(self.at).copied()
    }

    fn malformed(&self) -> Error {
        Error::Malformed { at: self.at }
    }
}

/// Does this byte stand for itself in a text?
fn is_plain(byte: u8) -> bool {
    byte >= b' ' && byte != b'"' && byte != b'\\'
}

/// The highest bit of the first byte that does not stand for itself, and perhaps some of later ones: taking a limit away
/// from all bytes sets that bit in those below it, exactly so up to the first, which alone borrows from the next.
fn others(word: [u8; 8]) -> u64 {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    let word = u64::from_le_bytes(word);
    let below = |word: u64, limit: u8| word.wrapping_sub(ONES * u64::from(limit)) & !word;
    let is = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    (below(word, b' ') | is(b'"') | is(b'\\')) & (ONES << 7)
}
