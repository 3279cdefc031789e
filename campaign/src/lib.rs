//! THE NATIONAL CAMPAIGN: records doses, asks the issuer for certificates, feeds what people see.
//!
//! Two spines carry it: [`journal`] (what happened) and [`ledger`] (where each dose is). Each part of the campaign is a
//! folder with pure rules: `decide` says what happens or why not, `evolve` takes it in, `project` says which rows it
//! changes. [`keeper`] is the shell around them: it reads what a batch of commands needs, decides one after another,
//! writes everything in one transaction and only then answers. [`replay`] rebuilds every table from the journal and
//! [`audit`] compares them with it.
#![cfg_attr(test, expect(clippy::unwrap_used, reason = "tests"))]

pub mod clock;
mod disk;
pub mod ids;
pub mod refusal;
pub mod rng;

pub mod db;
pub mod vault;

pub mod journal;
pub mod ledger;

pub mod catalogue;
pub mod places;

pub mod supply;

pub mod people;

pub mod visits;

pub mod certificates;

pub mod auth;

pub mod command;
pub mod event;
pub mod facts;
pub mod http;
pub mod keeper;
pub mod unit;
#[cfg(test)]
mod world;

pub mod accounts;
pub mod audit;
pub mod replay;
pub mod seed;
