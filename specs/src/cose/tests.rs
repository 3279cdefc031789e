//! Tests of COSE_Sign1.
