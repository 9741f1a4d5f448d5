//! A whole listing, page by page. It holds one page at a time and sixteen bytes of each resource there was; where the next page
//! is, who is new on it, and when the listing is complete, the component decides.

use super::handle::Client;
use super::walk::Walk;
use crate::bindings::exports::scim::connector::runtime::WalkedPage;
use crate::error::{Error, Result};
use serde_json::Value;

/// A page of a listing.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// Its resources, without those that a page before it had.
    pub resources: Vec<Value>,
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
        if self.ended {
            return Ok(None);
        }
        if self.pages == 0 {
            // Asked first, or a change that was named by mistake would be made before its result is found to be no page.
            self.client.version().connector.catalog().await?.listing(&self.operation)?;
        }
        let outcome = self.client.invoke(&self.operation, &self.input).await?;
        let mut output = outcome.output;
        let Some(Value::Array(resources)) = output.get_mut("Resources").map(Value::take) else {
            let detail = format!("the result of {} has no Resources", self.operation);
            return Err(Error::Trap { detail, maybe_applied: false });
        };
        let left_out: Vec<String> = output
            .get_mut("leftOut")
            .map(Value::take)
            .and_then(|it| serde_json::from_value(it).ok())
            .unwrap_or_default();
        let total = output.get("totalResults").and_then(Value::as_u64);
        let asked = |name: &str| self.input.get(name).and_then(Value::as_str).map(str::to_owned);
        let mixed = self.operation == "search";
        let page = WalkedPage {
            ids: resources.iter().map(|resource| identity(resource, mixed)).collect(),
            left_out: left_out.clone(),
            total_results: total,
            next: outcome.next,
            complete: output.get("complete").and_then(Value::as_bool).unwrap_or_default(),
            page: asked("page"),
            start_index: self.input.get("startIndex").and_then(Value::as_u64),
            cursor: asked("cursor"),
        };
        let all = page.ids.len();
        let verdict = self.walk.judge(&self.client.version().connector, page).await?;
        let (next, complete) = (verdict.next, verdict.complete);
        let resources = if verdict.fresh.len() == all { resources } else { chosen(resources, &verdict.fresh) };
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

/// What tells a resource from others, as the component's contract has it; `mixed` where there are several types.
fn identity(resource: &Value, mixed: bool) -> String {
    let id = match resource.get("id") {
        Some(Value::String(id)) if !id.is_empty() => id.clone(),
        Some(Value::Number(id)) => id.to_string(),
        _ => return resource.to_string(),
    };
    match resource.pointer("/meta/resourceType").and_then(Value::as_str).filter(|_| mixed) {
        Some(kind) => format!("{kind}/{id}"),
        None => id,
    }
}

/// The resources at these places.
fn chosen(resources: Vec<Value>, places: &[u32]) -> Vec<Value> {
    let mut places = places.iter().peekable();
    let mut is_chosen = |index: usize| places.next_if(|place| usize::try_from(**place) == Ok(index)).is_some();
    let numbered = resources.into_iter().enumerate();
    numbered.filter_map(|(index, resource)| is_chosen(index).then_some(resource)).collect()
}
