//! `issuer revocation`: revoke a signer or a site, and write everything that is revoked for signed trust data. All of it works
//! beside a running issuer. Single doses are revoked, suspended and restored through the running issuer only, which holds the
//! status lists.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use issuer::api::{Client, RevocationReason};
use issuer::clock::Clock;
use issuer::revocation::Subject;
use issuer::witness::Witness;
use issuer::{list, store::Store};
use specs::revocation::{RevokedSigner, RevokedSite};
use specs::time::UnixTime;

use crate::PassphraseFile;

#[derive(Debug, Subcommand)]
pub(crate) enum Revocation {
    /// Write everything that is revoked, and all status lists, as it goes into signed trust data
    Export {
        #[command(flatten)]
        place: Place,
        /// The file to write
        #[arg(long)]
        out: PathBuf,
        /// Days for which status lists may be gone by
        #[arg(long, default_value_t = list::VALID_DAYS, value_parser = clap::value_parser!(u32).range(1..=366))]
        valid_days: u32,
    },
    /// Revoke the certificates of a dose, for good, through the running issuer
    Revoke {
        #[command(flatten)]
        dose: OfDose,
        /// Why
        #[arg(long, value_parser = reason)]
        reason: RevocationReason,
    },
    /// Suspend the certificates of a dose until they are restored, through the running issuer
    Suspend {
        #[command(flatten)]
        dose: OfDose,
        /// Why
        #[arg(long, value_parser = reason)]
        reason: RevocationReason,
    },
    /// End the suspension of a dose, through the running issuer
    Restore {
        #[command(flatten)]
        dose: OfDose,
    },
    /// Revoke a document signer, for good. What it signed is not issued again: there is no reissue yet
    RevokeSigner {
        #[command(flatten)]
        place: Place,
        /// Its key identifier, 16 hexadecimal digits
        kid: String,
        /// Only what it signed from then on (RFC 3339). Not where the key itself was stolen: a thief writes any time. Seen
        /// only by holders of a bundle: the plain list no longer names the signer, and its holders cannot tell
        #[arg(long, value_parser = moment)]
        from: Option<UnixTime>,
        /// Why
        #[arg(long, default_value = "compromise", value_parser = reason)]
        reason: RevocationReason,
    },
    /// Revoke what was issued in one place, for good
    RevokeSite {
        #[command(flatten)]
        place: Place,
        /// The authority as certificates name it, letter for letter
        #[arg(long, required_unless_present = "uvci_prefix")]
        authority: Option<String>,
        /// What the certificate's identifier begins with
        #[arg(long)]
        uvci_prefix: Option<String>,
        /// Issued at this time or later (RFC 3339)
        #[arg(long, value_parser = moment)]
        from: Option<UnixTime>,
        /// Issued at this time or earlier (RFC 3339)
        #[arg(long, value_parser = moment)]
        until: Option<UnixTime>,
        /// Why
        #[arg(long, default_value = "fraud", value_parser = reason)]
        reason: RevocationReason,
    },
}

#[derive(Debug, Args)]
pub(crate) struct OfDose {
    /// Unix socket of the running issuer
    #[arg(long)]
    socket: PathBuf,
    /// The dose
    dose: String,
}

impl OfDose {
    fn issuer(&self) -> anyhow::Result<Client> {
        Ok(Client::unix(&self.socket)?)
    }
}

#[derive(Debug, Args)]
pub(crate) struct Place {
    /// Key folder
    #[arg(long)]
    keys: PathBuf,
    /// Data folder
    #[arg(long)]
    data: PathBuf,
    #[command(flatten)]
    passphrase: PassphraseFile,
}

impl Place {
    async fn store(&self) -> anyhow::Result<Store> {
        crate::open_store(&self.keys, &self.data, &self.passphrase).await
    }
}

pub(crate) async fn run(asked: Revocation) -> anyhow::Result<()> {
    match asked {
        Revocation::Export { place, out, valid_days } => export(&place, &out, valid_days).await,
        Revocation::Revoke { dose, reason } => {
            let revoked = dose.issuer()?.revoke(&dose.dose, reason).await?;
            println!("revoked at {}: dose {}, {} certificates", revoked.at, revoked.dose, revoked.certificates);
            Ok(())
        }
        Revocation::Suspend { dose, reason } => {
            let suspended = dose.issuer()?.suspend(&dose.dose, reason).await?;
            println!("suspended at {}: dose {}, {} certificates", suspended.at, suspended.dose, suspended.certificates);
            Ok(())
        }
        Revocation::Restore { dose } => {
            let restored = dose.issuer()?.restore(&dose.dose).await?;
            println!("restored at {}: dose {}, {} certificates", restored.at, restored.dose, restored.certificates);
            Ok(())
        }
        Revocation::RevokeSigner { place, kid, from, reason } => {
            let kid = hex::decode(&kid).ok().and_then(|kid| kid.try_into().ok());
            let kid = kid.context("a key identifier is 16 hexadecimal digits")?;
            revoke(&place, Subject::Signer(RevokedSigner { kid, from }), reason).await
        }
        Revocation::RevokeSite { place, authority, uvci_prefix, from, until, reason } => {
            let site = RevokedSite { authority, uvci_prefix, from, until };
            anyhow::ensure!(
                specs::revocation::Revocation::new().revoke_site(site.clone()),
                "a rule has texts of 1 to 400 bytes and ends after it begins"
            );
            revoke(&place, Subject::Site(site), reason).await
        }
    }
}

async fn export(place: &Place, out: &Path, valid_days: u32) -> anyhow::Result<()> {
    let store = place.store().await?;
    let seen = Witness::of_revocations(&place.keys, store.log_id())?.seen()?;
    issuer::pipeline::check_revocations_witness(&seen, &store).await?;
    let all = store.export(Clock::System.now(), valid_days).await?;
    let bytes = all.encode();
    std::fs::write(out, &bytes).with_context(|| out.display().to_string())?;
    let (lists, signers, sites) = (all.lists().len(), all.signers().len(), all.sites().len());
    println!("{}: {lists} status lists, {signers} signers, {sites} sites, {} bytes", out.display(), bytes.len());
    Ok(())
}

async fn revoke(place: &Place, subject: Subject, reason: RevocationReason) -> anyhow::Result<()> {
    let store = place.store().await?;
    let (entry, head) = store.revoke(&subject, reason, &Clock::System).await?;
    Witness::of_revocations(&place.keys, store.log_id())?.see(&head)?;
    println!("revoked at {}: {} {}", entry.at.to_rfc3339(), subject.kind(), subject.text());
    Ok(())
}

fn moment(text: &str) -> Result<UnixTime, String> {
    UnixTime::from_rfc3339(text).ok_or_else(|| "not an RFC 3339 time such as 2026-11-23T07:00:00Z".to_owned())
}

fn reason(text: &str) -> Result<RevocationReason, String> {
    let all = RevocationReason::ALL.map(RevocationReason::as_str).join(", ");
    RevocationReason::parse(text).ok_or_else(|| format!("one of {all}"))
}
