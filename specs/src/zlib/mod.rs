//! zlib (RFC 1950) with bounds, as HCERT wraps its messages, and bare deflate (RFC 1951), as SMART Health Cards do.
//!
//! A QR symbol holds at most about 2.8 KB, yet deflate can blow that up a thousandfold: [`inflate`],
//! [`inflate_within`] and [`inflate_raw`] never hold more than their cap. Certificates shrink little or not at all, so [`deflate`] writes them as a stored block
//! when they do not.

mod inflate;

use std::ops::Range;

use miniz_oxide::deflate::{compress_to_vec, compress_to_vec_zlib};
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
    let (content, taken) = inflate::inflate(stream, most)?;
    match stream.len() - taken {
        0 => Ok(content),
        count => Err(Error::TrailingBytes { count }),
    }
}

/// As [`inflate`], with another cap in bytes: for lists that are larger than a certificate.
pub fn inflate_within(stream: &[u8], most: usize) -> Result<Vec<u8>, Error> {
    let (_, rest) = stream.split_first_chunk().filter(|(header, _)| is_header(**header)).ok_or(Error::Corrupt)?;
    let (content, taken) = inflate::inflate(rest, most)?;
    let (checksum, trailing) = rest[taken..].split_first_chunk().ok_or(Error::Corrupt)?;
    if *checksum != adler32(&content.as_slice()).to_be_bytes() {
        return Err(Error::Corrupt);
    }
    match trailing.len() {
        0 => Ok(content),
        count => Err(Error::TrailingBytes { count }),
    }
}

/// RFC 1950 section 2.2: method 8 with a window of at most 32 KiB, no dictionary, a multiple of 31.
fn is_header([method, flags]: [u8; 2]) -> bool {
    method & 0x0f == 8
        && method >> 4 <= 7
        && flags & 0x20 == 0
        && u16::from_be_bytes([method, flags]).is_multiple_of(31)
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
    // The 1: the last block, and it is stored.
    let Some((&[method, flags, 1, l1, l2, n1, n2], rest)) = stream.split_first_chunk() else {
        return None;
    };
    if !is_header([method, flags]) {
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

        /// What another decoder lets pass comes out the same, or is refused by the stricter one of the two.
        #[test]
        fn another_decoder_agrees(
            content in proptest::collection::vec(prop_oneof![Just(b'a'), b'a'..b'h', any::<u8>()], 0..1_500),
            level in 0..10_u8,
            bent in proptest::option::of((any::<prop::sample::Index>(), any::<u8>())),
        ) {
            let mut stream = compress_to_vec(&content, level);
            if let Some((place, with)) = bent {
                let place = place.index(stream.len());
                stream[place] = with;
            }
            let theirs = miniz_oxide::inflate::decompress_to_vec_with_limit(&stream, 4_096);
            match (inflate_raw(&stream, 4_096), theirs) {
                (Ok(ours), theirs) => prop_assert_eq!(Ok(ours), theirs.map_err(|error| error.status)),
                (Err(error), Ok(_)) if bent.is_some() => {
                    let stricter = matches!(error, Error::Corrupt | Error::TrailingBytes { .. });
                    prop_assert!(stricter, "{error:?}");
                }
                (Err(_), theirs) => prop_assert!(theirs.is_err()),
            }
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
