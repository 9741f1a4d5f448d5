//! What a flow may say where: the members of the DSL's objects (version 1.0) as far as this program runs them, and what
//! it refuses, with the reason. Tables only.

/// A member of an object.
pub(super) struct Member {
    pub name: &'static str,
    pub takes: Takes,
    pub required: bool,
}

/// What stands at a place.
#[derive(Clone, Copy)]
pub(super) enum Takes {
    /// Anything, as it is.
    Any,
    /// A value without expressions.
    Plain,
    Text,
    Bool,
    /// A whole number from .. to.
    Whole(u64, u64),
    /// One of these words.
    Word(&'static [&'static str]),
    /// Text of a form, and an example.
    Form(fn(&str) -> bool, &'static str),
    /// An object with these members.
    Object(&'static [Member]),
    /// An object with exactly one of these members.
    OneOf(&'static [Member]),
    /// An object with names of the flow's own.
    Map(&'static Takes),
    /// A list.
    List(&'static Takes),
    /// The name of something in a member of `use`, or that thing itself.
    Named(&'static str, &'static Takes),
    /// An expression, in `${ }` or bare.
    Expression,
    /// A value with expressions in it.
    Value,
    /// An object with expressions in it, or an expression, in `${ }` or bare.
    Data,
    /// Texts in which `${ }` may stand among other text.
    Template,
    /// A whole number, or an expression.
    Number,
    Duration(std::time::Duration),
    /// A duration, or an expression that gives one.
    Pause,
    /// A JSON Schema.
    Schema,
    /// `document.metadata.automation.timezone`.
    TimeZone,
    /// A list of tasks.
    Tasks,
    /// The branches of a fork.
    Branches,
    /// The cases of a switch.
    Cases,
    /// Where the flow goes on.
    Then,
    /// `catch`, in which the error has a name.
    Catch,
    Run,
    /// A task of `use.functions`.
    Function,
    /// What its task looks at itself.
    Own,
    /// What is not run here, and why.
    Refused(&'static str),
}

use crate::retry::{LONGEST_DURATION, LONGEST_PAUSE};
use Takes::{
    Any, Bool, Branches, Cases, Catch, Data, Duration, Expression, Form, Function, List, Map, Named, Number, Object,
    OneOf, Own, Pause, Plain, Refused, Run, Schema, Tasks, Template, Text, Then, TimeZone, Value, Whole, Word,
};

const fn may(name: &'static str, takes: Takes) -> Member {
    Member { name, takes, required: false }
}

const fn must(name: &'static str, takes: Takes) -> Member {
    Member { name, takes, required: true }
}

const EVENTS: &str = "this program gets and sends no events; start the flow by a schedule, `run` or `trigger`";
const CODE: &str =
    "this program runs neither containers nor scripts; use expressions, or `run: shell` with --allow shell";

pub(super) const FLOW: &[Member] = &[
    must("document", Object(DOCUMENT)),
    may("input", Object(INPUT)),
    may("use", Object(USE)),
    must("do", Tasks),
    may("timeout", Named("timeouts", &TIMEOUT)),
    may("output", Object(OUTPUT)),
    may("schedule", OneOf(SCHEDULE)),
];

const NAME: Takes = Form(is_name, "letters, digits and hyphens, 63 at most, such as seed-users");

const DOCUMENT: &[Member] = &[
    must("dsl", Form(is_dsl, "1.0.0 or a later 1.0.x")),
    must("namespace", NAME),
    must("name", NAME),
    must("version", Form(is_version, "a version such as 1.0.0")),
    may("title", Text),
    may("summary", Text),
    may("tags", Map(&Any)),
    may("metadata", Object(METADATA)),
];

/// Others may have metadata of their own beside it.
pub(super) const METADATA: &[Member] = &[may("automation", Object(AUTOMATION))];

const AUTOMATION: &[Member] = &[
    may("timezone", TimeZone),
    may("overlap", Bool),
    may("missed", Word(&["skip", "once", "all"])),
    may("jitter", Duration(LONGEST_PAUSE)),
    may("input", Map(&Plain)),
    may("enabled", Bool),
];

const USE: &[Member] = &[
    may("authentications", Refused("credentials stand in the connections of the configuration, never in a flow")),
    may("catalogs", Refused("functions are the connector's operations and those of use.functions")),
    may("errors", Map(&Object(ERROR))),
    may("extensions", Refused("this program runs no extensions; write the tasks where they are to run")),
    may("functions", Map(&Function)),
    may("retries", Map(&Object(RETRY))),
    may("secrets", List(&Text)),
    may("timeouts", Map(&TIMEOUT)),
];

const SCHEDULE: &[Member] = &[
    may("every", Duration(LONGEST_DURATION)),
    may("cron", Text),
    may("after", Duration(LONGEST_DURATION)),
    may("on", Refused(EVENTS)),
];

const INPUT: &[Member] = &[may("schema", Object(SCHEMA)), may("from", Data)];
const OUTPUT: &[Member] = &[may("schema", Object(SCHEMA)), may("as", Data)];
const SCHEMA: &[Member] = &[
    may("format", Form(is_format, "json, or json and a version such as json:2020-12")),
    must("document", Schema),
    may("resource", Refused("a flow loads nothing from elsewhere; write the schema into `document`")),
];
const TIMEOUT: Takes = Object(&[must("after", Pause)]);

/// Every task may have these.
pub(super) const COMMON: &[Member] = &[
    may("if", Expression),
    may("input", Object(INPUT)),
    may("output", Object(OUTPUT)),
    may("export", Object(OUTPUT)),
    may("timeout", Named("timeouts", &TIMEOUT)),
    may("then", Then),
    may("metadata", Own),
];

/// The kinds of tasks by the member that tells them; `for` comes first, since it has a `do` as well.
pub(super) const KINDS: &[(&str, &[Member])] = &[
    ("for", &[must("for", Object(FOR)), may("while", Expression), must("do", Tasks)]),
    ("call", &[must("call", Text), may("with", Own)]),
    ("do", &[must("do", Tasks)]),
    ("fork", &[must("fork", Object(&[must("branches", Branches), may("compete", Bool)]))]),
    ("raise", &[must("raise", Object(&[must("error", Named("errors", &Object(ERROR)))]))]),
    ("run", &[must("run", Run)]),
    ("set", &[must("set", Data)]),
    ("switch", &[must("switch", Cases)]),
    ("try", &[must("try", Tasks), must("catch", Catch)]),
    ("wait", &[must("wait", Pause)]),
    // Nobody listens: the event is the task's output, and stands in the history.
    ("emit", &[must("emit", Object(&[must("event", Object(&[must("with", Data)]))]))]),
    ("listen", &[must("listen", Refused(EVENTS)), may("foreach", Any)]),
];

const FOR: &[Member] = &[may("each", VARIABLE), must("in", Text), may("at", VARIABLE)];
const VARIABLE: Takes = Form(is_variable, "the name of a variable: letters, digits and _");

pub(super) const CASE: &[Member] = &[may("when", Expression), must("then", Then)];

pub(super) const CATCH: &[Member] = &[
    may("errors", Object(&[may("with", Object(FILTER))])),
    may("as", VARIABLE),
    may("when", Expression),
    may("exceptWhen", Expression),
    may("retry", Named("retries", &Object(RETRY))),
    may("do", Tasks),
];

const FILTER: &[Member] = &[
    may("type", Text),
    may("status", Whole(100, 599)),
    may("instance", Text),
    may("title", Text),
    may("detail", Text),
    may("details", Text),
];

pub(super) const ERROR: &[Member] =
    &[must("type", Value), must("status", Number), may("instance", Value), may("title", Value), may("detail", Value)];

pub(super) const RETRY: &[Member] = &[
    may("when", Expression),
    may("exceptWhen", Expression),
    may("delay", Duration(LONGEST_PAUSE)),
    may(
        "backoff",
        OneOf(&[
            may("constant", Map(&Any)),
            may("exponential", Map(&Any)),
            may("linear", Object(&[may("increment", Duration(LONGEST_PAUSE))])),
        ]),
    ),
    may(
        "limit",
        Object(&[
            may("attempt", Object(&[may("count", Whole(0, 1_000_000)), may("duration", Duration(LONGEST_DURATION))])),
            may("duration", Duration(LONGEST_DURATION)),
        ]),
    ),
    may("jitter", Object(&[must("from", Duration(LONGEST_PAUSE)), must("to", Duration(LONGEST_PAUSE))])),
];

pub(super) const RUN: &[Member] = &[
    may("workflow", Object(&[must("namespace", Text), must("name", Text), must("version", Text), may("input", Data)])),
    may(
        "shell",
        Object(&[
            must("command", Template),
            may("arguments", Template),
            may("environment", Template),
            may("stdin", Template),
        ]),
    ),
    may("container", Refused(CODE)),
    may("script", Refused(CODE)),
    may("await", Bool),
    may("return", Word(&["stdout", "stderr", "code", "all", "none"])),
];

/// `with` of `call: http`.
pub(super) const HTTP: &[Member] = &[
    must("method", Text),
    must("endpoint", Template),
    may("headers", Template),
    may("body", Template),
    may("query", Template),
    may("output", Word(&["raw", "content", "response"])),
    may("redirect", Bool),
];

/// `with` of `call: openapi`.
pub(super) const OPENAPI: &[Member] = &[
    must("document", Object(&[must("endpoint", Template)])),
    must("operationId", Text),
    may("parameters", Template),
    may("authentication", Template),
    may("output", Word(&["raw", "content", "response"])),
    may("redirect", Bool),
];

/// Calls of the DSL that are not made here, and why.
pub(super) const NO_CALLS: &[(&str, &str)] = &[
    ("grpc", "call an operation of the connector, or `http` with --allow http"),
    ("asyncapi", EVENTS),
    ("a2a", "call an operation of the connector, or `http` with --allow http"),
    ("mcp", "call an operation of the connector, or `http` with --allow http"),
];

fn is_name(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || c == '-';
    text.len() <= 63 && !text.is_empty() && text.chars().all(inner) && !text.starts_with('-') && !text.ends_with('-')
}

fn is_variable(text: &str) -> bool {
    let text = text.strip_prefix('$').unwrap_or(text);
    let first = text.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    first && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn is_format(text: &str) -> bool {
    text == "json" || text.strip_prefix("json:").is_some_and(|version| !version.is_empty())
}

fn is_dsl(text: &str) -> bool {
    is_version(text) && text.starts_with("1.0.")
}

/// Semantic versioning 2.0.
fn is_version(text: &str) -> bool {
    let (text, build) = text.split_once('+').map_or((text, None), |(text, build)| (text, Some(build)));
    let (core, before) = text.split_once('-').map_or((text, None), |(core, before)| (core, Some(before)));
    let number = |part: &str| {
        part == "0" || (part.chars().all(|c| c.is_ascii_digit()) && !part.starts_with('0') && !part.is_empty())
    };
    let word = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let all_digits = |part: &str| part.chars().all(|c| c.is_ascii_digit());
    core.split('.').count() == 3
        && core.split('.').all(number)
        && before.is_none_or(|before| before.split('.').all(|part| word(part) && (!all_digits(part) || number(part))))
        && build.is_none_or(|build| build.split('.').all(word))
}
