//! How a product is kept, and how long and how often a vial may be drawn from.

use super::Product;
use specs::value_set::StorageBand;

impl Product {
    /// Doses in one vial by its label.
    pub fn doses_per_vial(self) -> u32 {
        self.vaccine().doses_per_vial
    }

    /// Doses that one vial can give at most; never fewer than the label says.
    pub fn most_doses_per_vial(self) -> u32 {
        self.vaccine().max_doses_per_vial.max(self.doses_per_vial())
    }

    /// Minutes for which an opened (or diluted) vial may be drawn from. Where the label names none, the vial is for one
    /// person and used at once; our own ceiling for "at once" is [`AT_ONCE_MINUTES`].
    pub fn open_minutes(self) -> u32 {
        self.vaccine().after_open_hours.map_or(AT_ONCE_MINUTES, |hours| hours.saturating_mul(60))
    }

    /// The band in which a store or a box that stays between these whole degrees Celsius keeps the product; `None` when it may
    /// not be kept so. Of several, the coldest comes first, because time in it costs no shelf life.
    pub fn kept_at(self, min: i16, max: i16) -> Option<&'static StorageBand> {
        let within = |band: &&StorageBand| band.min_celsius.is_none_or(|least| min >= least) && max <= band.max_celsius;
        let bands = self.vaccine().storage.iter().filter(|_| min <= max);
        bands.filter(within).min_by_key(|band| band.max_celsius)
    }

    /// What basic dose `dose` must contain, for a product whose doses differ (Sputnik V: components I and II).
    pub fn component(self, dose: u32) -> Option<&'static str> {
        self.vaccine()
            .components
            .iter()
            .find(|component| component.dose == dose)
            .map(|component| component.name.as_str())
    }
}

/// Ceiling for a single-dose vial that is to be used at once, in minutes.
pub const AT_ONCE_MINUTES: u32 = 60;
