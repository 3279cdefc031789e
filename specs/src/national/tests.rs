//! Tests of the national certificate.
