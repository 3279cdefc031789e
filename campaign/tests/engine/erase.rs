//! A person is erased: by the library, and by the program as an operator does it.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};

use campaign::db::Engine;
use campaign::ids::PersonId;
use campaign::vault::{self, Erased};
use sqlx::Row as _;

use crate::flow::register;
use crate::ground::{Ground, on_each_engine};

async fn prepared(ground: &Ground) {
    let (keeper, running) = ground.start();
    campaign::seed::run(&keeper).await.unwrap();
    for (person, number) in [("an", "B1234567"), ("binh", "B7654321")] {
        assert_eq!(register(ground, &keeper, person, number).await, Ok(false));
    }
    drop(keeper);
    running.finished().await;
}

/// How many people have a key, search terms.
async fn left(ground: &Ground) -> (i64, i64) {
    let keys = ground.number("SELECT COUNT(*) FROM person_keys").await;
    (keys, ground.number("SELECT COUNT(DISTINCT person) FROM person_tokens").await)
}

fn holds(file: &Path, bytes: &[u8]) -> bool {
    std::fs::read(file).unwrap_or_default().windows(bytes.len()).any(|window| window == bytes)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_destroyed_once_and_is_in_no_file_any_more() {
    on_each_engine(|ground| async move {
        prepared(&ground).await;
        let key = "SELECT wrapped FROM person_keys WHERE person = 'an'";
        let key: Vec<u8> = sqlx::query(key).fetch_one(ground.db.read()).await.unwrap().get(0);
        let files = [ground.file(), ground.file().with_extension("sqlite-wal")];
        let kept = || files.iter().any(|file| holds(file, &key));
        assert_eq!(kept(), ground.db.engine() == Engine::Sqlite);
        let person = |id| PersonId::parse(id).unwrap();
        assert_eq!(vault::erase(&ground.db, &person("nobody")).await, Ok(None));
        assert_eq!(left(&ground).await, (2, 2));
        assert_eq!(vault::erase(&ground.db, &person("an")).await, Ok(Some(Erased::Here)));
        assert_eq!(left(&ground).await, (1, 1));
        assert!(!kept());
        assert_eq!(vault::erase(&ground.db, &person("an")).await, Ok(None), "nothing is left to destroy");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_erases_whom_he_names_twice() {
    on_each_engine(|ground| async move {
        prepared(&ground).await;
        let data = ground.file().parent().unwrap().to_owned();
        let key = data.join("test.key");
        std::fs::write(&key, [7; 32]).unwrap();
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
        let erase = |arguments: &[&str]| -> Output {
            let mut command = Command::new(env!("CARGO_BIN_EXE_campaign"));
            command.arg("erase-person").arg("--data").arg(&data).args(arguments).env("LACHAN_MASTER_KEY_FILE", &key);
            command.env_remove("LACHAN_DATABASE_URL");
            if ground.db.engine() == Engine::Postgres {
                command.arg("--database-url").arg(ground.url());
            }
            command.output().unwrap()
        };
        let refused = |arguments: &[&str], words: &str| {
            let output = erase(arguments);
            let said = String::from_utf8(output.stderr).unwrap();
            assert!(!output.status.success() && said.contains(words), "{arguments:?}: {said}");
        };
        refused(&["an"], "--confirm <PERSON>");
        refused(&["an", "--confirm", "binh"], "campaign: --confirm binh is not an; nothing was erased");
        refused(&["nobody", "--confirm", "nobody"], "campaign: there is no key of nobody: unknown, or erased before");
        assert_eq!(left(&ground).await, (2, 2));

        let output = erase(&["an", "--confirm", "an"]);
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(
            said,
            "an is erased here; what backups hold of the key is not, nor the certificates that the issuer keeps\n"
        );
        assert!(output.status.success());
        assert_eq!(left(&ground).await, (1, 1));
        let key = vault::person_key(ground.db.read(), &ground.vault, &PersonId::parse("an").unwrap()).await;
        assert!(key.unwrap().is_none());
        ground.audit().await;
    })
    .await;
}
