//! Tests of the CBOR rules, one hostile form at a time, and properties.
