//! Opening accounts from the command line: the first administrator of a new campaign, and the sample accounts of a
//! demonstration. No password is ever built in: they are random or the caller's.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use crate::auth::password::{Cost, Stored};
use crate::auth::session::Sessions;
use crate::auth::{Command, Role};
use crate::clock::Timestamp;
use crate::command::Envelope;
use crate::disk::sync_folder_of;
use crate::ids::{CommandId, UnitId};
use crate::keeper::Keeper;
use crate::refusal::Refusal;
use crate::rng;
use crate::seed::{ACTOR, units_of_the_sample};

/// The sample accounts: login, name, roles.
const SAMPLES: [(&str, &str, &[Role]); 9] = [
    ("mau.quantri", "Quản trị viên (mẫu)", &[Role::Administrator]),
    ("mau.chatluong", "Cán bộ kiểm định (mẫu)", &[Role::QualityOfficer]),
    ("mau.thukho", "Thủ kho (mẫu)", &[Role::Storekeeper]),
    ("mau.tiepdon", "Nhân viên tiếp đón (mẫu)", &[Role::Receptionist]),
    ("mau.bacsi", "Bác sĩ khám sàng lọc (mẫu)", &[Role::Doctor]),
    ("mau.tiem", "Nhân viên tiêm (mẫu)", &[Role::Vaccinator]),
    ("mau.theodoi", "Nhân viên theo dõi (mẫu)", &[Role::Observer]),
    ("mau.truongdiem", "Trưởng điểm tiêm (mẫu)", &[Role::SiteLead]),
    ("mau.kiemtoan", "Kiểm toán viên (mẫu)", &[Role::Auditor]),
];

/// Why an account is not open.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// A keeper refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The database did not take it.
    #[error(transparent)]
    Database(#[from] crate::db::DbError),
    /// The password is too short or too long.
    #[error("mật khẩu phải có ít nhất 10 ký tự / the password must have at least 10 characters")]
    Password,
    /// The file of passwords cannot be read or written.
    #[error("{0}")]
    File(#[from] std::io::Error),
}

/// Opens an account with roles and sets its password. Doing it again sets the password anew and adds roles.
///
/// # Errors
/// [`AccountError`].
pub async fn open(
    keeper: &Keeper,
    sessions: &Sessions,
    (account, name, password): (&str, &str, &str),
    grants: &[(Role, UnitId)],
    now: Timestamp,
) -> Result<(), AccountError> {
    let stored = Stored::new(password, rng::bytes(), Cost::SERVER).ok_or(AccountError::Password)?;
    let opened = Command::OpenAccount { account: account.to_owned(), name: name.to_owned() };
    match submit(keeper, opened, now).await {
        Ok(()) | Err(Refusal::AccountExists { .. }) => {}
        Err(refusal) => return Err(refusal.into()),
    }
    for (role, at) in grants {
        let granted = Command::GrantRole { account: account.to_owned(), role: *role, at: at.clone() };
        submit(keeper, granted, now).await?;
    }
    sessions.set_password(account, &stored, now).await?;
    Ok(())
}

/// Opens the sample accounts with random passwords, which it leaves in a file only its owner can read: a line each,
/// login, password and name, separated by tabs. Where that file is, nothing is done.
///
/// # Errors
/// [`AccountError`].
pub async fn open_samples(
    keeper: &Keeper,
    sessions: &Sessions,
    file: &Path,
    now: Timestamp,
) -> Result<(), AccountError> {
    if file.exists() {
        return Ok(());
    }
    let mut lines = String::new();
    for (account, name, roles) in SAMPLES {
        let password = hex::encode(rng::bytes::<10>());
        let mut grants: Vec<(Role, UnitId)> = roles.iter().map(|role| (*role, UnitId::nation())).collect();
        for unit in units_of_the_sample() {
            grants.extend(roles.iter().map(|role| (*role, unit.clone())));
        }
        open(keeper, sessions, (account, name, &password), &grants, now).await?;
        lines += &format!("{account}\t{password}\t{name}\n");
    }
    // Last, and all at once: a file that is there means that all accounts are.
    let beside = file.with_extension("new");
    let mut written = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    written.write_all(lines.as_bytes())?;
    written.sync_all()?;
    std::fs::rename(beside, file)?;
    sync_folder_of(file)?;
    Ok(())
}

async fn submit(keeper: &Keeper, command: Command, now: Timestamp) -> Result<(), Refusal> {
    let id = CommandId::parse(&rng::id(now))?;
    keeper.submit(Envelope::new(id, UnitId::nation(), ACTOR, command.into())).await.map(drop)
}
