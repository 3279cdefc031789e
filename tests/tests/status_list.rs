//! The examples of draft-ietf-oauth-status-list: lists of one, two, four and eight bits, the token around a list, and a
//! certificate that refers to one.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::Path;

use serde_json::Value;
use specs::cbor::{Kind, Reader};
use specs::cose;
use specs::status_list::{Bits, Status, StatusList, Token};
use specs::time::UnixTime;

const FOLDER: &str = "token-status-list";

/// The hexadecimal text of an example, from behind `encoded:` where there is one.
fn example(folder: &Path, name: &str) -> Vec<u8> {
    let text = std::fs::read_to_string(folder.join(name)).unwrap();
    let text = text.rsplit("encoded:").next().unwrap();
    hex::decode(text.split_whitespace().collect::<String>()).unwrap()
}

/// The same list as the draft gives it in JSON: the width, and the zlib stream.
fn json_example(folder: &Path, name: &str) -> (u64, Vec<u8>) {
    use base64::Engine as _;
    let text = std::fs::read_to_string(folder.join(name)).unwrap();
    let compact: String = text[text.find('{').unwrap()..].split_whitespace().collect();
    let value: Value = serde_json::from_str(&compact).unwrap();
    let stream = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(value["lst"].as_str().unwrap()).unwrap();
    (value["bits"].as_u64().unwrap(), stream)
}

/// The statuses that the draft lists for the tests of one width: `status[INDEX] = 0bVALUE` (or decimal).
fn listed(folder: &Path, bits: u8) -> Vec<(u64, u8)> {
    let draft = std::fs::read_to_string(folder.join("draft-ietf-oauth-status-list.md")).unwrap();
    let title = format!("## {bits}-bit Status List");
    let at = draft.find(&title).unwrap_or_else(|| draft.find(&title.replace("-bit", " bit")).expect("the section"));
    let section = &draft[at + title.len()..];
    let section = &section[..section.find("\n## ").or(section.find("\n# ")).unwrap_or(section.len())];
    let entry = |line: &str| {
        let (index, value) = line.trim().strip_prefix("status[")?.split_once(']')?;
        let value = value.trim_start_matches([' ', '=']).trim();
        let value = match value.strip_prefix("0b") {
            Some(binary) => u8::from_str_radix(binary, 2),
            None => value.parse(),
        };
        Some((index.parse().ok()?, value.ok()?))
    };
    section.lines().filter_map(entry).collect()
}

#[test]
fn lists_of_every_width_in_cbor_and_json() {
    let Some(folder) = tests::vectors::folder(FOLDER) else { return };
    let mut cases = 0;
    for (bits, cbor, json) in [
        (1, "status_list_encoding_cbor.md", "status_list_encoding_json.md"),
        (2, "status_list_encoding2_cbor.md", "status_list_encoding2_json.md"),
        (1, "status_list_encoding1_long_cbor.md", "status_list_encoding1_long_json.md"),
        (2, "status_list_encoding2_long_cbor.md", "status_list_encoding2_long_json.md"),
        (4, "status_list_encoding4_cbor.md", "status_list_encoding4_json.md"),
        (8, "status_list_encoding8_cbor.md", "status_list_encoding8_json.md"),
    ] {
        let list = StatusList::decode(&example(&folder, cbor)).unwrap();
        assert_eq!(list.bits().count(), bits, "{cbor}");
        let (width, stream) = json_example(&folder, json);
        assert_eq!(StatusList::inflate(Bits::of(width).unwrap(), &stream), Ok(list.clone()), "{json}");
        assert_eq!(StatusList::decode(&list.encode()), Ok(list), "{cbor} there and back");
        cases += 2;
    }
    println!("{cases} encodings of status lists read");
}

#[test]
fn the_small_lists_hold_the_bytes_that_the_draft_says() {
    let Some(folder) = tests::vectors::folder(FOLDER) else { return };
    let list = StatusList::decode(&example(&folder, "status_list_encoding_cbor.md")).unwrap();
    assert_eq!(list, StatusList::from_bytes(Bits::One, vec![0xb9, 0xa3]).unwrap());
    let list = StatusList::decode(&example(&folder, "status_list_encoding2_cbor.md")).unwrap();
    assert_eq!(list, StatusList::from_bytes(Bits::Two, vec![0xc9, 0x44, 0xf9]).unwrap());
    let read: Vec<u8> = (0..12).map(|index| list.get(index).unwrap().value()).collect();
    assert_eq!(read, [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]);
}

#[test]
fn the_long_lists_hold_the_statuses_that_the_draft_lists() {
    let Some(folder) = tests::vectors::folder(FOLDER) else { return };
    let mut looked_up = 0;
    for (bits, file) in [
        (1, "status_list_encoding1_long_cbor.md"),
        (2, "status_list_encoding2_long_cbor.md"),
        (4, "status_list_encoding4_cbor.md"),
        (8, "status_list_encoding8_cbor.md"),
    ] {
        let list = StatusList::decode(&example(&folder, file)).unwrap();
        assert_eq!(list.entries(), 1 << 20, "{file}");
        let listed = listed(&folder, bits);
        assert!(listed.len() > 5, "{bits} bits: {} statuses in the draft", listed.len());
        for (index, value) in &listed {
            assert_eq!(list.get(*index), Some(Status::of(*value)), "{file} {index}");
        }
        looked_up += listed.len();
        // What is not listed is valid.
        let others = (0..list.entries()).filter(|index| list.get(*index) != Some(Status::Valid)).count();
        assert_eq!(others, listed.iter().filter(|(_, value)| *value != 0).count(), "{file}");
    }
    println!("{looked_up} statuses of the draft looked up");
}

#[test]
fn the_token_and_the_certificate_that_refers_to_a_list() {
    let Some(folder) = tests::vectors::folder(FOLDER) else { return };
    let message = example(&folder, "status_list_cwt.md");
    let message = cose::parse(&message).unwrap();
    let token = Token::of(&message).unwrap();
    assert_eq!(token.uri, "https://example.com/statuslists/1");
    assert_eq!((token.issued, token.expires), (UnixTime(1_686_920_170), Some(UnixTime(2_291_720_170))));
    assert_eq!(token.ttl, Some(43_200));
    assert_eq!(token.list.bytes(), [0xb9, 0xa3]);
    assert_eq!(Token::decode(&token.encode()), Ok(token));

    // No health certificate is in it, so only its claim is looked at.
    let message = example(&folder, "referenced_token_cwt.md");
    let message = cose::parse(&message).unwrap();
    let mut reader = Reader::new(message.payload);
    let mut items = reader.map().unwrap();
    let mut found = None;
    while reader.more(&mut items).unwrap() {
        let key = reader.signed().unwrap();
        if key == 65_535 {
            assert_eq!(reader.kind(), Ok(Kind::Map));
            found = Some(hex::encode(reader.raw().unwrap()));
        } else {
            reader.skip().unwrap();
        }
    }
    let uri = hex::encode("https://example.com/statuslists/1");
    assert_eq!(found, Some(format!("a16b7374617475735f6c697374a2636964780063757269{}{uri}", "7821")));
}
