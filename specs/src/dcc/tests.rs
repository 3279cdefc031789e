//! Tests of the EU certificate.
