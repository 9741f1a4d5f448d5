//! A whole listing, page by page. It holds one page at a time and sixteen bytes of each resource there was; where the next page
//! is, who is new on it, and when the listing is complete, the component decides.

use super::handle::Client;
use super::walk::Walk;
use crate::bindings::exports::scim::connector::runtime::WalkedPage;
use crate::client::outcome::CallContext;
use crate::error::{Error, Result};
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer as _, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;
use std::fmt;

/// A page of a listing.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T = Value> {
    /// Its resources, without those that a page before it had.
    pub resources: Vec<T>,
    /// Identifiers of resources that came and are left out, since they do not match the filter.
    pub left_out: Vec<String>,
    /// Resources in all, as the provider says.
    pub total: Option<u64>,
    /// The next page's token: `page` of another call's input, which goes on here.
    pub next: Option<String>,
    /// Whether the listing ended with this page, and as many different resources came as the provider announced. False while
    /// pages remain, and where the provider stopped short, repeated itself or gave more than it announced: what is missing
    /// from such a listing may still exist.
    pub complete: bool,
    /// What the caller should know although the call succeeded.
    pub warnings: Vec<String>,
}

/// A listing under way; see [`Client::pages`].
pub struct Pages {
    client: Client,
    operation: String,
    input: Value,
    walk: Walk,
    listed: u64,
    left_out: u64,
    pages: u64,
    ended: bool,
}

impl Client {
    /// Lists page by page: `operation` is one whose catalog entry is `paginated`, for example `listUsers`, and `input` is
    /// its input. Nothing is sent before the first [`Pages::next`].
    ///
    /// ```no_run
    /// # async fn example(client: scim_connector_host::Client) -> Result<(), scim_connector_host::Error> {
    /// let mut pages = client.pages("listUsers", &serde_json::json!({"filter": "active eq true", "count": 200}));
    /// let mut complete = false;
    /// while let Some(page) = pages.next().await? {
    ///     page.resources.iter().for_each(|user| println!("{user}"));
    ///     complete = page.complete;
    /// }
    /// assert!(complete, "the provider stopped short after {} users", pages.listed());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn pages(&self, operation: &str, input: &Value) -> Pages {
        let (operation, input) = (operation.to_owned(), input.clone());
        Pages {
            client: self.clone(),
            operation,
            input,
            walk: Walk::default(),
            listed: 0,
            left_out: 0,
            pages: 0,
            ended: false,
        }
    }
}

impl Pages {
    /// The next page; none after the last. After an error, the same page is asked for once more.
    ///
    /// # Errors
    /// As [`Client::invoke`]; [`Error::Usage`] where the operation is no listing, before anything is sent.
    pub async fn next(&mut self) -> Result<Option<Page>> {
        self.next_as().await
    }

    /// As [`Pages::next`], with resources of the caller's type: one of its own that reads some members, or
    /// `Box<serde_json::value::RawValue>`, which hands the text on as it came.
    ///
    /// # Errors
    /// As [`Pages::next`]; [`Error::Trap`] where a resource is not of this type, and the page is asked for once more.
    pub async fn next_as<T: DeserializeOwned>(&mut self) -> Result<Option<Page<T>>> {
        if self.ended {
            return Ok(None);
        }
        if self.pages == 0 {
            // Asked first, or a change that was named by mistake would be made before its result is found to be no page.
            self.client.version().connector.catalog().await?.listing(&self.operation)?;
        }
        let input = self.input.to_string();
        let outcome = self.client.invoke_text(&self.operation, &input, &CallContext::default()).await?;
        let unread = |error: serde_json::Error| {
            let detail = format!("the result of {} is no page: {error}", self.operation);
            Error::Trap { detail, maybe_applied: false }
        };
        let came: PageText<'_> = serde_json::from_str(&outcome.output).map_err(unread)?;
        let left_out: Vec<String> = serde_json::from_value(came.left_out).unwrap_or_default();
        let total = came.total_results.as_u64();
        let asked = |name: &str| self.input.get(name).and_then(Value::as_str).map(str::to_owned);
        let mixed = self.operation == "search";
        let page = WalkedPage {
            ids: came.resources.iter().map(|resource| identity(resource, mixed)).collect(),
            left_out: left_out.clone(),
            total_results: total,
            next: outcome.next,
            complete: came.complete.as_bool().unwrap_or_default(),
            page: asked("page"),
            start_index: self.input.get("startIndex").and_then(Value::as_u64),
            cursor: asked("cursor"),
        };
        let all = page.ids.len();
        // Before the walk goes on, which it does once.
        let read = |resource: &RawValue| serde_json::from_str(resource.get()).map_err(unread);
        let mut resources = came.resources.into_iter().map(read).collect::<Result<Vec<T>>>()?;
        let verdict = self.walk.judge(&self.client.version(), page).await?;
        let (next, complete) = (verdict.next, verdict.complete);
        if verdict.fresh.len() != all {
            resources = chosen(resources, &verdict.fresh);
        }
        self.pages += 1;
        self.listed += resources.len() as u64;
        self.left_out += left_out.len() as u64;
        match (&next, self.input.as_object_mut()) {
            (Some(next), Some(input)) => {
                // The token stands for the position.
                input.remove("startIndex");
                input.remove("cursor");
                input.insert("page".into(), next.as_str().into());
            }
            _ => self.ended = true,
        }
        Ok(Some(Page { resources, left_out, total, next, complete, warnings: outcome.warnings }))
    }

    /// The token of the page that [`Pages::next`] asks for: given as `page` to another listing, that goes on here. None at
    /// the very beginning.
    #[must_use]
    pub fn position(&self) -> Option<&str> {
        self.input.get("page").and_then(Value::as_str)
    }

    /// Whether the last page was given.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.ended
    }

    /// Resources given so far.
    #[must_use]
    pub fn listed(&self) -> u64 {
        self.listed
    }

    /// Resources that came so far and were left out, since they do not match the filter.
    #[must_use]
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Pages given so far.
    #[must_use]
    pub fn pages(&self) -> u64 {
        self.pages
    }
}

/// A page as the component gives it, its resources unread.
#[derive(Deserialize)]
struct PageText<'a> {
    #[serde(rename = "Resources", borrow)]
    resources: Vec<&'a RawValue>,
    #[serde(rename = "leftOut", default)]
    left_out: Value,
    #[serde(rename = "totalResults", default)]
    total_results: Value,
    #[serde(default)]
    complete: Value,
}

/// The members of a resource that tell it from others.
#[derive(Default)]
struct Identified<'a> {
    id: Option<&'a RawValue>,
    meta: Option<&'a RawValue>,
}

/// Reads a resource as far as it must: no name stands twice in it, and most begin with `id`.
struct Identity<'a, 'i> {
    found: &'i mut Identified<'a>,
    /// Whether `meta` is looked for.
    mixed: bool,
}

/// A member's name.
#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "lowercase")]
enum Member {
    Id,
    Meta,
    #[serde(other)]
    Other,
}

impl<'a> Visitor<'a> for Identity<'a, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a resource")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(member) = members.next_key()? {
            match member {
                Member::Id => self.found.id = Some(members.next_value()?),
                Member::Meta => self.found.meta = Some(members.next_value()?),
                Member::Other => drop(members.next_value::<IgnoredAny>()?),
            }
            if self.found.id.is_some() && (!self.mixed || self.found.meta.is_some()) {
                break;
            }
        }
        Ok(())
    }
}

/// What tells a resource from others, as the component's contract has it; `mixed` where there are several types.
fn identity(resource: &RawValue, mixed: bool) -> String {
    let read = || -> Option<String> {
        let mut found = Identified::default();
        // Whoever stops early is told that something follows.
        let _ =
            serde_json::Deserializer::from_str(resource.get()).deserialize_map(Identity { found: &mut found, mixed });
        let Identified { id, meta } = found;
        let id = match serde_json::from_str(id?.get()).ok()? {
            Value::String(id) if !id.is_empty() => id,
            Value::Number(id) => id.to_string(),
            _ => return None,
        };
        let kind = meta.filter(|_| mixed).and_then(|meta| {
            let meta: Value = serde_json::from_str(meta.get()).ok()?;
            meta.get("resourceType")?.as_str().map(str::to_owned)
        });
        Some(kind.map_or(id.clone(), |kind| format!("{kind}/{id}")))
    };
    // Equal ones are to be equal texts, whatever order and space they came in.
    let whole = || {
        serde_json::from_str::<Value>(resource.get()).map_or_else(|_| resource.get().to_owned(), |it| it.to_string())
    };
    read().unwrap_or_else(whole)
}

/// The resources at these places.
fn chosen<T>(resources: Vec<T>, places: &[u32]) -> Vec<T> {
    let mut places = places.iter().peekable();
    let mut is_chosen = |index: usize| places.next_if(|place| usize::try_from(**place) == Ok(index)).is_some();
    let numbered = resources.into_iter().enumerate();
    numbered.filter_map(|(index, resource)| is_chosen(index).then_some(resource)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_is_told_apart_by_its_id() {
        let rows = [
            (r#"{"userName": "ada", "id": "1"}"#, "1", "1"),
            (r#"{"id":"\u0031","meta":{"resourceType":"User"}}"#, "1", "User/1"),
            (
                r#"{"meta":{"resourceType":7},"id":120000000000000000000}"#,
                "120000000000000000000",
                "120000000000000000000",
            ),
            // By all that it has, in whatever order and space.
            (r#"{ "b" : [1, 2], "a":null }"#, r#"{"a":null,"b":[1,2]}"#, r#"{"a":null,"b":[1,2]}"#),
            (r#"{"id":""}"#, r#"{"id":""}"#, r#"{"id":""}"#),
            (r#"{"id": null}"#, r#"{"id":null}"#, r#"{"id":null}"#),
            (r#""x""#, r#""x""#, r#""x""#),
        ];
        for (resource, alone, mixed) in rows {
            let raw: &RawValue = serde_json::from_str(resource).unwrap();
            assert_eq!((identity(raw, false).as_str(), identity(raw, true).as_str()), (alone, mixed), "{resource}");
        }
    }
}
