//! What ties an answer to the browser that asked. All three follow from one secret that this browser alone has, in a
//! cookie that no script reads: the server keeps nothing that could be mixed up.

use openidconnect::{Nonce, PkceCodeVerifier};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// State, nonce and PKCE verifier of one sign-in.
#[derive(Debug, Clone)]
pub struct Proofs(SecretString);

impl Proofs {
    /// Those of a browser's secret.
    #[must_use]
    pub fn of(secret: SecretString) -> Self {
        Self(secret)
    }

    /// Whether a `state` that came back is the one that was sent.
    #[must_use]
    pub fn is_state(&self, given: &str) -> bool {
        self.state().as_bytes().ct_eq(given.as_bytes()).into()
    }

    /// For the `state` of the request.
    pub(crate) fn state(&self) -> String {
        self.derived("state")
    }

    pub(crate) fn nonce(&self) -> Nonce {
        Nonce::new(self.derived("nonce"))
    }

    /// 64 characters of the unreserved set, as RFC 7636, 4.1 asks for 43 to 128.
    pub(crate) fn verifier(&self) -> PkceCodeVerifier {
        PkceCodeVerifier::new(self.derived("verifier"))
    }

    fn derived(&self, use_: &str) -> String {
        let head = Sha256::new().chain_update("bailiwick sign-in 1\0").chain_update(use_).chain_update("\0");
        hex::encode(head.chain_update(self.0.expose_secret()).finalize())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_secret_gives_three_values_that_tell_nothing_of_each_other() {
        let proofs = Proofs::of("secret".into());
        let (state, nonce, verifier) = (proofs.state(), proofs.nonce(), proofs.verifier());
        assert!(state != *nonce.secret() && state != *verifier.secret() && nonce.secret() != verifier.secret());
        assert!(proofs.is_state(&state) && !proofs.is_state(nonce.secret()) && !proofs.is_state(""));
        assert!(!Proofs::of("another".into()).is_state(&state));
    }
}
