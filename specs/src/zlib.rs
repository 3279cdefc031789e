//! zlib (RFC 1950) with bounds, as HCERT wraps its messages, and bare deflate (RFC 1951), as SMART Health Cards do.
//!
//! A QR symbol holds at most about 2.8 KB, yet deflate can blow that up a thousandfold: [`inflate`],
//! [`inflate_within`] and [`inflate_raw`] never hold more than their cap. Certificates shrink little or not at all, so [`deflate`] writes them as a stored block
//! when they do not.

use std::ops::Range;

use miniz_oxide::deflate::{compress_to_vec, compress_to_vec_zlib};
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags};
use simd_adler32::adler32;

/// The most bytes that [`inflate`] gives out. Honest certificates have less than 1 KB.
pub const MAX_INFLATED: usize = 16 * 1024;

/// Why bytes are not a stream that we read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Not such a stream, or one whose checksum is wrong, or one that ends too early.
    #[error("not a whole compressed stream")]
    Corrupt,
    /// It would inflate to more bytes than allowed: [`MAX_INFLATED`], or what [`inflate_raw`] was told.
    #[error("inflates to more bytes than allowed")]
    TooLong,
    /// Bytes follow the end of the stream.
    #[error("{count} bytes follow the compressed stream")]
    TrailingBytes {
        /// How many.
        count: usize,
    },
}

impl Error {
    /// The stable name of this error, for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Error::Corrupt => "zlib-corrupt",
            Error::TooLong => "zlib-too-long",
            Error::TrailingBytes { .. } => "zlib-trailing-bytes",
        }
    }
}

/// The content of exactly one zlib stream.
pub fn inflate(stream: &[u8]) -> Result<Vec<u8>, Error> {
    match stored(stream) {
        Some(place) => Ok(stream[place].to_vec()),
        None => inflate_within(stream, MAX_INFLATED),
    }
}

/// As [`inflate`], for a stream that is needed no longer: a stored content stays where it is.
pub(crate) fn inflate_in_place(mut stream: Vec<u8>) -> Result<Vec<u8>, Error> {
    let Some(place) = stored(&stream) else { return inflate_within(&stream, MAX_INFLATED) };
    stream.truncate(place.end);
    stream.drain(..place.start);
    Ok(stream)
}

/// The content of exactly one deflate stream without header and checksum, `most` bytes of it at most.
pub fn inflate_raw(stream: &[u8], most: usize) -> Result<Vec<u8>, Error> {
    inflate_stream(stream, 0, most, 0)
}

/// As [`inflate`], with another cap in bytes: for lists that are larger than a certificate.
pub fn inflate_within(stream: &[u8], most: usize) -> Result<Vec<u8>, Error> {
    inflate_stream(stream, 2, most, inflate_flags::TINFL_FLAG_PARSE_ZLIB_HEADER)
}

/// The content of one stream whose first block begins behind a header of so many bytes.
fn inflate_stream(stream: &[u8], header: usize, most: usize, flags: u32) -> Result<Vec<u8>, Error> {
    // A stored block leaves five bits of its first byte without meaning (RFC 1951 section 3.2.4). Every writer clears
    // them; a bit that could be flipped unseen has no place in a certificate.
    if stream.get(header).is_some_and(|first| first & 0b110 == 0 && first >> 3 != 0) {
        return Err(Error::Corrupt);
    }
    let flags = flags | inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
    let mut state = DecompressorOxide::default();
    // Grows to the cap at most; most certificates fit the first time.
    let mut content = vec![0; stream.len().saturating_mul(2).max(1024).min(most)];
    let (mut read, mut written) = (0, 0);
    loop {
        let rest = stream.get(read..).unwrap_or_default();
        let (status, consumed, produced) = decompress(&mut state, rest, &mut content, written, flags);
        read += consumed;
        written += produced;
        match status {
            TINFLStatus::Done if read < stream.len() => {
                return Err(Error::TrailingBytes { count: stream.len() - read });
            }
            TINFLStatus::Done => {
                content.truncate(written);
                return Ok(content);
            }
            TINFLStatus::HasMoreOutput if content.len() < most => {
                content.resize((content.len() * 2).min(most), 0);
            }
            TINFLStatus::HasMoreOutput => return Err(Error::TooLong),
            _ => return Err(Error::Corrupt),
        }
    }
}

/// A deflate stream without header and checksum.
pub fn deflate_raw(content: &[u8]) -> Vec<u8> {
    compress_to_vec(content, 9)
}

/// A zlib stream with that content: deflated where that is shorter, else stored as it is. Below 512 bytes it is always
/// stored: a certificate of one dose is codes, a name and a signature, on which deflate gains a few bytes at most and
/// takes longer than the signature.
pub fn deflate(content: &[u8]) -> Vec<u8> {
    let stored = store(content);
    if content.len() < WORTH_DEFLATING {
        return stored;
    }
    let deflated = compress_to_vec_zlib(content, 9);
    if deflated.len() < stored.len() { deflated } else { stored }
}

const WORTH_DEFLATING: usize = 512;

/// Where the content lies in a stream that is one stored block and nothing else, as [`deflate`] writes most certificates;
/// found without the inflater's tables. `None` for every other stream, good or bad.
fn stored(stream: &[u8]) -> Option<Range<usize>> {
    // RFC 1950: method 8 with a window of at most 32 KiB, no dictionary, a multiple of 31. RFC 1951: the last block.
    let Some((&[method, flags, 1, l1, l2, n1, n2], rest)) = stream.split_first_chunk() else {
        return None;
    };
    let good_header = method & 0x0f == 8 && method >> 4 <= 7 && flags & 0x20 == 0;
    if !good_header || !u16::from_be_bytes([method, flags]).is_multiple_of(31) {
        return None;
    }
    let length = u16::from_le_bytes([l1, l2]);
    if length != !u16::from_le_bytes([n1, n2]) || usize::from(length) > MAX_INFLATED {
        return None;
    }
    let (content, checksum) = rest.split_at_checked(length.into())?;
    let start = stream.len() - rest.len();
    (checksum == adler32(&content).to_be_bytes()).then_some(start..start + content.len())
}

/// Stored blocks (RFC 1951 section 3.2.4) between zlib header and checksum.
fn store(content: &[u8]) -> Vec<u8> {
    const MOST: usize = u16::MAX as usize;
    let mut stream = Vec::with_capacity(content.len() + 5 * (content.len() / MOST + 1) + 6);
    stream.extend_from_slice(&[0x78, 0x01]);
    let mut rest = content;
    loop {
        let (block, next) = rest.split_at(rest.len().min(MOST));
        let length = block.len() as u16;
        stream.push(u8::from(next.is_empty()));
        stream.extend_from_slice(&length.to_le_bytes());
        stream.extend_from_slice(&(!length).to_le_bytes());
        stream.extend_from_slice(block);
        rest = next;
        if rest.is_empty() {
            break;
        }
    }
    stream.extend_from_slice(&adler32(&content).to_be_bytes());
    stream
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_does_not_shrink_is_stored() {
        // A xorshift generator: no pattern that deflate could use.
        let mut state = 2_463_534_242_u32;
        let content: Vec<u8> = std::iter::repeat_with(|| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state as u8
        })
        .take(600)
        .collect();
        let stream = deflate(&content);
        assert_eq!(stream.len(), content.len() + 11);
        assert_eq!(inflate(&stream), Ok(content));
    }

    #[test]
    fn what_shrinks_is_deflated() {
        let stream = deflate(&[b'a'; 4_000]);
        assert!(stream.len() < 50);
        assert_eq!(inflate(&stream), Ok(vec![b'a'; 4_000]));
    }

    #[test]
    fn a_bomb_meets_the_cap() {
        assert_eq!(
            inflate(&compress_to_vec_zlib(&vec![0; MAX_INFLATED], 9)).map(|bytes| bytes.len()),
            Ok(MAX_INFLATED)
        );
        assert_eq!(inflate(&compress_to_vec_zlib(&vec![0; MAX_INFLATED + 1], 9)), Err(Error::TooLong));
        assert_eq!(inflate(&compress_to_vec_zlib(&vec![0; 5_000_000], 9)), Err(Error::TooLong));
    }

    #[test]
    fn bytes_after_the_end() {
        let mut stream = deflate(b"content");
        stream.extend_from_slice(b"ab");
        assert_eq!(inflate(&stream), Err(Error::TrailingBytes { count: 2 }));
    }

    #[test]
    fn bent_streams() {
        let stream = compress_to_vec_zlib(b"content of some length, content of some length", 9);
        for length in 0..stream.len() {
            assert_eq!(inflate(&stream[..length]), Err(Error::Corrupt), "cut to {length} bytes");
        }
        let mut wrong_sum = stream.clone();
        *wrong_sum.last_mut().unwrap() ^= 1;
        assert_eq!(inflate(&wrong_sum), Err(Error::Corrupt));
        assert_eq!(inflate(b"\xd2\x84plain"), Err(Error::Corrupt));
        // The header names a preset dictionary.
        assert_eq!(inflate(&[0x78, 0xbb, 1, 2, 3, 4, 5, 6]), Err(Error::Corrupt));
    }

    #[test]
    fn bare_deflate_within_its_bound() {
        let stream = deflate_raw(&[b'a'; 4_000]);
        assert_eq!(inflate_raw(&stream, 4_000), Ok(vec![b'a'; 4_000]));
        assert_eq!(inflate_raw(&stream, 3_999), Err(Error::TooLong));
        assert_eq!(inflate_raw(&deflate_raw(&vec![0; 5_000_000]), 65_536), Err(Error::TooLong));
        assert_eq!(inflate_raw(&[&stream[..], b"ab"].concat(), 4_000), Err(Error::TrailingBytes { count: 2 }));
        for length in 0..stream.len() {
            assert_eq!(inflate_raw(&stream[..length], 4_000), Err(Error::Corrupt), "cut to {length} bytes");
        }
        // A zlib stream is none, nor is a stored block with stray bits.
        assert_eq!(inflate_raw(&compress_to_vec_zlib(b"content", 9), 4_000), Err(Error::Corrupt));
        assert_eq!(inflate_raw(&[1, 1, 0, 0xfe, 0xff, b'a'], 4_000), Ok(b"a".to_vec()));
        assert_eq!(inflate_raw(&[9, 1, 0, 0xfe, 0xff, b'a'], 4_000), Err(Error::Corrupt));
    }

    proptest! {
        #[test]
        fn bare_deflate_there_and_back(content: Vec<u8>) {
            prop_assert_eq!(inflate_raw(&deflate_raw(&content), 4_096), Ok(content));
        }

        #[test]
        fn no_bytes_panic_bare(stream: Vec<u8>) {
            let _ = inflate_raw(&stream, 4_096);
        }

        #[test]
        fn there_and_back(content in proptest::collection::vec(any::<u8>(), 0..2_000), times in 1..5_usize) {
            let content = content.repeat(times);
            prop_assert_eq!(inflate(&deflate(&content)), Ok(content));
        }

        #[test]
        fn the_short_way_and_the_long_one_agree(content: Vec<u8>, place: prop::sample::Index, with: u8) {
            let mut stream = store(&content);
            prop_assert_eq!(stored(&stream).map(|place| &stream[place]), Some(&content[..]));
            prop_assert_eq!(inflate_in_place(stream.clone()), Ok(content.clone()));
            prop_assert_eq!(inflate_within(&stream, MAX_INFLATED), Ok(content));
            let place = place.index(stream.len());
            stream[place] = with;
            prop_assert_eq!(inflate(&stream), inflate_within(&stream, MAX_INFLATED));
            prop_assert_eq!(inflate(&stream), inflate_in_place(stream));
        }

        #[test]
        fn no_bytes_panic(stream: Vec<u8>) {
            let _ = inflate(&stream);
        }
    }
}
