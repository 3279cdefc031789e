//! Writes the seeds of every target into a folder per target. For `cargo xtask fuzz`, which starts the fuzzer on them:
//! `fuzz OUT`. Says of each target its name, the longest input, and how many seeds there are.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(out) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("fuzz OUT");
        return ExitCode::FAILURE;
    };
    match write(&out) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("fuzz: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write(out: &Path) -> std::io::Result<()> {
    let corpus = fuzz::corpus::Corpus::gather()?;
    for target in fuzz::ALL {
        let folder = out.join(target.name);
        std::fs::create_dir_all(&folder)?;
        let mut count = 0;
        for seed in (target.seeds)(&corpus).iter().filter(|seed| seed.len() <= target.max_len) {
            let mut hasher = DefaultHasher::new();
            seed.hash(&mut hasher);
            std::fs::write(folder.join(format!("seed-{:016x}", hasher.finish())), seed)?;
            count += 1;
        }
        println!("{} {} {count}", target.name, target.max_len);
    }
    Ok(())
}
