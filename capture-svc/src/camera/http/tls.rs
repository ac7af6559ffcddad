//! Whose certificate an `https://` camera may show: those that this system trusts, those of an authority that is named, or
//! any.

use std::{path::Path, sync::Arc};

use hyper_rustls::ConfigBuilderExt as _;
use rustls::{
    ClientConfig, ConfigBuilder, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
    WantsVerifier,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject as _},
};

use super::settings::HttpTrust;

/// The setting that names the authority of a camera.
pub(crate) const CA_SETTING: &str = "CAPTURE_HTTP_CA_FILE";

/// The configuration for one opening.
///
/// # Errors
/// Words: the certificates cannot be read.
pub(super) fn config(trust: &HttpTrust) -> Result<ClientConfig, String> {
    match trust {
        HttpTrust::System => tls_client(None),
        HttpTrust::Authority(file) => tls_client(Some(authority(file, CA_SETTING)?)),
        HttpTrust::Any => {
            let (builder, provider) = builder()?;
            Ok(builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(Any(provider)))
                .with_no_client_auth())
        }
    }
}

/// One that believes `roots`; `None`: those that this system trusts.
///
/// # Errors
/// Words: the system's cannot be read.
pub(crate) fn tls_client(roots: Option<RootCertStore>) -> Result<ClientConfig, String> {
    let (builder, _) = builder()?;
    let builder = match roots {
        Some(roots) => builder.with_root_certificates(roots),
        None => builder
            .with_native_roots()
            .map_err(|error| format!("this system's certificates cannot be read: {error}"))?,
    };
    Ok(builder.with_no_client_auth())
}

type Builder = ConfigBuilder<ClientConfig, WantsVerifier>;

fn builder() -> Result<(Builder, Arc<CryptoProvider>), String> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    Ok((builder, provider))
}

/// The authorities in a PEM file, which `setting` names.
///
/// # Errors
/// Words: it holds none, or cannot be read.
pub(crate) fn authority(file: &Path, setting: &str) -> Result<RootCertStore, String> {
    let unread = |error| format!("{setting}={}: {error}", file.display());
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
