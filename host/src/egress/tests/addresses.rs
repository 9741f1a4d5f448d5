//! Which addresses are connected to, whatever a name says, and whenever it says it.

use super::*;
use std::net::IpAddr;

/// Gives out the answers one after another, then the last one for ever.
fn saying(answers: &'static [&'static [&'static str]]) -> (Arc<Dns>, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let dns = Dns::new(move |_| {
        let number = count.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1);
        let found: Vec<IpAddr> = answers[number].iter().map(|address| address.parse().unwrap()).collect();
        async move { Ok(found) }
    });
    (Arc::new(dns), asked)
}

#[tokio::test]
async fn a_name_that_leads_to_this_machine_is_refused_and_nothing_is_connected() {
    let server = server(Manner::Answers(GOOD)).await;
    let url = server.url.replace("127.0.0.1", "scim.example.com");
    let (dns, _) = saying(&[&["127.0.0.1"]]);
    let door = door_with(&url, direct(), dns);
    let (code, words) = door.refusal(Method::POST, &url).await;
    assert_eq!(code, "DestinationIpProhibited");
    assert_eq!(
        words,
        "scim.example.com resolves to 127.0.0.1, a loopback address; if that is intended, add \"127.0.0.1/32\" to host.allow.addresses of the connection"
    );
    assert_eq!(door.seen.lock()[0].error.as_ref(), Some(&words));
    assert!(!door.activity.has_written());
    assert_eq!(server.connections.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn what_is_checked_is_what_is_connected_to() {
    let server = server(Manner::Answers(GOOD)).await;
    let url = server.url.replace("127.0.0.1", "scim.example.com");
    // Rebinding: a good answer first, another one whenever it is asked again.
    let (dns, asked) = saying(&[&["127.0.0.7", "10.0.0.1"], &["127.0.0.1"]]);
    let mut settings = direct();
    settings.allow.addresses = vec!["127.0.0.7".parse().unwrap()];
    let door = door_with(&url, settings.clone(), dns);
    // The server listens on another address of this machine: had anything but 127.0.0.7 been tried, it would answer.
    let (code, _) = door.refusal(Method::GET, &url).await;
    assert_eq!((code.as_str(), asked.load(Ordering::SeqCst)), ("ConnectionRefused", 1));
    assert_eq!(server.connections.load(Ordering::SeqCst), 0);

    let (dns, asked) = saying(&[&["10.0.0.1", "127.0.0.1"]]);
    settings.allow.addresses = vec!["127.0.0.1".parse().unwrap()];
    let door = door_with(&url, settings, dns);
    for _ in 0..3 {
        assert_eq!(door.get(&url).await.unwrap().0, 200, "only the good one of both is used");
    }
    assert_eq!((server.connections.load(Ordering::SeqCst), asked.load(Ordering::SeqCst)), (1, 1));
}

#[tokio::test]
async fn addresses_in_urls_are_judged_too() {
    let (dns, asked) = saying(&[&["8.8.8.8"]]);
    for host in ["10.0.0.1", "169.254.169.254", "[fd00:ec2::254]", "[::ffff:10.0.0.1]", "0.0.0.0", "192.168.1.1"] {
        let url = format!("http://{host}/scim");
        let door = door_with(&url, direct(), dns.clone());
        let (code, words) = door.refusal(Method::POST, &url).await;
        assert_eq!(code, "DestinationIpProhibited", "{host}");
        assert!(words.starts_with("it leads to ") && words.contains("to host.allow.addresses"), "{words}");
        assert_eq!(door.egress.requests_made(), 0);
    }
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_name_without_address_was_never_sent() {
    let dns = Dns::new(|_| async { Err(std::io::Error::other("no such host is known")) });
    let door = door_with("http://scim.example.com/", direct(), Arc::new(dns));
    let (code, words) = door.refusal(Method::POST, "http://scim.example.com/").await;
    assert!(code.starts_with("DnsError"), "{code}");
    assert_eq!(words, "scim.example.com does not resolve: no such host is known");
    assert!(!door.activity.has_written());
}
