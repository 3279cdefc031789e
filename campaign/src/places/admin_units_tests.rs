use super::admin_units::{AdminCode, AdminUnits, CodeSet, FarAway, HOANG_SA, Kind, Level, TRUONG_SA, UnknownCodeSet};
use super::point::Point;
use CodeSet::{Vn2004, Vn2025};
use specs::time::Date;
use std::collections::BTreeMap;

fn units() -> &'static AdminUnits {
    AdminUnits::bundled()
}

fn name(code_set: CodeSet, code: &str) -> &'static str {
    units().get(code_set, code).unwrap().name
}

#[test]
fn there_are_34_provinces_3321_communes_and_63_old_provinces() {
    assert_eq!(units().provinces(Vn2025).count(), 34);
    assert_eq!(units().provinces(Vn2004).count(), 63);
    let communes: Vec<_> = units().all().iter().filter(|unit| unit.level == Level::Commune).collect();
    assert_eq!(communes.len(), 3_321);
    let of = |kind| units().all().iter().filter(|unit| unit.code_set == Vn2025 && unit.kind == kind).count();
    assert_eq!(
        (of(Kind::Commune), of(Kind::Ward), of(Kind::SpecialZone), of(Kind::City), of(Kind::Province)),
        (2_621, 687, 13, 7, 27)
    );
}

#[test]
fn codes_have_two_or_five_digits_and_every_commune_a_province() {
    for unit in units().all() {
        let digits = if unit.level == Level::Province { 2 } else { 5 };
        assert!(unit.code.len() == digits && unit.code.bytes().all(|b| b.is_ascii_digit()), "{unit:?}");
        assert_eq!(units().get(unit.code_set, unit.code), Some(unit), "a code is used once");
        let marks = unit.name.chars().filter(|c| ('\u{300}'..='\u{36f}').contains(c)).count();
        assert!(
            marks == 0 && unit.name.trim() == unit.name && !unit.name.is_empty(),
            "NFC has no loose marks: {unit:?}"
        );
        match unit.parent {
            Some(parent) => assert_eq!(units().get(unit.code_set, parent).unwrap().level, Level::Province),
            None => assert_eq!(unit.level, Level::Province),
        }
    }
    let children: usize = units().provinces(Vn2025).map(|p| units().children(Vn2025, p.code).len()).sum();
    assert_eq!(children, 3_321);
    for province in units().provinces(Vn2025) {
        let children = units().children(Vn2025, province.code);
        assert!(!children.is_empty() && children.iter().all(|c| c.parent == Some(province.code)), "{province:?}");
        assert!(children.is_sorted_by_key(|c| c.code));
    }
    assert_eq!(units().children(Vn2025, "00004"), &[], "a commune has no children");
    assert_eq!(units().children(Vn2004, "01"), &[]);
}

/// The list of Decision 19/2025/QĐ-TTg, typed by hand.
#[test]
fn the_34_provinces_have_their_official_codes() {
    let official = "01 Hà Nội;04 Cao Bằng;08 Tuyên Quang;11 Điện Biên;12 Lai Châu;14 Sơn La;15 Lào Cai;19 Thái Nguyên;20 Lạng Sơn;\
        22 Quảng Ninh;24 Bắc Ninh;25 Phú Thọ;31 Hải Phòng;33 Hưng Yên;37 Ninh Bình;38 Thanh Hóa;40 Nghệ An;42 Hà Tĩnh;44 Quảng Trị;\
        46 Huế;48 Đà Nẵng;51 Quảng Ngãi;52 Gia Lai;56 Khánh Hòa;66 Đắk Lắk;68 Lâm Đồng;75 Đồng Nai;79 Hồ Chí Minh;80 Tây Ninh;\
        82 Đồng Tháp;86 Vĩnh Long;91 An Giang;92 Cần Thơ;96 Cà Mau";
    let ours: Vec<String> = units().provinces(Vn2025).map(|p| format!("{} {}", p.code, p.name)).collect();
    assert_eq!(ours.join(";"), official);
    let cities: Vec<&str> = units().provinces(Vn2025).filter(|p| p.kind == Kind::City).map(|p| p.code).collect();
    assert_eq!(cities, ["01", "31", "46", "48", "75", "79", "92"], "Đồng Nai is a city since 30 April 2026");
}

/// Old codes of each new province, typed by hand from the resolution on the merger.
#[test]
fn every_old_province_went_whole_into_one_new_province() {
    let merged = "08=02+08;15=10+15;19=06+19;24=24+27;25=17+25+26;31=30+31;33=33+34;37=35+36+37;44=44+45;48=48+49;51=51+62;52=52+64;\
        56=56+58;66=54+66;68=60+67+68;75=70+75;79=74+77+79;80=72+80;82=82+87;86=83+84+86;91=89+91;92=92+93+94;96=95+96";
    let mut expected: BTreeMap<&str, Vec<&str>> = units().provinces(Vn2025).map(|p| (p.code, vec![p.code])).collect();
    for (new, old) in merged.split(';').map(|pair| pair.split_once('=').unwrap()) {
        expected.insert(new, old.split('+').collect());
    }
    assert_eq!(expected.values().map(Vec::len).sum::<usize>(), 63);
    for (new, old) in expected {
        let became = |unit: &&super::AdminUnit| unit.successors == [AdminCode::today(new)];
        let found: Vec<&str> = units().provinces(Vn2004).filter(became).map(|unit| unit.code).collect();
        assert_eq!(found, old, "{new}");
    }
    assert!(units().all().iter().all(|unit| unit.code_set == Vn2004 || unit.successors.is_empty()));
}

#[test]
fn the_same_two_digits_name_different_provinces_in_the_two_sets() {
    for (code, old, new, became) in [
        ("15", "Yên Bái", "Lào Cai", "Lào Cai"),
        ("24", "Bắc Giang", "Bắc Ninh", "Bắc Ninh"),
        ("44", "Quảng Bình", "Quảng Trị", "Quảng Trị"),
        ("52", "Bình Định", "Gia Lai", "Gia Lai"),
        ("80", "Long An", "Tây Ninh", "Tây Ninh"),
        ("82", "Tiền Giang", "Đồng Tháp", "Đồng Tháp"),
        ("91", "Kiên Giang", "An Giang", "An Giang"),
    ] {
        assert_eq!((name(Vn2004, code), name(Vn2025, code)), (old, new), "{code}");
        let [successor] = &units().get(Vn2004, code).unwrap().successors[..] else { panic!("{code}") };
        assert_eq!(units().find(successor).unwrap().name, became, "{code}");
    }
    // And a name that moved to another code.
    let gia_lai = units().provinces(Vn2004).find(|unit| unit.name == "Gia Lai").unwrap();
    assert_eq!((gia_lai.code, gia_lai.successors.as_slice()), ("64", [AdminCode::today("52")].as_slice()));
    let differ = units().provinces(Vn2025).filter(|p| units().get(Vn2004, p.code).unwrap().name != p.name).count();
    assert_eq!(differ, 7, "no other code changed its meaning");
}

#[test]
fn every_point_is_in_viet_nam_and_the_archipelagos_are_there() {
    for unit in units().all() {
        let (lat, lon) = (unit.point.lat(), unit.point.lon());
        assert!((8.0..23.5).contains(&lat) && (102.0..115.5).contains(&lon), "{unit:?}");
    }
    let zone = |code| {
        let unit = units().get(Vn2025, code).unwrap();
        (unit.full_name(), unit.parent, (unit.point.lat(), unit.point.lon()))
    };
    assert_eq!(zone(HOANG_SA), ("Đặc khu Hoàng Sa".to_owned(), Some("48"), (16.568, 112.135)));
    assert_eq!(zone(TRUONG_SA), ("Đặc khu Trường Sa".to_owned(), Some("56"), (9.71, 114.45)));
}

#[test]
fn full_names_read_as_on_the_door() {
    let full = |code_set, code| units().get(code_set, code).unwrap().full_name();
    assert_eq!(full(Vn2025, "00004"), "Phường Ba Đình");
    assert_eq!(full(Vn2025, "75"), "Thành phố Đồng Nai");
    assert_eq!(full(Vn2004, "75"), "Tỉnh Đồng Nai");
    assert_eq!(units().get(Vn2025, "79").unwrap().name_en, Some("Ho Chi Minh City"));
    assert_eq!(units().get(Vn2025, "48").unwrap().name_en, Some("Da Nang"));
    assert_eq!(units().find(&AdminCode::today("00004")).unwrap().province(), "01");
    assert_eq!(units().get(Vn2025, "99"), None);
    assert_eq!(units().get(Vn2025, "1"), None, "codes are text: a leading zero counts");
}

#[test]
fn a_site_must_lie_where_it_says() {
    let check = |code, lat, lon| units().check_point(units().get(Vn2025, code).unwrap(), Point::new(lat, lon).unwrap());
    assert_eq!(check("00004", 21.0368, 105.8347), Ok(()), "a street in Ba Đình");
    assert_eq!(check("00004", 21.0, 105.0), Err(FarAway { km: 87 }), "degrees cut to whole numbers");
    assert_eq!(check("00004", 10.7769, 106.7009), Err(FarAway { km: 1_145 }));
    assert_eq!(check(TRUONG_SA, 8.6449, 111.9186), Ok(()), "Trường Sa Lớn");
    assert_eq!(check(HOANG_SA, 16.05, 108.2), Err(FarAway { km: 424 }), "the mainland is not Hoàng Sa");
    // A province reaches as far as its communes do.
    assert_eq!(check("56", 9.7, 114.4), Ok(()), "Khánh Hòa has Trường Sa");
    assert_eq!(check("01", 21.0278, 105.8342), Ok(()));
    assert_eq!(check("01", 16.0544, 108.2022), Err(FarAway { km: 569 }));
}

#[test]
fn a_code_travels_with_its_set() {
    let json = serde_json::to_string(&AdminCode::today("24")).unwrap();
    assert_eq!(json, r#"{"code_set":"VN-2025","code":"24"}"#);
    assert_eq!(AdminCode::today("24").to_string(), "VN-2025:24");
    assert!(serde_json::from_str::<AdminCode>(r#"{"code":"24"}"#).is_err());
    assert_eq!("VN-2004".parse(), Ok(Vn2004));
    assert_eq!("ISO-3166-2".parse::<CodeSet>(), Err(UnknownCodeSet), "VN-01 of ISO 3166-2 is Lai Châu");
    let on = |day: &str| CodeSet::on(Date::parse(day).unwrap());
    assert_eq!((on("2025-06-30"), on("2025-07-01"), on("2008-07-31")), (Some(Vn2004), Some(Vn2025), None));
}
