//! Stages that are not the host's: what they see, what they may do, and what holds all the same.

use super::*;
use http::StatusCode;

/// Does with a request what it was told to, and notes what it saw.
struct Stage<F> {
    seen: Arc<Mutex<Vec<String>>>,
    act: F,
}

impl<F> Interceptor for Stage<F>
where
    F: for<'a> Fn(Request, Next<'a>) -> Intercepted<'a> + Send + Sync,
{
    fn intercept<'a>(&'a self, request: Request, next: Next<'a>) -> Intercepted<'a> {
        let credentials = request.headers.get("authorization").map_or("none", |value| value.to_str().unwrap());
        self.seen.lock().push(format!("{request:?} {credentials}"));
        (self.act)(request, next)
    }
}

type Calls = Arc<Mutex<Vec<String>>>;

fn stage<F>(act: F) -> (Arc<dyn Interceptor>, Calls)
where
    F: for<'a> Fn(Request, Next<'a>) -> Intercepted<'a> + Send + Sync + 'static,
{
    let seen = Calls::default();
    (Arc::new(Stage { seen: seen.clone(), act }), seen)
}

fn with(url: &str, first: &[Arc<dyn Interceptor>], last: &[Arc<dyn Interceptor>]) -> Door {
    door_made(url, direct(), Arc::default(), |parts| {
        parts.interceptors = Interceptors { first: first.to_vec(), last: last.to_vec() };
    })
}

#[tokio::test]
async fn the_first_see_no_credentials_of_the_hosts_and_the_last_do() {
    use crate::connection::{Auth, Secret};
    let server = server(Manner::Answers(GOOD)).await;
    let (first, outside) = stage(|mut request, next| {
        request.headers.insert("x-tenant", "7".parse().unwrap());
        next.run(request)
    });
    let (last, inside) = stage(|request, next| next.run(request));
    let auth = Auth::Bearer { token: Secret::Literal("sesame".into()) };
    let origin = Origin::of(&server.url.parse().unwrap()).unwrap();
    let door = door_made(&server.url, direct(), Arc::default(), |parts| {
        parts.interceptors = Interceptors { first: vec![first], last: vec![last] };
        parts.credentials = Some(Arc::new(Credentials::new(auth, origin, false).unwrap()));
    });
    door.get(&format!("{}/Users?filter=name", server.url)).await.unwrap();
    let url = format!("{}/Users", server.url);
    assert_eq!(*outside.lock(), [format!("Request(GET {url}) Bearer abcdef")], "the component's own, and no query");
    assert_eq!(*inside.lock(), [format!("Request(GET {url}) Bearer sesame")]);
    let seen = door.seen.lock();
    assert!(seen[0].request_headers.contains(&("x-tenant".into(), "7".into())), "{seen:?}");
}

#[tokio::test]
async fn a_stage_may_answer_itself() {
    let (mock, _) = stage(|request, _| {
        Box::pin(async {
            let mut response = Response::new(StatusCode::CREATED, "made up");
            response.headers.insert("x-mock", "1".parse().unwrap());
            request.answer(response).await
        })
    });
    let url = "http://127.0.0.1:1/scim/v2";
    for (first, last, recorded) in [(vec![mock.clone()], vec![], 0), (vec![], vec![mock], 1)] {
        let door = with(url, &first, &last);
        assert_eq!(door.send(Method::POST, url, "{}").await.unwrap(), (201, "made up".into()));
        assert_eq!((door.egress.requests_made(), door.seen.lock().len()), (recorded, recorded as usize));
        assert!(!door.activity.has_written(), "nothing has left");
    }
}

#[tokio::test]
async fn faults_at_the_wire_are_as_good_as_real_ones() {
    let (fault, _) = stage(|request, _| Box::pin(request.fail(SendError::new(Fault::ConnectionTerminated, "cut"))));
    let url = "http://127.0.0.1:1/scim/v2";
    let mut settings = direct();
    settings.limits.breaker.failures = 2;
    let traffic = Arc::new(Traffic::new(&settings.limits));
    let door = door_made(url, settings, Arc::default(), |parts| {
        parts.interceptors.last = vec![fault];
        parts.traffic = traffic.clone();
    });
    assert_eq!(door.refusal(Method::POST, url).await, ("ConnectionTerminated".into(), "cut".into()));
    assert_eq!(traffic.breaker.now(), crate::usage::BreakerState::Closed);
    door.get(url).await.unwrap_err();
    assert_eq!(traffic.breaker.now(), crate::usage::BreakerState::Open, "the breaker counts them");
    assert_eq!(door.seen.lock()[0].error.as_deref(), Some("cut"));
}

#[tokio::test]
async fn a_stage_cannot_lead_past_the_policy() {
    let (listed, other) = (server(Manner::Answers(GOOD)).await, server(Manner::Answers(GOOD)).await);
    let target: Uri = other.url.parse().unwrap();
    let (diverts, _) = stage(move |mut request, next| {
        request.url = target.clone();
        next.run(request)
    });
    for (first, last) in [(vec![diverts.clone()], vec![]), (vec![], vec![diverts])] {
        let door = with(&listed.url, &first, &last);
        assert_eq!(door.get(&listed.url).await, Err(Fault::HttpRequestDenied));
        assert_eq!(other.connections.load(Ordering::SeqCst), 0);
    }
}

#[tokio::test]
async fn a_stage_may_try_again() {
    let server = server(Manner::Answers(GOOD)).await;
    let (twice, _) = stage(|request, next| {
        Box::pin(async move {
            let (url, activity) = (request.url.clone(), request.activity.clone());
            next.run(request).await?;
            next.run(Request::new(Method::GET, url, HeaderMap::new(), Body::empty(), activity)).await
        })
    });
    let door = with(&server.url, &[twice], &[]);
    assert_eq!(door.get(&server.url).await.unwrap().0, 200);
    assert_eq!((door.egress.requests_made(), door.activity.requests()), (2, 2));
}

#[tokio::test]
async fn who_gives_up_leaves_nothing_held() {
    let server = server(Manner::Answers(GOOD)).await;
    let slow = Arc::new(tokio::sync::Semaphore::new(0));
    let gate = slow.clone();
    let (waits, seen) = stage(move |request, next| {
        let gate = gate.clone();
        Box::pin(async move {
            gate.acquire().await.unwrap().forget();
            next.run(request).await
        })
    });
    let door = with(&server.url, &[], &[waits]);
    let given_up = tokio::time::timeout(Duration::from_millis(20), door.get(&server.url)).await;
    assert!(given_up.is_err() && seen.lock().len() == 1);
    slow.add_permits(1);
    assert_eq!(door.get(&server.url).await.unwrap().0, 200);
    assert_eq!(door.seen.lock().len(), 2, "the one that was given up is recorded too");
}

/// What the stages cost beside the network; printed by `cargo test -- --nocapture`.
#[tokio::test]
async fn the_stages_cost_little() {
    let (mock, _) = stage(|_, _| Box::pin(async { Ok(Response::new(StatusCode::OK, Body::empty())) }));
    let url = "http://127.0.0.1:1/scim/v2/Users";
    let door = door_made(url, direct(), Arc::default(), |parts| {
        parts.interceptors.last = vec![mock];
        parts.observer = None;
    });
    let url: Uri = url.parse().unwrap();
    const ROUNDS: u32 = 20_000;
    let started = std::time::Instant::now();
    for _ in 0..ROUNDS {
        let request = Request::new(Method::GET, url.clone(), HeaderMap::new(), Body::empty(), door.activity.clone());
        door.egress.send(request).await.unwrap();
    }
    let each = started.elapsed() / ROUNDS;
    println!("{each:?} for each request");
    // Not optimised, on a machine that may be busy: only a blunder takes so long.
    assert!(each < Duration::from_millis(1), "{each:?}");
}
