//! Plain HTTP requests by the same way out.

use super::*;

fn options(policy: Policy) -> HttpOptions {
    HttpOptions { policy, settings: direct(), allow_addresses: vec![AddressRule::Loopback], ..HttpOptions::default() }
}

async fn get(client: &HttpClient, url: &str) -> Result<HttpResponse, HttpError> {
    client.send(Method::GET, url, HeaderMap::new(), Default::default()).await
}

#[tokio::test]
async fn an_answer_is_read_and_recorded_and_its_secrets_are_not() {
    let server = server(Manner::Answers("HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 6\r\n\r\nsesame")).await;
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = seen.clone();
    let redactor = Redactor::default();
    redactor.learn("sesame");
    let client = HttpClient::new(HttpOptions {
        redactor: Arc::new(redactor),
        observer: Some(Arc::new(move |exchange: &observe::Exchange| log.lock().push(exchange.clone()))),
        ..options(Policy::any(false))
    })
    .unwrap();
    let answer = get(&client, &server.url).await.unwrap();
    assert_eq!((answer.status.as_u16(), &*answer.body), (302, &b"sesame"[..]), "no redirect is followed");
    assert_eq!(answer.headers["location"], "/x");
    let seen = seen.lock();
    assert_eq!((seen.len(), seen[0].status, client.requests_made()), (1, Some(302), 1));
    assert!(!format!("{seen:?}").contains("sesame"), "{seen:?}");
}

#[tokio::test]
async fn what_may_not_be_reached_is_refused() {
    let server = server(Manner::Answers(GOOD)).await;
    let closed = HttpClient::new(HttpOptions { settings: direct(), ..HttpOptions::default() }).unwrap();
    let public = HttpOptions { allow_addresses: Vec::new(), ..options(Policy::any(true)) };
    let public = HttpClient::new(public).unwrap();
    for (client, words) in [(closed, "is not an origin of this connection"), (public, "a loopback address")] {
        let error = get(&client, &server.url).await.unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
        assert!(matches!(error, HttpError::Failed { maybe_applied: false, .. }), "{error:?}");
    }
    assert_eq!(server.connections.load(Ordering::SeqCst), 0);
    let client = HttpClient::new(options(Policy::any(true))).unwrap();
    for url in ["nonsense", "/path", "ftp://a.test/"] {
        assert!(get(&client, url).await.is_err(), "{url}");
    }
}

#[tokio::test]
async fn size_and_time_are_limited() {
    let long = server(Manner::Answers("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n123456789")).await;
    let mut settings = direct();
    settings.limits.response_bytes = Some(8);
    let client = HttpClient::new(HttpOptions { settings, ..options(Policy::any(false)) }).unwrap();
    let error = get(&client, &long.url).await.unwrap_err();
    assert!(error.to_string().contains("allows 8 bytes"), "{error}");

    let stalled = server(Manner::Stalls("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")).await;
    let time = Duration::from_millis(100);
    let client = HttpClient::new(HttpOptions { time, ..options(Policy::any(false)) }).unwrap();
    let error = client.send(Method::POST, &stalled.url, HeaderMap::new(), "{}".into()).await.unwrap_err();
    assert!(
        matches!(error, HttpError::Late { maybe_applied: true, .. }) || error.to_string().contains("read timeout"),
        "{error:?}"
    );
}
