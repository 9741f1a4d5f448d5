//! Over a proxy: a small one of our own that does what it is told, in front of real servers.

use super::tls::{Authority, secure};
use super::*;
use crate::connection::Secret;
use tokio::io::AsyncBufReadExt;
use tokio::net::TcpStream;

/// What came to the proxy: the head of each request.
type Heads = Arc<Mutex<Vec<String>>>;

/// A proxy. It connects every name to this machine, as whoever resolves names for it may do; `status` other than 200 is
/// all that it says.
async fn proxy(status: u16) -> (u16, Heads) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let heads = Heads::default();
    let log = heads.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(relay(stream, status, log.clone()));
        }
    });
    (port, heads)
}

async fn relay(stream: TcpStream, status: u16, log: Heads) {
    let mut client = tokio::io::BufStream::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if !client.read_line(&mut head).await.is_ok_and(|length| length > 0) {
            return;
        }
    }
    log.lock().push(head.clone());
    let target = head.split(' ').nth(1).unwrap();
    let authority = target.trim_start_matches("http://").split('/').next().unwrap();
    let port: u16 = authority.rsplit(':').next().unwrap().parse().unwrap();
    if status != 200 {
        let answer = format!("HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n");
        client.write_all(answer.as_bytes()).await.ok();
        client.flush().await.ok();
        return;
    }
    let mut server = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    if head.starts_with("CONNECT ") {
        client.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").await.unwrap();
        client.flush().await.unwrap();
    } else {
        server.write_all(head.as_bytes()).await.unwrap();
    }
    tokio::io::copy_bidirectional(&mut client, &mut server).await.ok();
}

fn over(port: u16, settings: ConnectionSettings) -> ConnectionSettings {
    let url = format!("http://ada:pa%73sphrase@127.0.0.1:{port}");
    ConnectionSettings { proxy: Proxy::Url(Secret::Literal(url)), ..settings }
}

/// `ada:passphrase`
const CREDENTIALS: &str = "Basic YWRhOnBhc3NwaHJhc2U=";

#[tokio::test]
async fn https_goes_through_a_tunnel_and_the_proxy_resolves_the_name() {
    let authority = Authority::new();
    let server = secure(authority.server("scim.example.com", false, None, &[])).await;
    let url = server.url.replace("localhost", "scim.example.com");
    let (port, heads) = proxy(200).await;
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let dns = Dns::new(move |_| {
        count.fetch_add(1, Ordering::SeqCst);
        async { Ok(Vec::new()) }
    });
    let door = door_with(&url, over(port, authority.trusted()), Arc::new(dns));
    for _ in 0..2 {
        assert_eq!(door.send(Method::POST, &url, "{}").await.unwrap().0, 200);
    }
    let heads = heads.lock();
    assert_eq!(heads.len(), 1, "the tunnel is kept");
    assert!(heads[0].starts_with("CONNECT scim.example.com:"), "{heads:?}");
    assert!(heads[0].contains(CREDENTIALS) && !heads[0].contains("Bearer"), "{heads:?}");
    assert_eq!(asked.load(Ordering::SeqCst), 0);
    let seen = format!("{:?}", door.seen.lock());
    assert!(!seen.contains("YWRhOnBhc3") && !seen.contains("passphrase"), "{seen}");
}

#[tokio::test]
async fn http_goes_to_the_proxy_with_its_whole_url() {
    let server = server(Manner::Answers(GOOD)).await;
    let url = server.url.replace("127.0.0.1", "scim.example.com");
    let (port, heads) = proxy(200).await;
    let door = door_with(&url, over(port, direct()), Arc::default());
    assert_eq!(door.get(&url).await.unwrap().0, 200);
    let heads = heads.lock();
    assert!(heads[0].starts_with(&format!("GET {url} HTTP/1.1\r\n")), "{heads:?}");
    assert!(heads[0].contains(CREDENTIALS), "{heads:?}");
}

#[tokio::test]
async fn addresses_in_urls_are_judged_over_a_proxy_too() {
    let (port, heads) = proxy(200).await;
    for url in ["https://10.0.0.1/", "http://169.254.169.254/"] {
        let door = door_with(url, over(port, direct()), Arc::default());
        assert_eq!(door.refusal(Method::GET, url).await.0, "DestinationIpProhibited", "{url}");
    }
    assert!(heads.lock().is_empty());
}

#[tokio::test]
async fn a_failed_tunnel_was_never_sent() {
    let authority = Authority::new();
    let url = "https://scim.example.com/";
    for (status, code, reason) in [
        (407, "ConfigurationError", "tunnel error: proxy authorization required"),
        (502, "DestinationUnavailable", "tunnel error: unsuccessful"),
    ] {
        let (port, _) = proxy(status).await;
        let door = door_with(url, over(port, authority.trusted()), Arc::default());
        let (found, words) = door.refusal(Method::POST, url).await;
        assert_eq!((found.as_str(), words), (code, format!("over the proxy 127.0.0.1:{port}: {reason}")));
        assert!(!door.activity.has_written());
    }
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let door = door_with(url, over(gone, authority.trusted()), Arc::default());
    let (code, words) = door.refusal(Method::POST, url).await;
    assert_eq!(code, "ConnectionRefused");
    assert!(words.starts_with(&format!("over the proxy 127.0.0.1:{gone}: ")), "{words}");
    assert!(!words.contains("passphrase") && !door.activity.has_written(), "{words}");
}

#[test]
fn what_is_no_proxy_is_refused_and_secrets_are_learnt() {
    let made = |url: &str, redactor: &Redactor| {
        let settings = ConnectionSettings { proxy: Proxy::Url(Secret::Literal(url.into())), ..direct() };
        Transport::new(&settings, &[], Arc::default(), redactor).map(drop)
    };
    let redactor = Redactor::default();
    assert_eq!(made("socks5://swordfish@proxy:1080", &redactor).unwrap_err().0, "proxy");
    assert_eq!(made("http://", &redactor).unwrap_err().0, "proxy");
    made("http://ada:passphrase@proxy:3128", &redactor).unwrap();
    assert_eq!(redactor.text("passphrase YWRhOnBhc3NwaHJhc2U="), "[redacted] [redacted]");
}
