//! Reads what was asked, does it, prints the answer, gives the exit code. Nothing is kept of a certificate.

mod args;
mod batch;
mod clock;
mod input;
mod rules;
#[cfg(feature = "serve")]
mod serve;
mod state;
mod words;

use std::ffi::OsString;
use std::io::{IsTerminal, Write};
use std::path::Path;

use clap::Parser;
use specs::revocation::Revocation;
use trust_list::chain::Anchor;
use trust_list::import::{self, Imported, icao, shc};
use trust_list::signers::Signer;
use trust_list::{backend, list, status_list};
use verifier::inspect::harmless;
use verifier::verdict::Outcome;
use verifier::{Verdict, Verifier, inspect};

use args::{Check, Cli, Command, EXIT_INVALID, EXIT_UNKNOWN, EXIT_USAGE, EXIT_VALID, Inspect, Trust};
use input::Input;

/// How many words ask for help or version and for nothing else, at most: `verifier check --help`.
const PROGRAM_COMMAND_HELP: usize = 3;

/// Runs the command line and gives the exit code.
pub(crate) fn run(arguments: impl Iterator<Item = OsString>) -> u8 {
    let arguments: Vec<OsString> = arguments.collect();
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        // Help and version are answers, but only where nothing else was asked: in the place of a certificate these words may
        // come from a QR code, and whoever wrote it must not get the exit code of a good one.
        Err(error) if !error.use_stderr() && arguments.len() > PROGRAM_COMMAND_HELP => {
            eprintln!(
                "verifier: --help và --version chỉ dùng một mình hoặc ngay sau tên lệnh
verifier: --help and --version stand alone or behind the name of a command"
            );
            return EXIT_USAGE;
        }
        Err(error) => {
            // A closed pipe is nothing to report.
            let mistake = error.use_stderr();
            let _ = error.print();
            return if mistake { EXIT_USAGE } else { EXIT_VALID };
        }
    };
    let done = match cli.command {
        Command::Check(asked) => check(&asked),
        #[cfg(feature = "serve")]
        Command::Serve(asked) => serve::run(*asked),
        Command::Inspect(asked) => look_inside(&asked),
    };
    done.unwrap_or_else(|Usage(message)| {
        eprintln!("verifier: {message}");
        EXIT_USAGE
    })
}

/// The command was given something it cannot use.
struct Usage(String);

impl From<input::Error> for Usage {
    fn from(error: input::Error) -> Self {
        Self(error.to_string())
    }
}

fn check(asked: &Check) -> Result<u8, Usage> {
    let at = asked.at.unwrap_or_else(clock::now);
    let verifier = rules::asked(&asked.trust, believing(&asked.trust, at)?)?;
    if asked.batch {
        return batch::run(&verifier, at, &asked.input, asked.json);
    }
    let mut verdict = match input::read(&asked.input)? {
        Input::Text(text) => verifier.check(&text, at),
        Input::UnreadablePicture(why) => Verdict::unreadable_picture(why.to_string()),
        Input::NotText => Verdict::unreadable_text(),
    };
    // Also where there was nothing to check: what would have been believed, and how old it is.
    verdict.trust = verifier.trust(at);
    let printed = if asked.json {
        let json = serde_json::to_string_pretty(&verdict).map_err(|error| Usage(error.to_string()))?;
        format!("{json}\n")
    } else {
        words::verdict(&verdict, verifier.value_sets(), at, std::io::stdout().is_terminal())
    };
    print(&printed);
    Ok(match verdict.verdict {
        Outcome::Valid => EXIT_VALID,
        Outcome::Invalid => EXIT_INVALID,
        Outcome::Unknown => EXIT_UNKNOWN,
    })
}

/// A verifier that believes the list and the signers that were named. A file that is not there, or is no certificate, is
/// wrong usage; a list that must not be believed makes verdicts "cannot tell".
fn believing(asked: &Trust, at: specs::time::UnixTime) -> Result<Verifier, Usage> {
    let backend = backend::native();
    let mut verifier = Verifier::new(backend);
    let mut revocation = Revocation::new();
    for path in &asked.signer {
        let signer = Signer::from_certificate(&input::file(path)?, backend).map_err(|error| unusable(path, &error))?;
        verifier = verifier.with_signer(signer);
    }
    for (iss, path) in &asked.jwks {
        let found = import::of_issuer(iss, &input::file(path)?, at, backend);
        verifier = with_imported(verifier, &mut revocation, path, found)?;
    }
    for (iss, path) in &asked.shc_crl {
        let list = shc::revoked_cards(iss, &input::file(path)?, at).map_err(|error| unusable(path, &error))?;
        revocation.add_cards(list);
    }
    for path in &asked.csca {
        let found = icao::read(&input::file(path)?, at, backend);
        verifier = with_imported(verifier, &mut revocation, path, found)?;
    }
    let anchors = anchors(asked)?;
    if let Some(path) = &asked.trust_list {
        let mut list = list::open(&input::file(path)?, &anchors, at, backend);
        if let (Some(state), Ok(offered)) = (&asked.state, &list) {
            match state::take(state, offered) {
                Ok(()) => {}
                Err(state::Refused::List(error)) => list = Err(error),
                Err(state::Refused::File(why)) => return Err(Usage(why)),
            }
        }
        verifier = match list {
            Ok(list) => verifier.with_list(list),
            Err(error) => {
                let verifier = verifier.with_refused_list(&error);
                report_refused(&verifier, at, &error);
                verifier
            }
        };
    }
    if asked.no_revocation {
        return Ok(verifier.without_revocation());
    }
    if let Some(held) = verifier.revocation() {
        revocation = revocation.keeping(held, at);
    }
    // A list that is refused is not held: certificates that name it cannot be told.
    for path in &asked.status_list {
        match status_list::open(&input::file(path)?, &anchors, at, backend) {
            Ok(token) => revocation.add_list(token.into_inner().into()),
            Err(error) => {
                let (path, detail) = (harmless(&path.display().to_string()), harmless(&error.to_string()));
                eprintln!("verifier: danh sách trạng thái bị từ chối / the status list is refused: {path} ({detail})");
            }
        }
    }
    let unchanged = asked.status_list.is_empty() && revocation.cards().is_empty();
    Ok(if unchanged { verifier } else { verifier.with_revocation(revocation) })
}

/// The roots that the trust list must lead to.
fn anchors(asked: &Trust) -> Result<Vec<Anchor>, Usage> {
    let mut anchors = Vec::new();
    for path in &asked.anchor {
        anchors.extend(Anchor::read_all(&input::file(path)?).map_err(|error| unusable(path, &error))?);
    }
    Ok(anchors)
}

/// Believes the keys of a foreign file, and what it says of revoked cards, and says which keys it cannot use. A file without any
/// is wrong usage.
fn with_imported(
    mut verifier: Verifier,
    revocation: &mut Revocation,
    path: &Path,
    found: Result<Imported, trust_list::Error>,
) -> Result<Verifier, Usage> {
    let found = found.map_err(|error| unusable(path, &error))?;
    for (name, error) in &found.refused {
        let (name, detail) = (harmless(name), harmless(&error.to_string()));
        eprintln!("verifier: khóa bị từ chối / a key is refused: {name} ({detail})");
    }
    if found.entries.is_empty() {
        let path = harmless(&path.display().to_string());
        return Err(Usage(format!(
            "không có khóa nào dùng được trong {path}
there is no key to use in {path}"
        )));
    }
    for entry in &found.entries {
        let signer = Signer::given(entry, verifier.backend()).map_err(|error| unusable(path, &error))?;
        verifier = verifier.with_signer(signer);
    }
    found.cards.into_iter().for_each(|list| revocation.add_cards(list));
    Ok(verifier)
}

/// The finding in both languages, and what was found in detail for whoever looks into it.
fn report_refused(verifier: &Verifier, at: specs::time::UnixTime, error: &trust_list::Error) {
    let finding = verifier.trust(at).list_refused.map(words::finding).unwrap_or_default();
    let detail = harmless(&error.to_string());
    eprintln!("verifier: danh sách tin cậy bị từ chối / the trust list is refused: {finding} ({detail})");
}

fn unusable(path: &Path, error: &trust_list::Error) -> Usage {
    // Names out of a certificate must not steer the terminal.
    let (path, error) = (harmless(&path.display().to_string()), harmless(&error.to_string()));
    Usage(format!("không dùng được chứng thư {path}: {error}\ncannot use the certificate {path}: {error}"))
}

fn look_inside(asked: &Inspect) -> Result<u8, Usage> {
    let text = match input::read(&asked.input)? {
        Input::Text(text) => text,
        Input::UnreadablePicture(why) => {
            eprintln!("verifier: không đọc được mã QR trong ảnh / the picture cannot be read: {why}");
            return Ok(EXIT_UNKNOWN);
        }
        Input::NotText => {
            eprintln!("verifier: đây không phải là văn bản / this is not text");
            return Ok(EXIT_UNKNOWN);
        }
    };
    let report = inspect::report(&text);
    print(&report.text);
    Ok(if report.whole { EXIT_VALID } else { EXIT_INVALID })
}

/// To standard output; whoever closed the pipe does not want the rest.
fn print(text: &str) {
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}
