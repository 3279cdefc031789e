//! The one source of randomness of the campaign: the operating system's.

/// Random bytes from the operating system.
///
/// # Panics
/// When the operating system has no randomness to give; nothing safe can be done without it.
#[expect(clippy::disallowed_methods, reason = "this is the campaign's one source of randomness")]
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .expect("the operating system gives random bytes; without them no key and no id is safe");
    bytes
}

/// A fresh id that sorts by time: UUID v7 made of the given moment and 74 random bits.
pub fn id(now: crate::clock::Timestamp) -> String {
    let millis = u64::try_from(now.0).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &bytes::<10>()).into_uuid().to_string()
}
