//! The paper: the same bytes every time, nothing that is not signed, nothing cut off. What other programs read from it
//! is in [`foreign`]. With `LACHAN_DOCUMENTS=FOLDER` the samples are left there to be looked at.

mod foreign;

use specs::status_list::Reference;
use specs::time::UnixTime;
use specs::uvci::Uvci;

use super::*;
use crate::api::{DoseFacts, IssuedCertificate};
use crate::lint::dose;
use crate::pipeline;
use crate::testing::{Held, NOW, facts};

const KINDS: [DocumentKind; 2] = [DocumentKind::A4, DocumentKind::Card];

/// The certificates of a dose as the pipeline would make them, without its records.
pub(super) fn issued(facts: &DoseFacts) -> Issued {
    let held = Held::new();
    let dose = dose::check(facts, "VN", NOW).unwrap();
    let signings = pipeline::signings(&held.keyring(), &held.passphrase).unwrap();
    let certificates = Profile::ALL.into_iter().zip(0..).map(|(profile, log_index)| {
        let signing = signings.iter().find(|signing| signing.profile == profile).unwrap();
        let uvci = Uvci::new("VN", [log_index as u8 + 0x5a; 16]).unwrap();
        let status = Reference::Ours { list: 1, index: log_index };
        let draft = signing.draft(&dose, &uvci, &status, NOW).unwrap();
        IssuedCertificate {
            profile,
            uvci: uvci.to_string(),
            text: signing.sign(&draft).unwrap(),
            kid: hex::encode(signing.kid),
            issued_at: NOW.to_rfc3339(),
            expires_at: draft.expires_at.to_rfc3339(),
            log_index,
        }
    });
    Issued { dose: facts.dose.clone(), certificates: certificates.collect() }
}

/// Doses that are hard to print, each with the name as it must be read from the paper.
pub(super) fn samples() -> Vec<(&'static str, String, Issued)> {
    let named = |family: &str, given: &str| {
        let mut facts = facts("d-1");
        facts.holder.family_name = family.into();
        facts.holder.given_name = given.into();
        facts
    };
    let stacked = |from: &str| {
        // As many whole words as 80 characters hold.
        let words = from.split(' ').cycle();
        let mut name = String::new();
        for word in words {
            if name.chars().count() + 1 + word.chars().count() > 80 {
                return name;
            }
            if !name.is_empty() {
                name.push(' ');
            }
            name.push_str(word);
        }
        unreachable!("the words repeat")
    };
    let (family, given) = (stacked("Nguyễn Ẩn Ộ Ữ Ầm Ỷ"), stacked("Thị Hồng Nhung Ưỡng Ẵm Ọ Nghiễm"));
    let mut long = named(&family, &given);
    long.holder.nationality = "AE".into();
    long.product = "vero-cell".into();
    long.authority = stacked("Sở Y tế Thành phố Hồ Chí Minh và các đơn vị trực thuộc");
    // The most room that the linter lets anybody ask for.
    let widest = "W".repeat(80);
    let mut wide = named(&widest, &widest);
    wide.holder.nationality = "HK".into();
    wide.product = "abdala".into();
    wide.authority = widest.clone();
    let one_word = "Ượ".repeat(40);
    let foreign = "İbrahim Łukasz Ștefan";
    vec![
        ("usual", "Nguyễn Thị Hồng Nhung".into(), issued(&facts("d-1"))),
        ("long", format!("{family} {given}"), issued(&long)),
        ("widest", format!("{widest} {widest}"), issued(&wide)),
        ("one-word", format!("{one_word} Ẫ"), issued(&named(&one_word, "Ẫ"))),
        ("foreign", format!("Đỗ-Þórsdóttir {foreign}"), issued(&named("Đỗ-Þórsdóttir", foreign))),
        ("other-script", "LI ANNA".into(), issued(&named("Li 李", "Anna"))),
    ]
}

#[test]
fn every_sample_is_printed_and_left_for_the_eye_if_asked_for() {
    let folder = std::env::var_os("LACHAN_DOCUMENTS").map(std::path::PathBuf::from);
    for (name, _, issued) in samples() {
        for kind in KINDS {
            for environment in [Environment::Demo, Environment::Production] {
                let pdf = render(&issued, environment, kind).unwrap();
                let file = format!("{name}-{}-{environment:?}.pdf", kind.as_str()).to_lowercase();
                println!("{file}: {} KB", pdf.len() / 1024);
                assert!(pdf.starts_with(b"%PDF-1.7") && pdf.len() < 100 * 1024, "{}", pdf.len());
                if let Some(folder) = &folder {
                    std::fs::create_dir_all(folder).unwrap();
                    std::fs::write(folder.join(file), pdf).unwrap();
                }
            }
        }
    }
}

#[test]
fn the_same_certificates_give_the_same_bytes() {
    let issued = issued(&facts("d-1"));
    for kind in KINDS {
        let once = render(&issued, Environment::Demo, kind).unwrap();
        assert_eq!(once, render(&issued, Environment::Demo, kind).unwrap());
        assert_ne!(once, render(&issued, Environment::Production, kind).unwrap());
    }
}

#[test]
fn one_certificate_alone_is_printed_too() {
    let issued = issued(&facts("d-1"));
    for certificate in &issued.certificates {
        let alone = Issued { dose: "d-1".into(), certificates: vec![certificate.clone()] };
        for kind in KINDS {
            render(&alone, Environment::Production, kind).unwrap();
        }
        let content = Content::read(&alone, false).unwrap();
        let national = certificate.profile == Profile::National;
        assert_eq!(content.nationality.vi, if national { "Việt Nam" } else { "–" });
        assert_eq!(content.authority.vi, if national { "Việt Nam" } else { "Bộ Y tế Việt Nam" });
    }
}

#[test]
fn what_is_printed_is_what_is_signed() {
    let mut issued = issued(&facts("d-1"));
    // Times beside the texts are not signed, so they are not believed.
    for certificate in &mut issued.certificates {
        certificate.expires_at = "2099-01-01T00:00:00Z".into();
        certificate.issued_at = "2099-01-01T00:00:00Z".into();
    }
    let content = Content::read(&issued, false).unwrap();
    let printed = [
        &content.birth_date,
        &content.disease,
        &content.doses_received,
        &content.injected_on,
        &content.dose_number,
        &content.product,
        &content.manufacturer,
        &content.issued_on,
        &content.expires_on,
    ];
    let words = ["17/05/1990", "COVID-19", "2", "23/11/2026", "2", "Comirnaty", "Biontech Manufacturing GmbH"];
    assert!(printed.iter().zip(words).all(|(value, word)| value.vi == word && value.en.is_none()));
    assert_eq!((content.issued_on.vi.as_str(), content.expires_on.vi.as_str()), ("23/11/2026", "23/11/2027"));
    assert_eq!(content.vaccine.vi, "Vắc xin mRNA phòng SARS-CoV-2");
    assert_eq!(content.vaccine.en.as_deref(), Some("SARS-CoV-2 mRNA vaccine"));
    assert_eq!(
        (content.name.as_str(), content.transliterated.as_str()),
        ("Nguyễn Thị Hồng Nhung", "NGUYEN<<THI<HONG<NHUNG")
    );
}

#[test]
fn what_does_not_belong_together_is_not_printed() {
    let good = issued(&facts("d-1"));
    let refused = |change: &dyn Fn(&mut Issued)| {
        let mut issued = good.clone();
        change(&mut issued);
        render(&issued, Environment::Demo, DocumentKind::A4).unwrap_err()
    };
    let (national, eu) = (Profile::National, Profile::EuDcc);
    assert_eq!(refused(&|issued| issued.certificates.clear()), Error::Nothing);
    let error = refused(&|issued| issued.certificates[0].text.truncate(40));
    assert!(matches!(error, Error::Certificate { profile: Profile::National, .. }), "{error:?}");
    let error = refused(&|issued| issued.certificates[1].uvci.push('X'));
    assert_eq!(error, Error::Misfiled { profile: eu, field: "id" });
    let error = refused(&|issued| issued.certificates[0].text = issued.certificates[1].text.clone());
    assert_eq!(error, Error::Misfiled { profile: national, field: "content" });

    let mut other = facts("d-2");
    other.dose_number = 1;
    let other = issued(&other);
    let error = refused(&|issued| issued.certificates[1] = other.certificates[1].clone());
    assert_eq!(error, Error::Differ { field: "dose_number" });
    let mut other = facts("d-2");
    other.holder.given_name = "Thị Hồng Nhưng".into();
    let other = self::issued(&other);
    let error = refused(&|issued| issued.certificates[1] = other.certificates[1].clone());
    assert_eq!((error.code(), error), ("document-differ", Error::Differ { field: "name" }));
}

#[test]
fn no_fold_runs_through_a_code_of_the_sheet() {
    let (top, bottom) = (a4::CODES_TOP, a4::CODES_TOP + a4::SIDE);
    for fold in [1.0 / 4.0, 1.0 / 3.0, 1.0 / 2.0, 2.0 / 3.0, 3.0 / 4.0] {
        let fold = fold * a4::HEIGHT;
        assert!(fold < top || fold > bottom, "{fold}");
    }
    for column in 0..2 {
        let (left, right) = (a4::middle(column) - a4::SIDE / 2.0, a4::middle(column) + a4::SIDE / 2.0);
        let fold = a4::WIDTH / 2.0;
        assert!(fold < left || fold > right);
        assert!(left > 5.0 && right < a4::WIDTH - 5.0 && bottom < a4::HEIGHT - 5.0, "printers leave a margin");
    }
    assert!((50.0..=60.0).contains(&a4::SIDE));
}

#[test]
fn the_codes_of_the_card_stay_on_it_and_have_modules_that_a_camera_resolves() {
    const { assert!(card::CODE_LEFT + card::SIDE <= card::WIDTH && card::CODE_TOP + card::SIDE <= card::HEIGHT) };
    for (name, _, issued) in samples() {
        for certificate in &issued.certificates {
            for side in [a4::SIDE, card::SIDE] {
                let symbol = symbol::for_paper(&certificate.text, side).unwrap();
                let module = side / (symbol.width() + 2 * specs::qr::QUIET_ZONE) as f32;
                assert!(module >= symbol::MIN_MODULE);
                let (profile, version, level) = (certificate.profile, symbol.version(), symbol.level());
                println!(
                    "{name} {profile} on {side} mm: {} characters, version {version} {level:?}, modules of {module:.2} mm",
                    certificate.text.len()
                );
            }
        }
    }
}

#[test]
fn rows_never_are_wider_than_asked_and_lose_no_letter() {
    for (_, name, _) in samples() {
        for face in [face::Face::Regular, face::Face::Bold] {
            assert!(face.covers(&name));
            for width in [12.0, 37.0, 174.0] {
                let rows = face.wrap(&name, 9.0, width);
                assert!(rows.iter().all(|row| row.width(9.0) <= width + 0.001));
                let together: String = rows.iter().map(|row| row.text.replace(' ', "")).collect();
                assert_eq!(together, name.replace(' ', ""));
            }
        }
    }
    assert!(!face::Face::Bold.covers("李"));
    // A letter wider than the row still goes somewhere.
    assert_eq!(face::Face::Bold.wrap("WW", 9.0, 0.1).len(), 2);
}

#[test]
fn the_date_in_the_file_is_the_instant_of_issue() {
    let at = UnixTime::from_rfc3339("2026-11-23T23:59:58Z").unwrap();
    let expected = DateTime::new(2026).month(11).day(23).hour(23).minute(59).second(58);
    assert_eq!(format!("{:?}", creation_date(at)), format!("{:?}", expected.utc_offset_hour(0).utc_offset_minute(0)));
}
