//! TLS of a connection: whom it trusts and what it shows. What is large, the trusted certificates, is shared by all
//! connections that trust the same; sessions are never shared. Knows no sockets.

use crate::connection::Secret;
use crate::settings::Tls;
use parking_lot::Mutex;
use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use std::collections::HashMap;
use std::sync::{Arc, OnceLock, Weak};

/// Sessions kept to resume; there are one or two servers for a connection.
const SESSIONS: usize = 16;

/// What is wrong with the settings: the key below `host`, and what to do.
pub type BadSetting = (&'static str, String);

/// The configuration for these settings, without ALPN. The system's certificates are those of the operating system, or of
/// `SSL_CERT_FILE` and `SSL_CERT_DIR`, read once per process.
///
/// # Errors
/// Names the key and quotes nothing.
pub fn config(settings: &Tls) -> Result<ClientConfig, BadSetting> {
    let builder = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|error| ("tls", format!("TLS cannot be set up: {error}")))?
        .with_webpki_verifier(verifier(settings)?);
    let mut config = match (&settings.client_certificate, &settings.client_key) {
        (Some(certificate), Some(Secret::Literal(key))) => {
            let chain = certificates("tls.clientCertificate", certificate)?;
            let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(|_| {
                ("tls.clientKey", "holds no private key in PEM (PKCS #8, PKCS #1 or SEC 1, not encrypted)".to_owned())
            })?;
            builder
                .with_client_auth_cert(chain, key)
                .map_err(|error| ("tls.clientKey", format!("cannot be used with this clientCertificate: {error}")))?
        }
        _ => builder.with_no_client_auth(),
    };
    config.resumption = Resumption::in_memory_sessions(SESSIONS);
    Ok(config)
}

fn provider() -> Arc<CryptoProvider> {
    static PROVIDER: OnceLock<Arc<CryptoProvider>> = OnceLock::new();
    PROVIDER.get_or_init(|| Arc::new(rustls::crypto::ring::default_provider())).clone()
}

/// Whom a connection trusts.
type Trust = (bool, Vec<String>);

/// Verifiers in use: a hundred trusted certificates take more memory than anything else a connection has.
fn verifier(settings: &Tls) -> Result<Arc<WebPkiServerVerifier>, BadSetting> {
    static IN_USE: OnceLock<Mutex<HashMap<Trust, Weak<WebPkiServerVerifier>>>> = OnceLock::new();
    let trust = (settings.system_roots, settings.ca.clone());
    let mut in_use = IN_USE.get_or_init(Mutex::default).lock();
    if let Some(verifier) = in_use.get(&trust).and_then(Weak::upgrade) {
        return Ok(verifier);
    }
    let mut roots = if settings.system_roots { system().clone() } else { RootCertStore::empty() };
    for text in &settings.ca {
        for certificate in certificates("tls.ca", text)? {
            roots.add(certificate).map_err(|error| ("tls.ca", format!("a certificate cannot be used: {error}")))?;
        }
    }
    if roots.is_empty() {
        let system = "install the system's (ca-certificates) or set SSL_CERT_FILE";
        return Err(("tls", format!("no trusted certificates: set ca, or leave systemRoots on and {system}")));
    }
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider())
        .build()
        .map_err(|error| ("tls", format!("TLS cannot be set up: {error}")))?;
    in_use.retain(|_, verifier| verifier.strong_count() > 0);
    in_use.insert(trust, Arc::downgrade(&verifier));
    Ok(verifier)
}

/// The system's trusted certificates. Some that cannot be read are no reason to trust none.
fn system() -> &'static RootCertStore {
    static ROOTS: OnceLock<RootCertStore> = OnceLock::new();
    ROOTS.get_or_init(|| {
        let found = rustls_native_certs::load_native_certs();
        for error in &found.errors {
            tracing::warn!(%error, "trusted certificates of the system cannot be read");
        }
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(found.certs);
        roots
    })
}

fn certificates(key: &'static str, pem: &str) -> Result<Vec<CertificateDer<'static>>, BadSetting> {
    match CertificateDer::pem_slice_iter(pem.as_bytes()).collect::<Result<Vec<_>, _>>() {
        Ok(found) if !found.is_empty() => Ok(found),
        _ => Err((key, "holds no certificate in PEM; name a file with {file = \"ca.pem\"}, or give its text".into())),
    }
}
