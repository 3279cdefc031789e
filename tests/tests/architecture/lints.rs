//! Every package has the lints of the workspace, which forbid `unsafe`; who does not is named here, with what it has instead.

use crate::{metadata, root, text};
use std::path::{Path, PathBuf};

/// Packages with lints of their own, and what these say of `unsafe`: a border to C, and a workspace of its own.
const OF_THEIR_OWN: &[(&str, &str)] = &[("verifier/c", "allow"), ("fuzz/runner", "forbid")];

/// The lines of that section of a manifest.
fn section<'a>(manifest: &'a str, name: &str) -> Vec<&'a str> {
    let lines = manifest.lines().skip_while(|line| line.trim() != format!("[{name}]")).skip(1);
    lines.take_while(|line| !line.starts_with('[')).map(str::trim).filter(|line| !line.is_empty()).collect()
}

/// What a manifest says of `unsafe`: what the workspace says, if it takes the lints from there.
fn unsafe_code<'a>(manifest: &'a str, workspace: &'a str) -> Option<&'a str> {
    let (manifest, name) = match section(manifest, "lints").contains(&"workspace = true") {
        true => (workspace, "workspace.lints.rust"),
        false => (manifest, "lints.rust"),
    };
    let said = section(manifest, name).into_iter().find_map(|line| line.strip_prefix("unsafe_code = "));
    said.map(|level| level.trim_matches('"'))
}

/// Every package's folder below the root: those of the workspace, and those that it leaves out.
fn packages() -> Vec<PathBuf> {
    let metadata = metadata();
    let packages = metadata["packages"].as_array().expect("packages").iter();
    let manifests = packages.map(|package| Path::new(package["manifest_path"].as_str().expect("a path")).to_owned());
    let root = root().canonicalize().expect("the root");
    let inside =
        manifests.map(|path| path.strip_prefix(&root).expect("below the root").parent().expect("a folder").to_owned());
    inside.chain([PathBuf::from("fuzz/runner")]).collect()
}

#[test]
fn unsafe_is_forbidden_in_every_package_but_where_c_comes_in() {
    let workspace = text(&root().join("Cargo.toml"));
    assert!(workspace.contains("exclude = [\"fuzz/runner\"]\n"), "the packages left out are those looked at here");
    for package in packages() {
        let own = OF_THEIR_OWN.iter().find(|(folder, _)| Path::new(folder) == package);
        let manifest = text(&root().join(&package).join("Cargo.toml"));
        assert_eq!(section(&manifest, "lints").contains(&"workspace = true"), own.is_none(), "{}", package.display());
        let expected = own.map_or("forbid", |(_, level)| level);
        assert_eq!(unsafe_code(&manifest, &workspace), Some(expected), "{}", package.display());
    }
}

#[test]
fn a_package_without_lints_is_seen() {
    let workspace = "[workspace.lints.rust]\nunsafe_code = \"forbid\"\n\n[profile.dev]\n";
    let level = |manifest| unsafe_code(manifest, workspace);
    assert_eq!(level("[package]\nname = \"x\"\n\n[lints]\nworkspace = true\n\n[dependencies]\n"), Some("forbid"));
    assert_eq!(level("[package]\nname = \"x\"\nworkspace = true\n"), None);
    assert_eq!(level("[lints]\n\n[dependencies]\nworkspace = true\n"), None);
    assert_eq!(level("[lints.rust]\nmissing_docs = \"warn\"\nunsafe_code = \"allow\"\n"), Some("allow"));
    assert_eq!(unsafe_code("[lints]\nworkspace = true\n", "[workspace.lints.rust]\nmissing_docs = \"warn\"\n"), None);
}
