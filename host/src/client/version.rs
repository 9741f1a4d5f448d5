//! What of a client depends on the component: the connection as it expands it, and its instances. Replaced as a whole.

use super::failure::{at, scrubbed};
use crate::bindings::scim::connector::types as wit;
use crate::connection::Connection;
use crate::connector::{Connector, LOCAL_CALL};
use crate::egress::chain::Egress;
use crate::egress::policy::{Origin, Policy};
use crate::error::{Error, Result};
use crate::instance::Instance;
use crate::redact::Redactor;
use crate::references;
use crate::runtime::Running;
use crate::settings::ConnectionSettings;
use crate::warm::Owner;
use crate::wipe_on_drop::WipeOnDrop;
use http::Uri;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// What the host waits beyond the connection's own limit, which the component keeps by itself.
pub(super) const GRACE: Duration = Duration::from_secs(1);

/// An instance whose memory has grown beyond this is not kept: memory of WebAssembly never shrinks.
const LARGEST_WARM: usize = 32 << 20;

/// A connection as the component expanded it.
pub(super) struct Expanded {
    record: WipeOnDrop<wit::Connection>,
    origins: Vec<Origin>,
    /// The token endpoint.
    pub token_url: Option<Uri>,
}

impl Expanded {
    /// Has the component check and expand the connection, whose place in the configuration is `path`.
    pub async fn by(connector: &Connector, connection: &str, path: &str, redactor: &Redactor) -> Result<Self> {
        let expanded =
            connector.resolve_connection(connection).await.map_err(|error| at(path, scrubbed(error, redactor)))?;
        let expanded = WipeOnDrop::new(expanded);
        let expanded: Connection = serde_json::from_str(&expanded)
            .map_err(|error| Error::Load(format!("the component's expanded connection cannot be read: {error}")))?;
        let record = WipeOnDrop::new(wit::Connection::from(expanded));
        let token_url = match &record.auth {
            wit::Auth::ClientCredentials(client) => Some(client.token_url.as_str()),
            _ => None,
        };
        let origin = |url: &str, key: &str| {
            let uri = url.parse::<Uri>().ok();
            uri.as_ref().and_then(Origin::of).map(|origin| (origin, uri)).ok_or_else(|| Error::Config {
                path: references::join(path, key),
                detail: "no http or https URL of a host".into(),
            })
        };
        let (service, _) = origin(&record.service_url, "serviceUrl")?;
        let (mut origins, mut token_uri) = (vec![service], None);
        if let Some(url) = token_url {
            let (token, uri) = origin(url, "auth.tokenUrl")?;
            origins.push(token);
            token_uri = uri;
        }
        Ok(Self { record, origins, token_url: token_uri })
    }

    /// Whether the connection leaves the credentials to the host.
    pub fn wants_credentials(&self) -> bool {
        matches!(self.record.auth, wit::Auth::Host)
    }

    /// The longest that anybody waits because the provider asks for it, where the connection says so (`retry.maxDelayMs`).
    pub fn longest_pause(&self) -> Option<Duration> {
        self.record.retry.as_ref()?.max_delay_ms.map(|most| Duration::from_millis(most.into()))
    }

    /// The service's origin, and whether plain `http:` may go beyond this machine.
    pub fn service(&self) -> (Option<&Origin>, bool) {
        (self.origins.first(), self.record.allow_insecure_http.unwrap_or(false))
    }

    /// What may leave, with what the host's settings of the connection, which stand at `settings_path`, say to it.
    pub fn policy(&self, settings: &ConnectionSettings, settings_path: &str) -> Result<Policy> {
        Policy::new(self.origins.clone(), self.record.allow_insecure_http.unwrap_or(false))
            .with(&settings.allow)
            .map_err(|(key, detail)| Error::Config { path: references::join(settings_path, key), detail })
    }
}

/// One version of the component at one connection.
pub(super) struct Version {
    pub connector: Connector,
    /// The connection as the typed functions take it.
    pub record: WipeOnDrop<wit::Connection>,
    pub egress: Arc<Egress>,
    /// Most time for a call.
    pub limit: Duration,
    /// Most memory of an instance, in bytes.
    pub memory_limit: usize,
    owner: Owner,
    retired: AtomicBool,
}

impl Version {
    pub fn new(
        connector: Connector,
        expanded: Expanded,
        egress: Arc<Egress>,
        settings: &ConnectionSettings,
        settings_path: &str,
    ) -> Result<Self> {
        let record = expanded.record;
        let most = connector.inner.options.memory_limit;
        let memory_limit = settings.limits.memory_bytes.unwrap_or(most);
        if memory_limit > most {
            return Err(Error::Config {
                path: references::join(settings_path, "limits.memoryBytes"),
                detail: format!(
                    "must be at most {most}, which all connections may have; raise memoryLimitBytes of [host] first"
                ),
            });
        }
        let total = record.timeouts.as_ref().and_then(|timeouts| timeouts.total_ms).unwrap_or(120_000);
        let (owner, limit) = (connector.new_owner(), Duration::from_millis(total.into()) + GRACE);
        Ok(Self { connector, record, egress, limit, memory_limit, owner, retired: AtomicBool::new(false) })
    }

    /// A warm instance, where there is one.
    pub fn take(&self) -> Option<Box<Instance>> {
        self.connector.inner.runtime.warm().take(self.owner)
    }

    /// Keeps an instance for the next call, if there may be one.
    pub fn keep(&self, instance: Box<Instance>) {
        if !self.retired.load(Ordering::Acquire) && instance.memory_used() <= LARGEST_WARM {
            self.connector.inner.runtime.warm().put(self.owner, instance);
        }
    }

    /// A warm instance, where there is one, to work something out without the network; the clock runs for as long as the guard lives.
    pub fn take_locally(&self) -> Option<(Box<Instance>, Running)> {
        let mut instance = self.take()?;
        let running = self.connector.inner.runtime.run();
        instance.begin(Instant::now() + LOCAL_CALL);
        Some((instance, running))
    }

    /// Warm instances.
    pub fn warm(&self) -> usize {
        self.connector.inner.runtime.warm().count(self.owner..=self.owner)
    }

    /// No new call will come; those under way finish.
    pub fn retire(&self) {
        self.retired.store(true, Ordering::Release);
        self.connector.inner.runtime.warm().forget(self.owner..=self.owner);
    }
}

impl Drop for Version {
    fn drop(&mut self) {
        self.retire();
    }
}
