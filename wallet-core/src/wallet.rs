//! The wallet: import, group by person, present.

use serde::{Deserialize, Serialize};
use specs::hcert::MAX_CHARS;
use specs::reason::Reason;
use specs::time::UnixTime;
use verifier::Verifier;

use crate::person::{Person, Shown, people};
use crate::{Card, CardId, Error, State, Store};

/// The version of what is stored.
const VERSION: u32 = 1;

/// Certificates of one household, in a [`Store`].
pub struct Wallet<S: Store> {
    store: S,
    kept: Kept,
}

/// What lies in the store, as JSON.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    version: u32,
    next: u64,
    cards: Vec<Card>,
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The card.
    pub id: CardId,
    /// How it stands.
    pub state: State,
    /// It was in the wallet before.
    pub already: bool,
}

impl<S: Store> Wallet<S> {
    /// The most cards a wallet holds: a family's, not a registry's.
    pub const MAX_CARDS: usize = 500;

    /// Opens what is in the store; an empty store is an empty wallet.
    ///
    /// # Errors
    /// What the store says, and [`Error::Damaged`] when what it gives is no wallet.
    pub fn open(mut store: S) -> Result<Self, Error> {
        let kept = match store.read()? {
            None => Kept { version: VERSION, next: 1, cards: Vec::new() },
            Some(bytes) => serde_json::from_slice(&bytes).map_err(|_| Error::Damaged)?,
        };
        if kept.version != VERSION {
            return Err(Error::Damaged);
        }
        Ok(Self { store, kept })
    }

    /// Takes in the text of a certificate, and keeps it before it returns.
    ///
    /// # Errors
    /// [`Error::NotACertificate`] for one that was never any good, [`Error::Full`], and what the store says.
    pub fn import(&mut self, text: &str, verifier: &Verifier, at: UnixTime) -> Result<Imported, Error> {
        let text = text.trim();
        if text.len() > MAX_CHARS {
            return Err(Error::NotACertificate(Reason::TooLong));
        }
        let state = State::of(&verifier.check(text, at), at);
        if let Some(reason) = state.refuses() {
            return Err(Error::NotACertificate(reason));
        }
        if let Some(card) = self.kept.cards.iter().find(|card| card.text == text) {
            return Ok(Imported { id: card.id, state, already: true });
        }
        if self.kept.cards.len() >= Self::MAX_CARDS {
            return Err(Error::Full);
        }
        let id = CardId(self.kept.next);
        let mut kept = self.kept.clone();
        kept.next += 1;
        kept.cards.push(Card { id, text: text.to_owned(), imported_at: at.0 });
        self.keep(kept)?;
        Ok(Imported { id, state, already: false })
    }

    /// Takes in the certificate whose QR symbol is in a picture: `width` × `height` pixels, one byte of brightness each.
    ///
    /// # Errors
    /// [`Error::PictureUnreadable`], and those of [`Wallet::import`].
    #[cfg(feature = "scan")]
    pub fn import_picture(
        &mut self,
        (width, height): (u32, u32),
        luma: &[u8],
        verifier: &Verifier,
        at: UnixTime,
    ) -> Result<Imported, Error> {
        let text = verifier::scan::read_luma(width, height, luma).map_err(|_| Error::PictureUnreadable)?;
        self.import(&text, verifier, at)
    }

    /// Everybody in the wallet with their cards and how these stand at that moment, by name. One person is who has one birth
    /// date and one name as written; a card that has the name in Latin letters only is with the one person it fits, and
    /// alone where it fits several. Cards of which nothing can be verified stand last, under nobody's name.
    pub fn people(&self, verifier: &Verifier, at: UnixTime) -> Vec<Person> {
        let shown = self.kept.cards.iter().map(|card| {
            let verdict = verifier.check(&card.text, at);
            Shown { card: card.clone(), state: State::of(&verdict, at), verdict }
        });
        people(shown.collect())
    }

    /// One card.
    ///
    /// # Errors
    /// [`Error::UnknownCard`].
    pub fn card(&self, id: CardId) -> Result<&Card, Error> {
        self.kept.cards.iter().find(|card| card.id == id).ok_or(Error::UnknownCard)
    }

    /// Takes a card out for good.
    ///
    /// # Errors
    /// [`Error::UnknownCard`], and what the store says.
    pub fn remove(&mut self, id: CardId) -> Result<Card, Error> {
        let card = self.card(id)?.clone();
        let mut kept = self.kept.clone();
        kept.cards.retain(|card| card.id != id);
        self.keep(kept)?;
        Ok(card)
    }

    /// How many cards there are.
    pub fn len(&self) -> usize {
        self.kept.cards.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.kept.cards.is_empty()
    }

    /// Gives the store back.
    pub fn into_store(self) -> S {
        self.store
    }

    /// First the store, then the memory: what the wallet shows is what is kept.
    fn keep(&mut self, kept: Kept) -> Result<(), Error> {
        let bytes = serde_json::to_vec(&kept).map_err(|_| Error::Damaged)?;
        self.store.write(&bytes)?;
        self.kept = kept;
        Ok(())
    }
}
