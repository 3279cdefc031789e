//! Tables of which rows are facts for other streams. The folder that owns a table writes its rows from `project`; the
//! columns stand here because facts read them.

use crate::db::Kind::{Bytes, Int, Real, Text};
use crate::db::Table;

/// Lots: what is printed on them; `component` is 0 where there is none. Written with `agree`: every unit at which a lot
/// arrives must say the same.
pub static LOTS: Table = Table {
    name: "lots",
    columns: &[("id", Text), ("product", Text), ("lot_no", Text), ("expiry", Text), ("component", Int)],
    key: 1,
    fixed: &[],
};

/// States of lots, by the national stream. No row: quarantined.
pub static LOT_STATES: Table = Table {
    name: "lot_states",
    columns: &[("lot", Text), ("unit", Text), ("state", Text), ("certificate", Text), ("reason", Text), ("since", Int)],
    key: 1,
    fixed: &[],
};

/// Both at once, to be read only: a statement costs more than its rows. What is told of a lot are its columns here; a lot
/// without a state has NULLs.
pub(super) static LOTS_AND_STATES: Table = Table {
    name: "lots LEFT JOIN lot_states ON lot = id",
    columns: &[
        ("id", Text),
        ("product", Text),
        ("lot_no", Text),
        ("expiry", Text),
        ("component", Int),
        ("state", Text),
        ("certificate", Text),
    ],
    key: 1,
    fixed: &[],
};

/// Shipments, by the sender's stream. `lines` is JSON: `[{"lot":"..","doses":10}]`.
pub static SHIPMENTS: Table = Table {
    name: "shipments",
    columns: &[("id", Text), ("unit", Text), ("receiver", Text), ("dispatched_at", Int), ("lines", Text)],
    key: 1,
    fixed: &[],
};

/// People, by the stream of the unit that registered them. `sealed` is encrypted JSON with at least `birth_date`
/// (`YYYY-MM-DD`, `YYYY-MM` or `YYYY`).
pub static PEOPLE: Table = Table {
    name: "people",
    columns: &[("id", Text), ("unit", Text), ("sealed", Text), ("registered_at", Int), ("updated_at", Int)],
    key: 1,
    fixed: &[],
};

/// Both at once, to be read only. A person who was erased has a NULL for a key.
pub(super) static PEOPLE_AND_KEYS: Table = Table {
    name: "people LEFT JOIN person_keys ON person = id",
    columns: &[("id", Text), ("unit", Text), ("sealed", Text), ("wrapped", Bytes)],
    key: 1,
    fixed: &[],
};

/// Keyed hashes under which people are found. `kind`: `identity`, `phone`, `name`, `birth`. At most one person holds an
/// identity token.
pub static PERSON_TOKENS: Table = Table {
    name: "person_tokens",
    columns: &[("token", Text), ("person", Text), ("unit", Text), ("kind", Text)],
    key: 2,
    fixed: &[],
};

/// Doses, by the stream of the unit that injected. At most one dose of a person, disease and number is not void.
pub static DOSES: Table = Table {
    name: "doses",
    columns: &[
        ("id", Text),
        ("unit", Text),
        ("person", Text),
        ("disease", Text),
        ("dose_number", Int),
        ("product", Text),
        ("lot", Text),
        ("injected_at", Int),
        ("day", Text),
        ("void", Int),
        ("visit", Text),
        ("vial", Text),
        ("injected_by", Text),
        ("override_reason", Text),
    ],
    key: 1,
    fixed: &[],
};

/// Visits, by the stream of their site. `conclusion` is that of the screening; a visit that it ends does not change any more.
pub static VISITS: Table = Table {
    name: "visits",
    columns: &[
        ("id", Text),
        ("unit", Text),
        ("person", Text),
        ("day", Text),
        ("checked_in_at", Int),
        ("stage", Text),
        ("conclusion", Text),
        ("doctor", Text),
        ("until_day", Text),
        ("dose", Text),
        ("updated_at", Int),
    ],
    key: 1,
    fixed: &["person", "day", "checked_in_at"],
};

/// What of a visit counts at the next one, to be read only.
pub(super) static SCREENINGS: Table = Table {
    name: "visits",
    columns: &[
        ("id", Text),
        ("person", Text),
        ("checked_in_at", Int),
        ("conclusion", Text),
        ("until_day", Text),
        ("updated_at", Int),
    ],
    key: 1,
    fixed: &[],
};

/// Organisation units. `code` is read in `code_set`; `province` is the province's code in the same set.
pub static UNITS: Table = Table {
    name: "units",
    columns: &[
        ("id", Text),
        ("unit", Text),
        ("kind", Text),
        ("tier", Text),
        ("form", Text),
        ("name", Text),
        ("name_en", Text),
        ("code_set", Text),
        ("code", Text),
        ("province", Text),
        ("parent", Text),
        ("supplied_by", Text),
        ("lat", Real),
        ("lon", Real),
        ("reception", Int),
        ("screening", Int),
        ("injection", Int),
        ("observation", Int),
        ("status", Text),
        ("changed_at", Int),
    ],
    key: 1,
    fixed: &[],
};
