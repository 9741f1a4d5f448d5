//! What a client asks of a listing: parameters from a URL or a search body (RFC 7644 sections 3.4.2 and 3.4.3),
//! sorting, and which attributes an answer carries (section 3.9).
//!
//! Knows no storage; `directory` supplies the resources.

use super::error::{Result, ScimError};
use super::matching::{Path, Scalar, imply_value};
use super::schema::{Attribute, Object, ResourceType, Returned, is_primary, member, require_schema};
use serde_json::Value;
use std::cmp::Ordering;

const SEARCH_URN: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

/// Parameters of a request, not yet bound to a resource type.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Query {
    pub(super) filter: Option<String>,
    pub(super) sort_by: Option<String>,
    pub(super) descending: bool,
    /// Number of the first result, from 1.
    pub(super) start_index: usize,
    /// How many results at most; the server's page size without it.
    pub(super) count: Option<usize>,
    /// Empty for the first page of a listing by cursor.
    pub(super) cursor: Option<String>,
    attributes: Option<Vec<String>>,
    excluded: Vec<String>,
}

impl Query {
    /// Reads the query part of a URL. Parameters nobody knows are ignored.
    pub(super) fn from_url(query: &str) -> Result<Self> {
        let mut found = Self { start_index: 1, ..Self::default() };
        for (name, text) in url::form_urlencoded::parse(query.as_bytes()) {
            let number = || {
                text.trim().parse::<i64>().map_err(|_| ScimError::invalid_value(format!("{name}: must be an integer")))
            };
            match name.as_ref() {
                "filter" => found.filter = Some(text.into_owned()),
                "sortBy" => found.sort_by = Some(text.into_owned()),
                "sortOrder" => found.descending = is_descending(&text)?,
                "startIndex" => found.start_index = at_least(number()?, 1),
                "cursor" => found.cursor = Some(text.into_owned()),
                "count" => found.count = Some(at_least(number()?, 0)),
                "attributes" => found.attributes = Some(names(&text)),
                "excludedAttributes" => found.excluded = names(&text),
                _ => {}
            }
        }
        Ok(found)
    }

    /// Reads the body of a `.search` request.
    pub(super) fn from_body(body: &Value) -> Result<Self> {
        require_schema(body, SEARCH_URN)?;
        let value = |name: &str| member(body, name).filter(|value| !value.is_null());
        let wrong = |name: &str, wanted: &str| ScimError::invalid_syntax(format!("{name}: must be {wanted}"));
        let text = |name: &str| match value(name) {
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(wrong(name, "a string")),
            None => Ok(None),
        };
        let number = |name: &str| match value(name).map(Value::as_i64) {
            Some(None) => Err(wrong(name, "an integer")),
            found => Ok(found.flatten()),
        };
        let list = |name: &str| match value(name) {
            None => Ok(None),
            Some(Value::Array(items)) if items.iter().all(Value::is_string) => {
                Ok(Some(items.iter().filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>()))
            }
            Some(_) => Err(wrong(name, "an array of strings")),
        };
        Ok(Self {
            filter: text("filter")?,
            sort_by: text("sortBy")?,
            descending: text("sortOrder")?.map_or(Ok(false), |order| is_descending(&order))?,
            start_index: at_least(number("startIndex")?.unwrap_or(1), 1),
            count: number("count")?.map(|count| at_least(count, 0)),
            cursor: text("cursor")?,
            attributes: list("attributes")?,
            excluded: list("excludedAttributes")?.unwrap_or_default(),
        })
    }

    /// Binds the wanted attributes to a resource type; names it does not have select nothing.
    pub(super) fn projection<'a>(&self, kind: &'a ResourceType) -> Projection<'a> {
        let bind = |names: &[String]| names.iter().filter_map(|name| kind.resolve(name)).collect();
        Projection { root: &kind.root, included: self.attributes.as_deref().map(bind), excluded: bind(&self.excluded) }
    }

    /// Binds `sortBy` to resource types, of which at least one must have the attribute.
    pub(super) fn sort_paths<'a>(&self, types: &[&'a ResourceType]) -> Result<Vec<Option<Path<'a>>>> {
        let Some(name) = &self.sort_by else {
            return Ok(types.iter().map(|_| None).collect());
        };
        let bind = |kind: &&'a ResourceType| {
            let mut path = kind.resolve(name)?;
            imply_value(&mut path);
            Some(path)
        };
        let paths: Vec<Option<Path<'a>>> = types.iter().map(bind).collect();
        if paths.iter().all(Option::is_none) {
            return Err(ScimError::invalid_value(format!("sortBy: no attribute {name}, check its spelling")));
        }
        Ok(paths)
    }
}

/// RFC 7644, table 6: a number below the least is taken for the least.
fn at_least(number: i64, least: usize) -> usize {
    usize::try_from(number).map_or(least, |number| number.max(least))
}

fn is_descending(order: &str) -> Result<bool> {
    match order {
        "ascending" => Ok(false),
        "descending" => Ok(true),
        _ => Err(ScimError::invalid_value("sortOrder: must be ascending or descending")),
    }
}

fn names(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// The value a resource is sorted by: of several the primary one, else the first (RFC 7644 section 3.4.2.3).
pub(super) fn sort_key(object: &Object, path: &[&Attribute]) -> Option<Scalar> {
    let (first, rest) = path.split_first()?;
    let value = match object.get(&first.name)? {
        Value::Array(items) => items.iter().find(|item| is_primary(item)).or_else(|| items.first())?,
        single => single,
    };
    if rest.is_empty() { Scalar::new(first, value) } else { sort_key(value.as_object()?, rest) }
}

/// The order of two sort keys. Ascending, resources without a value come last, descending first (section 3.4.2.3).
pub(super) fn compare_keys(left: Option<&Scalar>, right: Option<&Scalar>, descending: bool) -> Ordering {
    let order = match (left, right) {
        (Some(left), Some(right)) => left.order(right).unwrap_or(Ordering::Equal),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    };
    if descending { order.reverse() } else { order }
}

/// Which attributes of a resource an answer carries.
pub(super) struct Projection<'a> {
    root: &'a Attribute,
    included: Option<Vec<Path<'a>>>,
    excluded: Vec<Path<'a>>,
}

impl<'a> Projection<'a> {
    /// Takes away what was not asked for.
    pub(super) fn apply(&self, resource: Object) -> Object {
        self.object(self.root, resource, &mut Vec::new())
    }

    fn object(&self, parent: &'a Attribute, object: Object, path: &mut Path<'a>) -> Object {
        let mut kept = Object::new();
        for (name, value) in object {
            let Some(attribute) = parent.sub(&name) else { continue };
            path.push(attribute);
            if self.wants(path, attribute) {
                let value = match value {
                    Value::Array(items) => {
                        let items = items.into_iter().map(|item| self.value(attribute, item, path));
                        Value::Array(items.filter(|item| !is_empty(item)).collect())
                    }
                    single => self.value(attribute, single, path),
                };
                if !is_empty(&value) {
                    kept.insert(name, value);
                }
            }
            path.pop();
        }
        kept
    }

    fn value(&self, attribute: &'a Attribute, value: Value, path: &mut Path<'a>) -> Value {
        match value {
            Value::Object(inner) => Value::Object(self.object(attribute, inner, path)),
            other => other,
        }
    }

    fn wants(&self, path: &[&'a Attribute], attribute: &Attribute) -> bool {
        match attribute.returned {
            Returned::Always => return true,
            Returned::Never => return false,
            Returned::Default | Returned::Request => {}
        }
        if self.excluded.iter().any(|excluded| same_path(excluded, path)) {
            return false;
        }
        match &self.included {
            None => attribute.returned == Returned::Default,
            Some(included) => included.iter().any(|wanted| {
                let common = wanted.len().min(path.len());
                let exact = attribute.returned == Returned::Default || wanted.len() >= path.len();
                exact && same_path(wanted.get(..common).unwrap_or(wanted), path.get(..common).unwrap_or(path))
            }),
        }
    }
}

fn same_path(left: &[&Attribute], right: &[&Attribute]) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|(left, right)| std::ptr::eq(*left, *right))
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Object(inner) => inner.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}
