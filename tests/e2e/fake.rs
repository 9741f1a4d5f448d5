//! A raw TCP server that says exactly what a script tells it to, right or wrong, and keeps every request it got. A fake is
//! right here: no real server breaks off in the middle of a chunk when asked to.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Received {
    /// Request line and headers.
    pub head: String,
    /// The body.
    pub body: String,
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

/// What the server does for one request, step by step.
#[derive(Debug, Clone)]
pub enum Act {
    /// Sends bytes.
    Send(Vec<u8>),
    /// Sends bytes, one every so often.
    Drip(Vec<u8>, Duration),
    /// Says nothing until the client gives up.
    Silence,
    /// Closes the connection.
    Close,
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

/// The server.
pub struct Fake {
    port: u16,
    requests: Arc<Mutex<Vec<Received>>>,
}

type Script = dyn Fn(usize, &Received) -> Vec<Act> + Send + Sync;

impl Fake {
    /// Starts a server; `script` says what to do for each request, counted from 0. It runs as long as the tests do.
    pub fn start(script: impl Fn(usize, &Received) -> Vec<Act> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (log, script): (_, Arc<Script>) = (requests.clone(), Arc::new(script));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (log, script) = (log.clone(), script.clone());
                std::thread::spawn(move || serve(stream, &log, &*script));
            }
        });
        Self { port, requests }
    }

    /// `http://127.0.0.1:PORT`.
    pub fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The requests so far.
    pub fn requests(&self) -> Vec<Received> {
        self.requests.lock().unwrap().clone()
    }
}

/// Serves one connection until either side ends it.
fn serve(mut stream: TcpStream, log: &Mutex<Vec<Received>>, script: &Script) {
    stream.set_nodelay(true).ok();
    while let Some(request) = receive(&mut stream) {
        let number = {
            let mut log = log.lock().unwrap();
            log.push(request.clone());
            log.len() - 1
        };
        for act in script(number, &request) {
            let going_on = match act {
                Act::Send(bytes) => stream.write_all(&bytes).is_ok(),
                Act::Drip(bytes, pause) => bytes.iter().all(|byte| {
                    std::thread::sleep(pause);
                    stream.write_all(&[*byte]).is_ok()
                }),
                Act::Silence => {
                    while matches!(stream.read(&mut [0; 1024]), Ok(1..)) {}
                    false
                }
                Act::Close => false,
            };
            if !going_on {
                return;
            }
        }
    }
}

/// Reads one request, whole; none where the client has closed the connection.
fn receive(stream: &mut TcpStream) -> Option<Received> {
    let mut bytes = Vec::new();
    let mut piece = [0; 8192];
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let request = Received { head, body: String::new() };
            let length = request.header("content-length").map_or(0, |length| length.parse().expect("a length"));
            while bytes.len() < end + 4 + length {
                let read @ 1.. = stream.read(&mut piece).ok()? else { return None };
                bytes.extend_from_slice(&piece[..read]);
            }
            let body = String::from_utf8_lossy(&bytes[end + 4..]).into_owned();
            return Some(Received { body, ..request });
        }
        let read @ 1.. = stream.read(&mut piece).ok()? else { return None };
        bytes.extend_from_slice(&piece[..read]);
    }
}
