//! The way out by itself: what policy, rate, breaker, telemetry and timers cost a request, alone and where two threads share a
//! connection. Nothing is sent: a stage just before the wire answers.

use std::sync::Arc;
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use scim_connector_host::egress::address::AddressRule;
use scim_connector_host::egress::{
    HttpClient, HttpOptions, Intercepted, Interceptor, Interceptors, Next, Policy, Request, Response,
};
use serde_json::{Value, json};
use tokio::runtime::Builder;

/// Answers in the provider's place.
struct Answer;

impl Interceptor for Answer {
    fn intercept<'a>(&'a self, request: Request, _: Next<'a>) -> Intercepted<'a> {
        Box::pin(request.answer(Response::new(StatusCode::OK, Bytes::from_static(b"{}"))))
    }
}

/// Sends `count` requests on one thread, then on two, and says how long each took a thread, in microseconds.
pub fn measure(url: &str, count: u64) -> Result<Value> {
    let interceptors = Interceptors { last: vec![Arc::new(Answer)], ..Interceptors::default() };
    let allow_addresses = vec![AddressRule::Loopback];
    let client = HttpClient::new(HttpOptions {
        policy: Policy::any(true),
        allow_addresses,
        interceptors,
        ..HttpOptions::default()
    })?;
    let url = format!("{url}/Users");
    let send = || -> Result<f64> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let started = Instant::now();
            for _ in 0..count {
                let answer = client.send(Method::GET, &url, HeaderMap::new(), Bytes::new()).await?;
                if answer.status != StatusCode::OK {
                    bail!("the stage answered {}", answer.status);
                }
            }
            Ok(started.elapsed().as_secs_f64() * 1e6 / count as f64)
        })
    };
    send()?;
    let alone = send()?;
    let both = thread::scope(|scope| {
        let threads = [scope.spawn(send), scope.spawn(send)];
        threads.map(|thread| thread.join().ok().context("a thread stopped")?)
    });
    let [first, second] = both;
    Ok(json!({"alone": alone, "twoThreads": f64::midpoint(first?, second?)}))
}
