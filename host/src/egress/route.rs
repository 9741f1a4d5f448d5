//! The way to a server: directly, or over an HTTP proxy (RFC 9110 sections 7.6 and 9.3.6). Makes plain connections, on
//! which `transport` puts TLS; knows no requests.

use super::resolve::Resolver;
use super::source_chain::chain;
use super::tls;
use crate::address::names_loopback;
use crate::connection::Secret;
use crate::redact::Redactor;
use crate::settings::{Proxy, Tls};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderValue, Uri};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use hyper_util::rt::TokioIo;
use std::error::Error as StdError;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use tokio::net::TcpStream;
use tower_service::Service;

/// Which proxy, if any, leads to a URL.
#[derive(Clone)]
pub struct Proxies {
    matcher: Option<Arc<Matcher>>,
    /// An environment's proxy is not meant for this machine; one that was set for the connection is.
    even_loopback: bool,
}

impl Proxies {
    /// As the settings say; `redactor` learns what is secret.
    ///
    /// # Errors
    /// Names the key and quotes nothing.
    pub fn new(settings: &Proxy, redactor: &Redactor) -> Result<Self, tls::BadSetting> {
        static ENVIRONMENT: OnceLock<Arc<Matcher>> = OnceLock::new();
        let proxies = match settings {
            Proxy::None => Self { matcher: None, even_loopback: false },
            Proxy::Environment => {
                let matcher = ENVIRONMENT.get_or_init(|| Arc::new(Matcher::from_env())).clone();
                Self { matcher: Some(matcher), even_loopback: false }
            }
            Proxy::Url(Secret::Literal(url)) => {
                let matcher = Arc::new(Matcher::builder().all(url.as_str()).build());
                Self { matcher: Some(matcher), even_loopback: true }
            }
            Proxy::Url(_) => return Err(("proxy", "is a reference that has not been resolved".into())),
        };
        let found = ["http://a.invalid/", "https://a.invalid/"].map(|url| proxies.of(&Uri::from_static(url)));
        if proxies.even_loopback && found.iter().any(|proxy| proxy.as_ref().is_none_or(|proxy| !speaks_http(proxy))) {
            return Err(("proxy", "must be a URL such as http://user:password@proxy.example.com:3128".into()));
        }
        for header in found.iter().flatten().filter_map(Intercept::basic_auth) {
            learn(redactor, header);
        }
        Ok(proxies)
    }

    /// The proxy for a URL.
    pub fn of(&self, uri: &Uri) -> Option<Intercept> {
        let host = uri.host()?;
        let matcher = self.matcher.as_ref().filter(|_| self.even_loopback || !names_loopback(host))?;
        // Matched by its bare form, as NO_PROXY has it.
        matcher.intercept(uri)
    }
}

fn speaks_http(proxy: &Intercept) -> bool {
    matches!(proxy.uri().scheme_str(), Some("http" | "https"))
}

/// Has the redactor learn a proxy's credentials, as they are sent and as they are written.
fn learn(redactor: &Redactor, header: &HeaderValue) {
    let Some(pair) = header.to_str().ok().and_then(|text| text.strip_prefix("Basic ")) else { return };
    redactor.learn(pair);
    let plain = STANDARD.decode(pair).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    if let Some((_, password)) = plain.as_deref().and_then(|plain| plain.split_once(':')) {
        redactor.learn(password);
    }
}

type BoxError = Box<dyn StdError + Send + Sync>;
type Tcp = TokioIo<TcpStream>;

/// Makes connections towards servers.
#[derive(Clone)]
pub struct Route {
    direct: HttpConnector<Resolver>,
    to_proxy: HttpConnector<Resolver>,
    proxies: Proxies,
    tls: Arc<Tls>,
}

impl Route {
    /// A way on which `resolver` decides about servers; the proxies are the operator's own and may stand anywhere.
    pub fn new(resolver: Resolver, proxies: Proxies, tls: Arc<Tls>) -> Self {
        let to_proxy = tcp(Resolver { guard: None, ..resolver.clone() });
        Self { direct: tcp(resolver), to_proxy, proxies, tls }
    }

    /// A connector to a proxy, which may itself speak TLS. It sees no client certificate: that is for the provider.
    fn to_proxy(&self) -> Result<HttpsConnector<HttpConnector<Resolver>>, BoxError> {
        let settings = Tls { client_certificate: None, client_key: None, ..(*self.tls).clone() };
        let config = tls::config(&settings).map_err(|(_, detail)| io::Error::other(detail))?;
        let builder = HttpsConnectorBuilder::new().with_tls_config(config).https_or_http().enable_http1();
        Ok(builder.wrap_connector(self.to_proxy.clone()))
    }
}

fn tcp(resolver: Resolver) -> HttpConnector<Resolver> {
    let mut connector = HttpConnector::new_with_resolver(resolver);
    connector.enforce_http(false);
    connector.set_nodelay(true);
    connector
}

impl Service<Uri> for Route {
    type Response = Hop;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Hop, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.direct.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let Some(proxy) = self.proxies.of(&uri) else {
            let connecting = self.direct.call(uri);
            return Box::pin(
                async move { Ok(Hop { stream: MaybeHttpsStream::Http(connecting.await?), forwards: false }) },
            );
        };
        let route = self.clone();
        Box::pin(async move { route.over(&proxy, uri).await.map_err(|error| ProxyFailed::boxed(&proxy, error)) })
    }
}

impl Route {
    async fn over(&self, proxy: &Intercept, uri: Uri) -> Result<Hop, BoxError> {
        if !speaks_http(proxy) {
            return Err(io::Error::new(io::ErrorKind::Unsupported, "only http and https proxies can be used").into());
        }
        let mut connector = self.to_proxy()?;
        if uri.scheme_str() != Some("https") {
            // The request's URL goes to the proxy whole.
            return Ok(Hop { stream: connector.call(proxy.uri().clone()).await?, forwards: true });
        }
        let mut tunnel = Tunnel::new(proxy.uri().clone(), connector);
        if let Some(credentials) = proxy.basic_auth() {
            tunnel = tunnel.with_auth(credentials.clone());
        }
        Ok(Hop { stream: tunnel.call(uri).await?, forwards: false })
    }
}

/// What a tunnel ends with; hyper-util gives it no name.
pub type TunnelError = <Tunnel<HttpsConnector<HttpConnector<Resolver>>> as Service<Uri>>::Error;

/// No way over a proxy.
#[derive(Debug, thiserror::Error)]
#[error("over the proxy {proxy}: {reason}")]
pub struct ProxyFailed {
    proxy: String,
    reason: String,
    /// The error itself.
    pub cause: BoxError,
}

impl ProxyFailed {
    fn boxed(proxy: &Intercept, cause: BoxError) -> BoxError {
        // The last of the causes says what happened; those above it, that something did.
        let last = chain(&*cause).last();
        let reason = last.map_or_else(String::new, ToString::to_string);
        let proxy = proxy.uri().authority().map_or_else(String::new, ToString::to_string);
        Box::new(Self { proxy, reason, cause })
    }
}

/// A connection to a server, or to a proxy that forwards requests or has opened a tunnel.
pub struct Hop {
    stream: MaybeHttpsStream<Tcp>,
    forwards: bool,
}

impl Connection for Hop {
    fn connected(&self) -> Connected {
        // What was negotiated with a proxy says nothing about the server behind it.
        self.stream.connected().proxy(self.forwards)
    }
}

impl Read for Hop {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl Write for Hop {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, pieces)
    }
}
