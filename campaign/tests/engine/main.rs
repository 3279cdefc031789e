//! The write path on both engines: every test here runs on SQLite, and on PostgreSQL where `LACHAN_TEST_POSTGRES` names a
//! server on which databases can be made (`cargo xtask test` starts one).
#![expect(clippy::unwrap_used, reason = "tests")]

mod crash;
mod erase;
mod flow;
mod ground;
mod store;
mod tamper;
mod trouble;
mod walk;
mod writing;
