//! Tests of the signed form and properties over whole texts; each refusal has its vector in specs/vectors/vds-nc.json.

use super::*;
use proptest::prelude::*;

const TEXT: &str = r#"{"sig":{"sigvl":"AAAA","cer":"MAA","alg":"ES256"}, "data":{
    "msg":{"uvci":"U1","pid":{"n":"A","dob":"1990-05-17"},
        "ve":[{"nam":"P","des":"XM68M6","vd":[{"dvc":"2026-10-02","seq":1,"ctr":"UTO"}]}]},
    "hdr":{"v":1,"t":"icao.vacc","is":"UTO"}}}"#;

#[test]
fn what_is_signed_is_the_canonical_form() {
    let opened = open(TEXT).unwrap();
    assert_eq!((opened.kind(), opened.issuer(), opened.alg()), (Kind::Vaccination, "UTO", "ES256"));
    assert_eq!((opened.certificate(), opened.signature()), (&[0x30, 0][..], &[0; 3][..]));
    let signed = r#"{"hdr":{"is":"UTO","t":"icao.vacc","v":1},"msg":{"pid":{"dob":"1990-05-17","n":"A"},"uvci":"U1","ve":[{"des":"XM68M6","nam":"P","vd":[{"ctr":"UTO","dvc":"2026-10-02","seq":1}]}]}}"#;
    assert_eq!(str::from_utf8(opened.to_be_signed()), Ok(signed));
}

#[test]
fn what_is_certified() {
    let content = open(TEXT).unwrap().content().unwrap();
    assert_eq!((&*content.id, &*content.person.name), ("U1", "A"));
    let Event::Vaccinations(vaccines) = content.event else { panic!("a vaccination") };
    let [vaccine] = &vaccines[..] else { panic!("one vaccine") };
    let dose = Dose {
        date: crate::time::Date::parse("2026-10-02").unwrap(),
        number: 1,
        country: "UTO".into(),
        centre: None,
        lot: None,
        next: None,
    };
    assert_eq!((&*vaccine.product, &vaccine.doses), ("P", &vec![dose]));
}

proptest! {
    #[test]
    fn no_text_panics(text in "\\{?\\PC{0,80}") {
        let _ = open(&text).and_then(|opened| opened.content());
    }

    #[test]
    fn no_bent_text_panics(place: prop::sample::Index, with in "[\\[\\]{}\",:0-9a-z]{0,3}", cut in 0..4_usize) {
        let place = place.index(TEXT.len() - cut);
        let bent = format!("{}{with}{}", &TEXT[..place], &TEXT[place + cut..]);
        let _ = open(&bent).and_then(|opened| opened.content());
    }
}
