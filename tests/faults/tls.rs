//! Certificates, good and bad, of an authority that this process trusts: `SSL_CERT_FILE` names it, and is read once, so it
//! is set before the process starts (see `main`).

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use std::path::Path;
use std::sync::{Arc, OnceLock};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::client::danger::HandshakeSignatureValid;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use tokio_rustls::rustls::{
    DigitallySignedStruct, DistinguishedName, Error, RootCertStore, ServerConfig, SignatureScheme,
};

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
    /// An authority that nobody knows yet.
    pub fn new() -> Self {
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

    /// Its certificate.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// A client's certificate and key.
    pub fn client(&self) -> (String, String) {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(["client".to_owned()]).expect("a name");
        (params.signed_by(&key, &self.issuer).expect("a certificate").pem(), key.serialize_pem())
    }

    /// TLS of a server of this authority's, which asks for a certificate of `clients` where that is given.
    pub fn acceptor(&self, clients: Option<&Self>) -> TlsAcceptor {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(["localhost".to_owned()]).expect("a name");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        accepting(certificate.der().clone(), &key, clients, &[])
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
    accepting(certificate.expect("a certificate").der().clone(), &key, None, protocols)
}

fn accepting(
    certificate: CertificateDer<'static>,
    key: &KeyPair,
    clients: Option<&Authority>,
    protocols: &[&[u8]],
) -> TlsAcceptor {
    let provider = Arc::new(default_provider());
    let builder =
        ServerConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions().expect("TLS");
    let builder = match clients {
        Some(clients) => {
            let mut roots = RootCertStore::empty();
            roots.add(CertificateDer::from_pem_slice(clients.pem.as_bytes()).expect("PEM")).expect("an authority");
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
            builder.with_client_cert_verifier(Arc::new(Unhurried(verifier.expect("a verifier"))))
        }
        None => builder.with_no_client_auth(),
    };
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let mut config = builder.with_single_cert(vec![certificate], key).expect("TLS");
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    TlsAcceptor::from(Arc::new(config))
}

/// Takes a moment to say no, as any server does that is not on the same machine. Where the alert is there before the request has been
/// written, hyper tells of a connection that was closed, and not why.
#[derive(Debug)]
struct Unhurried(Arc<dyn ClientCertVerifier>);

impl ClientCertVerifier for Unhurried {
    fn client_auth_mandatory(&self) -> bool {
        std::thread::sleep(std::time::Duration::from_millis(30));
        self.0.client_auth_mandatory()
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.0.root_hint_subjects()
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        self.0.verify_client_cert(end_entity, intermediates, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls12_signature(message, cert, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls13_signature(message, cert, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}
