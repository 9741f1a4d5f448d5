//! Connections: how many, how long a head may take to arrive, and their end. Knows nothing of what is served.

use axum::Router;
use axum::body::Body;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;
use tower_service::Service as _;

/// Connections at a time; more wait.
const CONNECTIONS: usize = 64;

/// How long the head of a request may take; also how long a connection may rest between two.
const HEAD: Duration = Duration::from_secs(15);

/// How long answers under way may take at the end.
const GRACE: Duration = Duration::from_secs(2);

/// How long to wait after a connection could not be taken: the process may be out of files.
const PAUSE: Duration = Duration::from_millis(100);

/// A server; it ends when this is dropped.
pub struct Server {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Server {
    /// Serves what comes to a listener.
    #[must_use]
    pub fn start(listener: TcpListener, router: Router) -> Self {
        let (stop, stopped) = watch::channel(false);
        Self { stop, task: tokio::spawn(accept(listener, router, stopped)) }
    }

    /// Takes no new connection, and gives answers under way a moment.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        // It ends by itself, soon.
        (&mut self.task).await.unwrap_or_default();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, router: Router, mut stopped: watch::Receiver<bool>) {
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    // Dropped with this task, which ends all of them.
    let mut connections = JoinSet::new();
    loop {
        let next = async {
            let place = room.clone().acquire_owned().await.ok()?;
            Some((place, listener.accept().await))
        };
        tokio::select! {
            () = over(&mut stopped) => break,
            Some(_) = connections.join_next() => {}
            next = next => match next {
                Some((place, Ok((stream, _)))) => {
                    let connection = hold(stream, router.clone(), stopped.clone());
                    connections.spawn(async move {
                        connection.await;
                        drop(place);
                    });
                }
                Some((_, Err(error))) => {
                    tracing::debug!(%error, "a connection could not be taken");
                    tokio::time::sleep(PAUSE).await;
                }
                None => break,
            },
        }
    }
    drop(listener);
    let all = async { while connections.join_next().await.is_some() {} };
    // What is not done by then is cut off.
    timeout(GRACE, all).await.unwrap_or_default();
}

/// Returns when the server is told to stop, or is gone.
async fn over(stopped: &mut watch::Receiver<bool>) {
    stopped.wait_for(|stopped| *stopped).await.map(drop).unwrap_or_default();
}

async fn hold(stream: TcpStream, router: Router, mut stopped: watch::Receiver<bool>) {
    let service = service_fn(move |request: http::Request<hyper::body::Incoming>| {
        let mut router = router.clone();
        async move {
            let answer: Result<_, Infallible> = router.call(request.map(Body::new)).await;
            answer
        }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD);
    let connection = http.serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = over(&mut stopped) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke");
    }
}
