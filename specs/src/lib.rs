//! See the room's Cargo.toml for what it is.
