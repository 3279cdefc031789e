//! The screening questionnaire as data: versioned items in two languages and a rule table, read from
//! `campaign/data/checklists`. [`Checklist::suggest`] is a pure function from answers and vital signs to a conclusion; the
//! doctor's own conclusion is recorded beside it, with a reason when the two differ.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use specs::time::Date;

use super::Conclusion;

/// The checklist of Decision 3802/QĐ-BYT of 10 August 2021.
static FORM_3802: LazyLock<Checklist> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../data/checklists/3802.json"))
        .expect("the file is compiled in and a test reads it")
});

/// A versioned questionnaire with its rule table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checklist {
    /// Version named in every screening, e.g. "3802".
    pub version: String,
    /// Title.
    pub title: Words,
    /// Decision it comes from.
    pub source: String,
    /// What is certain about it and what is not.
    pub note: String,
    /// First day it may be used.
    pub valid_from: Date,
    /// Age from which on it is for, in completed years.
    pub age_from: i32,
    /// Decision whose form is for those below that age.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form_below: Option<String>,
    /// Yes-or-no questions, in order.
    pub items: Vec<Item>,
    /// Measurements.
    pub vitals: Vec<Vital>,
    /// Measurements that must not be missing.
    pub required_vitals: Vec<Required>,
    /// What follows from an answer or a measurement.
    pub rules: Vec<Rule>,
}

/// Words in Vietnamese and English.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// Vietnamese.
    pub vi: String,
    /// English.
    pub en: String,
}

/// One question; "yes" is the abnormal answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Number in the form, e.g. "4a".
    pub id: String,
    /// Vietnamese.
    pub vi: String,
    /// English.
    pub en: String,
    /// What must be written beside a yes; beside the other items, and beside a no, nothing is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Words>,
    /// Products that must not be given after a yes, whatever the conclusion.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bars: Vec<String>,
}

/// One measurement, a whole number in the unit its words name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vital {
    /// Name in the answers.
    pub id: String,
    /// Vietnamese.
    pub vi: String,
    /// English.
    pub en: String,
    /// Lowest and highest number that is not a typing error.
    pub plausible: (i32, i32),
}

/// A measurement that must be given, perhaps only above an age.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Required {
    /// Which measurement.
    pub vital: String,
    /// Only for people older than this, in completed years.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_over: Option<i32>,
}

/// One line of the rule table: an answer "yes", or a measurement outside its limits, leads to a conclusion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Conclusion that follows.
    pub then: Conclusion,
    /// Item whose "yes" triggers the rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// Measurement the limits below are about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vital: Option<String>,
    /// Triggered below this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<i32>,
    /// Triggered above this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above: Option<i32>,
    /// Triggered when more than this above `usual_{vital}`, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above_usual: Option<i32>,
}

/// Answers to the items: item id to yes (`true`) or no.
pub type Answers = BTreeMap<String, bool>;
/// What is written beside a yes, e.g. the agent of an anaphylaxis: item id to text.
pub type Details = BTreeMap<String, String>;
/// Measurements: vital id to a whole number.
pub type Vitals = BTreeMap<String, i32>;

/// What the answers lack, or hold too much of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gap {
    /// An item without answer.
    Unanswered(String),
    /// A yes without the text that the item asks for.
    Undetailed(String),
    /// A text where the item, or a no, asks for none.
    Unasked(String),
    /// A measurement that must be given.
    Unmeasured(String),
    /// An id the checklist does not know.
    Unknown(String),
    /// A measurement that can only be a typing error.
    Implausible(String),
}

/// The checklist of that version.
pub fn checklist(version: &str) -> Option<&'static Checklist> {
    let all: [&'static Checklist; 1] = [&FORM_3802];
    all.into_iter().find(|c| c.version == version)
}

impl Checklist {
    /// Refuses a questionnaire that is not filled in whole. `age`: completed years.
    pub fn complete(&self, answers: &Answers, vitals: &Vitals, age: i32) -> Result<(), Gap> {
        if let Some(item) = self.items.iter().find(|item| !answers.contains_key(&item.id)) {
            return Err(Gap::Unanswered(item.id.clone()));
        }
        if let Some(id) = answers.keys().find(|id| !self.items.iter().any(|item| item.id == **id)) {
            return Err(Gap::Unknown(id.clone()));
        }
        for (id, value) in vitals {
            let vital = self.vitals.iter().find(|v| v.id == *id).ok_or_else(|| Gap::Unknown(id.clone()))?;
            if *value < vital.plausible.0 || *value > vital.plausible.1 {
                return Err(Gap::Implausible(id.clone()));
            }
        }
        let needed = |r: &&Required| r.age_over.is_none_or(|limit| age > limit);
        match self.required_vitals.iter().filter(needed).find(|r| !vitals.contains_key(&r.vital)) {
            Some(missing) => Err(Gap::Unmeasured(missing.vital.clone())),
            None => Ok(()),
        }
    }

    /// Refuses texts that are missing or that nobody asked for. What is in them is not looked at.
    pub fn detailed(&self, answers: &Answers, details: &Details) -> Result<(), Gap> {
        if let Some(id) = details.keys().find(|id| !self.items.iter().any(|item| item.id == **id)) {
            return Err(Gap::Unknown(id.clone()));
        }
        for item in &self.items {
            let asked = item.detail.is_some() && answers.get(&item.id) == Some(&true);
            match (asked, details.contains_key(&item.id)) {
                (true, false) => return Err(Gap::Undetailed(item.id.clone())),
                (false, true) => return Err(Gap::Unasked(item.id.clone())),
                (true, true) | (false, false) => {}
            }
        }
        Ok(())
    }

    /// The gravest conclusion any rule reaches; eligible when none does.
    pub fn suggest(&self, answers: &Answers, vitals: &Vitals) -> Conclusion {
        let reached = self.rules.iter().filter(|rule| rule.applies(answers, vitals)).map(|rule| rule.then);
        reached.max_by_key(|c| c.gravity()).unwrap_or(Conclusion::Eligible)
    }

    /// Products that must not be given after these answers, by id.
    pub fn barred(&self, answers: &Answers) -> Vec<String> {
        let said_yes = self.items.iter().filter(|item| answers.get(&item.id) == Some(&true));
        BTreeSet::from_iter(said_yes.flat_map(|item| item.bars.iter().cloned())).into_iter().collect()
    }
}

impl Rule {
    fn applies(&self, answers: &Answers, vitals: &Vitals) -> bool {
        let said_yes = self.answer.as_ref().is_some_and(|id| answers.get(id) == Some(&true));
        let out_of_limits = self.vital.as_ref().is_some_and(|id| {
            let Some(&value) = vitals.get(id) else { return false };
            let usual = vitals.get(&format!("usual_{id}"));
            self.below.is_some_and(|limit| value < limit)
                || self.above.is_some_and(|limit| value > limit)
                || self.above_usual.zip(usual).is_some_and(|(limit, usual)| value.saturating_sub(*usual) > limit)
        });
        said_yes || out_of_limits
    }
}
