//! The page on loopback that `start --ui` serves: automations with their graphs and next runs, runs with what happened to
//! whom, and buttons to trigger and pause. It reads the history and leaves notes in it for the daemon, as the commands do;
//! it knows neither the daemon nor how flows run.
//!
//! [`guard`] decides who gets in, `scim-connector-listener` holds the connections, `route` finds the view for a request, `views` write
//! HTML, `input` makes a form of a flow's input schema and reads it back.
//!
//! The page is for one person at this machine. It does not tell users of the machine apart beyond the token, and cookies
//! know no ports: whoever lets another server on the same loopback address answer the same browser shows it the cookie.

mod app;
mod exchange;
mod guard;
mod input;
mod route;
mod views;
mod words;

pub use app::{Flows, Page};

use app::App;
use guard::Guard;
use scim_connector_host::error::{Error, Result};
use scim_connector_listener::Server;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;

/// A page that is served. It ends when this is dropped; [`Served::stop`] lets answers under way finish.
pub struct Served {
    authority: String,
    token: String,
    server: Server,
}

/// Serves the page; port 0 takes a free one.
///
/// # Errors
/// [`Error::Usage`] where the address is not of loopback or cannot be had.
pub async fn serve(page: Page, address: SocketAddr) -> Result<Served> {
    if !address.ip().is_loopback() {
        return Err(Error::Usage(format!(
            "the page is served to this machine only, and {} is not an address of loopback; use 127.0.0.1:{} or [::1]:{}",
            address.ip(),
            address.port(),
            address.port()
        )));
    }
    let cannot = |error: std::io::Error| Error::Usage(format!("the page cannot be served at {address}: {error}"));
    let listener = TcpListener::bind(address).await.map_err(cannot)?;
    let address = listener.local_addr().map_err(cannot)?;
    let guard = Guard::new(address);
    let (authority, token) = (address.to_string(), guard.token().to_owned());
    let router = route::router(Arc::new(App { page, guard }));
    Ok(Served { authority, token, server: Server::start(listener, router) })
}

impl Served {
    /// The address that lets a browser in; it contains the token, so it is for the terminal of whoever started this, not for
    /// logs.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/?token={}", self.authority, self.token)
    }

    /// The address without the token, which may be told to anybody.
    #[must_use]
    pub fn address(&self) -> String {
        format!("http://{}/", self.authority)
    }

    /// The token: of [`Self::url`], or as `Authorization: Bearer`.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Takes no new requests, and gives those under way a moment.
    pub async fn stop(self) {
        self.server.stop().await;
    }
}
