//! Which QR symbol goes onto which paper.

use specs::qr::{QUIET_ZONE, Symbol, Use};

use super::Error;

/// Smallest module, in millimetres: about four dots of a 300 dpi printer, and what cheap cameras still resolve.
pub(super) const MIN_MODULE: f32 = 0.33;

/// The symbol of a text for a square of `side` millimetres, quiet zone included: level Q, which paper needs (folds, soil,
/// weak toner), unless its modules would become smaller than [`MIN_MODULE`]; then level M, whose modules are larger.
///
/// # Errors
/// [`Error::Qr`]; [`Error::QrTooDense`] when the modules of level M are too small as well.
pub(super) fn for_paper(text: &str, side: f32) -> Result<Symbol, Error> {
    let mut modules = 0;
    for used in [Use::Paper, Use::Screen] {
        let symbol = Symbol::encode(text, used)?;
        modules = symbol.width();
        if side / (modules + 2 * QUIET_ZONE) as f32 >= MIN_MODULE {
            return Ok(symbol);
        }
    }
    Err(Error::QrTooDense { modules })
}

#[cfg(test)]
mod tests {
    use specs::qr::Level;

    use super::*;

    #[test]
    fn the_level_falls_before_the_modules_become_too_small() {
        let level =
            |chars: usize, side| for_paper(&"A".repeat(chars), side).map(|symbol| (symbol.level(), symbol.width()));
        assert_eq!(level(540, 58.0), Ok((Level::Q, 89)));
        assert_eq!(level(540, 42.0), Ok((Level::Q, 89)));
        assert_eq!(level(540, 32.0), Ok((Level::M, 77)));
        assert_eq!(level(540, 26.0), Err(Error::QrTooDense { modules: 77 }));
        assert!(matches!(level(0, 58.0), Err(Error::Qr(_))));
    }
}
