//! Whether a text is in Unicode's normal form C (Unicode Standard Annex 15). Browsers bring the tables for that; where
//! [`tables`] would only be carried to them a second time, feature `javascript` asks the browser.

#[cfg(all(target_arch = "wasm32", feature = "javascript"))]
mod javascript;
#[cfg(not(all(target_arch = "wasm32", feature = "javascript")))]
mod tables;

#[cfg(all(target_arch = "wasm32", feature = "javascript"))]
pub(crate) use javascript::is_nfc;
#[cfg(not(all(target_arch = "wasm32", feature = "javascript")))]
pub(crate) use tables::is_nfc;
