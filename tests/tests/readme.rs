//! What README.md and SECURITY.md tell to type can be typed: every line is understood by its program, and the way to become
//! an issuer is walked from the first line to the last.

use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use tests::server::program;

/// The commands of ours in the blocks of `sh`, each as the words it is made of, without comments and redirections.
fn commands(page: &str) -> Vec<Vec<String>> {
    let blocks = page.split("```sh\n").skip(1).filter_map(|rest| rest.split_once("```"));
    let lines = blocks.map(|(block, _)| block.replace("\\\n", " "));
    let all = lines.flat_map(|block| block.lines().map(words).collect::<Vec<_>>());
    all.filter(|words| words.first().is_some_and(|first| ["issuer", "verifier", "campaign"].contains(&first.as_str())))
        .collect()
}

/// A line as the shell takes it apart, up to a comment or a redirection.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in line.chars() {
        match quote {
            Some(end) if c == end => quote = None,
            Some(_) => word.get_or_insert_default().push(c),
            None if c == '\'' || c == '"' => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            None if c.is_whitespace() => words.extend(word.take()),
            None if c == '>' || (c == '#' && word.is_none()) => break,
            None => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

fn page(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name)).expect("a page")
}

/// The part of the README under that heading.
fn section(title: &str) -> String {
    let readme = page("README.md");
    let (_, rest) = readme.split_once(&format!("\n## {title}\n")).expect("the heading");
    rest.split("\n## ").next().unwrap_or_default().to_owned()
}

/// The command in that folder, with the environment of nobody.
fn command(words: &[String], folder: &Path) -> Command {
    let mut command = Command::new(program(&words[0]));
    command.args(&words[1..]).current_dir(folder).env_clear().env("NO_COLOR", "1");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Whether the program says that it does not know what was typed; whatever else it says, it has understood.
fn is_misunderstood(output: &Output) -> bool {
    String::from_utf8_lossy(&output.stderr).contains("try '--help'")
}

/// Runs it where every folder and file that it may begin with is something else, so that it ends at once.
fn tried(words: &[String]) -> Output {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["keys", "data", "issuer-data"] {
        File::create(folder.path().join(name)).expect("a file");
    }
    let mut child = command(words, folder.path()).spawn().expect("it starts");
    let ended = (0..1_000).any(|_| {
        std::thread::sleep(Duration::from_millis(20));
        child.try_wait().expect("a child can be asked").is_some()
    });
    if !ended {
        child.kill().expect("it can be stopped");
    }
    let output = child.wait_with_output().expect("what it said");
    assert!(ended, "{words:?} goes on without its files");
    output
}

#[test]
fn every_command_of_the_pages_is_understood() {
    let all: Vec<_> = ["README.md", "SECURITY.md"].iter().flat_map(|name| commands(&page(name))).collect();
    assert!(all.len() >= 20, "{} commands", all.len());
    for words in all {
        let output = tried(&words);
        assert!(!is_misunderstood(&output), "{words:?}\n{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn a_command_that_lacks_something_or_says_too_much_is_not_understood() {
    for line in [
        "campaign serve --issuer-keys keys --issuer-passphrase-file FILE",
        "issuer revocation export --keys keys --passphrase-file keys/passphrase --out revocation.cbor",
        "issuer trust-list bundle --keys keys --out bundle.cose --eu-gateways dsc.json",
        "verifier check --trust-list trust-list.cose 'HC1:...'",
        "verifier check",
    ] {
        assert!(is_misunderstood(&tried(&words(line))), "{line}");
    }
    let page =
        "```sh\nissuer a --b 'c d' \\\n    --e \"f\"x   # g\nls\nverifier h i#j > k\n```\n```rust\nissuer l\n```\n";
    assert_eq!(commands(page), [&["issuer", "a", "--b", "c d", "--e", "fx"][..], &["verifier", "h", "i#j"]]);
}

/// A server in the background, which is gone with this.
struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts it, and waits until it says that it serves.
fn serving(mut words: Vec<String>, folder: &Path) -> Serving {
    let serves = if words[0] == "campaign" {
        // The port of the README may be taken on this machine.
        words.extend(["--listen", "127.0.0.1:0"].map(str::to_owned));
        "ready address="
    } else {
        "listening on"
    };
    let log = folder.join(format!("{}.log", words[0]));
    let said = File::create(&log).expect("a log");
    let mut command = command(&words, folder);
    command.stdout(said.try_clone().expect("a second handle")).stderr(said);
    let mut child = Serving(command.spawn().expect("it starts"));
    for _ in 0..3_000 {
        let said = std::fs::read_to_string(&log).expect("the log");
        if said.contains(serves) {
            return child;
        }
        let ended = child.0.try_wait().expect("a child can be asked");
        assert_eq!(ended, None, "{words:?}\n{said}");
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("{words:?} does not serve");
}

/// What only a nation has: lists of others, doses, people. And another way to start the issuer, which is walked by itself.
fn is_beyond_a_test(words: &[String]) -> bool {
    ["--eu-gateway", "--issuer-keys", "DOSE", "PERSON"].iter().any(|word| words.iter().any(|said| said == word))
}

#[test]
fn whoever_types_what_is_told_becomes_an_issuer() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let told = commands(&section("Become an issuer"));
    let told: Vec<_> = told.into_iter().filter(|words| !is_beyond_a_test(words)).collect();
    assert_eq!(told.len(), 10, "{told:?}");
    let mut servers = Vec::new();
    for words in told {
        if words[1] == "serve" {
            servers.push(serving(words, folder));
            continue;
        }
        let mut command = command(&words, folder);
        if words[1] == "account" {
            std::fs::write(folder.join("password"), "một mật khẩu dài\n").expect("a file");
            command.stdin(File::open(folder.join("password")).expect("a file"));
        }
        let output = command.output().expect("it runs");
        assert!(output.status.success(), "{words:?}\n{}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(servers.len(), 2);
    drop(servers);
    for made in ["public/trust-list.cose", "bundle.cose", "revocation.cbor", "2026-11-23.json", "2026-11-24.json"] {
        assert!(folder.join(made).exists(), "{made}");
    }
}

#[test]
fn on_one_machine_the_campaign_starts_the_issuer() {
    let folder = tempfile::tempdir().expect("a folder");
    let told = commands(&section("Become an issuer"));
    let line = |word: &str| told.iter().find(|words| words.iter().any(|said| said == word)).expect("the line").clone();
    assert!(command(&line("ceremony"), folder.path()).output().expect("it runs").status.success());
    let server = serving(line("--issuer-keys"), folder.path());
    assert!(folder.path().join("data/issuer/issuer.socket").exists(), "it waits for its issuer");
    drop(server);
}
