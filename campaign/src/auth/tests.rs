//! Accounts: what may be opened and granted, by whom what may be asked, and passwords.

use super::password::{Cost, Stored};
use super::session::Actor;
use super::{Command, Role, decide, roles_for};
use crate::clock::Timestamp;
use crate::command::Context;
use crate::facts::Facts;
use crate::ids::{DoseId, UnitId};
use crate::journal::Meta;
use crate::refusal::Refusal;
use crate::unit::UnitState;
use crate::{certificates, supply};

const CHEAP: Cost = Cost { memory: 64, passes: 1 };

fn unit(id: &str) -> UnitId {
    UnitId::parse(id).unwrap()
}

/// The national office, with these commands accepted.
struct Office(UnitState);

impl Office {
    fn ask(&mut self, at: &str, command: &Command) -> Result<bool, Refusal> {
        let now = Timestamp(1_700_000_000_000);
        let actor = "admin".to_owned();
        let context = Context { unit: unit(at), now, may_be_behind: false, today: now.day(), actor };
        let decision = decide(&self.0, &Facts::default(), command, &context)?;
        for event in &decision.events {
            let meta = Meta { unit: unit(at), seq: 1, at: now, actor: "admin".to_owned() };
            self.0.evolve(event, &meta);
        }
        Ok(decision.answer["changed"] == true)
    }
}

fn open(account: &str) -> Command {
    Command::OpenAccount { account: account.to_owned(), name: "Lê Văn Tám".to_owned() }
}

fn grant(account: &str, role: Role, at: &str) -> Command {
    Command::GrantRole { account: account.to_owned(), role, at: unit(at) }
}

#[test]
fn accounts_are_opened_once_and_only_at_the_national_office() {
    let mut office = Office(UnitState::new(UnitId::nation()));
    assert_eq!(office.ask("VN", &open("le.tam")), Ok(true));
    assert_eq!(office.ask("VN", &open("le.tam")), Err(Refusal::AccountExists { account: "le.tam".to_owned() }));
    let wrong = Refusal::WrongUnit { unit: unit("SI-01-1"), needed: "VN".to_owned() };
    assert_eq!(office.ask("SI-01-1", &open("khac")), Err(wrong));
    for login in ["ab", "Le.Tam", "lê.tám", "a b c", "system/seed", &"x".repeat(33)] {
        let why = "3-32 characters of a-z 0-9 . _ -".to_owned();
        let malformed = Refusal::MalformedField { field: "account".to_owned(), why };
        assert_eq!(office.ask("VN", &open(login)), Err(malformed), "{login}");
    }
}

#[test]
fn names_and_reasons_are_plain_words() {
    let mut office = Office(UnitState::new(UnitId::nation()));
    let malformed =
        |field: &str, why: &str| Err(Refusal::MalformedField { field: field.to_owned(), why: why.to_owned() });
    let named = |name: &str| Command::OpenAccount { account: "le.tam".to_owned(), name: name.to_owned() };
    let control = "at most 500 bytes, without control characters";
    assert_eq!(office.ask("VN", &named(" ")), malformed("name", "must not be empty"));
    assert_eq!(office.ask("VN", &named("a\0b")), malformed("name", control));
    assert_eq!(office.ask("VN", &named(&"x".repeat(501))), malformed("name", control));
    office.ask("VN", &open("le.tam")).unwrap();
    let close = Command::CloseAccount { account: "le.tam".to_owned(), reason: "\n".to_owned() };
    assert_eq!(office.ask("VN", &close), malformed("reason", "must not be empty"));
}

#[test]
fn granting_twice_and_withdrawing_twice_change_nothing_the_second_time() {
    let mut office = Office(UnitState::new(UnitId::nation()));
    let unknown = Refusal::UnknownAccount { account: "le.tam".to_owned() };
    assert_eq!(office.ask("VN", &grant("le.tam", Role::Doctor, "SI-01-1")), Err(unknown.clone()));
    office.ask("VN", &open("le.tam")).unwrap();
    assert_eq!(office.ask("VN", &grant("le.tam", Role::Doctor, "SI-01-1")), Ok(true));
    assert_eq!(office.ask("VN", &grant("le.tam", Role::Doctor, "SI-01-1")), Ok(false));
    let withdraw = Command::WithdrawRole { account: "le.tam".to_owned(), role: Role::Doctor, at: unit("SI-01-1") };
    assert_eq!(office.ask("VN", &withdraw), Ok(true));
    assert_eq!(office.ask("VN", &withdraw), Ok(false));
    let close = Command::CloseAccount { account: "le.tam".to_owned(), reason: "nghỉ việc".to_owned() };
    assert_eq!(office.ask("VN", &close), Ok(true));
    assert_eq!(office.ask("VN", &grant("le.tam", Role::Doctor, "SI-01-1")), Err(unknown));
    assert_eq!(office.ask("VN", &open("le.tam")), Err(Refusal::AccountExists { account: "le.tam".to_owned() }));
}

#[test]
fn a_role_holds_only_where_it_was_granted() {
    let grants = [(Role::Vaccinator, unit("SI-01-1"))].into();
    let actor = Actor { account: "le.tam".to_owned(), name: String::new(), grants };
    assert!(actor.holds(&[Role::Doctor, Role::Vaccinator], &unit("SI-01-1")));
    assert!(!actor.holds(&[Role::Vaccinator], &unit("SI-01-2")));
    assert!(!actor.holds(&[Role::Doctor], &unit("SI-01-1")));
    assert!(!actor.holds(&[], &unit("SI-01-1")));
}

#[test]
fn only_the_system_records_what_the_issuer_said() {
    let dose = DoseId::parse("D1").unwrap();
    let problem = certificates::Problem { code: "x".to_owned(), detail: "y".to_owned() };
    let internal = certificates::Command::RecordRefused { dose: dose.clone(), problem };
    assert_eq!(roles_for(&internal.into()), &[] as &[Role]);
    assert_eq!(roles_for(&certificates::Command::RecordRevoked { dose }.into()), &[] as &[Role]);
    let lot = crate::ids::LotId::of("comirnaty", "A1").unwrap();
    let release = supply::Command::RecallLot { lot, reason: "thu hồi".to_owned() };
    assert_eq!(roles_for(&release.into()), &[Role::QualityOfficer]);
}

#[test]
fn every_role_reads_back_from_its_name() {
    for role in Role::ALL {
        assert_eq!(Role::parse(role.as_str()), Some(role));
        assert_eq!(serde_json::to_value(role).unwrap(), role.as_str());
    }
    assert_eq!(Role::parse("root"), None);
}

#[test]
fn a_password_is_known_again_and_nothing_else_is() {
    let stored = Stored::new("một mật khẩu dài", [7; 16], CHEAP).unwrap();
    assert!(stored.as_str().starts_with("$argon2id$v=19$m=64,t=1,p=1$"));
    assert!(stored.is("một mật khẩu dài"));
    assert!(!stored.is("một mật khẩu dàj"));
    assert!(!stored.is(""));
    assert!(!Stored::from_text("$argon2id$damaged".to_owned()).is("một mật khẩu dài"));
    assert_eq!(Stored::new("ngắn", [7; 16], CHEAP), None);
    assert_eq!(Stored::new(&"x".repeat(257), [7; 16], CHEAP), None);
    assert_eq!(format!("{stored:?}"), "Stored(..)");
}
