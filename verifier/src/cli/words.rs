//! A verdict in words, Vietnamese first, for the person at the door: the answer in one line, what to do, who and what,
//! who signed, and how old the data is that it was decided with.

use specs::dcc::Entry;
use specs::hcert::Content;
use specs::language::Language::{En, Vi};
use specs::reason::Reason;
use specs::signer_list::Environment;
use specs::time::UnixTime;
use specs::value_set::{Set, ValueSets};
use specs::vds_nc;
use trust_list::signers::Source;
use verifier::Verdict;
use verifier::inspect::harmless;
use verifier::verdict::{Claims, ListState, Outcome, SignerFacts, Trust};

/// The whole answer, with codes in the words of these value sets. `colour` marks the first line.
pub(super) fn verdict(verdict: &Verdict, sets: &ValueSets, at: UnixTime, colour: bool) -> String {
    let (vietnamese, english) = (verdict.reason.words(Vi), verdict.reason.words(En));
    let headline = format!("{} · {}", verdict.verdict.headline(Vi), verdict.verdict.headline(En));
    let mut page =
        format!("{}: {} / {}\n", painted(&headline, verdict.verdict, colour), vietnamese.finding, english.finding);
    let mut line = |name: &str, words: &str| page.push_str(&format!("  {name:<32}{words}\n"));
    line("Cần làm / What to do:", vietnamese.action);
    line("", english.action);
    if let Some(holder) = &verdict.holder {
        let latin = holder.name_latin.as_ref().map(|latin| format!(" ({})", harmless(latin))).unwrap_or_default();
        line("Họ tên / Name:", &format!("{}{latin}", harmless(&holder.name)));
        line("Ngày sinh / Born:", &harmless(&holder.birth_date));
    }
    if let Some(claims) = &verdict.claims {
        about(claims, sets, &mut line);
    }
    super::rules::words(verdict, &mut line);
    if let Some(signer) = &verdict.signer {
        line("Người ký / Signed by:", &signed_by(signer));
    }
    if let Some(not_revoked) = verdict.not_revoked {
        let words = format!("tính đến / as of {}", not_revoked.as_of.to_rfc3339());
        line("Chưa bị thu hồi / Not revoked:", &words);
    }
    for words in trust(&verdict.trust) {
        line("Dữ liệu tin cậy / Trust data:", &words);
    }
    line("Xét lúc / Checked at:", &at.to_rfc3339());
    let failed = verdict.checks.iter().find(|check| !check.ok);
    let step = failed.map(|check| format!("; {}", harmless(&check.detail))).unwrap_or_default();
    line("Mã lý do / Reason code:", &format!("{}{step}", verdict.reason));
    page
}

fn about(claims: &Claims, sets: &ValueSets, line: &mut impl FnMut(&str, &str)) {
    match &claims.content {
        Content::National(certificate) => {
            let (number, all) = (certificate.dose_number, certificate.doses_received);
            let words =
                format!("tiêm chủng, mũi {number} (đã tiêm {all}) / vaccination, dose {number} ({all} received)");
            line("Sự kiện / Event:", &words);
            line("Ngày tiêm / Date:", &certificate.date.to_string());
            line("Vắc xin / Vaccine:", &coded(sets, Set::VaccineProduct, &certificate.product));
            line("Bệnh / Disease:", &coded(sets, Set::Disease, &certificate.disease));
            line("Quốc tịch / Nationality:", &coded(sets, Set::Country, &certificate.nationality));
        }
        Content::EuDcc(certificate) => {
            match &certificate.entry {
                Entry::Vaccination(entry) => {
                    let (number, all) = (entry.dose_number, entry.series_doses);
                    line(
                        "Sự kiện / Event:",
                        &format!("tiêm chủng, mũi {number}/{all} / vaccination, dose {number} of {all}"),
                    );
                    line("Ngày tiêm / Date:", &harmless(&entry.date));
                    line("Vắc xin / Vaccine:", &coded(sets, Set::VaccineProduct, &entry.product));
                    line("Bệnh / Disease:", &coded(sets, Set::Disease, &entry.disease));
                }
                Entry::Test(entry) => {
                    line("Sự kiện / Event:", "xét nghiệm / test");
                    line("Lấy mẫu lúc / Sampled:", &harmless(&entry.sampled));
                    line("Kết quả / Result:", &coded(sets, Set::TestResult, &entry.result));
                    line("Bệnh / Disease:", &coded(sets, Set::Disease, &entry.disease));
                }
                Entry::Recovery(entry) => {
                    line("Sự kiện / Event:", "khỏi bệnh / recovery");
                    line("Dương tính đầu / First positive:", &harmless(&entry.first_positive));
                    line("Bệnh / Disease:", &coded(sets, Set::Disease, &entry.disease));
                }
            }
            line("Nước / Country:", &coded(sets, Set::Country, certificate.entry.country()));
            line("Nơi cấp / Authority:", &harmless(certificate.entry.issuer()));
        }
        Content::Icvp(certificate) => {
            line("Sự kiện / Event:", "tiêm chủng (sổ vàng) / vaccination (yellow card)");
            line("Ngày tiêm / Date:", &certificate.date.to_string());
            line("Vắc xin / Vaccine:", &coded(sets, Set::IcvpProduct, &certificate.product));
            let until = certificate.valid_until().map_or_else(|| "∞".to_owned(), |day| day.to_string());
            line("Mũi có giá trị / Dose counts:", &format!("{} – {until}", certificate.valid_from()));
            for who in [&certificate.clinician, &certificate.issuer].into_iter().flatten() {
                line("Nơi cấp / Authority:", &harmless(who));
            }
        }
        Content::Ddcc(certificate) => {
            line("Sự kiện / Event:", "tiêm chủng / vaccination");
            let day = certificate.date.map_or_else(|| "?".to_owned(), |day| day.to_string());
            line("Ngày tiêm / Date:", &day);
            line("Vắc xin / Vaccine:", &coded(sets, Set::VaccineType, &certificate.vaccine.code));
            if let Some(disease) = &certificate.disease {
                line("Bệnh / Disease:", &coded(sets, Set::Disease, &disease.code));
            }
        }
        Content::Shc(card) => {
            for dose in &card.bundle.immunizations {
                let vaccine = dose.vaccine.first().map_or("?", |coding| &coding.code);
                line("Mũi tiêm / Dose:", &format!("{} – {}", dose.date, harmless(vaccine)));
            }
            for one in &card.bundle.observations {
                let test = one.code.first().map_or("?", |coding| &coding.code);
                line("Xét nghiệm / Test:", &format!("{} – {}", one.date, harmless(test)));
            }
            line("Nơi cấp / Authority:", &harmless(&card.iss));
        }
        Content::VdsNc(seal) => match &seal.event {
            vds_nc::Event::Vaccinations(vaccines) => {
                for (vaccine, dose) in vaccines.iter().flat_map(|one| one.doses.iter().map(move |dose| (one, dose))) {
                    let words = format!("{} {} – {}", dose.date, dose.country, vaccine.product);
                    line("Mũi tiêm / Dose:", &harmless(&words));
                }
            }
            vds_nc::Event::Test(test) => {
                line("Lấy mẫu lúc / Sampled:", &test.sampled.to_rfc3339());
                line("Kết quả / Result:", &harmless(&format!("{}: {}", test.kind, test.result)));
            }
        },
        Content::SwissLight(_) | Content::Nzcp(_) => {
            line("Sự kiện / Event:", "được phép vào, không nêu lý do / may pass, no reason given");
        }
    }
    line("Mã chứng nhận / Identifier:", &harmless(claims.id()));
    let day = |time: Option<UnixTime>| time.map_or_else(|| "?".to_owned(), UnixTime::to_rfc3339);
    line("Hiệu lực / In force:", &format!("{} – {}", day(claims.issued_at), day(claims.expires_at)));
}

/// A code with its words in both languages where they differ; the bare code where no value set has it.
fn coded(sets: &ValueSets, set: Set, code: &str) -> String {
    match (sets.display(set, code, Vi), sets.display(set, code, En)) {
        (Some(vietnamese), Some(english)) if vietnamese != english => format!("{vietnamese} / {}", harmless(english)),
        (_, Some(words)) => harmless(words),
        _ => format!("{} (mã lạ / unknown code)", harmless(code)),
    }
}

fn signed_by(signer: &SignerFacts) -> String {
    let country = if signer.country.is_empty() { String::new() } else { format!(" ({})", harmless(&signer.country)) };
    let source = match signer.source {
        Source::List => "theo danh sách / on the trust list",
        Source::Given => "do người dùng chỉ định / named by the user",
    };
    let name = harmless(&signer.name);
    format!("{name}{country}, {}, {}; {source}", signer.algorithm.name(), hex::encode(signer.kid))
}

fn trust(trust: &Trust) -> Vec<String> {
    let mut words = Vec::new();
    if let Some(list) = &trust.list {
        let issuer = harmless(&list.issuer);
        let (vietnamese, english) = age(list.age_seconds);
        let (state_vi, state_en) = match list.state {
            ListState::Fresh => ("còn mới", "up to date"),
            ListState::Stale => ("đến hạn cập nhật", "due for renewal"),
            ListState::Expired => ("quá hạn", "expired"),
            ListState::Future => ("đồng hồ sai", "the clock is wrong"),
        };
        words.push(format!(
            "danh sách số {0} của {issuer}, {vietnamese}, {state_vi} / list {0} of {issuer}, {english}, {state_en}",
            list.sequence
        ));
        if list.environment == Environment::Demo {
            words.push("TRÌNH DIỄN, không có giá trị pháp lý / DEMO, of no legal value".to_owned());
        }
    }
    if let Some(refused) = trust.list_refused {
        words.push(format!("danh sách bị từ chối / list refused: {} ({refused})", finding(refused)));
    }
    if trust.given_signers > 0 {
        words.push(format!("người ký do người dùng chỉ định / signers named by the user: {}", trust.given_signers));
    }
    if words.is_empty() {
        words.push("không có / none".to_owned());
    }
    words
}

/// What a reason means, in both languages.
pub(super) fn finding(reason: Reason) -> String {
    format!("{} / {}", reason.words(Vi).finding, reason.words(En).finding)
}

/// How old, in the largest unit that says it.
fn age(seconds: i64) -> (String, String) {
    let (count, vietnamese, english) = match seconds {
        ..0 => return ("chưa phát hành".to_owned(), "not issued yet".to_owned()),
        0..3_600 => (seconds / 60, "phút tuổi", "minutes old"),
        3_600..172_800 => (seconds / 3_600, "giờ tuổi", "hours old"),
        _ => (seconds / 86_400, "ngày tuổi", "days old"),
    };
    (format!("{count} {vietnamese}"), format!("{count} {english}"))
}

fn painted(headline: &str, outcome: Outcome, colour: bool) -> String {
    if !colour || std::env::var_os("NO_COLOR").is_some() {
        return headline.to_owned();
    }
    let code = match outcome {
        Outcome::Valid => 32,
        Outcome::Invalid => 31,
        Outcome::Unknown => 33,
    };
    format!("\u{1b}[1;{code}m{headline}\u{1b}[0m")
}
