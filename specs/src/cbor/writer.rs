//! Writing CBOR piece by piece, every number in its shortest form.

use super::float::{Shortest, shortest};

/// Bytes that grow item by item. Whoever writes a map writes its keys in bytewise order; the numbers see to the rest of
/// deterministic encoding themselves.
#[derive(Debug, Clone, Default)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// Starts empty, with room for so many bytes.
    pub fn with_capacity(bytes: usize) -> Writer {
        Writer { bytes: Vec::with_capacity(bytes) }
    }

    /// An integer of zero or more.
    pub fn unsigned(&mut self, number: u64) -> &mut Writer {
        self.head(0, number)
    }

    /// Any integer of 64 bits.
    pub fn signed(&mut self, number: i64) -> &mut Writer {
        match u64::try_from(number) {
            Ok(number) => self.head(0, number),
            Err(_) => self.head(1, number.unsigned_abs() - 1),
        }
    }

    /// The integer -1 - n.
    pub fn negative(&mut self, number: u64) -> &mut Writer {
        self.head(1, number)
    }

    /// A byte string.
    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Writer {
        self.head(2, bytes.len() as u64).raw(bytes)
    }

    /// A text string.
    pub fn text(&mut self, text: &str) -> &mut Writer {
        self.head(3, text.len() as u64).raw(text.as_bytes())
    }

    /// The head of an array of so many elements, which follow.
    pub fn array(&mut self, count: usize) -> &mut Writer {
        self.head(4, count as u64)
    }

    /// The head of a map of so many pairs, which follow.
    pub fn map(&mut self, count: usize) -> &mut Writer {
        self.head(5, count as u64)
    }

    /// A tag; the item it is about follows.
    pub fn tag(&mut self, number: u64) -> &mut Writer {
        self.head(6, number)
    }

    /// `true` or `false`.
    pub fn bool(&mut self, value: bool) -> &mut Writer {
        self.raw(&[if value { 0xf5 } else { 0xf4 }])
    }

    /// `null`.
    pub fn null(&mut self) -> &mut Writer {
        self.raw(&[0xf6])
    }

    /// A float in the shortest width that keeps its value.
    pub fn float(&mut self, value: f64) -> &mut Writer {
        match shortest(value) {
            Shortest::Half(bits) => self.raw(&[0xf9]).raw(&bits.to_be_bytes()),
            Shortest::Single(bits) => self.raw(&[0xfa]).raw(&bits.to_be_bytes()),
            Shortest::Double(bits) => self.raw(&[0xfb]).raw(&bits.to_be_bytes()),
        }
    }

    /// Bytes that are CBOR already.
    pub fn raw(&mut self, bytes: &[u8]) -> &mut Writer {
        self.bytes.extend_from_slice(bytes);
        self
    }

    /// What was written.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// An initial byte of that major type (0 to 7) and its number.
    fn head(&mut self, major: u8, number: u64) -> &mut Writer {
        let major = major << 5;
        let bytes = number.to_be_bytes();
        match number {
            0..24 => self.bytes.push(major | bytes[7]),
            24..0x100 => self.bytes.extend_from_slice(&[major | 24, bytes[7]]),
            0x100..0x1_0000 => self.bytes.extend_from_slice(&[major | 25, bytes[6], bytes[7]]),
            0x1_0000..0x1_0000_0000 => {
                self.bytes.push(major | 26);
                self.bytes.extend_from_slice(&bytes[4..]);
            }
            _ => {
                self.bytes.push(major | 27);
                self.bytes.extend_from_slice(&bytes);
            }
        }
        self
    }
}
