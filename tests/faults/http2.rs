//! Rows about HTTP/2, over TLS as it is always had.

use crate::fault::{Create, Found};
use crate::play::{client, described, invoke};
use crate::tls::{Flaw, acceptor_for};
use h2::server::{Connection, SendResponse};
use h2::{Reason, RecvStream};
use http::{Request, Response};
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::server::TlsStream;

/// What the provider has received and done.
#[derive(Default)]
struct Counters {
    connections: AtomicUsize,
    requests: AtomicUsize,
    users: AtomicUsize,
}

/// What the provider does with a request.
#[derive(Clone, Copy)]
enum Manner {
    /// Carries it out and answers.
    Good,
    /// Resets the stream for this reason; whether the request was carried out before.
    Resets(Reason, bool),
    /// Says on its first connection that it takes no more, once it has seen a request.
    GoesAway,
}

/// An HTTP/2 provider with nothing wrong.
pub async fn good() -> Found {
    play(Manner::Good).await
}

/// REFUSED_STREAM: not begun, may be sent again.
pub async fn refused() -> Found {
    play(Manner::Resets(Reason::REFUSED_STREAM, false)).await
}

/// INTERNAL_ERROR after it was carried out.
pub async fn broken() -> Found {
    play(Manner::Resets(Reason::INTERNAL_ERROR, true)).await
}

/// GOAWAY on an idle connection, as from a server that is being replaced.
pub async fn goes_away() -> Found {
    play(Manner::GoesAway).await
}

async fn play(manner: Manner) -> Found {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let origin = format!("https://localhost:{}", listener.local_addr().expect("an address").port());
    let seen = Arc::<Counters>::default();
    let task = tokio::spawn(serve(listener, manner, seen.clone()));
    let client = client(&origin, &Value::Null).await;
    let before = usize::from(matches!(manner, Manner::GoesAway));
    if before > 0 {
        invoke(&client, Create).await.0.expect("the first call is answered well");
        // So that what happens to the idle connection has happened.
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    let (result, took) = invoke(&client, Create).await;
    drop(client);
    task.abort();
    let count = |counter: &AtomicUsize| counter.load(Ordering::SeqCst);
    let requests = count(&seen.requests) - before;
    Found {
        requests,
        writes: requests,
        users: count(&seen.users) - before,
        connections: count(&seen.connections),
        took,
        ..described(&result)
    }
}

async fn serve(listener: TcpListener, manner: Manner, seen: Arc<Counters>) {
    let tls = acceptor_for(Flaw::None, &[b"h2"]);
    // Dropped with the task, and then ends what runs in it.
    let mut serving = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let first = seen.connections.fetch_add(1, Ordering::SeqCst) == 0;
        let (tls, seen) = (tls.clone(), seen.clone());
        serving.spawn(async move {
            let stream = tls.accept(stream).await.expect("TLS");
            let mut connection: Connection<TlsStream<TcpStream>, bytes::Bytes> =
                h2::server::handshake(stream).await.expect("HTTP/2");
            let mut streams = tokio::task::JoinSet::new();
            while let Some(Ok((request, respond))) = connection.accept().await {
                streams.spawn(answer(request, respond, manner, seen.clone()));
                if first && matches!(manner, Manner::GoesAway) {
                    connection.graceful_shutdown();
                }
            }
        });
    }
}

async fn answer(
    request: Request<RecvStream>,
    mut respond: SendResponse<bytes::Bytes>,
    manner: Manner,
    seen: Arc<Counters>,
) {
    let mut body = request.into_body();
    while let Some(Ok(piece)) = body.data().await {
        body.flow_control().release_capacity(piece.len()).ok();
    }
    seen.requests.fetch_add(1, Ordering::SeqCst);
    if let Manner::Resets(reason, carried_out) = manner {
        seen.users.fetch_add(usize::from(carried_out), Ordering::SeqCst);
        return respond.send_reset(reason);
    }
    seen.users.fetch_add(1, Ordering::SeqCst);
    let head = Response::builder().status(201).header("content-type", "application/scim+json").body(());
    let mut stream = respond.send_response(head.expect("a head"), false).expect("a stream");
    stream.send_data(crate::provider::ADA.into(), true).expect("a stream");
}
