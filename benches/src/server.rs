//! The provider all contenders talk to: a SCIM service that remembers nothing, in a process of its own, over HTTP/1.1 with and
//! without TLS. It reads what it is sent and makes up what it answers; it is fast rather than right.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use anyhow::{Context, Result};
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::users;

/// Most operations and bytes of a bulk request, as announced.
pub const BULK_LIMITS: (u64, u64) = (1000, 1 << 20);

/// Users there are in listings.
pub const LISTED: u64 = 1_000_000;

/// Most users of a page.
pub const PAGE: u64 = 1000;

const BASE: &str = "/scim/v2";

/// Serves until standard input closes. Says where, as one line of JSON.
pub async fn serve(certificate: &Path, key: &Path) -> Result<()> {
    let plain = TcpListener::bind("127.0.0.1:0").await?;
    let secure = TcpListener::bind("127.0.0.1:0").await?;
    let chain = vec![CertificateDer::from_pem_file(certificate).context("the certificate cannot be read")?];
    let key = PrivateKeyDer::from_pem_file(key).context("the key cannot be read")?;
    let config = rustls::ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key)?;
    let acceptor = TlsAcceptor::from(Arc::new(config));
    println!(
        "{}",
        json!({
            "plain": format!("http://{}{BASE}", plain.local_addr()?),
            "secure": format!("https://{}{BASE}", secure.local_addr()?),
        })
    );
    // The end of standard input is the end of whoever started this.
    thread::spawn(|| {
        drop(std::io::stdin().read_to_end(&mut Vec::new()));
        std::process::exit(0);
    });
    tokio::spawn(accept(plain, None));
    accept(secure, Some(acceptor)).await
}

async fn accept(listener: TcpListener, acceptor: Option<TlsAcceptor>) -> Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let acceptor = acceptor.clone();
        // A client that goes away ends its task.
        tokio::spawn(async move {
            match acceptor {
                None => drop(connection(stream).await),
                Some(acceptor) => {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        drop(connection(stream).await);
                    }
                }
            }
        });
    }
}

async fn connection(stream: impl AsyncRead + AsyncWrite + Unpin) -> hyper::Result<()> {
    http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(answer)).await
}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, hyper::Error> {
    let (head, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let path = head.uri.path().strip_prefix(BASE).unwrap_or_default();
    let (status, body) = match (&head.method, path) {
        (&Method::POST, "/Users") => create(&body),
        (&Method::GET, "/Users") => (StatusCode::OK, page(head.uri.query().unwrap_or_default()).into()),
        (&Method::POST, "/Bulk") => bulk(&body),
        (&Method::GET, "/ServiceProviderConfig") => (StatusCode::OK, provider().to_string().into()),
        (&Method::GET, path) => match path.strip_prefix("/Users/").map(|id| u64::from_str_radix(id, 16)) {
            Some(Ok(number)) => (StatusCode::OK, users::stored(users::user(number), number, BASE).to_string().into()),
            _ => error(StatusCode::NOT_FOUND),
        },
        _ => error(StatusCode::METHOD_NOT_ALLOWED),
    };
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/scim+json"));
    Ok(response)
}

fn error(status: StatusCode) -> (StatusCode, Bytes) {
    let body = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": status.as_str()});
    (status, body.to_string().into())
}

/// The number of the next user that is created.
fn next() -> u64 {
    static CREATED: AtomicU64 = AtomicU64::new(1);
    CREATED.fetch_add(1, Ordering::Relaxed)
}

fn create(body: &[u8]) -> (StatusCode, Bytes) {
    match serde_json::from_slice(body) {
        Ok(user @ Value::Object(_)) => (StatusCode::CREATED, users::stored(user, next(), BASE).to_string().into()),
        _ => error(StatusCode::BAD_REQUEST),
    }
}

/// RFC 7644 section 3.7.3: a result for each operation, without the resource.
fn bulk(body: &[u8]) -> (StatusCode, Bytes) {
    let Ok(request) = serde_json::from_slice::<Value>(body) else { return error(StatusCode::BAD_REQUEST) };
    let Some(operations) = request.get("Operations").and_then(Value::as_array) else {
        return error(StatusCode::BAD_REQUEST);
    };
    if operations.len() as u64 > BULK_LIMITS.0 || body.len() as u64 > BULK_LIMITS.1 {
        return error(StatusCode::PAYLOAD_TOO_LARGE);
    }
    let results: Vec<Value> = operations
        .iter()
        .map(|operation| {
            json!({
                "method": operation.get("method"),
                "bulkId": operation.get("bulkId"),
                "version": "W/\"1\"",
                "location": format!("{BASE}/Users/{}", users::id(next())),
                "status": "201",
            })
        })
        .collect();
    let answer = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkResponse"], "Operations": results});
    (StatusCode::OK, answer.to_string().into())
}

/// A page of a ListResponse (RFC 7644 section 3.4.2).
fn page(query: &str) -> String {
    let number = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.parse::<u64>().ok());
    let start = number("startIndex=").unwrap_or(1).max(1);
    let end = (start + number("count=").unwrap_or(PAGE).min(PAGE)).min(LISTED + 1);
    let mut resources = String::new();
    for number in start..end {
        if !resources.is_empty() {
            resources.push(',');
        }
        resources.push_str(&listed(number));
    }
    format!(
        r#"{{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":{LISTED},"startIndex":{start},"itemsPerPage":{},"Resources":[{resources}]}}"#,
        end.saturating_sub(start),
    )
}

/// A user of a listing, about 500 bytes, the same as in `cargo xtask listing`.
fn listed(number: u64) -> String {
    let id = users::id(number);
    format!(
        r#"{{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"{id}","externalId":"e-{number}","userName":"user{number}@example.com","name":{{"givenName":"Ada","familyName":"Number {number}"}},"displayName":"Ada Number {number}","active":true,"emails":[{{"value":"user{number}@example.com","type":"work","primary":true}}],"meta":{{"resourceType":"User","created":"2026-01-01T00:00:00Z","lastModified":"2026-01-01T00:00:00Z","location":"https://example.com/scim/v2/Users/{id}"}}}}"#
    )
}

/// RFC 7643 section 5.
fn provider() -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": {"supported": true},
        "bulk": {"supported": true, "maxOperations": BULK_LIMITS.0, "maxPayloadSize": BULK_LIMITS.1},
        "filter": {"supported": true, "maxResults": PAGE},
        "changePassword": {"supported": false},
        "sort": {"supported": false},
        "etag": {"supported": true},
        "authenticationSchemes": [],
    })
}
