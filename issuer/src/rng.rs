//! The issuer's one source of randomness: the operating system.

/// `N` random bytes.
///
/// # Errors
/// When the operating system has none to give; nothing may be issued then.
#[expect(clippy::disallowed_methods, reason = "this is the issuer's one source of randomness")]
pub fn bytes<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(bytes)
}

/// The operating system gave no random bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the operating system has no randomness to give")]
pub struct NoRandomness;
