//! Programs that share no code with us read the paper: Poppler draws it and extracts its text, ZBar reads the codes.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use specs::hcert;
use specs::language::Language;
use specs::qr::{Symbol, Use};
use specs::value_set::{Set, ValueSets};
use unicode_normalization::UnicodeNormalization;

use super::*;

/// Whether all of these programs are here. If not, it is said loudly: `cargo xtask test` installs them.
fn have(programs: &[&str]) -> bool {
    let absent = |program: &&&str| Command::new(program).arg("--version").output().is_err();
    let absent: Vec<_> = programs.iter().filter(absent).collect();
    if !absent.is_empty() {
        eprintln!("!!! SKIPPED: {absent:?} not found; apt-get install poppler-utils zbar-tools");
    }
    absent.is_empty()
}

fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap();
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A PDF in a folder that goes away with the value.
struct Paper {
    folder: tempfile::TempDir,
    file: std::path::PathBuf,
}

impl Paper {
    fn new(issued: &Issued, environment: Environment, kind: DocumentKind) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("paper.pdf");
        std::fs::write(&file, render(issued, environment, kind).unwrap()).unwrap();
        Self { folder, file }
    }

    /// All text, white space made single, normal form C.
    fn text(&self) -> String {
        let text = run("pdftotext", &["-raw", path(&self.file), "-"]);
        text.nfc().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Every page as a picture in shades of grey.
    fn pictures(&self, dpi: &str) -> Vec<std::path::PathBuf> {
        let root = self.folder.path().join("page");
        run("pdftoppm", &["-r", dpi, "-gray", path(&self.file), path(&root)]);
        let mut pictures: Vec<_> =
            std::fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
        pictures.retain(|picture| picture.extension().is_some_and(|kind| kind == "pgm"));
        pictures.sort();
        pictures
    }
}

fn read_codes(pictures: &[std::path::PathBuf]) -> BTreeSet<String> {
    let read =
        pictures.iter().map(|picture| run("zbarimg", &["--raw", "-q", "-Sdisable", "-Sqrcode.enable", path(picture)]));
    read.collect::<String>().lines().map(str::to_owned).collect()
}

fn texts(issued: &Issued) -> BTreeSet<String> {
    issued.certificates.iter().map(|certificate| certificate.text.clone()).collect()
}

#[test]
fn zbar_reads_both_codes_from_both_papers() {
    if !have(&["pdftoppm", "zbarimg"]) {
        return;
    }
    for (name, _, issued) in samples() {
        for kind in KINDS {
            for environment in [Environment::Demo, Environment::Production] {
                let paper = Paper::new(&issued, environment, kind);
                assert_eq!(read_codes(&paper.pictures("200")), texts(&issued), "{name} {kind:?} {environment:?}");
            }
        }
    }
}

#[test]
fn zbar_reads_the_picture_of_a_symbol() {
    if !have(&["zbarimg"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let issued = issued(&facts("d-1"));
    for (used, scale) in [(Use::Screen, 4), (Use::Paper, 6)] {
        for certificate in &issued.certificates {
            let file = folder.path().join("code.png");
            std::fs::write(&file, Symbol::encode(&certificate.text, used).unwrap().png(scale).unwrap()).unwrap();
            assert_eq!(read_codes(&[file]), BTreeSet::from([certificate.text.clone()]), "{used:?}");
        }
    }
}

/// What happens to paper: grey instead of black, a crease through the middle of each code, a copy of low resolution.
#[test]
fn a_worn_sheet_is_still_read() {
    if !have(&["pdftoppm", "zbarimg"]) {
        return;
    }
    let issued = issued(&facts("d-1"));
    let paper = Paper::new(&issued, Environment::Production, DocumentKind::A4);
    let [picture] = &paper.pictures("150")[..] else { panic!("one page") };
    let (width, mut pixels) = read_pgm(&std::fs::read(picture).unwrap());
    let dots = |mm: f32| (mm / 25.4 * 150.0) as usize;
    let creases = [0, 1].map(|column| dots(a4::middle(column)));
    for (y, row) in pixels.chunks_mut(width).enumerate() {
        for (x, pixel) in row.iter_mut().enumerate() {
            // Little toner: black comes out as a light grey.
            *pixel = 150 + (*pixel / 5) * 2;
            let creased = creases.iter().any(|crease| x.abs_diff(*crease + y / 40) < dots(0.4));
            if creased {
                *pixel = 245;
            }
        }
    }
    let mut worn = format!("P5\n{width} {}\n255\n", pixels.len() / width).into_bytes();
    worn.extend_from_slice(&pixels);
    std::fs::write(picture, worn).unwrap();
    assert_eq!(read_codes(std::slice::from_ref(picture)), texts(&issued));
}

#[test]
fn poppler_extracts_every_word() {
    if !have(&["pdftotext", "pdfinfo"]) {
        return;
    }
    for (sample, name, issued) in samples() {
        for kind in KINDS {
            let demo = Paper::new(&issued, Environment::Demo, kind);
            let text = demo.text();
            let whole = |word: &str| text.replace(' ', "").contains(&word.nfc().collect::<String>().replace(' ', ""));
            let english = if kind == DocumentKind::A4 { "VACCINATION CERTIFICATE" } else { "Vaccination certificate" };
            for words in [name.as_str(), english, "23/11/2027"] {
                assert!(whole(words), "{sample} {kind:?} {words}: {text}");
            }
            let run_together = squeezed(&text);
            for (label, value) in eleven(&issued, &name) {
                let words::Label { number, words } = label;
                let printed = squeezed(&format!("{}. {} / {} {value}", number.unwrap(), words.vi, words.en));
                assert!(run_together.contains(&printed), "{sample} {kind:?} {label:?} {value}: {text}");
            }
            for words in [words::DEMO.vi, words::DEMO.en] {
                assert!(text.contains(words), "{words}");
                assert!(!Paper::new(&issued, Environment::Production, kind).text().contains(words));
            }
            if sample == "usual" {
                assert!(text.contains("Nguyễn Thị Hồng Nhung"), "{text}");
                for words in ["Việt Nam", "Vắc xin mRNA phòng SARS-CoV-2", "SARS-CoV-2 mRNA vaccine", "Comirnaty"]
                {
                    assert!(text.contains(words), "{kind:?} {words}: {text}");
                }
            }
            let about = run("pdfinfo", &["-isodates", path(&demo.file)]);
            for line in ["Chứng nhận tiêm chủng – Vaccination certificate – DEMO", "2026-11-23T07:00:00Z", "yes"]
            {
                assert!(about.contains(line), "{line}: {about}");
            }
            assert!(!about.contains("Nguyễn"), "no name where lists of files show it");
        }
    }
}

/// The labels of the Decision with what the national certificate says: in Vietnamese, and in English where that differs.
/// Names are given as the font can write them.
fn eleven(issued: &Issued, name: &str) -> [(words::Label, String); 11] {
    let opened = hcert::open(&issued.certificate(Profile::National).unwrap().text).unwrap();
    let hcert::Content::National(said) = opened.claims().unwrap().content else { panic!("not a national one") };
    let day = |date: &str| date.split('-').rev().collect::<Vec<_>>().join("/");
    let coded = |set, code: &str| {
        let [vi, en] =
            [Language::Vi, Language::En].map(|in_it| ValueSets::bundled().display(set, code, in_it).unwrap());
        if vi == en { vi.to_owned() } else { format!("{vi} {en}") }
    };
    [
        (words::NAME, name.to_owned()),
        (words::BIRTH_DATE, day(&said.birth_date.text())),
        (words::NATIONALITY, coded(Set::Country, &said.nationality)),
        (words::DISEASE, coded(Set::Disease, &said.disease)),
        (words::DOSES_RECEIVED, said.doses_received.to_string()),
        (words::INJECTED_ON, day(&said.date.to_string())),
        (words::DOSE_NUMBER, said.dose_number.to_string()),
        (words::VACCINE, coded(Set::VaccineType, &said.vaccine)),
        (words::PRODUCT, coded(Set::VaccineProduct, &said.product)),
        (words::MANUFACTURER, coded(Set::VaccineHolder, &said.manufacturer)),
        (words::ID, said.id.to_string()),
    ]
}

/// Without white space and strokes: rows break, and the languages of a label stand in one row or in two.
fn squeezed(text: &str) -> String {
    text.nfc().filter(|letter| !letter.is_whitespace() && *letter != '/').collect()
}

/// No word runs over another or over the edge, however long the names are.
#[test]
fn no_words_overlap_or_leave_the_paper() {
    if !have(&["pdftotext"]) {
        return;
    }
    for (sample, _, issued) in samples() {
        for kind in KINDS {
            for environment in [Environment::Demo, Environment::Production] {
                let paper = Paper::new(&issued, environment, kind);
                let boxes = run("pdftotext", &["-bbox", path(&paper.file), "-"]);
                for page in boxes.split("<page ").skip(1) {
                    check_page(&format!("{sample} {kind:?}"), page);
                }
            }
        }
    }
}

fn check_page(sample: &str, page: &str) {
    let number = |text: &str, name: &str| -> f32 {
        text.split(&format!("{name}=\"")).nth(1).unwrap().split('"').next().unwrap().parse().unwrap()
    };
    let (width, height) = (number(page, "width"), number(page, "height"));
    let words: Vec<_> = page
        .split("<word ")
        .skip(1)
        .map(|word| {
            let text = word.split('>').nth(1).unwrap().split('<').next().unwrap();
            (text, number(word, "xMin"), number(word, "yMin"), number(word, "xMax"), number(word, "yMax"))
        })
        .collect();
    assert!(words.len() > 20, "{sample}");
    for (index, (text, left, top, right, bottom)) in words.iter().enumerate() {
        assert!(
            *left > 0.0 && *top > -1.0 && *right < width && *bottom < height + 1.0,
            "{sample}: {text} leaves the paper"
        );
        for (other, left2, top2, right2, bottom2) in &words[index + 1..] {
            let across = right.min(*right2) - left.max(*left2);
            // Boxes are as high as the font's line, more than the letters: only a deep overlap is one.
            let down = bottom.min(*bottom2) - top.max(*top2);
            let deep = 0.25 * (bottom - top).min(bottom2 - top2);
            assert!(across <= 0.5 || down <= deep, "{sample}: {text} and {other} overlap by {across} x {down}");
        }
    }
}

/// Width and pixels of a binary PGM picture with 255 as white.
fn read_pgm(bytes: &[u8]) -> (usize, Vec<u8>) {
    let mut starts = bytes.iter().enumerate().filter(|(_, byte)| byte.is_ascii_whitespace()).map(|(at, _)| at + 1);
    let pixels = starts.nth(3).unwrap();
    let head: Vec<usize> = String::from_utf8_lossy(&bytes[..pixels])
        .split_whitespace()
        .skip(1)
        .map(|word| word.parse().unwrap())
        .collect();
    assert_eq!((head.len(), head[2]), (3, 255));
    (head[0], bytes[pixels..].to_vec())
}
