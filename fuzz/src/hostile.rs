//! Texts made to cost a verifier as much as one QR symbol can: each fits the largest symbol (4,296 characters) and aims at
//! one layer. The test of memory, the bench of time and the seeds of the fuzzer use the same ones.

use specs::cbor::Writer;
use specs::hcert::{MAX_CHARS, PREFIX, seal};
use specs::{base45, cose, zlib};

/// How many bytes a message may have after inflating.
const INFLATED: usize = zlib::MAX_INFLATED;

/// Every text with the name of what it aims at. `sign` makes a COSE message around a payload, well signed or not: with a
/// good signature also the layers behind the signature have their work, as with a dishonest issuer.
#[must_use]
pub fn texts(sign: &dyn Fn(&[u8]) -> Vec<u8>) -> Vec<(&'static str, String)> {
    let message = |bytes: Vec<u8>| fit(&bytes);
    let signed = |payload: Vec<u8>| fit(&sign(&payload));
    vec![
        ("zlib bomb", sealed(&deflated_zeros(2_000_000))),
        ("bytes that do not deflate", noise()),
        ("Base45 that ends badly", [PREFIX, &"0".repeat(MAX_CHARS - PREFIX.len() - 1), ":"].concat()),
        ("empty deflate blocks", sealed(&empty_blocks())),
        ("nothing but arrays in arrays", message(vec![0x81; INFLATED])),
        ("nothing but tags", message(vec![0xc6; INFLATED])),
        ("as many items as are allowed", message(head_then(4, 4_095, &[0]))),
        ("a text in 4,000 chunks", message([vec![0x7f], [0x61, b'a'].repeat(4_000), vec![0xff]].concat())),
        (
            "a map of integers",
            message(map_of(1_000, |writer, at| {
                writer.unsigned(at);
            })),
        ),
        (
            "a map of long texts",
            message(map_of(400, |writer, at| {
                writer.text(&format!("{at:0>30}"));
            })),
        ),
        (
            "a map of arrays",
            message(map_of(1_000, |writer, at| {
                writer.array(1).unsigned(at);
            })),
        ),
        ("maps as keys of maps", message(map_in_key(14, 250))),
        ("maps as keys, none counted", message(unending_maps(14, 300))),
        // Keys written longer than need be are compared by value, around all that lies below.
        ("long keys of maps in maps", message([[0xa1, 0x18, 0].repeat(14), head_then(4, 4_050, &[0])].concat())),
        ("labels without end", message(labels(1_000))),
        ("64 text labels in both headers", message(labels_in_both(60))),
        (
            "a key identifier of 15 KiB",
            message(header(|writer| {
                writer.unsigned(4).bytes(&[7; 15_000]);
            })),
        ),
        ("3,000 certificates of one byte", message(header(certificates))),
        ("a payload of 16 KiB", signed(vec![0; 15_000])),
        (
            "claims that are one long text",
            signed(claims(|writer| {
                writer.unsigned(1).text(&"ệ".repeat(4_900));
            })),
        ),
        (
            "claims without end",
            signed(map_of(1_000, |writer, at| {
                writer.signed(-300 - at as i64);
            })),
        ),
        ("a name of combining marks", signed(eu_certificate(&"a\u{0323}\u{0302}".repeat(2_800)))),
        ("1,000 health certificates", signed(certificates_of_many_kinds())),
        ("vaccinations without end", signed(vaccinations(600))),
    ]
}

/// A message around `payload` with an unknown key identifier and a signature of zeros.
#[must_use]
pub fn unsigned(payload: &[u8]) -> Vec<u8> {
    cose::Unsigned::new(cose::alg::ES256, [0; 8], payload).sign(&[0; 64])
}

/// The message as text. Where it does not deflate enough for one symbol, it is cut off: the layers before still work.
fn fit(message: &[u8]) -> String {
    let mut text = seal(message.get(..INFLATED).unwrap_or(message));
    text.truncate(MAX_CHARS);
    text
}

fn sealed(stream: &[u8]) -> String {
    [PREFIX, &base45::encode(stream)].concat()
}

/// A valid zlib stream of that many zeros, as 258 of them in two bits: one literal, then matches of the longest length at
/// distance one in a block of fixed codes.
fn deflated_zeros(zeros: usize) -> Vec<u8> {
    let mut bits = Bits::default();
    bits.put(0b011, 3);
    bits.put_code(0x30, 8);
    for _ in 0..zeros / 258 {
        bits.put_code(0b1100_0101, 8);
        bits.put_code(0, 5);
        if bits.bytes.len() > 2_800 {
            break;
        }
    }
    bits.put_code(0, 7);
    [vec![0x78, 0x9c], bits.bytes, vec![0; 4]].concat()
}

fn empty_blocks() -> Vec<u8> {
    [vec![0x78, 0x9c], [0, 0, 0, 0xff, 0xff].repeat(560), vec![1, 0, 0, 0xff, 0xff, 0, 0, 0, 1]].concat()
}

fn noise() -> String {
    let mut dice = crate::mutate::Dice::new(1);
    let bytes: Vec<u8> = (0..2_800).map(|_| dice.below(256) as u8).collect();
    seal(&bytes)
}

/// A head of that major type and count, then that many times the item.
fn head_then(major: u8, count: u16, item: &[u8]) -> Vec<u8> {
    [vec![major << 5 | 25], count.to_be_bytes().to_vec(), item.repeat(count.into())].concat()
}

fn map_of(count: u64, mut key: impl FnMut(&mut Writer, u64)) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.map(count as usize);
    for at in 0..count {
        key(&mut writer, at);
        writer.unsigned(0);
    }
    writer.into_bytes()
}

/// A map whose key is a map whose key is a map ..., with a long one innermost.
fn map_in_key(depth: usize, innermost: u64) -> Vec<u8> {
    let mut item = map_of(innermost, |writer, at| {
        writer.array(1).unsigned(at);
    });
    for level in 0..depth {
        let mut writer = Writer::default();
        writer.map(2).raw(&item).unsigned(level as u64).text("other").unsigned(0);
        item = writer.into_bytes();
    }
    item
}

fn unending_maps(depth: usize, innermost: u64) -> Vec<u8> {
    let mut item = map_of(innermost, |writer, at| {
        writer.array(1).unsigned(at);
    });
    for _ in 0..depth {
        item = [vec![0xbf], item, vec![0, 0x60, 0, 0xff]].concat();
    }
    item
}

/// A message with that unprotected header, one pair, and an empty payload.
fn header(pair: impl FnOnce(&mut Writer)) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.tag(18).array(4).bytes(&[0xa1, 1, 0x26]).map(1);
    pair(&mut writer);
    writer.bytes(&[]).bytes(&[0; 64]);
    writer.into_bytes()
}

fn certificates(writer: &mut Writer) {
    writer.unsigned(33).array(3_000);
    (0..3_000).for_each(|_| {
        writer.bytes(&[1]);
    });
}

fn labels(count: u64) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.tag(18).array(4).bytes(&[]).raw(&map_of(count, |writer, at| {
        writer.unsigned(1_000 + at);
    }));
    writer.bytes(&[]).bytes(&[0; 64]);
    writer.into_bytes()
}

/// The two headers are compared label by label; these differ in their last letter.
fn labels_in_both(count: u64) -> Vec<u8> {
    let labels = |mark: char| {
        map_of(count, |writer, at| {
            writer.text(&format!("{}{at:0>2}{mark}", "label".repeat(20)));
        })
    };
    let mut writer = Writer::default();
    writer.tag(18).array(4).bytes(&labels('a')).raw(&labels('b')).bytes(&[]).bytes(&[0; 64]);
    writer.into_bytes()
}

fn claims(first: impl FnOnce(&mut Writer)) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.map(1);
    first(&mut writer);
    writer.into_bytes()
}

fn eu_certificate(name: &str) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.map(3).unsigned(4).unsigned(1_826_953_200).unsigned(6).unsigned(1_795_244_400);
    writer.signed(-260).map(1).unsigned(1).map(4);
    writer.text("v").array(1).map(10);
    for (key, value) in [
        ("ci", "URN:UVCI:01:VN:0123456789ABCDEF0123456789ABCDEF"),
        ("co", "VN"),
        ("dt", "2026-11-20"),
        ("is", "DEMO"),
        ("ma", "ORG-100030215"),
        ("mp", "EU/1/20/1528"),
        ("tg", "840539006"),
        ("vp", "1119349007"),
    ] {
        writer.text(key).text(value);
    }
    writer.text("dn").unsigned(2).text("sd").unsigned(2).text("dob").text("1990-05-17");
    writer.text("nam").map(2).text("fn").text(name).text("fnt").text("NGUYEN").text("ver").text("1.3.0");
    writer.into_bytes()
}

fn certificates_of_many_kinds() -> Vec<u8> {
    let mut writer = Writer::default();
    writer.map(1).signed(-260).raw(&map_of(1_000, |writer, at| {
        writer.unsigned(100 + at);
    }));
    writer.into_bytes()
}

fn vaccinations(count: usize) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.map(1).signed(-260).map(1).unsigned(1).map(1).text("v").array(count);
    (0..count).for_each(|_| {
        writer.map(2).text("ci").text("x").text("dn").unsigned(1);
    });
    writer.into_bytes()
}

/// A stream of bits, the lowest of each byte first (RFC 1951 section 3.1.1).
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    used: usize,
}

impl Bits {
    fn put(&mut self, value: u32, count: usize) {
        for bit in 0..count {
            if self.used.is_multiple_of(8) {
                self.bytes.push(0);
            }
            let last = self.bytes.len() - 1;
            self.bytes[last] |= ((value >> bit & 1) as u8) << (self.used % 8);
            self.used += 1;
        }
    }

    /// A Huffman code: its highest bit first.
    fn put_code(&mut self, code: u32, count: usize) {
        (0..count).rev().for_each(|bit| self.put(code >> bit & 1, 1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_fits_the_largest_symbol_and_most_reach_their_layer() {
        let texts = texts(&unsigned);
        for (name, text) in &texts {
            assert!(text.len() <= MAX_CHARS, "{name}: {} characters", text.len());
        }
        // What does not deflate enough is cut off, and then ends at Base45 or zlib: that must stay the exception.
        let inflated = |text: &str| {
            let stream = base45::decode(text.strip_prefix(PREFIX)?).ok()?;
            zlib::inflate(&stream).ok()
        };
        let stopped: Vec<_> =
            texts.iter().filter(|(_, text)| inflated(text).is_none()).map(|(name, _)| *name).collect();
        assert_eq!(stopped, ["zlib bomb", "Base45 that ends badly"]);
        let bomb = base45::decode(&texts[0].1[PREFIX.len()..]).expect("our own text");
        assert_eq!(zlib::inflate(&bomb), Err(zlib::Error::TooLong));
    }
}
