//! A whole listing, page by page. It holds one page at a time; where the next one is, and when the listing is complete,
//! the component decides.

use super::handle::Client;
use crate::error::{Error, Result};
use serde_json::Value;

/// A page of a listing.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// Its resources.
    pub resources: Vec<Value>,
    /// Resources in all, as the provider says.
    pub total: Option<u64>,
    /// The next page's token: `page` of another call's input, which goes on here.
    pub next: Option<String>,
    /// Whether the listing ended with this page as the provider announced. False while pages remain, and where the
    /// provider stopped short or repeated itself: what is missing from such a listing may still exist.
    pub complete: bool,
    /// What the caller should know although the call succeeded.
    pub warnings: Vec<String>,
}

/// A listing under way; see [`Client::pages`].
pub struct Pages {
    client: Client,
    operation: String,
    input: Value,
    listed: u64,
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
        Pages { client: self.clone(), operation, input, listed: 0, pages: 0, ended: false }
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
        // A token that leads back to itself would go on for ever.
        let next = outcome.next.filter(|next| Some(next.as_str()) != self.position());
        let complete = next.is_none() && output.get("complete").and_then(Value::as_bool).unwrap_or_default();
        self.pages += 1;
        self.listed += resources.len() as u64;
        match (&next, self.input.as_object_mut()) {
            (Some(next), Some(input)) => {
                // The token stands for the position.
                input.remove("startIndex");
                input.remove("cursor");
                input.insert("page".into(), next.as_str().into());
            }
            _ => self.ended = true,
        }
        let total = output.get("totalResults").and_then(Value::as_u64);
        Ok(Some(Page { resources, total, next, complete, warnings: outcome.warnings }))
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

    /// Pages given so far.
    #[must_use]
    pub fn pages(&self) -> u64 {
        self.pages
    }
}
