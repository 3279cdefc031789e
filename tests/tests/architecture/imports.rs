//! Paths as they stand in sources: whatever a room or a folder names of another.

/// What `::` can stand behind without going on with a path: no word at all, or one of the language's.
const BEFORE_A_PATH: &[&str] = &[
    "", "as", "break", "dyn", "else", "if", "impl", "in", "match", "move", "mut", "return", "unsafe", "use", "where",
    "while",
];

/// Every path in `code` that begins with `root`, a group of imports taken apart: `crate::{a, b::{self, c}}` is `crate::a`,
/// `crate::b::self` and `crate::b::c`, on however many lines it stands.
pub(crate) fn paths(code: &str, root: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices(root) {
        let (before, rest) = (&code[..at], &code[at + root.len()..]);
        if !before.ends_with(is_of_a_name) && !inside_a_path(before) && unspaced(rest).starts_with("::") {
            tree(rest, root, &mut found);
        }
    }
    found
}

/// Whether what follows `before` goes on with a path. A path may also begin with `::`, as one from the roots of all crates does.
fn inside_a_path(before: &str) -> bool {
    let path = before.trim_end().strip_suffix("::").map(str::trim_end);
    path.is_some_and(|path| {
        let word = path.rsplit(|c| !is_of_a_name(c)).next().unwrap_or_default();
        path.ends_with('>') || !BEFORE_A_PATH.contains(&word)
    })
}

/// Whether `code` gives the crate `root` another name: what is found below that one would not be found here.
pub(crate) fn renames(code: &str, root: &str) -> bool {
    code.match_indices(root).any(|(at, _)| {
        let (before, rest) = (&code[..at], &code[at + root.len()..]);
        !before.ends_with(is_of_a_name) && segment(unspaced(rest)) == "as" && !rest.starts_with(is_of_a_name)
    })
}

/// Reads on after `path`, and gives back what follows its last segment or the end of its group.
fn tree<'a>(code: &'a str, path: &str, found: &mut Vec<String>) -> &'a str {
    let next = unspaced(code).strip_prefix("::").map(unspaced);
    if let Some(mut group) = next.and_then(|next| next.strip_prefix('{')) {
        loop {
            group = unspaced(group);
            if let Some(rest) = group.strip_prefix('}') {
                return rest;
            }
            let name = segment(group);
            group = tree(&group[name.len()..], &format!("{path}::{name}"), found);
            // What is neither a comma nor the end is `as` and a name.
            let end = group.find([',', '}']).unwrap_or(group.len());
            group = &group[end..];
            group = group.strip_prefix(',').unwrap_or(group);
            if group.is_empty() {
                return group;
            }
        }
    }
    match next.map(|next| (segment(next), next)) {
        Some((name, next)) if !name.is_empty() => tree(&next[name.len()..], &format!("{path}::{name}"), found),
        _ => {
            found.push(path.to_owned());
            code
        }
    }
}

/// The name, or the star, with which `code` begins.
fn segment(code: &str) -> &str {
    let length = code.find(|c| !is_of_a_name(c)).unwrap_or(code.len());
    &code[..if code.starts_with('*') { 1 } else { length }]
}

fn is_of_a_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// `code` from its first character that is neither a space nor in a comment.
fn unspaced(code: &str) -> &str {
    let code = code.trim_start();
    let after = |comment: &str, end: &str| {
        let inside = code.strip_prefix(comment)?;
        Some(inside.find(end).map_or("", |at| &inside[at + end.len()..]))
    };
    after("//", "\n").or_else(|| after("/*", "*/")).map_or(code, unspaced)
}

#[test]
fn groups_of_imports_are_taken_apart() {
    let code = "use crate::{http, visits::store};\nuse crate::journal;\nuse super::crate_::x;\n\
                use crate::{\n    auth::{self, session::{Role as Part, *}},\n    // why\n    ledger as book, db /* and */ ,\n};\n\
                fn f(c: crate::supply::Command) -> crate::visits :: Visit { crate::ids::read::<u8>(my_crate::x) }\n\
                pub(crate) fn g() { $crate::m!(other::crate::n, crate::{}, self::crate::o) }";
    let expected = [
        "http",
        "visits::store",
        "journal",
        "auth::self",
        "auth::session::Role",
        "auth::session::*",
        "ledger",
        "db",
        "supply::Command",
        "visits::Visit",
        "ids::read",
        "m",
    ];
    assert_eq!(paths(code, "crate"), expected.map(|path| format!("crate::{path}")));
    assert_eq!(paths("use super::super::{http, x};", "super"), ["super::super::http", "super::super::x"]);
    assert_eq!(paths("use crate::{a, b", "crate"), ["crate::a", "crate::b"]);
    let rooted =
        "use ::crate::a; use {::crate::b, c}; fn f() -> Vec<::crate::d> { x::crate::e; <T>::crate::f; g(::crate::h) }";
    assert_eq!(paths(rooted, "crate"), ["crate::a", "crate::b", "crate::d", "crate::h"]);
}

#[test]
fn another_name_for_a_crate_is_seen() {
    for code in ["use std as s;", "use {std  as s};", "extern crate std as s;", "use ::std\nas s;"] {
        assert!(renames(code, "std"), "{code}");
    }
    for code in
        ["use std::net as n;", "use x as std;", "let y = std_ as u8;", "use std::{self};", "mystd as u8", "std::asm"]
    {
        assert!(!renames(code, "std"), "{code}");
    }
}
