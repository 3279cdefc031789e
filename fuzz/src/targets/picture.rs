//! PNG and JPEG files of at most 32 KiB.

use crate::Target;
use crate::corpus::Kind;
use verifier::picture::{is_picture, read};
use verifier::scan::Error;

pub(super) const TARGET: Target = Target {
    name: "picture",
    max_len: 32 * 1024,
    replays: 60,
    seeds: |corpus| {
        // The smallest ones: reading a large one takes the fuzzer most of a second.
        let mut pictures = corpus.of(Kind::Picture);
        pictures.sort_by_key(Vec::len);
        pictures.truncate(16);
        pictures
    },
    run,
};

fn run(input: &[u8]) {
    if !is_picture(input) {
        assert_eq!(read(input), Err(Error::Broken));
    } else {
        let _ = read(input);
    }
}
