//! A JWS as the digits of one symbol or of several.
//!
//! Each character becomes two digits, its code less 45. Cards in several symbols have not been allowed since 2022 but are
//! still carried: `shc:/C/N/` before the digits says that this is symbol C of N.

use super::{CHUNK_CHARS, Error, MAX_CHUNKS, PREFIX, SYMBOL_CHARS};
use crate::tolerance::{Tolerance, Tolerances};

/// The code that the digits `00` stand for: `-`.
const FIRST: u8 = 45;
/// The code of the last character of base64url, `z`: the digits `77`.
const LAST: u8 = 122;

/// The text of one symbol.
struct Symbol<'a> {
    /// Its number and how many there are.
    chunk: Option<(u8, u8)>,
    digits: &'a str,
}

/// The JWS out of the texts of all its symbols, in any order. What is still missing is said by
/// [`Error::ChunksMissing`], so that the next one can be asked for.
///
/// That symbols are of the same card can be seen by their count only; others make a JWS whose signature is wrong.
pub fn join<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<String, Error> {
    collect(texts).map(|(jws, _)| jws)
}

pub(super) fn collect<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<(String, Tolerances), Error> {
    let mut symbols: Vec<Symbol<'_>> = Vec::new();
    for text in texts {
        symbols.push(match Symbol::read(text) {
            // Something else, scanned in between.
            Err(Error::Prefix) if !symbols.is_empty() => return Err(Error::MixedChunks),
            symbol => symbol?,
        });
    }
    let Some(first) = symbols.first() else { return Err(Error::Prefix) };
    let mut tolerances = Tolerances::NONE;
    if let ([whole], None | Some((1, 1))) = (&symbols[..], first.chunk) {
        if first.chunk.is_some() {
            tolerances.insert(Tolerance::LoneChunk);
        }
        return Ok((characters(whole.digits)?, tolerances));
    }
    let Some((_, count)) = first.chunk else { return Err(Error::MixedChunks) };
    let mut parts = vec![None; count.into()];
    for symbol in &symbols {
        match symbol.chunk {
            Some((index, of)) if of == count => {
                // Chunks count from 1 and are within their number, as seen when they were read.
                let part = &mut parts[usize::from(index) - 1];
                if part.replace(symbol.digits).is_some() {
                    return Err(Error::ChunkTwice { index });
                }
            }
            _ => return Err(Error::MixedChunks),
        }
    }
    let missing: Vec<u8> = (1..).zip(&parts).filter(|(_, part)| part.is_none()).map(|(index, _)| index).collect();
    if !missing.is_empty() {
        return Err(Error::ChunksMissing { count, missing });
    }
    Ok((parts.into_iter().flatten().map(characters).collect::<Result<String, _>>()?, tolerances))
}

/// The text of a JWS for each of its symbols: one where it fits, else several as even as can be, as the specification had
/// them until 2022. Behind [`PREFIX`] and the header of the chunk each is digits only.
pub fn chunks(jws: &str) -> Vec<String> {
    if jws.len() <= SYMBOL_CHARS {
        return vec![[PREFIX, &digits(jws.as_bytes())].concat()];
    }
    let count = jws.len().div_ceil(CHUNK_CHARS);
    let parts = jws.as_bytes().chunks(jws.len().div_ceil(count));
    (1..).zip(parts).map(|(index, part): (usize, _)| format!("{PREFIX}{index}/{count}/{}", digits(part))).collect()
}

impl<'a> Symbol<'a> {
    fn read(text: &'a str) -> Result<Symbol<'a>, Error> {
        let rest = text.strip_prefix(PREFIX).ok_or(Error::Prefix)?;
        let Some((index, rest)) = rest.split_once('/') else { return Ok(Symbol { chunk: None, digits: rest }) };
        let (count, digits) = rest.split_once('/').ok_or(Error::Chunk)?;
        let (index, count) = (number(index)?, number(count)?);
        if index > count {
            return Err(Error::Chunk);
        }
        Ok(Symbol { chunk: Some((index, count)), digits })
    }
}

/// 1 to [`MAX_CHUNKS`], written without sign and leading zeros.
fn number(text: &str) -> Result<u8, Error> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    let number = text.parse().ok().filter(|number| plain && *number <= MAX_CHUNKS);
    number.ok_or(Error::Chunk)
}

fn digits(jws: &[u8]) -> String {
    jws.iter().map(|byte| format!("{:02}", byte.saturating_sub(FIRST))).collect()
}

/// The characters that the digits of one symbol stand for.
pub(super) fn characters(digits: &str) -> Result<String, Error> {
    let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return Err(Error::Digits);
    }
    let mut bytes = vec![0; pairs.len()];
    // Looked at once, at the end.
    let mut wrong = false;
    for ([tens, ones], byte) in pairs.iter().zip(&mut bytes) {
        let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
        let code = FIRST.wrapping_add(tens.wrapping_mul(10)).wrapping_add(ones);
        wrong |= (tens > 9) | (ones > 9) | (code > LAST);
        *byte = code;
    }
    if wrong {
        return Err(Error::Digits);
    }
    String::from_utf8(bytes).map_err(|_| Error::Digits)
}
