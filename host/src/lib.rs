//! Runs the SCIM connector component: loads it, gives it a door to the network and nothing else, and calls it.
//!
//! ```no_run
//! # async fn example() -> Result<(), scim_connector_host::Error> {
//! use scim_connector_host::{Connector, Options};
//! use serde_json::json;
//!
//! let connector = Connector::load("scim-connector.wasm", Options::default())?;
//! let client = connector
//!     .client(json!({"serviceUrl": "https://example.com/scim/v2", "auth": {"type": "bearer", "token": {"env": "SCIM_TOKEN"}}}))
//!     .await?;
//! let outcome = client.invoke("createUser", &json!({"payload": {"userName": "ada"}})).await?;
//! println!("{}", outcome.output);
//! # Ok(())
//! # }
//! ```
//!
//! Read [`Connector`] and [`Client`] first. A client reaches the origins its connection names and no others
//! ([`egress::policy`]); every call ends by its deadline; no error, log or debug form contains a secret ([`redact`]).

pub mod address;
mod bindings;
pub mod bounded;
pub mod cache;
pub mod catalog;
pub mod client;
pub mod config;
pub mod config_schema;
pub mod connection;
pub mod connector;
pub mod egress;
mod engine;
pub mod error;
pub mod folders;
mod instance;
pub mod keyring;
pub mod overview;
pub mod private;
mod profile;
mod records;
pub mod redact;
pub mod references;
mod runtime;
pub mod settings;
pub mod shutdown;
pub mod source;
pub mod suggest;
pub mod telemetry;
mod traffic;
pub mod usage;
pub mod visible;
mod warm;
mod watch;
pub mod wipe_on_drop;

pub use catalog::Catalog;
pub use client::{CallContext, Choice, Client, ConnectionReport, Input, Outcome, Page, Pages, Text, bulk};
pub use config::Config;
pub use connection::Connection;
pub use connector::{CodeCache, Connector, Options};
pub use egress::{HttpClient, Interceptor};
pub use error::{Error, Result};
pub use settings::ConnectionSettings;
pub use shutdown::ShutdownReport;
pub use source::ConnectionSource;
pub use telemetry::{Exchange, Metrics, Observer};
pub use usage::{BreakerState, ClientUsage, ConnectorUsage};

/// The records of the contract's typed functions, as `wit/types.wit` and `wit/resources.wit` describe them. Those whose
/// members may all be left out have a `Default` that leaves them out.
pub mod types {
    pub use crate::bindings::records::scim::connector::resources::{
        ChangeOutcome, Decision, ExistingPolicy, Guards, LeaverPolicy, Owned, Ownership, PlanAction, PlanCounts,
        PlanPair, PlanReport, Policy, Progress, ReconcileChange, ReconcileOptions, ReconcileReport, Submission, Target,
        Ticket,
    };
    pub use crate::bindings::scim::connector::types::{
        Address, AttributeType, AuthenticationScheme, BulkCapability, BulkMethod, BulkOperation, BulkOptions,
        BulkReport, BulkResult, Capability, CapabilitySource, EnsureOptions, EnsureOutcome, EnsuredGroup, EnsuredUser,
        EnterpriseUser, Extension, Failure, FailureKind, FilterCapability, Group, GroupPage, Manager, Member,
        MembershipChange, Meta, MultiValued, Mutability, Name, Options, PaginationCapability, PatchOp, PatchOperation,
        Problem, Query, ResourcePage, ResourceType, Returned, Schema, SchemaAttribute, SchemaExtension, ScimType,
        SecurityEvents, ServiceProviderConfig, SortOrder, Uniqueness, User, UserPage, View,
    };
}
