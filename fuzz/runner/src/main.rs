//! libFuzzer around one function of crate `fuzz`, named by the environment. Built and started by `cargo xtask fuzz`;
//! `unsafe` is forbidden here too: the door through which libFuzzer's C++ comes in is in the macro, which is libfuzzer-sys's.
#![no_main]

libfuzzer_sys::fuzz_target!(init: let_the_scanner_panic(), |input: &[u8]| (fuzz::chosen().run)(input));

/// `verifier::scan` catches panics of the QR reader, which is other people's code; libFuzzer would take each for a find.
fn let_the_scanner_panic() {
    let abort = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !panic.location().is_some_and(|place| place.file().contains("/rxing-")) {
            abort(panic);
        }
    }));
}
