//! Processor time of the full side, by who spent it: the kernel's own count for each thread and each PostgreSQL process.

use std::fs;
use std::path::Path;

/// Microseconds on a processor.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Spent {
    /// Server and clients: HTTP, sessions, reading commands.
    pub(crate) http: f64,
    /// The keepers: facts, rules, rows.
    pub(crate) keeper: f64,
    /// SQLite's thread or PostgreSQL's processes.
    pub(crate) database: f64,
}

impl Spent {
    /// So far, since this program and the database were started.
    pub(crate) fn so_far() -> Self {
        let mut spent = Self::default();
        for thread in folders(Path::new("/proc/self/task")) {
            let micros = micros(&thread);
            match name(&thread).as_str() {
                "keeper" => spent.keeper += micros,
                name if name.starts_with("sqlx") => spent.database += micros,
                _ => spent.http += micros,
            }
        }
        let servers = folders(Path::new("/proc")).into_iter().filter(|process| name(process) == "postgres");
        spent.database += servers.map(|process| micros(&process)).sum::<f64>();
        spent
    }

    /// Whoever spent it.
    pub(crate) fn all(self) -> f64 {
        self.http + self.keeper + self.database
    }

    /// Since then.
    pub(crate) fn since(self, then: Self) -> Self {
        Self { http: self.http - then.http, keeper: self.keeper - then.keeper, database: self.database - then.database }
    }

    /// Both.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            http: self.http + other.http,
            keeper: self.keeper + other.keeper,
            database: self.database + other.database,
        }
    }
}

fn folders(of: &Path) -> Vec<std::path::PathBuf> {
    fs::read_dir(of).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}

/// Of a thread that has ended meanwhile, or where the kernel does not count, nothing.
fn micros(of: &Path) -> f64 {
    let counted = fs::read_to_string(of.join("schedstat")).unwrap_or_default();
    counted.split(' ').next().and_then(|nanos| nanos.parse::<f64>().ok()).unwrap_or_default() / 1e3
}

fn name(of: &Path) -> String {
    fs::read_to_string(of.join("comm")).unwrap_or_default().trim().to_owned()
}
