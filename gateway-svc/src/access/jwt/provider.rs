//! PURE: the algorithms of tokens by `ring`, which the rest of the gateway uses already. Only what [`super::keys`] makes
//! keys for: HS256, RS256, ES256, `EdDSA`. Nothing is signed but in tests.

use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{ErrorKind, Result, new_error};
use jsonwebtoken::signature::{Error, Verifier};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey, DecodingKeyKind, EncodingKey};
use ring::hmac;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
    UnparsedPublicKey, VerificationAlgorithm,
};

static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: no_signer,
    verifier_factory: verifier,
    key_utils: KeyUtils::new_unimplemented(),
};

/// Has the library use it; before the first key is made.
pub(super) fn install() {
    // It may be there already.
    let _ = PROVIDER.install_default();
}

struct Verify {
    algorithm: Algorithm,
    key: DecodingKey,
}

impl Verify {
    fn check(&self, message: &[u8], signed: &[u8]) -> Option<()> {
        let ring = |algorithm: &'static dyn VerificationAlgorithm| {
            let key = UnparsedPublicKey::new(algorithm, self.key.try_get_as_bytes().ok()?);
            key.verify(message, signed).ok()
        };
        match (self.algorithm, self.key.kind()) {
            (Algorithm::HS256, DecodingKeyKind::SecretOrDer(secret)) => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
                hmac::verify(&key, message, signed).ok()
            }
            (Algorithm::RS256, DecodingKeyKind::RsaModulusExponent { n, e }) => {
                let key = RsaPublicKeyComponents { n, e };
                key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signed)
                    .ok()
            }
            (Algorithm::ES256, _) => ring(&ECDSA_P256_SHA256_FIXED),
            (Algorithm::EdDSA, _) => ring(&ED25519),
            _ => None,
        }
    }
}

impl Verifier<Vec<u8>> for Verify {
    fn verify(&self, message: &[u8], signed: &Vec<u8>) -> std::result::Result<(), Error> {
        self.check(message, signed).ok_or_else(Error::new)
    }
}

impl JwtVerifier for Verify {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as the library calls it")]
fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>> {
    let family = match algorithm {
        Algorithm::HS256 => AlgorithmFamily::Hmac,
        Algorithm::RS256 => AlgorithmFamily::Rsa,
        Algorithm::ES256 => AlgorithmFamily::Ec,
        Algorithm::EdDSA => AlgorithmFamily::Ed,
        _ => return Err(new_error(ErrorKind::InvalidAlgorithm)),
    };
    if key.family() != family {
        return Err(new_error(ErrorKind::InvalidAlgorithm));
    }
    Ok(Box::new(Verify {
        algorithm: *algorithm,
        key: key.clone(),
    }))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as the library calls it")]
fn no_signer(_: &Algorithm, _: &EncodingKey) -> Result<Box<dyn JwtSigner>> {
    Err(new_error(ErrorKind::InvalidAlgorithm))
}
