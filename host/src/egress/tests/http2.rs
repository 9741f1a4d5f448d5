//! HTTP/2: one connection for many requests, and what a server that refuses or leaves says about those under way.

use super::tls::Authority;
use super::*;
use h2::Reason;
use tokio_rustls::TlsAcceptor;

/// What the server does with each request of a connection, the first one counted as 0.
#[derive(Clone, Copy)]
enum Says {
    Answers,
    Refuses,
    /// Answers the first request and leaves: whatever comes after it is not processed.
    Leaves,
    /// Leaves because of an error, having taken the request.
    Breaks,
}

async fn http2(authority: &Authority, says: Says) -> (Server, Arc<AtomicUsize>) {
    let config = authority.server("localhost", false, None, &["h2", "http/1.1"]);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://localhost:{}/scim/v2", listener.local_addr().unwrap().port());
    let (connections, processed) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (count, taken, acceptor) = (connections.clone(), processed.clone(), TlsAcceptor::from(Arc::new(config)));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            let (acceptor, taken) = (acceptor.clone(), taken.clone());
            tokio::spawn(async move {
                let mut connection = h2::server::handshake(acceptor.accept(stream).await.unwrap()).await.unwrap();
                while let Some(Ok((_request, mut respond))) = connection.accept().await {
                    match says {
                        Says::Refuses => respond.send_reset(Reason::REFUSED_STREAM),
                        Says::Breaks => connection.abrupt_shutdown(Reason::INTERNAL_ERROR),
                        Says::Answers | Says::Leaves => {
                            taken.fetch_add(1, Ordering::SeqCst);
                            let mut body = respond.send_response(http::Response::new(()), false).unwrap();
                            body.send_data(bytes::Bytes::from_static(b"{}"), true).unwrap();
                            if matches!(says, Says::Leaves) {
                                connection.graceful_shutdown();
                            }
                        }
                    }
                }
            });
        }
    });
    (Server { url, connections }, processed)
}

#[tokio::test]
async fn requests_share_one_connection() {
    let authority = Authority::new();
    let (server, processed) = http2(&authority, Says::Answers).await;
    let door = Arc::new(door_with(&server.url, authority.trusted(), Arc::default()));
    door.get(&server.url).await.unwrap();
    let all = (0..20).map(|_| {
        let (door, url) = (door.clone(), server.url.clone());
        tokio::spawn(async move { door.send(Method::POST, &url, "{}").await })
    });
    for one in all.collect::<Vec<_>>() {
        assert_eq!(one.await.unwrap().unwrap(), (200, "{}".into()));
    }
    assert_eq!((server.connections.load(Ordering::SeqCst), processed.load(Ordering::SeqCst)), (1, 21));
}

#[tokio::test]
async fn a_refused_stream_was_never_processed_and_a_broken_one_may_have_been() {
    let authority = Authority::new();
    for (says, expected) in [(Says::Refuses, "ConnectionLimitReached"), (Says::Breaks, "ConnectionTerminated")] {
        let (server, _) = http2(&authority, says).await;
        let door = door_with(&server.url, authority.trusted(), Arc::default());
        assert_eq!(door.refusal(Method::POST, &server.url).await.0, expected);
    }
}

#[tokio::test]
async fn a_server_that_leaves_between_requests_costs_none_and_doubles_none() {
    let authority = Authority::new();
    let (server, processed) = http2(&authority, Says::Leaves).await;
    let door = door_with(&server.url, authority.trusted(), Arc::default());
    let (mut answered, mut unsent) = (0, 0);
    for _ in 0..30 {
        match door.send(Method::POST, &server.url, "{}").await {
            Ok(_) => answered += 1,
            Err(Fault::ConnectionLimitReached) => unsent += 1,
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!((answered + unsent, processed.load(Ordering::SeqCst)), (30, answered));
    assert!(answered > 0 && server.connections.load(Ordering::SeqCst) > 1);
}
