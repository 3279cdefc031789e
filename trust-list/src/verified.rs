//! The mark of what was checked.

use std::ops::Deref;

/// A `T` whose signature, chain and time were checked by this crate. There is no other way to make one, so a function
/// that asks for a `Verified<T>` cannot be handed something nobody looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified<T>(T);

impl<T> Verified<T> {
    /// To be called only at the end of a successful check.
    pub(crate) fn new(checked: T) -> Self {
        Self(checked)
    }

    /// The thing itself; the mark is lost.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Verified<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}
