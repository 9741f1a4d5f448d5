//! The providers on which `operations` tries every operation: how they are started and connected to, and what each cannot do. It
//! knows no operation but by name.

use crate::harness::{self, Server};
use scim_connector_sandbox::{self as sandbox, Sandbox};
use serde_json::{Value, json};
use std::time::Duration;

/// Instead of a kind: the provider does something else, and the caller is told, by a failure or by a warning.
pub const TOLD: &str = "told";

/// Instead of a kind: the provider does something else, and no answer of it shows that.
pub const UNSEEN: &str = "unseen";

/// An operation that a provider cannot carry out: its name, the kind of the failure, and the reason for the table.
pub type Refusal = (&'static str, &'static str, &'static str);

/// A provider as a column of the table.
pub struct Column {
    pub name: &'static str,
    pub connection: Value,
    /// Whether the resource type Device is there.
    pub devices: bool,
    /// Whether a group without members must say so.
    pub says_empty: bool,
    /// What the provider cannot do.
    pub cannot: &'static [Refusal],
}

/// The columns, and what runs behind them.
pub struct Providers {
    pub columns: Vec<Column>,
    pub sandbox: Sandbox,
    pub servers: Vec<Server>,
}

const NO_ASYNC: &str = "the server has no asynchronous requests (RFC 9967)";
const READ_ONLY_ME: &str = "the server's /Me can only be read";
const SCIM2: &[Refusal] = &[("submitRequest", "unsupported", NO_ASYNC), ("collectRequest", "unsupported", NO_ASYNC)];
const SCIMMY: &[Refusal] = &[
    ("createMe", "unsupported", READ_ONLY_ME),
    ("updateMe", "unsupported", READ_ONLY_ME),
    ("patchMe", "unsupported", READ_ONLY_ME),
    ("deleteMe", "unsupported", READ_ONLY_ME),
    ("submitRequest", "unsupported", NO_ASYNC),
    ("collectRequest", "unsupported", NO_ASYNC),
];

const NO_ME: &str = "the server has no /Me";
const NO_SEARCH: &str = "the server has no .search";
const ONLY_EQ: &str = "the server's filters know eq only";
const LOSES_NICK_NAME: &str = "the server keeps no nickName";
const BETTER_AUTH: &[Refusal] = &[
    ("listUsers", "invalidInput", ONLY_EQ),
    ("searchUsers", "unsupported", NO_SEARCH),
    ("ensureUser", TOLD, LOSES_NICK_NAME),
    ("listGroups", "invalidInput", ONLY_EQ),
    ("searchGroups", "unsupported", NO_SEARCH),
    ("createMe", "notFound", NO_ME),
    ("getMe", "notFound", NO_ME),
    ("updateMe", "notFound", NO_ME),
    ("patchMe", "notFound", NO_ME),
    ("deleteMe", "notFound", NO_ME),
    ("searchResources", "unsupported", NO_SEARCH),
    ("search", "unsupported", NO_SEARCH),
    ("submitRequest", "unsupported", NO_ASYNC),
    ("collectRequest", "unsupported", NO_ASYNC),
];
const GROUPS_BY_NAME: &str = "a filter of groups finds nobody, with 200";
const LOSES_MEMBERS: &str = "the server drops the members of a group that is created or replaced";
const EMPTY_EMAIL: &str = "the server refuses the empty email that it shows itself";
const DJANGO: &[Refusal] = &[
    ("updateUser", TOLD, "the server makes displayName of other names"),
    ("ensureUser", TOLD, LOSES_NICK_NAME),
    ("listGroups", UNSEEN, GROUPS_BY_NAME),
    ("searchGroups", UNSEEN, GROUPS_BY_NAME),
    ("updateGroup", TOLD, LOSES_MEMBERS),
    ("addGroupMembers", TOLD, LOSES_MEMBERS),
    ("removeGroupMembers", TOLD, LOSES_MEMBERS),
    ("createMe", "unsupported", NO_ME),
    ("getMe", "unsupported", NO_ME),
    ("updateMe", "unsupported", NO_ME),
    ("patchMe", "unsupported", NO_ME),
    ("deleteMe", "unsupported", NO_ME),
    ("searchResources", "invalidInput", "a .search needs a filter"),
    ("updateResource", "invalidInput", EMPTY_EMAIL),
    ("patchResource", TOLD, "the server makes displayName of other names"),
    ("search", "unsupported", NO_SEARCH),
    ("submitRequest", "unsupported", NO_ASYNC),
    ("collectRequest", "unsupported", NO_ASYNC),
    ("bulk", "invalidInput", GROUPS_BY_NAME),
];
const NEEDS_REF: &str = "a member needs $ref, and comes back with its userName as value";
const CANAILLE: &[Refusal] = &[
    ("searchUsers", "unsupported", NO_SEARCH),
    ("ensureUser", TOLD, LOSES_NICK_NAME),
    ("searchGroups", "unsupported", NO_SEARCH),
    ("updateGroup", "invalidInput", NEEDS_REF),
    ("patchGroup", "unavailable", "a group cannot be renamed: 500"),
    ("ensureGroup", "invalidInput", "a group needs members, if only an empty list"),
    ("addGroupMembers", "invalidInput", NEEDS_REF),
    ("removeGroupMembers", "invalidInput", NEEDS_REF),
    ("setGroupMembers", "invalidInput", NEEDS_REF),
    ("createMe", "unsupported", NO_ME),
    ("getMe", "notFound", NO_ME),
    ("updateMe", "notFound", NO_ME),
    ("patchMe", "notFound", NO_ME),
    ("deleteMe", "notFound", NO_ME),
    ("searchResources", "unsupported", NO_SEARCH),
    ("search", TOLD, "filters are ignored: resources that lack the attribute come too"),
    ("submitRequest", "unsupported", NO_ASYNC),
    ("collectRequest", "unsupported", NO_ASYNC),
    ("bulk", TOLD, NEEDS_REF),
];

/// Starts them all.
pub fn start() -> Providers {
    // Beside each other: each is an interpreter or two to start.
    let starts = [Server::scimmy, Server::scim2, Server::scim2, Server::better_auth, Server::django, Server::canaille];
    let servers: Vec<Server> = std::thread::scope(|scope| {
        let threads: Vec<_> = starts.into_iter().map(|start| scope.spawn(start)).collect();
        threads.into_iter().map(|thread| thread.join().expect("a server that is ready")).collect()
    });
    let [scimmy, scim2, by_cursor, better_auth, django, canaille] = [0, 1, 2, 3, 4, 5].map(|index: usize| {
        let server = &servers[index];
        json!({"serviceUrl": server.service_url(), "auth": {"type": "bearer", "token": server.ready["bearer"]}})
    });
    let with = |mut connection: Value, overrides: Value| {
        connection["overrides"] = overrides;
        connection
    };
    let (sandbox, plain) = harness::sandbox(sandbox::Options {
        asynchronous: Some(Duration::from_millis(100)),
        ..sandbox::Options::default()
    });
    let by_cursor = with(by_cursor, json!({"pagination": {"cursor": true, "index": false}}));
    let canaille = with(canaille, json!({"sendCount": false}));
    let columns = vec![
        column("sandbox", plain, true, &[]),
        column("scim2, index", scim2, true, SCIM2),
        column("scim2, cursor", by_cursor, true, SCIM2),
        column("scimmy", scimmy, false, SCIMMY),
        column("better-auth", better_auth, false, BETTER_AUTH),
        column("django-scim2", django, false, DJANGO),
        Column { says_empty: true, ..column("canaille", canaille, false, CANAILLE) },
    ];
    Providers { columns, sandbox, servers }
}

fn column(name: &'static str, connection: Value, devices: bool, cannot: &'static [Refusal]) -> Column {
    Column { name, connection, devices, says_empty: false, cannot }
}
