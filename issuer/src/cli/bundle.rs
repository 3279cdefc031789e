//! `issuer trust-list bundle`: read the lists of others, revocation and rules, and sign them with our own signers into one
//! file. The files are believed on the word of whoever runs this; what was not taken, and why, is printed.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use issuer::bundle::{self, Parts};
use issuer::clock::Clock;
use issuer::keyring::Keyring;
use issuer::keys::folder;
use issuer::pipeline::check_revocations_witness;
use issuer::revocation::{Entry, Subject};
use issuer::witness::Witness;
use sha2::{Digest as _, Sha256};
use specs::hash_list::gateway::Batch;
use specs::hash_list::partition::{self, Slice};
use specs::hash_list::slices;
use specs::revocation::{CardList, LIMITS, Revocation};
use specs::signer_list::SignerEntry;
use specs::time::UnixTime;
use specs::value_set::published::{Published, Updates};
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
    /// The list of revoked cards of one key of an issuer (crl/KID.json), with its address
    #[arg(long, value_name = "ISS=FILE", value_parser = issuer_and_file)]
    shc_crl: Vec<(String, PathBuf)>,
    /// The DID document of New Zealand's issuer
    #[arg(long, value_name = "FILE")]
    nzcp: Vec<PathBuf>,
    /// States' authorities for travel documents (PEM, DER), or a master list of them
    #[arg(long, value_name = "FILE")]
    csca: Vec<PathBuf>,
    /// What `issuer revocation export` wrote; needed once anything was revoked
    #[arg(long, value_name = "FILE")]
    revocation: Vec<PathBuf>,
    /// Data folder of the issuer, whose log says which signers and places have to be in it; needed once anything was revoked
    #[arg(long)]
    data: Option<PathBuf>,
    /// A batch of hashes of the EU's gateway (JSON)
    #[arg(long, value_name = "BATCH")]
    eu_revocation: Vec<PathBuf>,
    /// A folder of what the EU's distribution service gives out: lists.json, partitions/*.json, and each slice, unpacked, as
    /// slices/HASH
    #[arg(long, value_name = "FOLDER")]
    eu_slices: Vec<PathBuf>,
    /// Rules for entry and use (JSON)
    #[arg(long, value_name = "FILE")]
    rules: Vec<PathBuf>,
    /// Value sets as the EU publishes them (JSON), or a folder of such files; newer ones take the place of older ones
    #[arg(long, value_name = "FILE|FOLDER")]
    value_sets: Vec<PathBuf>,
}

fn issuer_and_file(text: &str) -> Result<(String, PathBuf), String> {
    let (iss, file) = text.split_once('=').ok_or("an issuer, then = and a file")?;
    Ok((iss.to_owned(), file.into()))
}

pub(crate) async fn run(asked: &Bundle) -> anyhow::Result<()> {
    let at = Clock::System.now();
    let log = log_of_revocations(asked).await?;
    let keyring = Keyring::open(&asked.keys)?;
    let key = keyring.key(&keyring.list_signer, &asked.passphrase.find()?)?;
    let (imported, cards) = imported(asked, at, backend::native())?;
    let (imported, refused) = bundle::without_demonstration(imported, keyring.manifest.environment);
    refused.iter().for_each(|(name, error)| print_refused(name, error));
    let rules = asked.rules.iter().map(|path| read(path)).collect::<Result<Vec<_>, _>>()?;
    let rules = if rules.is_empty() { None } else { Some(bundle::rules(&rules)?) };
    let value_sets = value_sets(&asked.value_sets, at)?;
    let revocation = revocation(asked, cards, at)?;
    check_nothing_missing(&log, revocation.as_ref())?;
    let parts = Parts { imported, revocation, rules, value_sets };
    let made = bundle::publish(&keyring, &key, &asked.out, parts, at, asked.days)?;
    report(&asked.out, &made);
    Ok(())
}

/// What the issuer's own log says was revoked; nothing where nothing ever was with these keys.
async fn log_of_revocations(asked: &Bundle) -> anyhow::Result<Vec<Entry>> {
    let log = match &asked.data {
        Some(data) => {
            let store = crate::open_store(&asked.keys, data, &asked.passphrase).await?;
            check_revocations_witness(&Witness::of_revocations(&asked.keys, store.log_id())?.seen()?, &store).await?;
            store.revocations().await?.0
        }
        None => Vec::new(),
    };
    if !log.is_empty() || crate::anything_revoked(&asked.keys)? {
        anyhow::ensure!(
            !asked.revocation.is_empty(),
            "something was revoked with these keys: --revocation says what (issuer revocation export)"
        );
        anyhow::ensure!(
            asked.data.is_some(),
            "something was revoked with these keys: --data, the issuer's data folder, says whether all of it stands in \
             --revocation"
        );
    }
    Ok(log)
}

/// A file of last night, or of another issuer, would make a bundle in which a stolen key is good. Doses are not looked for:
/// the status lists in the file say of when they are, and soon speak for nothing new.
fn check_nothing_missing(log: &[Entry], revocation: Option<&Revocation>) -> anyhow::Result<()> {
    let holds = |subject: &Subject| match subject {
        // `None` is from the beginning, and less than every time.
        Subject::Signer(signer) => revocation
            .is_some_and(|all| all.signers().iter().any(|held| held.kid == signer.kid && held.from <= signer.from)),
        Subject::Site(site) => revocation.is_some_and(|all| all.sites().contains(site)),
        Subject::Dose(_) | Subject::Suspension(_) | Subject::Restoration(_) => true,
    };
    if let Some(missing) = log.iter().find(|entry| !holds(&entry.subject)) {
        anyhow::bail!(
            "{} {} was revoked at {} and does not stand in --revocation, which is older than that or of another issuer: \
             write it anew with issuer revocation export",
            missing.subject.kind(),
            missing.subject.text(),
            missing.at.to_rfc3339()
        );
    }
    Ok(())
}

type Read = fn(&[u8], UnixTime, &dyn Backend) -> Result<Imported, trust_list::Error>;

fn imported(asked: &Bundle, at: UnixTime, backend: &dyn Backend) -> anyhow::Result<(Vec<SignerEntry>, Vec<CardList>)> {
    let sources: [(&[PathBuf], Read); 5] = [
        (&asked.eu_gateway, eu_gateway::read),
        (&asked.gdhcn, gdhcn::read),
        (&asked.shc_directory, shc::directory),
        (&asked.nzcp, nzcp::read),
        (&asked.csca, icao::read),
    ];
    let (mut all, mut cards) = (Vec::new(), Vec::new());
    let mut take = |path: &Path, found: Result<Imported, trust_list::Error>| -> anyhow::Result<()> {
        let Imported { entries, cards: lists, refused } = found.with_context(|| path.display().to_string())?;
        println!("{}: {} signers taken, {} refused", path.display(), entries.len(), refused.len());
        refused.iter().for_each(|(name, error)| print_refused(name, error));
        all.extend(entries);
        cards.extend(lists);
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
    for (iss, path) in &asked.shc_crl {
        let list = shc::revoked_cards(iss, &read(path)?, at).with_context(|| path.display().to_string())?;
        println!("{}: list {} of revoked cards taken", path.display(), list.newest);
        cards.push(list);
    }
    Ok((all, cards))
}

fn value_sets(asked: &[PathBuf], at: UnixTime) -> anyhow::Result<Vec<Published>> {
    let mut all = Vec::new();
    for path in asked {
        for file in files(path)? {
            let found = import::value_sets::read(&read(&file)?, at).with_context(|| file.display().to_string())?;
            println!("{}: {} value sets taken, {} refused", file.display(), found.sets.len(), found.refused.len());
            found.refused.iter().for_each(|(name, error)| print_refused(name, error));
            all.extend(found.sets);
        }
    }
    Ok(all)
}

/// That file, or the JSON files of that folder in the order of their names.
fn files(path: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = std::fs::read_dir(path).with_context(|| path.display().to_string())?;
    let mut files = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    anyhow::ensure!(!files.is_empty(), "{}: there is no JSON file in it", path.display());
    Ok(files)
}

fn revocation(asked: &Bundle, cards: Vec<CardList>, at: UnixTime) -> anyhow::Result<Option<Revocation>> {
    if asked.revocation.is_empty() && asked.eu_revocation.is_empty() && asked.eu_slices.is_empty() && cards.is_empty() {
        return Ok(None);
    }
    let mut all = Revocation::new();
    cards.into_iter().for_each(|list| all.add_cards(list));
    for path in &asked.revocation {
        let read = Revocation::decode(&read(path)?).with_context(|| path.display().to_string())?;
        all = all.keeping(&read, at);
    }
    for path in &asked.eu_revocation {
        let batch = Batch::decode(&read(path)?).with_context(|| path.display().to_string())?;
        println!("{}: {} hashes of {}", path.display(), batch.hashes.hashes().len(), batch.country);
        all.add_hashes(batch.hashes);
    }
    for folder in &asked.eu_slices {
        add_slices(&mut all, folder)?;
    }
    Ok(Some(all))
}

/// Everything or nothing: what is missing would be revoked certificates that pass.
fn add_slices(all: &mut Revocation, folder: &Path) -> anyhow::Result<()> {
    let signers = slices::signers(&read(&folder.join("lists.json"))?)?;
    let (mut listed, mut hashes, mut filters) = (Vec::new(), 0, 0);
    for path in files(&folder.join("partitions"))? {
        listed.extend(partition::read(&read(&path)?).with_context(|| path.display().to_string())?);
    }
    for signer in &signers {
        let name = signer.kid.map_or_else(|| "UNKNOWN_KID".to_owned(), hex::encode);
        let own: Vec<_> = listed.iter().filter(|slice| slice.kid == signer.kid).collect();
        anyhow::ensure!(!own.is_empty(), "{}: no partition of {name} is there", folder.display());
        for slice in own {
            let path = folder.join("slices").join(&slice.hash);
            let bytes = read(&path)?;
            anyhow::ensure!(hex::encode(Sha256::digest(&bytes)) == slice.hash, "{}: is not that slice", path.display());
            match slice.slice(&bytes, signer).with_context(|| path.display().to_string())? {
                Slice::Hashes(list) => {
                    hashes += list.hashes().len();
                    all.add_hashes(list);
                }
                Slice::Filter(filter) => {
                    filters += 1;
                    all.add_filter(filter);
                }
            }
        }
    }
    println!("{}: {hashes} hashes and {filters} filters of {} signers", folder.display(), signers.len());
    Ok(())
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
    for set in list.value_sets().map_or(&[][..], Updates::sets) {
        println!("  value set {} of {}, {} codes", set.name(), set.date(), set.codes().len());
    }
    let Some(revocation) = list.revocation() else {
        println!("  no revocation data: certificates that name a status will be \"cannot tell\"");
        return;
    };
    for list in revocation.cards().iter().filter(|list| list.held.as_ref().is_none_or(|held| held.number < list.newest))
    {
        let (issuer, kid) = (harmless(&list.issuer), hex::encode(list.kid));
        println!(
            "  list {} of revoked cards of {issuer} {kid} is not here: its cards will be \"cannot tell\"",
            list.newest
        );
    }
    let ends = revocation.lists().iter().filter_map(|list| list.expires).min();
    if let Some(ends) = ends.filter(|ends| *ends < list.next_update()) {
        println!("  a status list in it ends earlier, at {}: export with more --valid-days", ends.to_rfc3339());
    }
}
