//! What goes wrong in a flow, as `catch` sees it: the DSL's error (type, status, title, detail, instance) with what the
//! connector knows beside it.

use scim_connector_host::error::{Error, scim_type_name, words};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::time::Duration;

/// The DSL's error of a step that took too long.
const TIMEOUT: &str = "timeout";

/// The kind of a call of many operations of which some failed.
const SOME_FAILED: &str = "someFailed";

/// The DSL's standard errors, and the types of ours that are such, too.
const STANDARD: [(&str, &[&str]); 5] = [
    ("authentication", &["scim.authentication"]),
    ("authorization", &["scim.permission"]),
    (TIMEOUT, &["scim.timeout"]),
    ("configuration", &["scim.configuration"]),
    ("validation", &["scim.invalidInput"]),
];

/// The status of each of the DSL's standard errors (DSL reference, Standard Error Types).
const STATUSES: [(&str, u16); 8] = [
    ("configuration", 400),
    ("validation", 400),
    ("expression", 400),
    ("authentication", 401),
    ("authorization", 403),
    (TIMEOUT, 408),
    ("communication", 500),
    ("runtime", 500),
];

/// The DSL's standard errors that say that the flow, or what it was given, is wrong.
const OF_THE_FLOW: [&str; 3] = ["expression", "validation", "configuration"];

/// Where the DSL's standard errors live.
const STANDARD_TYPES: [&str; 2] =
    ["https://serverlessworkflow.io/spec/1.0.0/errors/", "https://serverlessworkflow.io/dsl/errors/types/"];

/// An error of a flow. In expressions it is an object with these members; what is not known is left out.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Fault {
    /// `scim.` and the SCIM error code where the provider gave one (`scim.uniqueness`), else the connector's kind of failure
    /// (`scim.unavailable`); for what the flow raises or the engine finds, the DSL's URI.
    #[serde(rename = "type")]
    pub type_: String,
    /// The HTTP status, where there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// A few words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What was wrong and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Which step: a JSON pointer into the flow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// The connector's kind of failure, such as `notFound` or `unavailable`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// SCIM's error code (RFC 7644 section 3.12).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scim_type: Option<String>,
    /// How long the provider asked to wait, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// The longest that the connection lets anybody wait, where it says so.
    #[serde(skip)]
    pub longest_pause: Option<Duration>,
    /// The request was sent and may have been carried out.
    pub maybe_applied: bool,
    /// Doing the same again is safe and may succeed.
    pub transient: bool,
    /// The provider's name for the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Of many operations of which some failed, what each came to. It is for expressions only, since it may be large and is about people.
    #[serde(skip)]
    pub results: Option<Value>,
    /// The engine found it: the flow did not raise it, and no provider said it.
    #[serde(skip)]
    pub made_here: bool,
}

impl Fault {
    /// Its texts, to be changed.
    pub(super) fn each_text(&mut self, change: &mut dyn FnMut(&mut String)) {
        let Self { type_, title, detail, instance, kind, scim_type, request_id, .. } = self;
        change(type_);
        [title, detail, instance, kind, scim_type, request_id].into_iter().flatten().for_each(change);
    }

    /// A wrong argument of a step.
    #[must_use]
    pub fn of_input(detail: String) -> Self {
        Self {
            type_: "scim.invalidInput".into(),
            title: Some("wrong input".into()),
            detail: Some(detail),
            kind: Some("invalidInput".into()),
            ..Self::default()
        }
    }

    /// The engine itself stopped.
    pub(super) fn of_engine_stop(detail: &str) -> Self {
        Self {
            type_: "scim.internal".into(),
            title: Some("the engine stopped unexpectedly".into()),
            detail: Some(detail.to_owned()),
            kind: Some("internal".into()),
            ..Self::default()
        }
    }

    /// One of the DSL's standard errors.
    fn standard(name: &str, detail: String, instance: Option<String>) -> Self {
        let status = STATUSES.iter().find(|(known, _)| *known == name).map(|(_, status)| *status);
        Self {
            type_: format!("{}{name}", STANDARD_TYPES[0]),
            status,
            title: Some(name.to_owned()),
            detail: Some(detail),
            instance,
            made_here: true,
            ..Self::default()
        }
    }

    /// An expression failed.
    pub(super) fn of_expression(detail: String, instance: Option<String>) -> Self {
        Self::standard("expression", detail, instance)
    }

    /// A value is not what a schema says.
    pub(super) fn of_validation(detail: &str, instance: &str) -> Self {
        Self::standard("validation", detail.to_owned(), Some(instance.to_owned()))
    }

    /// An HTTP request brought no answer, or none that is a success.
    pub(super) fn of_communication(detail: String, status: Option<u16>, maybe_applied: bool) -> Self {
        let fault = Self::standard("communication", detail, None);
        Self { status: status.or(fault.status), maybe_applied, ..fault }
    }

    /// A command failed.
    pub(super) fn of_runtime(detail: String) -> Self {
        Self::standard("runtime", detail, None)
    }

    /// With the place of a step, where it has none yet.
    pub(super) fn at(mut self, pointer: &str) -> Self {
        self.instance.get_or_insert_with(|| pointer.to_owned());
        self
    }

    /// With the row of a file that it was found at.
    pub(super) fn in_row(mut self, place: Option<String>) -> Self {
        if let Some(place) = place {
            let detail = self.detail.take().or_else(|| self.title.clone()).unwrap_or_default();
            self.detail = Some(format!("{detail} ({place})"));
        }
        self
    }

    /// What a flow raises: `type`, `status`, `title`, `detail`, `instance`.
    pub(super) fn raised(error: &Value) -> Self {
        let text = |name: &str| match error.get(name) {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(text.clone()),
            Some(other) => Some(other.to_string()),
        };
        let type_ = text("type").unwrap_or_default();
        let name = STANDARD_TYPES.iter().find_map(|prefix| type_.strip_prefix(prefix));
        let standard = name.and_then(|name| STATUSES.iter().find(|(known, _)| *known == name));
        let status = error.get("status").and_then(|status| match status {
            Value::String(text) => text.parse().ok(),
            other => other.as_u64().and_then(|status| u16::try_from(status).ok()),
        });
        Self {
            status: status.or(standard.map(|(_, status)| *status)),
            title: text("title").or(standard.map(|(name, _)| (*name).to_owned())),
            detail: text("detail"),
            instance: text("instance"),
            type_,
            ..Self::default()
        }
    }

    /// The time a step may take is over.
    pub(super) fn of_timeout(after: Duration, instance: String) -> Self {
        Self {
            type_: format!("{}{TIMEOUT}", STANDARD_TYPES[0]),
            status: Some(408),
            title: Some("Timeout".into()),
            detail: Some(format!("it took longer than {after:?}")),
            instance: Some(instance).filter(|instance| !instance.is_empty()),
            ..Self::default()
        }
    }

    /// What a call of the connector ended with.
    #[must_use]
    pub fn of_call(error: &Error) -> Self {
        let class = error.class();
        let failure = error.failure();
        let scim_type =
            failure.and_then(|failure| failure.scim_type.as_ref()).map(|code| scim_type_name(code).to_owned());
        let retry_after_ms = match error {
            Error::CircuitOpen { retry_after, .. } => u64::try_from(retry_after.as_millis()).ok(),
            _ => failure.and_then(|failure| failure.retry_after_ms),
        };
        let detail = match error {
            Error::Config { .. } => error.to_string(),
            _ => failure.map_or_else(|| error.to_string(), |failure| failure.detail.clone()),
        };
        let title = words(scim_type.as_deref().unwrap_or(&class.kind));
        Self {
            type_: format!("scim.{}", scim_type.as_deref().unwrap_or(&class.kind)),
            status: failure.and_then(|failure| failure.status),
            title: Some(if class.maybe_applied { format!("{title}, may have been applied") } else { title }),
            detail: Some(detail),
            instance: None,
            kind: Some(class.kind),
            scim_type,
            retry_after_ms,
            longest_pause: None,
            maybe_applied: class.maybe_applied,
            transient: class.transient,
            request_id: failure.and_then(|failure| failure.request_id.clone()),
            results: None,
            made_here: false,
        }
    }

    /// Where the result of many operations says that some of them failed. To do all of it again is safe only where none may have been
    /// carried out.
    pub(super) fn of_many(output: &Value) -> Option<Self> {
        let results = output.get("results")?.as_array()?;
        let failure = |result: &Value| result.get("failure").filter(|failure| !failure.is_null()).cloned();
        let first = results.iter().find_map(|result| Some((result, failure(result)?)));
        let failed = results.iter().filter(|result| failure(result).is_some()).count();
        let (result, why) = first?;
        let text = |of: &Value, name: &str| of.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let title = format!("{failed} of {} operations failed", results.len());
        let maybe_applied = |result: &Value| {
            failure(result).is_none_or(|failure| failure.get("maybeApplied") == Some(&Value::Bool(true)))
        };
        Some(Self {
            type_: format!("scim.{SOME_FAILED}"),
            detail: Some(format!("{title}; the first one, {}: {}", text(result, "method"), text(&why, "detail"))),
            title: Some(title),
            kind: Some(SOME_FAILED.into()),
            maybe_applied: results.iter().any(maybe_applied),
            results: Some(results.clone().into()),
            ..Self::default()
        })
    }

    /// As expressions see it.
    pub(super) fn to_value(&self) -> Value {
        let mut value = serde_json::to_value(self).unwrap_or_default();
        if let (Some(results), Some(members)) = (&self.results, value.as_object_mut()) {
            members.insert("results".into(), results.clone());
        }
        value
    }

    /// Whether `catch.errors.with` means it: every member that is there is equal. A type may be named by its last segment,
    /// and the DSL's standard types mean ours of the same meaning (any other failure of a call is `communication`). A status
    /// without a type means an answer's: what goes wrong in the flow itself has one by the DSL alone.
    pub(super) fn matches(&self, filter: &Map<String, Value>) -> bool {
        if self.is_of_the_flow() && !filter.is_empty() && !filter.contains_key("type") {
            return false;
        }
        let value = self.to_value();
        filter.iter().all(|(name, wanted)| match (name.as_str(), wanted) {
            ("type", Value::String(wanted)) => self.is_of(wanted),
            ("details", wanted) => value.get("detail") == Some(wanted),
            (name, wanted) => value.get(name) == Some(wanted),
        })
    }

    /// As `when` and `exceptWhen` see it: what is wrong with the flow has no status there, since they ask for a provider's.
    pub(super) fn to_condition(&self) -> Value {
        let status = self.status.filter(|_| !self.is_of_the_flow());
        Self { status, ..self.clone() }.to_value()
    }

    /// Whether a `catch` can mean it whose conditions ask for a provider's answer alone.
    pub(super) fn is_taken_by(&self, asks_for_answers: bool) -> bool {
        !(asks_for_answers && self.is_of_the_flow())
    }

    /// Whether it says that the flow is wrong, as an expression that fails does, and nothing of a provider.
    fn is_of_the_flow(&self) -> bool {
        let name = STANDARD_TYPES.iter().find_map(|prefix| self.type_.strip_prefix(prefix));
        self.made_here && name.is_some_and(|name| OF_THE_FLOW.contains(&name))
    }

    fn is_of(&self, wanted: &str) -> bool {
        let short = |text: &str| text.rsplit('/').next().unwrap_or_default().to_owned();
        if self.type_ == wanted || short(&self.type_) == wanted {
            return true;
        }
        let Some(standard) = STANDARD_TYPES.iter().find_map(|prefix| wanted.strip_prefix(prefix)) else { return false };
        let ours = STANDARD.iter().find(|(_, ours)| ours.contains(&self.type_.as_str()));
        match ours {
            Some((name, _)) => *name == standard,
            None => short(&self.type_) == standard || standard == "communication" && self.type_.starts_with("scim."),
        }
    }
}

/// Whether a condition of a `catch` asks for a provider's answer alone: it names a status and no type, as
/// `$error.status != 404` does.
pub(super) fn asks_for_answers(condition: &str) -> bool {
    let is_of_word = |c: char| c.is_alphanumeric() || c == '_';
    let names = |word: &str, member: bool| {
        condition.match_indices(word).any(|(at, _)| {
            let (before, after) = (condition.get(..at).unwrap_or_default(), condition.get(at + word.len()..));
            let before = before.chars().next_back();
            let apart = !before.is_some_and(is_of_word)
                && !after.and_then(|after| after.chars().next()).is_some_and(is_of_word);
            apart && (!member || matches!(before, Some('.' | '"' | '\'')))
        })
    };
    // `type` is a function of jq, too.
    names("status", false) && !names("type", true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_fault_is_found_by_its_members() {
        let fault = Fault {
            type_: "scim.uniqueness".into(),
            status: Some(409),
            title: Some("uniqueness".into()),
            detail: Some("userName is taken".into()),
            instance: Some("/do/0/create".into()),
            kind: Some("conflict".into()),
            scim_type: Some("uniqueness".into()),
            retry_after_ms: Some(7),
            maybe_applied: true,
            ..Fault::default()
        };
        let matches = |filter: Value| fault.matches(filter.as_object().unwrap());
        assert!(matches(json!({})));
        assert!(matches(json!({"status": 409})));
        assert!(matches(json!({"type": "scim.uniqueness", "status": 409})));
        assert!(matches(json!({"type": "https://serverlessworkflow.io/spec/1.0.0/errors/communication"})));
        assert!(!matches(json!({"type": "https://serverlessworkflow.io/spec/1.0.0/errors/timeout"})));
        assert!(!matches(json!({"status": 404})));
        assert!(!matches(json!({"type": "uniqueness"})));
        let raised = Fault::raised(&json!({"type": "https://x/types/compliance", "status": 400, "detail": "no"}));
        assert_eq!((raised.status, raised.detail.as_deref()), (Some(400), Some("no")));
        assert!(raised.matches(json!({"type": "compliance"}).as_object().unwrap()));
    }

    #[test]
    fn what_is_wrong_with_the_flow_is_no_status_of_a_provider() {
        let standard = |name: &str| format!("{}{name}", STANDARD_TYPES[0]);
        for fault in [
            Fault::of_expression("cannot add".into(), None),
            Fault::of_validation("the schema does not take it", "/do/0"),
        ] {
            let matches = |filter: Value| fault.matches(filter.as_object().unwrap());
            assert_eq!(fault.status, Some(400));
            assert!(!matches(json!({"status": 400})) && !matches(json!({"status": 400, "title": fault.title})));
            assert!(!matches(json!({"type": standard("communication")})));
            assert!(!matches(json!({"type": "scim.invalidValue", "status": 400})));
            let type_ = fault.type_.clone();
            assert!(
                matches(json!({})) && matches(json!({"type": type_})) && matches(json!({"type": type_, "status": 400}))
            );
        }
        for (condition, answers) in [
            ("$error.status >= 400", true),
            ("$error.status != 404 and ($error.status | type) == \"number\"", true),
            ("$error[\"status\"] == 400", true),
            ("$error | .status == 400", true),
            ("$error.status == 400 and $error.type == \"x\"", false),
            ("$error[\"type\"] == \"x\" or $error.status == 400", false),
            ("$error.kind != null", false),
            ("$error.statuses == []", false),
        ] {
            assert_eq!(asks_for_answers(condition), answers, "{condition}");
        }
        let fault = Fault::of_expression("cannot add".into(), None);
        assert_eq!((fault.to_condition().get("status"), fault.to_value()["status"].as_u64()), (None, Some(400)));
        assert!(!fault.is_taken_by(true) && fault.is_taken_by(false));
        // What a provider says, and what a flow raises itself, is found by its status.
        let provider = Fault { type_: "scim.invalidValue".into(), status: Some(400), ..Fault::default() };
        assert!(provider.matches(json!({"status": 400}).as_object().unwrap()));
        let raised = Fault::raised(&json!({"type": standard("validation")}));
        assert!(raised.matches(json!({"status": 400}).as_object().unwrap()));
    }
}
