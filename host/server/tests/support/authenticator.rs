//! A software authenticator (CTAP 2.1, as far as WebAuthn needs it): keys on P-256, and full control of what it says, so
//! that a test can have it lie.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use ring::{
    rand::{SecureRandom as _, SystemRandom},
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const ATTESTED: u8 = 0x40;

/// A credential as its authenticator keeps it.
#[derive(Clone)]
pub struct Credential {
    id: Vec<u8>,
    pkcs8: Vec<u8>,
    handle: String,
    party: String,
    pub counter: u32,
}

/// What an authenticator and its browser say of a call.
#[derive(Clone)]
pub struct Said {
    pub origin: String,
    pub party: Option<String>,
    pub verified: bool,
    /// Whether it counts its signatures; one that shares its keys among devices does not.
    pub counts: bool,
    pub handle: Option<String>,
    pub kind: Option<&'static str>,
}

impl Said {
    /// The truth, at this origin.
    pub fn at(origin: &str) -> Self {
        Self { origin: origin.to_owned(), party: None, verified: true, counts: true, handle: None, kind: None }
    }
}

fn text<'a>(value: &'a Value, at: &str) -> &'a str {
    value.pointer(at).and_then(Value::as_str).unwrap_or_else(|| panic!("{at} in {value}"))
}

fn client_data(kind: &str, options: &Value, said: &Said) -> String {
    let kind = said.kind.unwrap_or(kind);
    // in the order of WebAuthn 3, 5.8.1.1
    format!(
        r#"{{"type":"{kind}","challenge":"{}","origin":"{}","crossOrigin":false}}"#,
        text(options, "/challenge"),
        said.origin
    )
}

fn authenticator_data(party: &str, flags: u8, counter: u32) -> Vec<u8> {
    let mut data = Sha256::digest(party).to_vec();
    data.push(flags);
    data.extend(counter.to_be_bytes());
    data
}

impl Credential {
    /// Makes one, and what the browser sends of it.
    pub fn make(options: &Value, said: &Said) -> (Self, Value) {
        let random = SystemRandom::new();
        let mut id = vec![0; 32];
        random.fill(&mut id).expect("randomness");
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).expect("a key");
        let made = Self {
            id,
            pkcs8: pkcs8.as_ref().to_vec(),
            handle: text(options, "/user/id").to_owned(),
            party: text(options, "/rp/id").to_owned(),
            counter: 1,
        };
        let sent = made.registered(options, said);
        (made, sent)
    }

    fn key(&self) -> EcdsaKeyPair {
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &self.pkcs8, &SystemRandom::new()).expect("a key")
    }

    /// What the browser sends of it as a new one.
    pub fn registered(&self, options: &Value, said: &Said) -> Value {
        let party = said.party.as_deref().unwrap_or(&self.party);
        let flags = PRESENT | ATTESTED | if said.verified { VERIFIED } else { 0 };
        let mut data = authenticator_data(party, flags, if said.counts { self.counter } else { 0 });
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).expect("short").to_be_bytes());
        data.extend(&self.id);
        // COSE (RFC 9053, 7.1): EC2, ES256, P-256, and the point
        let point = self.key().public_key().as_ref().to_vec();
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(&point[1..33]);
        data.extend([0x22, 0x58, 0x20]);
        data.extend(&point[33..65]);
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        object.push(u8::try_from(data.len()).expect("short"));
        object.extend(&data);
        json!({
            "id": BASE64.encode(&self.id),
            "rawId": BASE64.encode(&self.id),
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": BASE64.encode(client_data("webauthn.create", options, said)),
                "attestationObject": BASE64.encode(object),
                "transports": ["internal"],
            },
        })
    }

    /// Signs a challenge; its counter goes on.
    pub fn sign(&mut self, options: &Value, said: &Said) -> Value {
        self.counter = if said.counts { self.counter + 1 } else { 0 };
        let party = said.party.as_deref().unwrap_or(&self.party);
        let data = authenticator_data(party, PRESENT | if said.verified { VERIFIED } else { 0 }, self.counter);
        let client = client_data("webauthn.get", options, said);
        let signed = [data.as_slice(), Sha256::digest(&client).as_slice()].concat();
        let signature = self.key().sign(&SystemRandom::new(), &signed).expect("signs");
        json!({
            "id": BASE64.encode(&self.id),
            "rawId": BASE64.encode(&self.id),
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": BASE64.encode(&client),
                "authenticatorData": BASE64.encode(&data),
                "signature": BASE64.encode(signature.as_ref()),
                "userHandle": said.handle.as_deref().unwrap_or(&self.handle),
            },
        })
    }

    /// To whom it belongs, as it tells.
    pub fn handle(&self) -> &str {
        &self.handle
    }

    /// The same key under an id that nobody knows.
    pub fn unknown(&self) -> Self {
        Self { id: vec![7; 32], ..self.clone() }
    }
}
