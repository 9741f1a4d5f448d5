//! The connections of a runner: each is opened at its first use, and kept.

use parking_lot::{Mutex, RwLock, RwLockReadGuard};
use scim_connector_host::{Client, Config, Connector, Result};
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use tokio::sync::OnceCell;

/// Connections by name.
#[derive(Default)]
pub(super) struct Clients {
    /// What a call that names no connection uses.
    default: OnceLock<Option<Arc<str>>>,
    opening: Mutex<HashMap<String, Arc<OnceCell<Client>>>>,
    opened: RwLock<HashMap<Arc<str>, Client>>,
}

impl Clients {
    /// The name of the connection that a call uses; none where it names none and there is no default.
    pub(super) fn name(&self, config: &Config, asked: Option<&str>) -> Option<Arc<str>> {
        let default = || config.connection(None).ok().map(|(name, _)| name.into());
        asked.map(Arc::from).or_else(|| self.default.get_or_init(default).clone())
    }

    /// The client of a connection; `opened` learns of it when it is opened.
    pub(super) async fn client(
        &self,
        connector: &Connector,
        config: &Config,
        asked: Option<&str>,
        opened: &(dyn Fn(&Client) + Send + Sync),
    ) -> Result<Client> {
        if let Some(name) = self.name(config, asked)
            && let Some(client) = self.opened.read().get(&name)
        {
            return Ok(client.clone());
        }
        let (name, source) = config.connection(asked)?;
        let cell = self.opening.lock().entry(name.clone()).or_default().clone();
        let open = async {
            let client = connector.client(source).await?;
            opened(&client);
            self.opened.write().insert(name.into(), client.clone());
            Ok(client)
        };
        cell.get_or_try_init(|| open).await.cloned()
    }

    /// Those that are open.
    pub(super) fn opened(&self) -> RwLockReadGuard<'_, HashMap<Arc<str>, Client>> {
        self.opened.read()
    }
}
