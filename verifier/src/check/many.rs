//! Many certificates at once: all are opened, their Ed25519 signatures are asked for in batches, then each check goes its
//! usual way. What no batch has found good is checked alone, so that a batch can only save work.

use specs::time::UnixTime;
use trust_list::batch::{self, Claim, Key};
use trust_list::signers::Signer;

use super::Verifier;
use super::message::{Named, Opened};
use super::run::Run;
use crate::verdict::Verdict;

/// How many signatures go into one batch: beyond, a signature hardly costs less.
const BATCH: usize = 256;
/// A batch of fewer than this is not halved when it fails.
const WORTH_HALVING: usize = 64;

pub(super) fn verdicts(verifier: &Verifier, texts: &[&str], at: UnixTime) -> Vec<Verdict> {
    let open = |text: &&str| {
        let mut run = Run::new(verifier, at);
        let opened = run.open(text);
        (run, opened)
    };
    let runs: Vec<_> = texts.iter().map(open).collect();
    let opened = runs.iter().map(|(_, opened)| opened.as_ref().ok());
    let signed = opened.enumerate().filter_map(|(place, opened)| Signed::of(verifier, place, opened?));
    let mut signed: Vec<Signed<'_, '_>> = signed.collect();
    signed.chunks_mut(BATCH).for_each(sift);
    let mut proven = vec![None; runs.len()];
    signed.iter().filter(|one| one.good).for_each(|one| proven[one.place] = Some(one.signer));
    runs.into_iter().zip(proven).map(|((run, opened), signer)| run.finish_knowing(opened, signer)).collect()
}

/// A message that only one believed signer can have signed, with a key that takes part in batches.
struct Signed<'v, 'm> {
    /// Which of the texts.
    place: usize,
    signer: &'v Signer,
    key: &'v Key,
    to_be_signed: Vec<u8>,
    signature: &'m [u8],
    /// Found good.
    good: bool,
}

impl<'v, 'm> Signed<'v, 'm> {
    fn of(verifier: &'v Verifier, place: usize, opened: &'m Opened) -> Option<Self> {
        let message = opened.message().ok()?;
        let Named::Kid(kid) = message.signer() else { return None };
        let mut candidates = verifier.by_kid(kid).filter(|signer| signer.issuer().is_none());
        let (signer, None) = (candidates.next()?, candidates.next()) else { return None };
        if !message.names(signer.algorithm()) {
            return None;
        }
        let (to_be_signed, signature) = (message.to_be_signed().into_owned(), message.signature());
        Some(Self { place, signer, key: signer.batch_key()?, to_be_signed, signature, good: false })
    }

    fn claim(&self) -> Claim<'_> {
        Claim { key: self.key, message: &self.to_be_signed, signature: self.signature }
    }
}

/// Finds the good ones, in few batches where few are bad.
fn sift(signed: &mut [Signed<'_, '_>]) {
    if !all_good(signed) {
        sift_failed(signed);
    }
}

/// The same where at least one is known to be bad.
fn sift_failed(signed: &mut [Signed<'_, '_>]) {
    if signed.len() < WORTH_HALVING {
        return;
    }
    let (left, right) = signed.split_at_mut(signed.len() / 2);
    if all_good(left) {
        sift_failed(right);
    } else if all_good(right) {
        sift_failed(left);
    }
    // Bad ones in both halves: there may be many, and then batches are work on top.
}

/// Marks them if they are.
fn all_good(signed: &mut [Signed<'_, '_>]) -> bool {
    let good = batch::verify(&signed.iter().map(Signed::claim).collect::<Vec<_>>());
    if good {
        signed.iter_mut().for_each(|one| one.good = true);
    }
    good
}
