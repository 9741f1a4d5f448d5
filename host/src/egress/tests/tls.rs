//! TLS against real servers with certificates made for the occasion.

use super::*;
use crate::connection::Secret;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use rustls::pki_types::PrivateKeyDer;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio_rustls::TlsAcceptor;

/// An authority made for one test.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        // Told apart by name, or a certificate of one would look like a forged one of the other.
        static MADE: AtomicUsize = AtomicUsize::new(0);
        let name = format!("authority {}", MADE.fetch_add(1, Ordering::SeqCst));
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn pem(&self) -> String {
        self.0.pem()
    }

    /// A certificate for a name, and its key; one of long ago where `expired`.
    fn issue(&self, name: &str, expired: bool) -> (rcgen::Certificate, KeyPair) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        if expired {
            (params.not_before, params.not_after) = (date_time_ymd(2019, 1, 1), date_time_ymd(2020, 1, 1));
        }
        (params.signed_by(&key, &self.0).unwrap(), key)
    }

    /// A server's configuration; it asks for certificates of `clients` where that is given.
    pub fn server(&self, name: &str, expired: bool, clients: Option<&Self>, protocols: &[&str]) -> ServerConfig {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder =
            ServerConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions().unwrap();
        let builder = match clients {
            Some(authority) => {
                let mut roots = RootCertStore::empty();
                roots.add(authority.0.der().clone()).unwrap();
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
                builder.with_client_cert_verifier(verifier.build().unwrap())
            }
            None => builder.with_no_client_auth(),
        };
        let (certificate, key) = self.issue(name, expired);
        let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        let mut config = builder.with_single_cert(vec![certificate.der().clone()], key).unwrap();
        config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        config
    }

    /// Settings that trust this authority alone.
    pub fn trusted(&self) -> ConnectionSettings {
        let mut settings = direct();
        settings.tls.ca = vec![self.pem()];
        settings.tls.system_roots = false;
        settings
    }
}

/// An HTTP/1.1 server over TLS at `https://localhost:PORT`.
pub async fn secure(config: ServerConfig) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://localhost:{}/scim/v2", listener.local_addr().unwrap().port());
    let connections = Arc::new(AtomicUsize::new(0));
    let (count, acceptor) = (connections.clone(), TlsAcceptor::from(Arc::new(config)));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, count) = (acceptor.clone(), count.clone());
            tokio::spawn(async move {
                if let Ok(stream) = acceptor.accept(stream).await {
                    count.fetch_add(1, Ordering::SeqCst);
                    serve(stream, Manner::Answers(GOOD)).await;
                }
            });
        }
    });
    Server { url, connections }
}

#[tokio::test]
async fn only_a_trusted_valid_certificate_for_the_host_is_accepted() {
    let (ours, other) = (Authority::new(), Authority::new());
    let rows = [
        ("localhost", false, &ours, ""),
        ("localhost", false, &other, "UnknownIssuer"),
        ("localhost", true, &ours, "expired"),
        ("elsewhere.test", false, &ours, "not valid for name"),
    ];
    for (name, expired, trusted, expected) in rows {
        let server = secure(ours.server(name, expired, None, &[])).await;
        let door = door_with(&server.url, trusted.trusted(), Arc::default());
        if expected.is_empty() {
            for _ in 0..3 {
                assert_eq!(door.send(Method::POST, &server.url, "{}").await.unwrap(), (200, "{}".into()));
            }
            assert_eq!(server.connections.load(Ordering::SeqCst), 1, "kept alive");
            continue;
        }
        let (code, words) = door.refusal(Method::POST, &server.url).await;
        assert_eq!(code, "TlsCertificateError", "{name} {expired}");
        assert!(words.contains(expected), "{words}");
        assert!(!door.activity.has_written());
    }
    // The system knows nothing of our authority.
    let server = secure(ours.server("localhost", false, None, &[])).await;
    let mut settings = ours.trusted();
    (settings.tls.ca, settings.tls.system_roots) = (vec![other.pem()], true);
    let (code, _) = door_with(&server.url, settings, Arc::default()).refusal(Method::GET, &server.url).await;
    assert_eq!(code, "TlsCertificateError");
}

#[tokio::test]
async fn a_client_certificate_is_shown_where_one_is_asked_for() {
    let (ours, other) = (Authority::new(), Authority::new());
    let server = secure(ours.server("localhost", false, Some(&ours), &[])).await;
    for (issuer, good) in [(Some(&ours), true), (Some(&other), false), (None, false)] {
        let mut settings = ours.trusted();
        if let Some(issuer) = issuer {
            let (certificate, key) = issuer.issue("client", false);
            settings.tls.client_certificate = Some(certificate.pem());
            settings.tls.client_key = Some(Secret::Literal(key.serialize_pem()));
        }
        let result = door_with(&server.url, settings, Arc::default()).get(&server.url).await;
        assert_eq!(result.is_ok(), good, "{result:?}");
    }
    assert_eq!(server.connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn what_is_wrong_with_certificates_is_said_when_a_client_is_made() {
    let ours = Authority::new();
    let (certificate, key) = ours.issue("client", false);
    let wrong = |change: &dyn Fn(&mut crate::settings::Tls)| {
        let mut settings = ours.trusted();
        change(&mut settings.tls);
        let made = Transport::new(&settings, &[], Arc::default(), &Redactor::default());
        made.err().expect("it is refused")
    };
    assert_eq!(wrong(&|tls| tls.ca = vec!["swordfish".into()]).0, "tls.ca");
    assert_eq!(wrong(&|tls| tls.ca.clear()).0, "tls");
    let with = |certificate: &str, key: &str| {
        let (certificate, key) = (certificate.to_owned(), Secret::Literal(key.to_owned()));
        wrong(&move |tls| (tls.client_certificate, tls.client_key) = (Some(certificate.clone()), Some(key.clone())))
    };
    assert_eq!(with("swordfish", &key.serialize_pem()).0, "tls.clientCertificate");
    let (at, detail) = with(&certificate.pem(), "swordfish");
    assert!(at == "tls.clientKey" && !detail.contains("swordfish"), "{detail}");
    assert_eq!(with(&certificate.pem(), &KeyPair::generate().unwrap().serialize_pem()).0, "tls.clientKey");
}
