//! The trust data that the server holds: read at the start, read again when a file changes, never replaced by older ones.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::SystemTime;

use specs::revocation::Revocation;
use specs::time::UnixTime;
use trust_list::list;
use verifier::Verifier;

use crate::cli::args::Trust;
use crate::cli::{Usage, anchors, believing, report_refused, rules};

/// When each file was last written, and its size; `None` where it is not there.
type Stamps = Vec<Option<(SystemTime, u64)>>;

/// What is believed at present.
pub(super) struct Held {
    asked: Trust,
    verifier: RwLock<Arc<Verifier>>,
    seen: Mutex<Stamps>,
}

impl Held {
    /// Reads the files for the first time.
    ///
    /// # Errors
    /// As for `verifier check`: files that are not there are wrong usage, a list that is refused is not.
    pub(super) fn open(asked: Trust, at: UnixTime) -> Result<Self, Usage> {
        let seen = Mutex::new(stamps(&asked));
        let verifier = rules::asked(&asked, believing(&asked, at)?)?;
        Ok(Self { asked, verifier: RwLock::new(Arc::new(verifier)), seen })
    }

    /// The verifier to check with now.
    pub(super) fn verifier(&self) -> Arc<Verifier> {
        Arc::clone(&self.verifier.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the files again where one has changed, or where the list was refused and it is time to try `again`.
    pub(super) fn refresh(&self, at: UnixTime, again: bool) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        // Before the files are read: whatever is written from now on is seen at the next look.
        let found = stamps(&self.asked);
        let held = self.verifier();
        if found == *seen && !(again && held.trust(at).list_refused.is_some()) {
            return;
        }
        *seen = found;
        match self.next(&held, at) {
            Ok(next) => *self.verifier.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(next),
            // A file that is being replaced, perhaps: the next look finds it.
            Err(Usage(why)) => eprintln!("verifier: giữ dữ liệu cũ / what was held stays: {why}"),
        }
    }

    /// What is to be held after `held`: the list that was offered if it may follow, and all that was ever revoked.
    fn next(&self, held: &Verifier, at: UnixTime) -> Result<Verifier, Usage> {
        let mut next = believing(&self.asked, at)?;
        if let Some(before) = held.list() {
            let follows = next.list().map(|offered| list::may_replace(before, offered));
            if let Some(Err(error)) = &follows {
                report_refused(&Verifier::new(next.backend()).with_refused_list(error), at, error);
            }
            // Whoever took an anchor away believes nothing more that leads to it.
            let key = before.anchor().certificate().key().thumbprint();
            let believed = anchors(&self.asked)?.iter().any(|anchor| anchor.certificate().key().thumbprint() == key);
            if believed && !matches!(follows, Some(Ok(()))) {
                next = next.with_list(before.clone());
            }
        }
        next = next.with_value_sets_of(held);
        if let (Some(before), false) = (held.revocation(), self.asked.no_revocation) {
            let new = next.revocation().map_or_else(Revocation::new, |new| Revocation::clone(new));
            next = next.with_revocation(new.keeping(before, at));
        }
        rules::asked(&self.asked, next)
    }
}

/// Of all files that say whom to believe: any may change while the server runs.
fn stamps(asked: &Trust) -> Stamps {
    let Trust { trust_list, anchor, status_list, signer, csca, rules, .. } = asked;
    let of_issuers = asked.jwks.iter().chain(&asked.shc_crl).map(|(_, path)| path);
    let files = trust_list.iter().chain(anchor).chain(status_list).chain(signer).chain(csca).chain(rules);
    let files = files.chain(of_issuers);
    let stamp = |path: &PathBuf| {
        let found = std::fs::metadata(path).ok()?;
        Some((found.modified().ok()?, found.len()))
    };
    files.map(stamp).collect()
}
