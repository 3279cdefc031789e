//! The folder of the checker's app must be there when the program is compiled, whether or not the app has been built yet.

use std::path::Path;

fn main() -> std::io::Result<()> {
    let app = Path::new("../web/verifier/dist");
    std::fs::create_dir_all(app)?;
    println!("cargo::rerun-if-changed=build.rs");
    // A release build carries the files in itself; a debug build reads them when they are asked for.
    if std::env::var_os("PROFILE").is_some_and(|profile| profile == "release") {
        println!("cargo::rerun-if-changed={}", app.display());
    }
    Ok(())
}
