//! Tests of the list of signers.
