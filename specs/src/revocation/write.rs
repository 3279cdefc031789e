//! Writing: keys in ascending order, which is their order as bytes; everything sorted, so that the same data are the same
//! bytes.

use super::{CardList, ListName, Published, Revocation, RevokedCards, RevokedSite, VERSION, key, site_key};
use crate::cbor::Writer;
use crate::hash_list::Scope;
use crate::time::UnixTime;

pub(super) fn revocation(all: &Revocation) -> Vec<u8> {
    let mut writer = Writer::with_capacity(4096);
    let more = usize::from(!all.cards.is_empty()) + usize::from(!all.filters.is_empty());
    writer.map(5 + more).signed(key::VERSION).unsigned(VERSION);
    writer.signed(key::LISTS).array(all.lists.len());
    for list in &all.lists {
        published(list, &mut writer);
    }
    writer.signed(key::HASHES).array(all.hashes.len());
    for list in &all.hashes {
        writer.array(5);
        scope(&list.scope(), &mut writer);
        let first: Vec<u8> = list.hashes().iter().flat_map(|hash| &hash[..list.width()]).copied().collect();
        writer.unsigned(list.width() as u64).bytes(&first);
    }
    writer.signed(key::SIGNERS).array(all.signers.len());
    for signer in &all.signers {
        writer.array(2).bytes(&signer.kid);
        time(signer.from, &mut writer);
    }
    writer.signed(key::SITES).array(all.sites.len());
    for rule in &all.sites {
        site(rule, &mut writer);
    }
    if !all.cards.is_empty() {
        writer.signed(key::CARDS).array(all.cards.len());
        for list in &all.cards {
            cards(list, &mut writer);
        }
    }
    if !all.filters.is_empty() {
        writer.signed(key::FILTERS).array(all.filters.len());
        for filter in &all.filters {
            writer.array(5);
            scope(&filter.scope(), &mut writer);
            writer.unsigned(filter.rounds().into()).bytes(filter.bits());
        }
    }
    writer.into_bytes()
}

fn scope(scope: &Scope, writer: &mut Writer) {
    match &scope.kid {
        Some(kid) => writer.bytes(kid),
        None => writer.null(),
    };
    writer.unsigned(scope.kinds.bits().into());
    time(scope.expires, writer);
}

fn published(held: &Published, writer: &mut Writer) {
    writer.array(5 + usize::from(held.fresh_until.is_some()));
    match &held.name {
        ListName::Ours(number) => writer.unsigned(*number),
        ListName::Uri(uri) => writer.text(uri),
    };
    writer.signed(held.issued.0);
    time(held.expires, writer);
    writer.unsigned(held.list.bits().count().into()).bytes(&held.list.deflate());
    if let Some(until) = held.fresh_until {
        writer.signed(until.0);
    }
}

fn site(rule: &RevokedSite, writer: &mut Writer) {
    let texts = [(site_key::AUTHORITY, &rule.authority), (site_key::UVCI_PREFIX, &rule.uvci_prefix)];
    let times = [(site_key::FROM, rule.from), (site_key::UNTIL, rule.until)];
    let said = texts.iter().filter(|(_, text)| text.is_some()).count();
    writer.map(said + times.iter().filter(|(_, time)| time.is_some()).count());
    for (key, text) in texts {
        if let Some(text) = text {
            writer.signed(key).text(text);
        }
    }
    for (key, time) in times {
        if let Some(time) = time {
            writer.signed(key).signed(time.0);
        }
    }
}

fn cards(list: &CardList, writer: &mut Writer) {
    writer.array(4).text(&list.issuer).bytes(&list.kid).unsigned(list.newest);
    let Some(held) = &list.held else {
        writer.null();
        return;
    };
    writer.array(5).unsigned(held.number);
    for time in [held.issued, held.expires, held.fresh_until] {
        writer.signed(time.0);
    }
    writer.array(held.revoked.len());
    held.revoked.iter().map(RevokedCards::text).for_each(|text| {
        writer.text(&text);
    });
}

fn time(time: Option<UnixTime>, writer: &mut Writer) {
    match time {
        Some(time) => writer.signed(time.0),
        None => writer.null(),
    };
}
