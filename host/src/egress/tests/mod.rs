//! The way out against real sockets on this machine: what the component is told about each way a request can fail.

mod addresses;
mod coding;
mod http2;
mod interceptors;
mod plain;
mod proxy;
mod tls;

use super::activity::Activity;
use super::address::AddressRule;
use super::chain::{Egress, Parts};
use super::credentials::Credentials;
use super::resolve::Dns;
use super::service::{Protocol, Service};
use super::transport::Transport;
use super::*;
use crate::redact::Redactor;
use crate::settings::{ConnectionSettings, Proxy};
use crate::telemetry::Metrics;
use crate::traffic::Traffic;
use http::{HeaderMap, Method, Uri};
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;

/// What the server does with a connection after it has read a request's head.
#[derive(Clone, Copy)]
enum Manner {
    /// Answers, as often as it is asked.
    Answers(&'static str),
    /// Answers and hangs up.
    AnswersAndCloses(&'static str),
    /// Answers the beginning and then nothing.
    Stalls(&'static str),
}

struct Server {
    url: String,
    connections: Arc<AtomicUsize>,
}

async fn server(manner: Manner) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/scim/v2", listener.local_addr().unwrap());
    let connections = Arc::new(AtomicUsize::new(0));
    let count = connections.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(serve(stream, manner));
        }
    });
    Server { url, connections }
}

async fn serve(mut stream: impl AsyncRead + AsyncWrite + Unpin, manner: Manner) {
    let mut buffer = [0; 4096];
    while stream.read(&mut buffer).await.is_ok_and(|length| length > 0) {
        match manner {
            Manner::Answers(text) => stream.write_all(text.as_bytes()).await.unwrap(),
            Manner::AnswersAndCloses(text) => return stream.write_all(text.as_bytes()).await.unwrap(),
            Manner::Stalls(text) => {
                stream.write_all(text.as_bytes()).await.unwrap();
                return std::future::pending().await;
            }
        }
    }
}

struct Door {
    egress: Egress,
    open_writes: Arc<AtomicUsize>,
    activity: Arc<Activity>,
    seen: Arc<Mutex<Vec<observe::Exchange>>>,
}

/// A protocol in which searches by POST are no writes.
struct Searching;

impl Protocol for Searching {
    fn is_write(&self, method: &Method, url: &Uri) -> bool {
        !method.is_safe() && !url.path().ends_with("/.search")
    }
}

fn door(url: &str) -> Door {
    door_with(url, direct(), Arc::default())
}

/// Settings that no proxy in the environment of these tests changes.
fn direct() -> ConnectionSettings {
    ConnectionSettings { proxy: Proxy::None, ..ConnectionSettings::default() }
}

fn door_with(url: &str, settings: ConnectionSettings, dns: Arc<Dns>) -> Door {
    door_made(url, settings, dns, |_| ())
}

fn door_made(url: &str, settings: ConnectionSettings, dns: Arc<Dns>, change: impl FnOnce(&mut Parts)) -> Door {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = seen.clone();
    let observer = move |exchange: &observe::Exchange| log.lock().push(exchange.clone());
    let uri: Uri = url.parse().unwrap();
    let origins = vec![policy::Origin::of(&uri).unwrap()];
    let policy = Policy::new(origins, true).with(&settings.allow).unwrap();
    let token = format!("http://{}/token", uri.authority().unwrap()).parse().unwrap();
    let redactor = Arc::new(Redactor::default());
    let traffic = Arc::new(Traffic::new(&settings.limits));
    let transport = Transport::new(&settings, &[AddressRule::Loopback], dns, &redactor).unwrap();
    let mut parts = Parts {
        policy,
        transport: Arc::new(transport),
        traffic,
        service: Service { token_url: Some(token), protocol: Arc::new(Searching) },
        credentials: None,
        redactor,
        observer: Some(Arc::new(observer)),
        meter: Metrics::default().meter(""),
        response_limit: settings.limits.response_bytes.unwrap_or(u64::MAX),
        interceptors: Interceptors::default(),
    };
    change(&mut parts);
    let egress = Egress::new(parts);
    let open_writes = Arc::new(AtomicUsize::new(0));
    Door { egress, activity: Arc::new(Activity::new(open_writes.clone())), open_writes, seen }
}

impl Door {
    async fn get(&self, url: &str) -> Result<(u16, String), Fault> {
        self.send(Method::GET, url, "").await
    }

    /// The name of the code a request fails with, and its explanation.
    async fn refusal(&self, method: Method, url: &str) -> (String, String) {
        let code = self.send(method, url, "{}").await.unwrap_err();
        (format!("{code:?}"), self.activity.explanation().unwrap_or_default())
    }

    async fn send(&self, method: Method, url: &str, body: &'static str) -> Result<(u16, String), Fault> {
        let headers = HeaderMap::from_iter([(http::header::AUTHORIZATION, "Bearer abcdef".parse().unwrap())]);
        let mut request = Request::new(method, url.parse().unwrap(), headers, body.into(), self.activity.clone());
        request.timeouts = Timeouts {
            connect: Duration::from_secs(10),
            first_byte: Duration::from_secs(3),
            between_bytes: Duration::from_secs(3),
        };
        let response = self.egress.send(request).await.map_err(|error| error.fault)?;
        let status = response.status.as_u16();
        let body = response.body.bytes().await?;
        Ok((status, String::from_utf8(body.to_vec()).unwrap()))
    }
}

const GOOD: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

#[tokio::test]
async fn connections_are_kept_and_exchanges_shown_without_secrets() {
    let server = server(Manner::Answers(GOOD)).await;
    let door = door(&server.url);
    for _ in 0..3 {
        let users = format!("{}/Users", server.url);
        assert_eq!(
            door.send(Method::POST, &users, "{\"password\":\"hunter2\",\"userName\":\"abcdef\"}").await.unwrap(),
            (200, "{}".into())
        );
    }
    assert_eq!(server.connections.load(Ordering::SeqCst), 1);
    let seen = door.seen.lock();
    assert_eq!(seen.len(), 3);
    let text = format!("{seen:?}");
    assert!(text.contains("Bearer [redacted]") && !text.contains("abcdef") && !text.contains("hunter2"), "{text}");
    assert_eq!((seen[0].method.as_str(), seen[0].status, seen[0].response_body.as_str()), ("POST", Some(200), "{}"));
}

#[tokio::test]
async fn a_host_that_is_not_listed_is_refused_and_nothing_is_sent() {
    let (listed, other) = (server(Manner::Answers(GOOD)).await, server(Manner::Answers(GOOD)).await);
    let door = door(&listed.url);
    let result = door.send(Method::POST, &other.url, "{}").await;
    assert!(matches!(result, Err(Fault::HttpRequestDenied)), "{result:?}");
    assert_eq!(other.connections.load(Ordering::SeqCst), 0);
    assert!(!door.activity.has_written());
    let seen = door.seen.lock();
    assert!(seen[0].error.as_ref().unwrap().contains("is not an origin of this connection"), "{seen:?}");
}

#[tokio::test]
async fn a_request_that_was_never_sent_is_told_from_one_that_was() {
    // A port that was free a moment ago.
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let url = format!("http://{gone}/Users");
    let refused = door(&url);
    let result = refused.send(Method::POST, &url, "{}").await;
    assert!(matches!(result, Err(Fault::ConnectionRefused)), "{result:?}");
    assert!(!refused.activity.has_written());

    let nameless = door("http://no-such-host.localhost:1/");
    let result = nameless.send(Method::POST, "http://no-such-host.localhost:1/", "{}").await;
    assert!(matches!(result, Err(Fault::DnsError { .. } | Fault::ConnectionRefused)), "{result:?}");

    let rows = [
        (
            Manner::AnswersAndCloses("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"),
            "ConnectionTerminated",
        ),
        (Manner::AnswersAndCloses(""), "ConnectionTerminated"),
        (Manner::AnswersAndCloses("HTTP/1.1 2"), "ConnectionTerminated"),
        (Manner::AnswersAndCloses("nonsense\r\n\r\n"), "HttpProtocolError"),
        (Manner::Stalls(""), "HttpResponseTimeout"),
        (Manner::Stalls("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"), "ConnectionReadTimeout"),
        (Manner::AnswersAndCloses("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"), "HttpResponseIncomplete"),
        (
            Manner::AnswersAndCloses("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhalf"),
            "HttpResponseIncomplete",
        ),
    ];
    for (manner, expected) in rows {
        let server = server(manner).await;
        let door = door(&server.url);
        let result = door.send(Method::POST, &server.url, "{}").await;
        let name = format!("{:?}", result.unwrap_err());
        assert_eq!(name, expected);
        assert!(door.activity.has_written(), "{expected}");
        assert_eq!(door.open_writes.load(Ordering::SeqCst), 1);
        door.activity.reset();
        assert_eq!(door.open_writes.load(Ordering::SeqCst), 0);
    }
}

#[tokio::test]
async fn reads_searches_and_token_requests_are_no_writes() {
    let server = server(Manner::Answers(GOOD)).await;
    let door = door(&server.url);
    let token = server.url.replace("/scim/v2", "/token");
    for (method, url) in [
        (Method::GET, format!("{}/Users", server.url)),
        (Method::POST, format!("{}/Users/.search", server.url)),
        (Method::POST, token),
    ] {
        door.send(method, &url, "").await.unwrap();
        assert!(!door.activity.has_written(), "{url}");
    }
    door.send(Method::DELETE, &format!("{}/Users/1", server.url), "").await.unwrap();
    assert!(door.activity.has_written());
}

#[tokio::test]
async fn credentials_of_the_hosts_go_to_the_service_alone_and_replace_the_components() {
    use crate::connection::{Auth, Secret};
    let (service, other) = (server(Manner::Answers(GOOD)).await, server(Manner::Answers(GOOD)).await);
    let origins = [&service.url, &other.url].map(|url| policy::Origin::of(&url.parse().unwrap()).unwrap());
    let auth = Auth::Header { name: "X-Door".into(), value: Secret::Literal("open sesame".into()) };
    let credentials = Credentials::new(auth, origins[0].clone(), false).unwrap();
    let door = door_made(&service.url, direct(), Arc::default(), |parts| {
        parts.policy = Policy::new(origins.to_vec(), false);
        parts.credentials = Some(Arc::new(credentials));
    });
    for url in [&service.url, &other.url] {
        door.send(Method::GET, url, "").await.unwrap();
    }
    let seen = door.seen.lock();
    let names = |number: usize| {
        let names = seen[number].request_headers.iter().map(|(name, _)| name.as_str());
        names.filter(|name| ["authorization", "x-door"].contains(name)).collect::<Vec<_>>()
    };
    assert_eq!((names(0), names(1)), (vec!["x-door"], vec!["authorization"]));
}

#[tokio::test]
async fn interim_answers_are_passed_over() {
    let text = "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
    let server = server(Manner::Answers(text)).await;
    let door = door(&server.url);
    assert_eq!(door.send(Method::POST, &server.url, "{}").await.unwrap(), (200, "{}".into()));
}

#[tokio::test]
async fn methods_and_origins_are_the_operators_to_allow() {
    let (service, other) = (server(Manner::Answers(GOOD)).await, server(Manner::Answers(GOOD)).await);
    let mut settings = direct();
    settings.allow.methods = Some(vec!["GET".into()]);
    settings.allow.origins = vec![other.url.clone()];
    let door = door_with(&service.url, settings, Arc::default());
    assert_eq!(door.get(&other.url).await.unwrap().0, 200);
    let token = service.url.replace("/scim/v2", "/token");
    assert_eq!(door.send(Method::POST, &token, "grant_type=client_credentials").await.unwrap().0, 200);
    let (code, words) = door.refusal(Method::DELETE, &service.url).await;
    assert_eq!(code, "HttpRequestDenied");
    assert_eq!(words, "DELETE is not among the methods in host.allow.methods of the connection");
    assert!(!door.activity.has_written());
    assert_eq!(door.get(&service.url).await.unwrap().0, 200);
    assert_eq!(door.activity.explanation(), None, "it belongs to the last request");
}
