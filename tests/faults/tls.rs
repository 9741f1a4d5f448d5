//! Certificates, good and bad, of an authority that this process trusts: `SSL_CERT_FILE` names it, and is read once, so it
//! is set before the process starts (see `main`).

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use std::path::Path;
use std::sync::{Arc, OnceLock};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// What is wrong with a server's certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// Nothing.
    None,
    /// It is another host's.
    WrongHost,
    /// Its time is over.
    Expired,
    /// Its time has not come.
    NotYet,
    /// It signed itself.
    SelfSigned,
    /// An authority signed it that nobody here knows.
    UnknownAuthority,
}

/// An authority.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

const CERTIFICATE: &str = "authority.pem";
const KEY: &str = "authority.key";

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().expect("a key");
        Self::of(key)
    }

    fn of(key: KeyPair) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "Authority of the fault matrix");
        let pem = params.self_signed(&key).expect("a certificate").pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// Writes a new authority into a folder; returns its certificate's file.
    pub fn create(folder: &Path) -> std::path::PathBuf {
        let authority = Self::new();
        std::fs::write(folder.join(KEY), authority.issuer.key().serialize_pem()).expect("the key can be written");
        std::fs::write(folder.join(CERTIFICATE), authority.pem).expect("the certificate can be written");
        folder.join(CERTIFICATE)
    }

    /// The authority whose certificate `SSL_CERT_FILE` names.
    fn trusted() -> &'static Self {
        static TRUSTED: OnceLock<Authority> = OnceLock::new();
        TRUSTED.get_or_init(|| {
            let file = std::env::var("SSL_CERT_FILE").expect("SSL_CERT_FILE");
            let key = std::fs::read_to_string(Path::new(&file).with_file_name(KEY)).expect("the authority's key");
            Self::of(KeyPair::from_pem(&key).expect("a key"))
        })
    }
}

/// A server's TLS, its certificate for `localhost` but for its flaw.
pub fn acceptor(flaw: Flaw) -> TlsAcceptor {
    acceptor_for(flaw, &[])
}

/// The same for these protocols (ALPN, RFC 7301).
pub fn acceptor_for(flaw: Flaw, protocols: &[&[u8]]) -> TlsAcceptor {
    let key = KeyPair::generate().expect("a key");
    let host = if flaw == Flaw::WrongHost { "elsewhere.test" } else { "localhost" };
    let mut params = CertificateParams::new([host.to_owned()]).expect("a name");
    match flaw {
        Flaw::Expired => params.not_after = date_time_ymd(2020, 1, 1),
        Flaw::NotYet => params.not_before = date_time_ymd(3000, 1, 1),
        _ => {}
    }
    let certificate = match flaw {
        Flaw::SelfSigned => params.self_signed(&key),
        Flaw::UnknownAuthority => params.signed_by(&key, &Authority::new().issuer),
        _ => params.signed_by(&key, &Authority::trusted().issuer),
    };
    let chain = vec![certificate.expect("a certificate").der().clone()];
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .expect("TLS");
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    TlsAcceptor::from(Arc::new(config))
}
