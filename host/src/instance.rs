//! One instance of the component: its store, what it may use, and how it is stopped. Knows no SCIM.

use crate::bindings::{self, scim::connector_parts::outbound};
use crate::egress::activity::Activity;
use crate::egress::door::Hooks;
use crate::egress::outbound::Outbound;
use crate::watch::Watch;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};
use wasmtime::component::{HasData, HasSelf, Linker, ResourceTable};
use wasmtime::{Engine, ResourceLimiter, Store, UpdateDeadline};
use wasmtime_wasi::cli::{WasiCli, WasiCliView};
use wasmtime_wasi::clocks::{WasiClocks, WasiClocksView};
use wasmtime_wasi::random::WasiRandom;
use wasmtime_wasi::{HostWallClock, WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

/// What a component may import; names ending in `/` stand for all interfaces of a package.
pub const ALLOWED_IMPORTS: [&str; 7] = [
    "scim:connector-parts/outbound",
    "wasi:http/outgoing-handler",
    "wasi:http/types",
    "wasi:io/",
    "wasi:clocks/",
    "wasi:cli/environment",
    "wasi:random/random",
];

/// The contract's own types; an interface of types brings nothing with it that could be called.
const OWN_TYPES: &str = "scim:connector/types";

/// Whether an import, named with or without its version, is on the list.
pub fn is_allowed(import: &str) -> bool {
    let name = import.split('@').next().unwrap_or(import);
    name == OWN_TYPES
        || ALLOWED_IMPORTS
            .iter()
            .any(|allowed| if allowed.ends_with('/') { name.starts_with(allowed) } else { name == *allowed })
}

/// What a store holds.
pub struct State {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    table: ResourceTable,
    hooks: Hooks,
    outbound: Outbound,
    limiter: Limiter,
    deadline: Instant,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { hooks: &mut self.hooks, table: &mut self.table, ctx: &mut self.http }
    }
}

impl outbound::Host for State {
    async fn send(&mut self, request: outbound::Request) -> Result<outbound::Response, outbound::TransportError> {
        self.outbound.exchange(request).await
    }

    async fn receive(&mut self) -> Result<Vec<u8>, outbound::TransportError> {
        self.outbound.next_piece().await
    }
}

struct HasIo;

impl HasData for HasIo {
    type Data<'a> = &'a mut ResourceTable;
}

/// A linker with exactly the interfaces of [`ALLOWED_IMPORTS`]: what is not linked cannot be called.
pub fn linker(engine: &Engine) -> wasmtime::Result<Linker<State>> {
    use wasmtime_wasi::p2::bindings::{cli, clocks, random};
    use wasmtime_wasi_io::bindings::wasi::io;
    let mut linker = Linker::new(engine);
    let l = &mut linker;
    io::error::add_to_linker::<State, HasIo>(l, |state| &mut state.table)?;
    io::poll::add_to_linker::<State, HasIo>(l, |state| &mut state.table)?;
    io::streams::add_to_linker::<State, HasIo>(l, |state| &mut state.table)?;
    clocks::wall_clock::add_to_linker::<State, WasiClocks>(l, State::clocks)?;
    clocks::monotonic_clock::add_to_linker::<State, WasiClocks>(l, State::clocks)?;
    random::random::add_to_linker::<State, WasiRandom>(l, |state| state.wasi.random())?;
    cli::environment::add_to_linker::<State, WasiCli>(l, State::cli)?;
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(l)?;
    outbound::add_to_linker::<State, HasSelf<State>>(l, |state| state)?;
    Ok(linker)
}

/// The variable in which the component finds how many bytes of memory it may have, so that it can refuse ahead what does not fit.
const MEMORY_LIMIT: &str = "SCIM_CONNECTOR_MEMORY_BYTES";

/// Tells the time of day.
pub type WallClock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

struct Clock(WallClock);

impl HostWallClock for Clock {
    fn resolution(&self) -> Duration {
        Duration::from_millis(1)
    }

    fn now(&self) -> Duration {
        (self.0)().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
    }
}

/// Raised inside a component whose time is up.
#[derive(Debug, thiserror::Error)]
#[error("the deadline has passed")]
pub struct DeadlinePassed;

/// Keeps an instance below its memory limit.
struct Limiter {
    limit: usize,
    used: usize,
    refused: bool,
}

impl ResourceLimiter for Limiter {
    fn memory_growing(&mut self, _current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        let fits = desired <= self.limit;
        if fits {
            self.used = self.used.max(desired);
        } else {
            self.refused = true;
        }
        Ok(fits)
    }

    fn table_growing(&mut self, _current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        Ok(desired <= 100_000)
    }
}

/// An instance and its store.
pub struct Instance {
    /// The store; every call needs it.
    pub store: Store<State>,
    /// The component's exports.
    pub exports: bindings::Core,
    /// What the current call has done on the network.
    pub activity: Arc<Activity>,
    /// When the current call must end; without one, it is for whoever calls to see to that.
    pub watch: Option<Arc<Watch>>,
}

impl Instance {
    /// Makes an instance, by `deadline` if it is busy. It is told how much memory it may have, and gets no further environment, no
    /// arguments, no files and no standard streams.
    pub async fn new(
        pre: &bindings::CorePre<State>,
        hooks: Hooks,
        memory_limit: usize,
        clock: Option<WallClock>,
        deadline: Instant,
    ) -> wasmtime::Result<Box<Self>> {
        let activity = hooks.activity.clone();
        let mut wasi = WasiCtx::builder();
        wasi.env(MEMORY_LIMIT, memory_limit.to_string());
        if let Some(clock) = clock {
            wasi.wall_clock(Clock(clock));
        }
        let state = State {
            wasi: wasi.build(),
            http: WasiHttpCtx::new(),
            table: ResourceTable::new(),
            outbound: Outbound::new(hooks.egress.clone(), hooks.activity.clone()),
            hooks,
            limiter: Limiter { limit: memory_limit, used: 0, refused: false },
            deadline,
        };
        let mut store = Store::new(pre.engine(), state);
        store.limiter(|state| &mut state.limiter);
        store.epoch_deadline_callback(|store| {
            if Instant::now() >= store.data().deadline {
                Err(DeadlinePassed.into())
            } else {
                Ok(UpdateDeadline::Yield(1))
            }
        });
        store.set_epoch_deadline(1);
        let exports = pre.instantiate_async(&mut store).await?;
        Ok(Box::new(Self { store, exports, activity, watch: None }))
    }

    /// Prepares for a call that must end by `deadline`.
    pub fn begin(&mut self, deadline: Instant) {
        self.store.data_mut().deadline = deadline;
        self.store.data_mut().limiter.refused = false;
        self.store.set_epoch_deadline(1);
    }

    /// The largest memory the instance has had, in bytes.
    pub fn memory_used(&self) -> usize {
        self.store.data().limiter.used
    }

    /// Whether the instance was refused memory during the current call.
    pub fn was_refused_memory(&self) -> bool {
        self.store.data().limiter.refused
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_imports() {
        for name in
            ["wasi:http/types@0.2.6", "wasi:io/poll", "wasi:clocks/wall-clock@0.2.0", "wasi:cli/environment@0.2.4"]
        {
            assert!(is_allowed(name), "{name}");
        }
        for name in [
            "wasi:filesystem/types@0.2.0",
            "wasi:cli/stdout",
            "wasi:sockets/tcp",
            "wasi:http/types-x",
            "env",
            "wasi:iox/a",
        ] {
            assert!(!is_allowed(name), "{name}");
        }
    }
}
