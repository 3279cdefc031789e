//! Everything that can be asked for, folder by folder, and the envelope a command travels in.
//!
//! Each folder has its own `Command` (serde) and these pure functions in its `mod.rs`:
//! * `needs(&UnitState, &Command) -> Needs`: what of other streams `decide` will look at; asked again right before
//!   deciding, so it may look things up in the state (the vial's lot, the visit's person);
//! * `decide(&UnitState, &Facts, &Command, &Context) -> Result<Decision, Refusal>`.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::clock::Timestamp;
use crate::event::Event;
use crate::facts::{Facts, Needs};
use crate::ids::{CommandId, UnitId};
use crate::refusal::Refusal;
use crate::unit::UnitState;
use crate::vault::NewKey;
use crate::{auth, certificates, journal, people, places, supply, visits};

macro_rules! commands {
    ($($name:ident($folder:ident),)*) => {
        /// Something a unit is asked to do.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        #[expect(missing_docs, reason = "each variant is a folder")]
        pub enum Command { $($name($folder::Command),)* }

        impl Command {
            /// What of other streams it needs to know.
            pub fn needs(&self, unit: &UnitState) -> Needs {
                match self { $(Command::$name(command) => $folder::needs(unit, command),)* }
            }

            /// Decides it, unless the clock is clearly behind what the unit's stream says. Pure.
            ///
            /// # Errors
            /// The [`Refusal`]; then nothing has happened.
            pub fn decide(&self, unit: &UnitState, facts: &Facts, context: &Context) -> Result<Decision, Refusal> {
                if !context.may_be_behind && journal::went_back(unit.newest, context.now) {
                    let (unit, newest, now) = (unit.unit.clone(), unit.newest, context.now);
                    return Err(Refusal::ClockBehind { unit, newest, now });
                }
                let mut decision =
                    match self { $(Command::$name(command) => $folder::decide(unit, facts, command, context),)* }?;
                decision.follow(unit);
                Ok(decision)
            }
        }

        $(impl From<$folder::Command> for Command {
            fn from(command: $folder::Command) -> Command { Command::$name(command) }
        })*
    };
}

commands! {
    Places(places), Supply(supply), People(people), Visits(visits), Certificates(certificates), Auth(auth),
}

/// Who asks where and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// The unit whose stream is to be written.
    pub unit: UnitId,
    /// The present moment.
    pub now: Timestamp,
    /// The clock that says so may be behind what is recorded ([`crate::clock::Clock::may_be_behind`]).
    pub may_be_behind: bool,
    /// The day in Viet Nam.
    pub today: specs::time::Date,
    /// The account that asks.
    pub actor: String,
}

/// A command that was accepted.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// What happened, in order. May be empty where the wish is fulfilled already.
    pub events: Vec<Event>,
    /// What the client gets, now and whenever it repeats the command's id.
    pub answer: serde_json::Value,
}

impl Decision {
    /// Events of one folder and the answer to them.
    pub fn new<E: Into<Event>>(events: impl IntoIterator<Item = E>, answer: serde_json::Value) -> Decision {
        Decision { events: events.into_iter().map(Into::into).collect(), answer }
    }

    /// Adds what follows in folders further up from what was decided in one below, which cannot name them.
    fn follow(&mut self, unit: &UnitState) {
        let followed = self.events.iter().filter_map(|event| match event {
            Event::Visits(event) => certificates::follow(unit, event),
            _ => None,
        });
        let followed: Vec<Event> = followed.map(Event::from).collect();
        self.events.extend(followed);
    }
}

/// A command on its way to the unit's keeper.
#[derive(Debug, Clone)]
pub struct Envelope {
    pub(crate) id: CommandId,
    pub(crate) unit: UnitId,
    pub(crate) actor: String,
    pub(crate) command: Command,
    pub(crate) digest: [u8; 32],
    pub(crate) keys: Vec<NewKey>,
}

impl Envelope {
    /// Packs a command. The digest that tells a repetition from another command under the same id is taken here, on the
    /// caller's thread, over unit and command; who repeats it does not matter.
    pub fn new(id: CommandId, unit: UnitId, actor: impl Into<String>, command: Command) -> Envelope {
        let json = serde_json::to_vec(&(&unit, &command)).expect("commands are plain data with text keys");
        let digest = Sha256::digest(&json).into();
        Envelope { id, unit, actor: actor.into(), command, digest, keys: Vec::new() }
    }

    /// The same with another digest: for commands that carry freshly encrypted text, which differs each time, the
    /// digest must be taken over what the client said, and keyed, since a bare hash of personal data can be guessed
    /// ([`crate::vault::Vault::digest`]).
    #[must_use]
    pub fn with_digest(mut self, digest: [u8; 32]) -> Envelope {
        self.digest = digest;
        self
    }

    /// Adds the wrapped data key of a person whom the command registers; it is stored in the same transaction, and only
    /// if the command is accepted.
    #[must_use]
    pub fn with_key(mut self, key: NewKey) -> Envelope {
        self.keys.push(key);
        self
    }
}
