//! Normal form C by JavaScript's own `String.prototype.normalize` (ECMA-262, 22.1.3.15). Characters that are newer than the
//! browser's edition of Unicode count as not composed of others; the tables here have an edition too.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// The text in normal form C, which is what the method gives when nobody names a form.
    #[wasm_bindgen(js_namespace = ["String", "prototype", "normalize"], js_name = call)]
    fn normalized(text: &str) -> String;
}

/// Whether the text is in normal form C.
pub(crate) fn is_nfc(text: &str) -> bool {
    normalized(text) == text
}
