//! Passwords: Argon2id, kept as PHC strings, so that the cost can rise without breaking old ones.

use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};

/// What trying one password costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB.
    pub memory: u32,
    /// Passes over it.
    pub passes: u32,
}

impl Cost {
    /// OWASP's choice for Argon2id: 19 MiB, two passes.
    pub const SERVER: Cost = Cost { memory: 19 * 1024, passes: 2 };
}

/// Shortest password that is taken, in characters.
pub const SHORTEST: usize = 10;
/// Longest password that is taken, in bytes: hashing is paid by the server.
pub const LONGEST: usize = 256;

/// A stored password: a PHC string, `$argon2id$v=19$m=..,t=..,p=1$salt$hash`.
#[derive(Clone, PartialEq, Eq)]
pub struct Stored(String);

impl Stored {
    /// Hashes a password under a fresh salt. Slow by design: call it off the request threads.
    ///
    /// `None` when the password is shorter than [`SHORTEST`] characters or longer than [`LONGEST`] bytes.
    pub fn new(password: &str, salt: [u8; 16], cost: Cost) -> Option<Stored> {
        if password.chars().count() < SHORTEST || password.len() > LONGEST {
            return None;
        }
        let parameters = Params::new(cost.memory, cost.passes, 1, None).ok()?;
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters);
        let hash = argon.hash_password_with_salt(password.as_bytes(), &salt).ok()?;
        Some(Stored(hash.to_string()))
    }

    /// Takes what stood in the database.
    pub fn from_text(text: String) -> Stored {
        Stored(text)
    }

    /// As it stands in the database.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is the password. Slow by design; the cost is the one recorded with the hash.
    pub fn is(&self, password: &str) -> bool {
        let Ok(hash) = PasswordHash::new(&self.0) else { return false };
        password.len() <= LONGEST && Argon2::default().verify_password(password.as_bytes(), &hash).is_ok()
    }
}

impl std::fmt::Debug for Stored {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Stored(..)")
    }
}
