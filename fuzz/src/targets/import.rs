//! Lists of others, of every kind: whatever is taken out of one can be signed, is in force or will be, and is a key that a
//! verifier can use.

use crate::Target;
use crate::corpus::Kind;
use crate::ground::NOW;
use specs::revocation::Revocation;
use specs::signer_list::{Environment, SignerList};
use trust_list::backend;
use trust_list::import::{eu_gateway, gdhcn, icao, nzcp, of_issuer, shc};
use trust_list::signers::Signer;

pub(super) const TARGET: Target = Target {
    name: "import",
    max_len: 32 * 1024,
    replays: 4_000,
    seeds: |corpus| {
        let key = r#"{"kty":"EC","use":"sig","alg":"ES256","crv":"P-256","kid":"3Kfdg-XwP-7gXyywtUfUADwBumDOPKMQx-iELL11W9s",
            "x":"11XvRWy1I2S0EyJlyf_bWfw_TQ5CJJNLw78bHXNxcgw","y":"eZXwxvO1hvCY0KucrPfKo7yAyMT6Ajc3N7OkAB6VYy8"}"#;
        let made = [
            format!(r#"{{"keys":[{key}]}}"#),
            format!(
                r#"{{"issuerInfo":[{{"issuer":{{"iss":"https://example.org","name":"A"}},"keys":[{key}],"crls":[]}}]}}"#
            ),
            format!(
                r#"{{"id":"did:web:example.org","assertionMethod":["did:web:example.org#1"],"verificationMethod":[{{"id":
                "did:web:example.org#1","controller":"did:web:example.org","type":"JsonWebKey2020","publicKeyJwk":{key}}}]}}"#
            ),
            format!(
                r#"{{"verificationMethod":[{{"id":"did:web:a:v2:trustlist:DCC:FRA:DSC#AQIDBAUGBwg=","publicKeyJwk":{key}}}]}}"#
            ),
            format!(
                r#"{{"issuerInfo":[{{"issuer":{{"iss":"https://example.org"}},"keys":[{}],"crls":[{{"kid":
                "3Kfdg-XwP-7gXyywtUfUADwBumDOPKMQx-iELL11W9s","method":"rid","ctr":1,"rids":["vwAjHdarZuc.1687450765","FKDIxsTCGlU"]}}]}}]}}"#,
                key.replace(r#""kty""#, r#""crlVersion":2,"kty""#)
            ),
            r#"{"kid":"3Kfdg-XwP-7gXyywtUfUADwBumDOPKMQx-iELL11W9s","method":"rid","ctr":"1","rids":["a.0","b"]}"#
                .to_owned(),
            r#"[{"certificateType":"DSC","country":"FR","kid":"AQIDBAUGBwg=","rawData":"MAA="}]"#.to_owned(),
        ];
        [made.map(String::into_bytes).to_vec(), corpus.of(Kind::Json), corpus.of(Kind::X509)].concat()
    },
    run,
};

fn run(input: &[u8]) {
    let backend = backend::portable();
    let found = [
        eu_gateway::read(input, NOW, backend),
        gdhcn::read(input, NOW, backend),
        shc::directory(input, NOW, backend),
        nzcp::read(input, NOW, backend),
        icao::read(input, NOW, backend),
        of_issuer("https://example.org", input, NOW, backend),
        of_issuer("did:web:example.org", input, NOW, backend),
    ];
    let (mut signers, mut revocation) = (Vec::new(), Revocation::new());
    let list = shc::revoked_cards("https://example.org", input, NOW);
    for found in found.into_iter().flatten() {
        signers.extend(found.entries);
        found.cards.into_iter().for_each(|list| revocation.add_cards(list));
    }
    list.into_iter().for_each(|list| revocation.add_cards(list));
    let revocation = revocation.encode();
    assert_eq!(Revocation::decode(&revocation).map(|read| read.encode()).as_ref(), Ok(&revocation));
    for entry in &signers {
        assert!(NOW <= entry.not_after, "an entry that has expired");
        assert!(Signer::given(entry, backend).is_ok(), "a key that cannot be used");
    }
    let list = SignerList {
        issuer: "Fuzzer".to_owned(),
        sequence: 1,
        issued: NOW,
        next_update: NOW.plus_days(30),
        environment: Environment::Demo,
        signers,
        revocation: None,
        rules: None,
        value_sets: None,
    };
    let bytes = list.encode().expect("an entry that cannot be signed");
    assert_eq!(SignerList::decode(&bytes), Ok(list));
}
