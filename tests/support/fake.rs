//! A raw TCP server, with TLS where it is asked for, that does exactly what a script tells it to, right or wrong, and keeps
//! and counts what it got. A fake is right here: no real server breaks off in the middle of a chunk when asked to.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, copy, sink};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::task::{AbortHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Received {
    /// Request line and headers.
    pub head: String,
    /// The body.
    pub body: String,
    /// How many requests its connection has had before.
    pub before: usize,
}

impl Received {
    /// Method and path.
    pub fn line(&self) -> &str {
        self.head.split(" HTTP/").next().unwrap_or_default()
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.head.lines().filter_map(|line| line.split_once(": "));
        headers.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

/// What the server does, step by step.
#[derive(Debug, Clone)]
pub enum Act {
    /// Sends bytes.
    Send(Vec<u8>),
    /// Sends bytes, one every so often.
    Drip(Vec<u8>, Duration),
    /// Sends bytes again and again until the client hangs up.
    Endless(Vec<u8>),
    /// Does nothing for a while.
    Pause(Duration),
    /// Reads this many bytes and no more.
    Take(usize),
    /// Says nothing until the client gives up.
    Silence,
    /// Ends its own half of the connection and listens on until the client ends the other.
    HalfClose,
    /// Closes the connection.
    Close,
    /// Breaks the connection off: TCP's RST.
    Reset,
}

/// A whole answer.
pub fn answer(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Vec<Act> {
    let body = body.as_ref();
    let mut bytes = format!("HTTP/1.1 {status} Whatever\r\n").into_bytes();
    for (name, value) in headers {
        bytes.extend(format!("{name}: {value}\r\n").bytes());
    }
    if status != 204 {
        bytes.extend(format!("Content-Length: {}\r\n", body.len()).bytes());
    }
    bytes.extend(b"\r\n");
    bytes.extend(body);
    vec![Act::Send(bytes)]
}

/// A whole answer of JSON.
pub fn json(status: u16, body: impl ToString) -> Vec<Act> {
    answer(status, &[("Content-Type", "application/scim+json")], body.to_string())
}

/// Bytes as they are, then the end of the connection.
pub fn raw(bytes: impl AsRef<[u8]>) -> Vec<Act> {
    vec![Act::Send(bytes.as_ref().to_vec()), Act::Close]
}

/// The server; it ends, with all its connections, when this is dropped.
pub struct Fake {
    address: SocketAddr,
    log: Arc<Log>,
    task: AbortHandle,
}

type Script = dyn Fn(usize, &Received) -> Vec<Act> + Send + Sync;
type Greeting = dyn Fn(usize) -> Vec<Act> + Send + Sync;

/// How a server behaves.
pub struct Manners {
    /// What it does for each new connection, counted from 0, before it reads anything.
    pub greeting: Box<Greeting>,
    /// TLS, which it begins after the greeting.
    pub tls: Option<TlsAcceptor>,
    /// What it does for each request, counted from 0.
    pub script: Box<Script>,
}

#[derive(Default)]
struct Log {
    requests: Mutex<Vec<Received>>,
    received: AtomicUsize,
    connections: AtomicUsize,
    open: AtomicUsize,
}

impl Fake {
    /// Starts a server; `script` says what to do for each request, counted from 0.
    pub fn start(script: impl Fn(usize, &Received) -> Vec<Act> + Send + Sync + 'static) -> Self {
        Self::with(Manners { greeting: Box::new(|_| Vec::new()), tls: None, script: Box::new(script) })
    }

    /// Starts a server with these manners.
    pub fn with(manners: Manners) -> Self {
        static RUNTIME: OnceLock<Runtime> = OnceLock::new();
        let runtime = RUNTIME.get_or_init(|| Runtime::new().expect("a runtime"));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("a socket that does not block");
        let address = listener.local_addr().expect("an address");
        let log = Arc::<Log>::default();
        let shared = log.clone();
        let task = runtime.spawn(async move {
            let listener = TcpListener::from_std(listener).expect("a listener");
            let manners = Arc::new(manners);
            // Dropped with the task, and then ends what runs in it.
            let mut serving = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let number = shared.connections.fetch_add(1, Ordering::SeqCst);
                let (open, log, manners) = (OpenConnection::new(shared.clone()), shared.clone(), manners.clone());
                serving.spawn(async move {
                    serve(stream, number, &log, &manners).await;
                    drop(open);
                });
                while serving.try_join_next().is_some() {}
            }
        });
        Self { address, log, task: task.abort_handle() }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:PORT`.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests so far.
    pub fn requests(&self) -> Vec<Received> {
        self.log.requests.lock().unwrap().clone()
    }

    /// Forgets the requests so far, for those who send very many.
    pub fn forget(&self) {
        self.log.requests.lock().unwrap().clear();
    }

    /// How many requests it got, forgotten ones included.
    pub fn received(&self) -> usize {
        self.log.received.load(Ordering::SeqCst)
    }

    /// How many connections have been made to it.
    pub fn connections(&self) -> usize {
        self.log.connections.load(Ordering::SeqCst)
    }

    /// How many of them have not ended.
    pub fn open(&self) -> usize {
        self.log.open.load(Ordering::SeqCst)
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Counts a connection while it is open.
struct OpenConnection(Arc<Log>);

impl OpenConnection {
    fn new(log: Arc<Log>) -> Self {
        log.open.fetch_add(1, Ordering::SeqCst);
        Self(log)
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A connection, with TLS or without.
trait Wire: AsyncRead + AsyncWrite + Unpin + Send + Sync {
    fn tcp(&self) -> &TcpStream;
}

impl Wire for TcpStream {
    fn tcp(&self) -> &TcpStream {
        self
    }
}

impl Wire for tokio_rustls::server::TlsStream<TcpStream> {
    fn tcp(&self) -> &TcpStream {
        self.get_ref().0
    }
}

/// Serves one connection until either side ends it.
async fn serve(mut stream: TcpStream, number: usize, log: &Log, manners: &Manners) {
    stream.set_nodelay(true).ok();
    for act in (manners.greeting)(number) {
        if !perform(&mut stream, act).await {
            return;
        }
    }
    let mut wire: Box<dyn Wire> = match &manners.tls {
        None => Box::new(stream),
        Some(tls) => match tls.accept(stream).into_fallible().await {
            Ok(stream) => Box::new(stream),
            Err((_, mut stream)) => {
                // Closed with a request unread, the connection is reset, and the alert may be lost on its way.
                drop(stream.shutdown().await);
                drop(tokio::time::timeout(Duration::from_secs(1), copy(&mut stream, &mut sink())).await);
                return;
            }
        },
    };
    let mut before = 0;
    while let Ok(Some(request)) = receive(&mut *wire, before).await {
        before += 1;
        let number = {
            let mut requests = log.requests.lock().unwrap();
            requests.push(request.clone());
            log.received.fetch_add(1, Ordering::SeqCst)
        };
        for act in (manners.script)(number, &request) {
            if !perform(&mut *wire, act).await {
                return;
            }
        }
    }
}

/// Does one thing; says whether the connection goes on.
async fn perform(wire: &mut dyn Wire, act: Act) -> bool {
    match act {
        Act::Send(bytes) => wire.write_all(&bytes).await.is_ok() && wire.flush().await.is_ok(),
        Act::Drip(bytes, pause) => {
            for byte in bytes {
                tokio::time::sleep(pause).await;
                if wire.write_all(&[byte]).await.is_err() || wire.flush().await.is_err() {
                    return false;
                }
            }
            true
        }
        Act::Endless(bytes) => {
            while wire.write_all(&bytes).await.is_ok() {}
            false
        }
        Act::Pause(pause) => {
            tokio::time::sleep(pause).await;
            true
        }
        Act::Take(length) => wire.read_exact(&mut vec![0; length]).await.is_ok(),
        Act::Silence => {
            drain(wire).await;
            false
        }
        Act::HalfClose => {
            wire.shutdown().await.ok();
            drain(wire).await;
            false
        }
        Act::Close => false,
        Act::Reset => {
            wire.tcp().set_zero_linger().ok();
            false
        }
    }
}

async fn drain(wire: &mut dyn Wire) {
    while matches!(wire.read(&mut [0; 1024]).await, Ok(1..)) {}
}

/// Reads one request, whole; none where the client has closed the connection.
async fn receive(wire: &mut dyn Wire, before: usize) -> io::Result<Option<Received>> {
    let mut bytes = Vec::new();
    let mut piece = [0; 8192];
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let request = Received { head, body: String::new(), before };
            let length = request.header("content-length").map_or(0, |length| length.parse().expect("a length"));
            while bytes.len() < end + 4 + length {
                let read @ 1.. = wire.read(&mut piece).await? else { return Ok(None) };
                bytes.extend_from_slice(&piece[..read]);
            }
            let body = String::from_utf8_lossy(&bytes[end + 4..]).into_owned();
            return Ok(Some(Received { body, ..request }));
        }
        let read @ 1.. = wire.read(&mut piece).await? else { return Ok(None) };
        bytes.extend_from_slice(&piece[..read]);
    }
}
