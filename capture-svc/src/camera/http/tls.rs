//! Whose certificate an `https://` camera may show: those that this system trusts, those of an authority that is named, or
//! any.

use std::{path::Path, sync::Arc};

use hyper_rustls::ConfigBuilderExt as _;
use rustls::{
    ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject as _},
};

use super::settings::HttpTrust;

/// The configuration for one opening.
///
/// # Errors
/// Words: the certificates cannot be read.
pub(super) fn config(trust: &HttpTrust) -> Result<ClientConfig, String> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    Ok(match trust {
        HttpTrust::System => builder
            .with_native_roots()
            .map_err(|error| format!("this system's certificates cannot be read: {error}"))?
            .with_no_client_auth(),
        HttpTrust::Authority(file) => builder
            .with_root_certificates(authority(file)?)
            .with_no_client_auth(),
        HttpTrust::Any => builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Any(provider)))
            .with_no_client_auth(),
    })
}

/// The authorities in a PEM file.
///
/// # Errors
/// Words: it holds none, or cannot be read.
pub(crate) fn authority(file: &Path) -> Result<RootCertStore, String> {
    let unread = |error| format!("CAPTURE_HTTP_CA_FILE={}: {error}", file.display());
    let mut roots = RootCertStore::empty();
    for certificate in
        CertificateDer::pem_file_iter(file).map_err(|error| unread(error.to_string()))?
    {
        let certificate = certificate.map_err(|error| unread(error.to_string()))?;
        roots
            .add(certificate)
            .map_err(|error| unread(error.to_string()))?;
    }
    if roots.is_empty() {
        return Err(unread("it holds no certificate (PEM)".to_owned()));
    }
    Ok(roots)
}

/// Takes any certificate; that the camera has its key is still asked.
#[derive(Debug)]
struct Any(Arc<CryptoProvider>);

impl ServerCertVerifier for Any {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
