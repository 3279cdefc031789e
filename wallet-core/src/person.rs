//! Whose the certificates are: the people of a wallet.

use std::collections::{BTreeMap, BTreeSet};

use specs::icao::transliterate;
use unicode_normalization::UnicodeNormalization as _;
use verifier::Verdict;
use verifier::verdict::Format;

use crate::{Card, CardId, State};

/// One person and their cards.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// The name as the newest certificate writes it, of those that write more than its Latin letters where there are any;
    /// `None` where nothing could be verified.
    pub name: Option<String>,
    /// Birth date as the certificates write it.
    pub birth_date: Option<String>,
    /// The cards, the newest certificate first.
    pub cards: Vec<Shown>,
}

/// One card with how it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// The card.
    pub card: Card,
    /// How it stands.
    pub state: State,
    /// Everything the verifier said of it.
    pub verdict: Verdict,
}

/// What all certificates of one person say alike, in the order in which people are shown. Of several people who are alike
/// in that, such as twins named Hoa and Hòa, each is told by the name as it is written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Alike {
    is_nobody: bool,
    /// The name in A-Z and `<`.
    latin: String,
    birth_date: Option<String>,
}

/// Which of the people who are alike.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Which {
    /// Nobody of them writes a name beyond its Latin letters.
    Latin,
    /// Who writes the name in this way.
    Written(String),
    /// It could be any of several: better alone than with the wrong one.
    Either(CardId),
}

/// Puts the cards of each person together.
pub(crate) fn people(cards: Vec<Shown>) -> Vec<Person> {
    let mut writings: BTreeMap<Alike, BTreeSet<String>> = BTreeMap::new();
    for shown in &cards {
        writings.entry(Alike::of(shown)).or_default().extend(written(shown));
    }
    let mut together: BTreeMap<(Alike, Which), Vec<Shown>> = BTreeMap::new();
    for shown in cards {
        let alike = Alike::of(&shown);
        let which = match written(&shown) {
            Some(name) => Which::Written(name),
            None => {
                let mut names = writings[&alike].iter();
                match (names.next(), names.next()) {
                    (None, _) => Which::Latin,
                    (Some(only), None) => Which::Written(only.clone()),
                    (Some(_), Some(_)) => Which::Either(shown.card.id),
                }
            }
        };
        together.entry((alike, which)).or_default().push(shown);
    }
    together.into_iter().map(|((alike, _), cards)| Person::of(alike.birth_date, cards)).collect()
}

impl Alike {
    fn of(shown: &Shown) -> Self {
        let holder = shown.verdict.holder.as_ref();
        // Formats without a Latin form are given the one that the others carry.
        let latin = holder.map(|holder| transliterate(holder.name_latin.as_deref().unwrap_or(&holder.name)));
        let birth_date = holder.map(|holder| holder.birth_date.to_string());
        Self { is_nobody: holder.is_none(), latin: latin.unwrap_or_default(), birth_date }
    }
}

/// The name as it is written, where that says more than its Latin form does. The national certificate has the name as it
/// is registered: one without marks is written without them.
fn written(shown: &Shown) -> Option<String> {
    let name = &shown.verdict.holder.as_ref()?.name;
    if name.is_ascii() && shown.verdict.format != Some(Format::VnNational) {
        return None;
    }
    // People write their names in capitals, in either normal form and with any blanks, and stay who they are.
    let folded: String = name.to_lowercase().nfd().collect();
    Some(folded.split_whitespace().map(with_tone_last).collect::<Vec<_>>().join(" "))
}

/// A decomposed word with its tone mark at the end. Two schools put it on different vowels (Hòa and Hoà, Thúy and Thuý), and a
/// syllable has only one.
fn with_tone_last(word: &str) -> String {
    // Grave, acute, tilde, hook above, dot below; the other marks belong to their letter.
    let is_tone = |c: &char| matches!(c, '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}');
    let (tones, letters): (String, String) = word.chars().partition(is_tone);
    letters + &tones
}

impl Person {
    fn of(birth_date: Option<String>, mut cards: Vec<Shown>) -> Self {
        cards.sort_by_key(|shown| {
            let issued = shown.verdict.claims.as_ref().and_then(|claims| claims.issued_at);
            std::cmp::Reverse((issued.map_or(0, |time| time.0), shown.card.id))
        });
        let newest = cards.iter().find(|shown| written(shown).is_some()).or(cards.first());
        let name = newest.and_then(|shown| Some(shown.verdict.holder.as_ref()?.name.clone()));
        Self { name, birth_date, cards }
    }
}

#[cfg(test)]
mod tests {
    use specs::time::UnixTime;
    use trust_list::backend::portable;
    use verifier::Verifier;
    use verifier::verdict::Format::{EuDcc, SmartHealthCard, VnNational, WhoIcvp};
    use verifier::verdict::Holder;

    use super::*;

    const BORN: &str = "1990-05-17";

    /// The names and cards of the people that cards of these formats, names and Latin names make; the first card is 1.
    fn people_of(cards: &[(Format, &str, Option<&str>)]) -> Vec<(String, Vec<u64>)> {
        let with_birth_date = cards.iter().map(|(format, name, latin)| (*format, *name, *latin, BORN));
        people_born(&with_birth_date.collect::<Vec<_>>())
    }

    fn people_born(cards: &[(Format, &str, Option<&str>, &str)]) -> Vec<(String, Vec<u64>)> {
        let at = UnixTime(0);
        let shown = cards.iter().zip(1..).map(|(&(format, name, latin, birth_date), number)| {
            let mut verdict = Verifier::new(portable()).check("", at);
            let (name, name_latin) = (name.to_owned(), latin.map(Into::into));
            verdict.holder = Some(Holder { name, name_latin, birth_date: birth_date.into() });
            verdict.format = Some(format);
            let card = Card { id: CardId(number), text: String::new(), imported_at: 0 };
            Shown { state: State::of(&verdict, at), card, verdict }
        });
        let numbers = |person: &Person| person.cards.iter().map(|shown| shown.card.id.0).collect();
        let people = people(shown.collect());
        people.iter().map(|person| (person.name.clone().unwrap(), numbers(person))).collect()
    }

    fn are(people: &[(&str, &[u64])]) -> Vec<(String, Vec<u64>)> {
        people.iter().map(|(name, cards)| ((*name).to_owned(), cards.to_vec())).collect()
    }

    const HOA: (Format, &str, Option<&str>) = (VnNational, "Trần Thị Hoa", Some("TRAN<<THI<HOA"));
    const HOA_MARKED: (Format, &str, Option<&str>) = (VnNational, "Trần Thị Hòa", Some("TRAN<<THI<HOA"));

    #[test]
    fn twins_whose_names_differ_in_a_mark_are_two() {
        assert_eq!(people_of(&[HOA_MARKED, HOA]), are(&[("Trần Thị Hoa", &[2]), ("Trần Thị Hòa", &[1])]));
        let latin = Some("PHAM<<HUNG");
        let [sy, tu] = [(EuDcc, "Phạm Hùng", latin), (EuDcc, "Phạm Hưng", latin)];
        assert_eq!(people_of(&[sy, tu, sy]), are(&[("Phạm Hùng", &[3, 1]), ("Phạm Hưng", &[2])]));
        // A name that has no mark at all is registered so.
        let latin = Some("PHAN<<ANH");
        let [anh, marked] = [(VnNational, "Phan Anh", latin), (VnNational, "Phan Ánh", latin)];
        assert_eq!(people_of(&[anh, marked]), are(&[("Phan Anh", &[1]), ("Phan Ánh", &[2])]));
    }

    #[test]
    fn the_certificates_of_one_person_stand_together_however_they_write_the_name() {
        let latin = Some("TRAN<<THI<HOA");
        let decomposed = "Tra\u{302}\u{300}n  Thi\u{323} Ho\u{300}a";
        let one = [
            HOA_MARKED,
            (EuDcc, "TRẦN THỊ HÒA", latin),
            (WhoIcvp, decomposed, None),
            (EuDcc, "Tran Thi Hoa", latin),
            (EuDcc, "TRAN<<THI<HOA", latin),
            (SmartHealthCard, "TRAN THI HOA", None),
        ];
        // The newest card that writes the name gives it.
        assert_eq!(people_of(&one), are(&[(decomposed, &[6, 5, 4, 3, 2, 1])]));
        assert_eq!(people_of(&one[3..]), are(&[("TRAN THI HOA", &[3, 2, 1])]));
        let another_day = (EuDcc, "Tran Thi Hoa", latin, "1990-05-18");
        let [national, ..] = one.map(|(format, name, latin)| (format, name, latin, BORN));
        assert_eq!(
            people_born(&[national, another_day]),
            are(&[("Trần Thị Hòa", &[1]), ("Tran Thi Hoa", &[2])]),
            "born on another day"
        );
    }

    #[test]
    fn one_name_with_the_tone_mark_on_either_vowel_is_one_person() {
        let pairs = [
            ("Trần Thị Hoà", "Trần Thị Hòa", "TRAN<<THI<HOA"),
            ("Lê Thuý Nga", "Lê Thúy Nga", "LE<<THUY<NGA"),
            ("Ngô Văn Huỷ", "NGÔ VĂN HỦY", "NGO<<VAN<HUY"),
            ("Đỗ Hoạ Mi", "Đỗ Họa Mi", "DO<<HOA<MI"),
            ("Vũ Loã", "Vũ Lõa", "VU<<LOA"),
        ];
        for (new, old, latin) in pairs {
            let [new_card, old_card] = [(VnNational, new, Some(latin)), (EuDcc, old, Some(latin))];
            assert_eq!(people_of(&[new_card, old_card]), are(&[(old, &[2, 1])]));
            assert_eq!(people_of(&[old_card, new_card]), are(&[(new, &[2, 1])]));
        }
        // A mark of a letter stays with it, and so does a tone with its word.
        let latin = Some("LE<<HOA<MUOI");
        let apart = ["Lê Hoà Mười", "Lê Hoa Mười", "Lê Hoá Mười", "Lê Hoà Muồi", "Lê Hoả Mươi"];
        let cards = apart.map(|name| (VnNational, name, latin));
        assert_eq!(people_of(&cards).len(), apart.len());
    }

    #[test]
    fn a_card_that_fits_two_people_stands_alone() {
        let plain = (SmartHealthCard, "Tran Thi Hoa", None);
        let in_travel_letters = (EuDcc, "TRAN<<THI<HOA", Some("TRAN<<THI<HOA"));
        assert_eq!(people_of(&[HOA, plain]), are(&[("Trần Thị Hoa", &[2, 1])]));
        assert_eq!(
            people_of(&[plain, HOA, in_travel_letters, HOA_MARKED]),
            are(&[
                ("Trần Thị Hoa", &[2]),
                ("Trần Thị Hòa", &[4]),
                // Each of them may be of another of the two.
                ("Tran Thi Hoa", &[1]),
                ("TRAN<<THI<HOA", &[3]),
            ])
        );
    }
}
