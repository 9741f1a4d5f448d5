//! Rows about this machine's clock, which is set forward or back while a client has a token and while it waits.

use crate::fault::{Create, Found};
use crate::play::{client_credentials, client_of, described, invoke, is_write, options};
use crate::provider::Users;
use crate::support::fake::{Act, Fake, Received, answer};
use crate::support::{code_cache, component};
use scim_connector_host::{Connector, Options};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

const DAY: i64 = 86_400;

/// Seconds by which the clock is wrong.
type Offset = Arc<AtomicI64>;

/// Set back by a day between two calls: the token seems to be good for long, and is not.
pub async fn back() -> Found {
    let refused = AtomicUsize::new(0);
    two_calls(-DAY, move |users, request, _| {
        let write = request.line().starts_with("POST /scim/Users");
        if write && refused.fetch_add(1, Ordering::SeqCst) == 0 { answer(401, &[], "") } else { users.answer(request) }
    })
    .await
}

/// Set forward by a day between two calls: the token seems to be over.
pub async fn forward() -> Found {
    two_calls(DAY, |users, request, _| users.answer(request)).await
}

/// Set while a call waits for the time that `Retry-After` names.
async fn waiting(jump: i64) -> Found {
    let refused = AtomicUsize::new(0);
    two_calls(0, move |users, request, offset| {
        let write = request.line().starts_with("POST /scim/Users");
        if !write || refused.fetch_add(1, Ordering::SeqCst) > 0 {
            return users.answer(request);
        }
        let offset = offset.clone();
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(300));
            offset.fetch_add(jump, Ordering::SeqCst);
        });
        answer(429, &[("Retry-After", "1")], "")
    })
    .await
}

/// Set forward while a call waits.
pub async fn waiting_forward() -> Found {
    waiting(DAY).await
}

/// Set back while a call waits.
pub async fn waiting_back() -> Found {
    waiting(-DAY).await
}

/// A read, which fetches a token; the jump; a creation, which is what is counted.
async fn two_calls(
    jump: i64,
    script: impl Fn(&Users, &Received, &Offset) -> Vec<Act> + Send + Sync + 'static,
) -> Found {
    let offset = Offset::default();
    let turned = offset.clone();
    let wall_clock = move || {
        let offset = turned.load(Ordering::SeqCst);
        let distance = Duration::from_secs(offset.unsigned_abs());
        if offset < 0 { SystemTime::now() - distance } else { SystemTime::now() + distance }
    };
    let options = Options { wall_clock: Some(Arc::new(wall_clock)), ..options(code_cache()) };
    let connector = Connector::load(component(), options).expect("the component loads");
    let users = Arc::<Users>::default();
    let (all, clock) = (users.clone(), offset.clone());
    let fake = Fake::start(move |_, request| script(&all, request, &clock));
    let settings = json!({"auth": client_credentials(&fake.origin())});
    let client = client_of(&connector, &fake.origin(), &settings).await;
    client.invoke("getUser", &json!({"id": "1"})).await.expect("the first call is answered well");
    let first = fake.requests().len();
    offset.fetch_add(jump, Ordering::SeqCst);
    let (result, took) = invoke(&client, Create).await;
    let requests = fake.requests();
    Found {
        requests: requests.len() - first,
        writes: requests.iter().filter(|request| is_write(request)).count(),
        users: users.count(),
        connections: fake.connections(),
        took,
        ..described(&result)
    }
}
