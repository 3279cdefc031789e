//! Every binding of the verifier says what the Rust library says, letter for letter, about every vector: C (also under
//! valgrind), Python, Kotlin, JavaScript in Node and in Chromium.
//!
//! The libraries must have been built: `cargo build -p verifier-c -p verifier-uniffi`, and for JavaScript `cargo xtask
//! bindings`. Where a tool is absent a test says so loudly and does nothing; with `LACHAN_BINDINGS=required`, as in
//! `cargo xtask test`, that is a failure.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;
use tests::back_ends::both;
use tests::binding_cases::{self, Case};
use tests::server::program;
use trust_list::backend;
use verifier_bindgen::{foreign, header, root, sample};

#[test]
fn the_header_is_the_one_that_cbindgen_writes() {
    let (path, wanted) = (header::path(&root()), header::text(&root()).unwrap());
    let found = std::fs::read_to_string(&path).unwrap();
    assert_eq!(found, wanted, "{} is out of date. Type:\n  cargo xtask bindings", path.display());
}

#[test]
fn both_back_ends_give_the_same_answers() {
    for case in binding_cases::all() {
        let [portable, native] = both().map(|backend| case.answer(backend));
        assert_eq!(portable, native, "{}", case.name);
    }
}

#[test]
fn c_says_what_rust_says_and_loses_no_memory() {
    if !all_there(&["cc", "valgrind"]) {
        return;
    }
    let desk = Desk::new();
    for (source, program) in [("tests/cases.c", "cases"), ("examples/check.c", "check")] {
        let mut compile = Command::new("cc");
        compile.args(["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-O1", "-g"]);
        compile.arg("-I").arg(root().join("verifier/c/include")).arg(root().join("verifier/c").join(source));
        compile.arg(library("liblachan_verifier.a")).args(["-lpthread", "-ldl", "-lm", "-o"]);
        succeeded(compile.arg(desk.file(program)));
    }
    let mut valgrind = Command::new("valgrind");
    valgrind.args([
        "--quiet",
        "--error-exitcode=99",
        "--leak-check=full",
        "--show-leak-kinds=definite,indirect,possible",
    ]);
    valgrind.args(["--errors-for-leak-kinds=definite,indirect,possible"]);
    valgrind.arg(format!("--suppressions={}", root().join("verifier/c/tests/valgrind.supp").display()));
    desk.compare("C under valgrind", valgrind.arg(desk.file("cases")).arg(desk.file("cases.tsv")), |_| true);
    let mut check = Command::new(desk.file("check"));
    desk.sample(&mut check);
}

#[test]
fn the_header_is_good_cplusplus() {
    if !all_there(&["c++"]) {
        return;
    }
    let desk = Desk::new();
    std::fs::write(desk.file("header.cc"), "#include \"lachan_verifier.h\"\nint main() { return LACHAN_STATUS_OK; }\n")
        .unwrap();
    let mut compile = Command::new("c++");
    compile.args(["-std=c++11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only", "-I"]);
    succeeded(compile.arg(root().join("verifier/c/include")).arg(desk.file("header.cc")));
}

#[test]
fn python_says_what_rust_says() {
    if !all_there(&["python3"]) {
        return;
    }
    let desk = Desk::new();
    let package = desk.file("python");
    foreign::python(&root(), &built("libverifier_uniffi.so"), &package).unwrap();
    let python = |script: &str| {
        let mut python = Command::new("python3");
        python.env("PYTHONPATH", &package).env("PYTHONDONTWRITEBYTECODE", "1");
        python.arg(root().join("verifier/uniffi/python").join(script));
        python
    };
    desk.compare("Python", python("cases.py").arg(desk.file("cases.tsv")), |_| true);
    desk.sample(&mut python("check.py"));
    let output = succeeded(&mut python("test_lachan_verifier.py"));
    println!("{}", String::from_utf8_lossy(&output.stderr).trim());
}

#[test]
fn kotlin_says_what_rust_says() {
    let room = root().join("verifier/uniffi/kotlin");
    let compiler = room.join("node_modules/kotlin-compiler/lib");
    let jna = Path::new("/usr/share/java/jna.jar");
    if !all_there(&["java"]) || !there(&compiler, "npm ci in verifier/uniffi/kotlin") || !there(jna, "libjna-java") {
        return;
    }
    let desk = Desk::new();
    let programs = built("libverifier_uniffi.so");
    foreign::kotlin(&root(), &programs, &desk.file("kotlin")).unwrap();
    let path = |parts: &[&Path]| std::env::join_paths(parts).unwrap();
    // The compiler in one process, without its daemon: nothing is left behind.
    let mut compile = Command::new("java");
    compile
        .args(["-Xmx1g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp"])
        .arg(compiler.join("kotlin-compiler.jar"));
    compile.args(["org.jetbrains.kotlin.cli.jvm.K2JVMCompiler", "-no-reflect", "-no-stdlib", "-nowarn"]);
    compile.arg("-classpath").arg(path(&[jna, &compiler.join("kotlin-stdlib.jar")]));
    compile.arg(desk.file("kotlin")).arg(room.join("Check.kt")).arg(room.join("Cases.kt")).arg("-d");
    succeeded(compile.arg(desk.file("classes")));
    let java = |class: &str| {
        let mut java = Command::new("java");
        java.arg("-XX:+UseSerialGC").arg("-cp");
        java.arg(path(&[&desk.file("classes"), &compiler.join("kotlin-stdlib.jar"), jna]));
        java.arg(format!("-Djna.library.path={}", programs.display()));
        java.arg(format!("-Djna.tmpdir={}", desk.folder.path().display())).arg(class);
        java
    };
    desk.compare("Kotlin", java("cases.CasesKt").arg(desk.file("cases.tsv")), |_| true);
    desk.sample(&mut java("CheckKt"));
}

#[test]
fn javascript_says_what_rust_says_in_node() {
    let Some(package) = package() else { return };
    if !all_there(&["node"]) {
        return;
    }
    let (desk, room) = (Desk::new(), root().join("verifier/js"));
    let mut node = Command::new("node");
    node.arg(room.join("test/cases.mjs")).arg(&package).arg(desk.file("cases.tsv"));
    // Node has nothing to open pictures with.
    desk.compare("JavaScript in Node", &mut node, |case| !case.is_picture());
    let mut unit = Command::new("node");
    unit.env("LACHAN_NPM_PACKAGE", &package).arg("--test").arg(room.join("test/checker.test.mjs"));
    succeeded(&mut unit);
    // As a stranger would install it: below node_modules, found by its name.
    let modules = desk.file("node_modules/@lachan");
    std::fs::create_dir_all(&modules).unwrap();
    std::os::unix::fs::symlink(&package, modules.join("verifier")).unwrap();
    std::fs::copy(room.join("example/check.mjs"), desk.file("check.mjs")).unwrap();
    let mut check = Command::new("node");
    desk.sample(check.arg(desk.file("check.mjs")));
    let compiler = room.join("test/node_modules/typescript/bin/tsc");
    if there(&compiler, "npm ci in verifier/js/test") {
        std::fs::copy(room.join("test/types.ts"), desk.file("types.ts")).unwrap();
        let mut types = Command::new("node");
        types.arg(compiler).args(["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022"]);
        succeeded(types.arg(desk.file("types.ts")));
    }
}

#[test]
fn javascript_says_what_rust_says_in_chromium() {
    let Some(package) = package() else { return };
    let room = root().join("verifier/js/test");
    if !all_there(&["node", "chromium"]) || !there(&room.join("node_modules"), "npm ci in verifier/js/test") {
        return;
    }
    let desk = Desk::new();
    let mut browser = Command::new("node");
    browser.arg(room.join("browser.mjs")).arg(&package).arg(desk.file("cases.tsv"));
    desk.compare("JavaScript in Chromium", &mut browser, |_| true);
}

/// The cases as a file, and the sample, in a folder of their own.
struct Desk {
    folder: TempDir,
    cases: Vec<Case>,
}

impl Desk {
    fn new() -> Self {
        let desk = Self { folder: tempfile::tempdir().unwrap(), cases: binding_cases::all() };
        let lines: String = desk.cases.iter().map(|case| case.line() + "\n").collect();
        std::fs::write(desk.file("cases.tsv"), lines).unwrap();
        sample::write(&root(), &desk.file("sample")).unwrap();
        desk
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs all cases and compares every answer to a case that this binding `can` answer.
    fn compare(&self, binding: &str, command: &mut Command, can: fn(&Case) -> bool) {
        let output = succeeded(command);
        let said = String::from_utf8(output.stdout).unwrap();
        let said: Vec<&str> = said.lines().collect();
        assert_eq!(said.len(), self.cases.len(), "{binding}");
        let mut compared = 0;
        for (case, said) in self.cases.iter().zip(said) {
            if can(case) {
                assert_eq!(said, case.answer(backend::native()), "{binding}: {}", case.name);
                compared += 1;
            }
        }
        println!("{binding}: {compared} of {} cases answered as by the Rust library", self.cases.len());
        assert!(compared > 100, "{binding}");
    }

    /// Runs an example as its page says.
    fn sample(&self, command: &mut Command) {
        let sample = self.file("sample");
        let at = std::fs::read_to_string(sample.join("at")).unwrap();
        for file in ["anchor.pem", "trust-list.cose", "valid.txt"] {
            command.arg(sample.join(file));
        }
        let output = succeeded(command.arg(at));
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(said.starts_with(r#"{"verdict":"valid","reason":"valid","format":"vn-national""#), "{said}");
    }
}

/// The folder with our libraries, which must hold this one.
fn built(name: &str) -> PathBuf {
    library(name).parent().unwrap().to_path_buf()
}

fn library(name: &str) -> PathBuf {
    program(name)
}

/// The npm package that `cargo xtask bindings` made.
fn package() -> Option<PathBuf> {
    let package = root().join("target/bindings/npm");
    there(&package.join("wasm/verifier_bg.wasm"), "cargo xtask bindings").then_some(package)
}

fn all_there(programs: &[&str]) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    programs.iter().all(|program| {
        let found = folders.iter().find(|folder| folder.join(program).exists());
        found.is_some() || absent(program, "install it")
    })
}

fn there(path: &Path, how: &str) -> bool {
    path.exists() || absent(&path.display().to_string(), how)
}

fn absent(what: &str, how: &str) -> bool {
    assert!(std::env::var_os("LACHAN_BINDINGS").is_none(), "{what} is absent: {how}");
    eprintln!("SKIPPED: {what} is absent: {how}");
    false
}

fn succeeded(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = |bytes: &[u8]| String::from_utf8_lossy(&bytes[..bytes.len().min(4_000)]).into_owned();
    assert!(output.status.success(), "{command:?}: {}\n{}", said(&output.stderr), said(&output.stdout));
    output
}
