//! `issuer trust-list bundle`: read the lists of others, revocation and rules, and sign them with our own signers into one
//! file. The files are believed on the word of whoever runs this; what was not taken, and why, is printed.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use issuer::bundle::{self, Parts};
use issuer::clock::Clock;
use issuer::keyring::Keyring;
use issuer::keys::folder;
use specs::hash_list::gateway::Batch;
use specs::revocation::{LIMITS, Revocation};
use specs::time::UnixTime;
use trust_list::backend::{self, Backend};
use trust_list::import::{self, Imported, eu_gateway, gdhcn, icao, nzcp, shc};
use verifier::inspect::harmless;

use crate::PassphraseFile;

#[derive(Debug, Args)]
pub(crate) struct Bundle {
    /// Key folder
    #[arg(long)]
    keys: PathBuf,
    #[command(flatten)]
    passphrase: PassphraseFile,
    /// The file to write; what lies there already is followed and replaced
    #[arg(long)]
    out: PathBuf,
    /// Days after which the bundle ought to be replaced; never longer than the list signer's certificate
    #[arg(long, default_value_t = bundle::VALID_DAYS, value_parser = clap::value_parser!(u32).range(1..=366))]
    days: u32,
    /// The list of the EU's gateway (JSON), or a national copy of it; may be repeated, as all that follow
    #[arg(long, value_name = "FILE")]
    eu_gateway: Vec<PathBuf>,
    /// The list of WHO's network (DID document)
    #[arg(long, value_name = "FILE")]
    gdhcn: Vec<PathBuf>,
    /// A snapshot of the directory of SMART Health Card issuers
    #[arg(long, value_name = "FILE")]
    shc_directory: Vec<PathBuf>,
    /// The keys that one issuer publishes, with its address or DID
    #[arg(long, value_name = "ISS=FILE", value_parser = issuer_and_file)]
    jwks: Vec<(String, PathBuf)>,
    /// The DID document of New Zealand's issuer
    #[arg(long, value_name = "FILE")]
    nzcp: Vec<PathBuf>,
    /// States' authorities for travel documents (PEM, DER), or a master list of them
    #[arg(long, value_name = "FILE")]
    csca: Vec<PathBuf>,
    /// What `issuer revocation export` wrote
    #[arg(long, value_name = "FILE")]
    revocation: Vec<PathBuf>,
    /// A batch of hashes of the EU's gateway (JSON)
    #[arg(long, value_name = "BATCH")]
    eu_revocation: Vec<PathBuf>,
    /// Rules for entry and use (JSON)
    #[arg(long, value_name = "FILE")]
    rules: Vec<PathBuf>,
}

fn issuer_and_file(text: &str) -> Result<(String, PathBuf), String> {
    let (iss, file) = text.split_once('=').ok_or("an issuer, then = and a file")?;
    Ok((iss.to_owned(), file.into()))
}

pub(crate) fn run(asked: &Bundle) -> anyhow::Result<()> {
    let at = Clock::System.now();
    let keyring = Keyring::open(&asked.keys)?;
    let key = keyring.key(&keyring.list_signer, &asked.passphrase.find()?)?;
    let (imported, refused) =
        bundle::without_demonstration(imported(asked, at, backend::native())?, keyring.manifest.environment);
    refused.iter().for_each(|(name, error)| print_refused(name, error));
    let rules = asked.rules.iter().map(|path| read(path)).collect::<Result<Vec<_>, _>>()?;
    let rules = if rules.is_empty() { None } else { Some(bundle::rules(&rules)?) };
    let parts = Parts { imported, revocation: revocation(asked, at)?, rules };
    let made = bundle::publish(&keyring, &key, &asked.out, parts, at, asked.days)?;
    report(&asked.out, &made);
    Ok(())
}

type Read = fn(&[u8], UnixTime, &dyn Backend) -> Result<Imported, trust_list::Error>;

fn imported(
    asked: &Bundle,
    at: UnixTime,
    backend: &dyn Backend,
) -> anyhow::Result<Vec<specs::signer_list::SignerEntry>> {
    let sources: [(&[PathBuf], Read); 5] = [
        (&asked.eu_gateway, eu_gateway::read),
        (&asked.gdhcn, gdhcn::read),
        (&asked.shc_directory, shc::directory),
        (&asked.nzcp, nzcp::read),
        (&asked.csca, icao::read),
    ];
    let mut all = Vec::new();
    let mut take = |path: &Path, found: Result<Imported, trust_list::Error>| -> anyhow::Result<()> {
        let Imported { entries, refused } = found.with_context(|| path.display().to_string())?;
        println!("{}: {} signers taken, {} refused", path.display(), entries.len(), refused.len());
        refused.iter().for_each(|(name, error)| print_refused(name, error));
        all.extend(entries);
        Ok(())
    };
    for (paths, source) in sources {
        for path in paths {
            take(path, source(&read(path)?, at, backend))?;
        }
    }
    for (iss, path) in &asked.jwks {
        take(path, import::of_issuer(iss, &read(path)?, at, backend))?;
    }
    Ok(all)
}

fn revocation(asked: &Bundle, at: UnixTime) -> anyhow::Result<Option<Revocation>> {
    if asked.revocation.is_empty() && asked.eu_revocation.is_empty() {
        return Ok(None);
    }
    let mut all = Revocation::new();
    for path in &asked.revocation {
        let read = Revocation::decode(&read(path)?).with_context(|| path.display().to_string())?;
        all = all.keeping(&read, at);
    }
    for path in &asked.eu_revocation {
        let batch = Batch::decode(&read(path)?).with_context(|| path.display().to_string())?;
        println!("{}: {} hashes of {}", path.display(), batch.hashes.hashes().len(), batch.country);
        all.add_hashes(batch.hashes);
    }
    Ok(Some(all))
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    Ok(folder::read_public(path, LIMITS.max_bytes)?)
}

/// Names come out of foreign lists and certificates.
fn print_refused(name: &str, error: &trust_list::Error) {
    println!("  refused {}: {} ({})", harmless(name), harmless(&error.to_string()), error.code());
}

fn report(out: &Path, made: &bundle::Bundle) {
    let (list, count) = (&made.list, made.list.content().signers.len());
    println!(
        "{}: bundle {} of {}, {count} signers, {} bytes ({} for each signer), to be replaced before {}",
        out.display(),
        list.sequence(),
        list.issuer(),
        made.cose.len(),
        made.signer_bytes / count.max(1),
        list.next_update().to_rfc3339(),
    );
    let Some(revocation) = list.revocation() else {
        println!("  no revocation data: certificates that name a status will be \"cannot tell\"");
        return;
    };
    let ends = revocation.lists().iter().filter_map(|list| list.expires).min();
    if let Some(ends) = ends.filter(|ends| *ends < list.next_update()) {
        println!("  a status list in it ends earlier, at {}: export with more --valid-days", ends.to_rfc3339());
    }
}
