//! Reads the answer to a bulk request: which result belongs to which operation, and what it says.

use super::{Answer, METHODS, Method, Operation, tail};
use crate::failure::{Failure, Kind};
use crate::gather::Gather as _;
use crate::scim::resource::{Data, Node, Resource};
use crate::scim::{error, error_body};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The results in an answer, whatever its status; none where it has none.
pub fn items(answer: &Resource) -> Vec<&Resource> {
    match answer.get("Operations").map(Data::node) {
        Some(Node::List(items)) => items.iter().filter_map(Data::as_object).collect(),
        Some(Node::Object(item)) => vec![item],
        _ => Vec::new(),
    }
}

/// What an answer says of each operation that was sent, in their order; none where it says nothing.
///
/// A result belongs to the operation of its `bulkId`, else of its method and location, else to the next of its method that is
/// left. Some providers give every result a `bulkId` of their own. Results that belong to none are left out, and counted.
pub fn read(answer: &Resource, sent: &[Operation]) -> (Vec<Option<Answer>>, usize) {
    let names: BTreeMap<&str, usize> =
        (0..).zip(sent).filter_map(|(at, it)| Some((it.bulk_id.as_deref()?, at))).gather();
    let mut found: Vec<Option<&Resource>> = vec![None; sent.len()];
    let (mut others, mut strange) = (Vec::new(), 0);
    for item in items(answer) {
        let name = item.text("bulkId").filter(|name| !name.is_empty());
        match name.as_deref().and_then(|name| names.get(name)).and_then(|index| found.get_mut(*index)) {
            Some(place) if place.is_none() => *place = Some(item),
            Some(_) => strange += 1,
            None => others.push(Unnamed { item, method: method(item), foreign: name.is_some() }),
        }
    }
    // Where the answer knows our names, a result with another is not that of an operation with a name.
    let known = found.iter().any(Option::is_some);
    let mut open = Open::new(sent, &found);
    others.retain(|other| {
        let index = match other.place() {
            Some(place) => open.at_place(other.method, &place),
            None => other.id().and_then(|id| open.with_id(other.method, &id)),
        };
        let index = index.and_then(|index| found.get_mut(index));
        index.map(|place| *place = Some(other.item)).is_none()
    });
    // What no name and no place tells comes in the order it was sent.
    let creations = others.iter().filter(|other| other.method == Some(Method::Post)).count();
    let certain = creations >= open.creations();
    for other in others {
        let free = match (other.foreign, other.method) {
            (false, _) => Some(false),
            // Whose identifier it brings would be a guess.
            (true, Some(Method::Post)) if !certain => None,
            (true, Some(_)) => Some(known),
            (true, None) => None,
        };
        let index = free.and_then(|nameless| open.in_order(nameless, other.method, other.place()));
        match index.and_then(|index| found.get_mut(index)) {
            Some(place) => *place = Some(other.item),
            None => strange += 1,
        }
    }
    let found = found.into_iter().zip(sent).map(|(item, operation)| item.map(|item| result(item, operation)));
    (found.collect(), strange)
}

/// A result whose name, if it has one, is none of those sent.
struct Unnamed<'a> {
    item: &'a Resource,
    method: Option<Method>,
    /// Whether it has a name.
    foreign: bool,
}

impl Unnamed<'_> {
    fn place(&self) -> Option<[String; 2]> {
        tail(&self.item.text("location")?)
    }

    /// The identifier in the body of a change.
    fn id(&self) -> Option<String> {
        self.method.filter(|method| *method != Method::Post)?;
        let body = self.item.get("response")?;
        let text = body.as_str().and_then(error_body::as_json);
        text.as_ref().unwrap_or(body).as_object()?.text("id").filter(|id| !id.is_empty())
    }
}

/// Whether without a name, of which method, at which endpoint; none for any.
type Kinship = (bool, Option<&'static str>, Option<String>);

/// The operations that have no result yet.
struct Open {
    taken: Vec<bool>,
    /// By method and the end of their path.
    places: BTreeMap<(&'static str, [String; 2]), VecDeque<usize>>,
    /// By method and identifier, where they are; of one identifier at several endpoints, each.
    ids: BTreeMap<(&'static str, String), BTreeSet<[String; 2]>>,
    /// In their order.
    queues: BTreeMap<Kinship, VecDeque<usize>>,
    creations: usize,
}

impl Open {
    fn new(sent: &[Operation], found: &[Option<&Resource>]) -> Open {
        let taken: Vec<bool> = found.iter().map(Option::is_some).collect();
        let mut open =
            Open { taken, places: BTreeMap::new(), ids: BTreeMap::new(), queues: BTreeMap::new(), creations: 0 };
        for (index, operation) in sent.iter().enumerate().filter(|(index, _)| found.get(*index) == Some(&None)) {
            let method = operation.method.name();
            open.creations += usize::from(operation.method == Method::Post);
            if operation.method != Method::Post
                && let Some(place) = tail(&operation.path)
            {
                let [_, id] = &place;
                open.ids.entry((method, id.clone())).or_default().insert(place.clone());
                open.places.entry((method, place)).or_default().push_back(index);
            }
            let endpoint = operation.endpoint().to_ascii_lowercase();
            for nameless in [false, true].into_iter().filter(|nameless| !nameless || operation.bulk_id.is_none()) {
                for method in [None, Some(method)] {
                    for endpoint in [None, Some(endpoint.clone())] {
                        open.queues.entry((nameless, method, endpoint)).or_default().push_back(index);
                    }
                }
            }
        }
        open
    }

    /// Creations without a result.
    fn creations(&self) -> usize {
        self.creations
    }

    /// The operation at a place; without a method, the only one there.
    fn at_place(&mut self, method: Option<Method>, place: &[String; 2]) -> Option<usize> {
        let methods = METHODS.iter().filter(|row| method.is_none_or(|method| method == row.1));
        let mut keys: Vec<_> = methods.map(|row| (row.0, place.clone())).collect();
        keys.retain(|key| self.places.get(key).is_some_and(|queue| !queue.is_empty()));
        let [key] = keys.as_slice() else { return None };
        let index = self.places.get_mut(key)?.pop_front()?;
        self.take(index)
    }

    /// The operation on the resource of an identifier, where that is at one endpoint only.
    fn with_id(&mut self, method: Option<Method>, id: &str) -> Option<usize> {
        let places: Vec<[String; 2]> = self.ids.get(&(method?.name(), id.to_owned()))?.iter().cloned().collect();
        let [place] = places.as_slice() else { return None };
        self.at_place(method, place)
    }

    /// The next operation, at the endpoint of a place if there is one.
    fn in_order(&mut self, nameless: bool, method: Option<Method>, place: Option<[String; 2]>) -> Option<usize> {
        let endpoint = place.map(|[endpoint, _]| endpoint.to_ascii_lowercase());
        [endpoint.map(Some), Some(None)].into_iter().flatten().find_map(|endpoint| {
            let queue = self.queues.get_mut(&(nameless, method.map(Method::name), endpoint))?;
            while let Some(index) = queue.pop_front() {
                if self.taken.get(index) == Some(&false) {
                    return self.take(index);
                }
            }
            None
        })
    }

    fn take(&mut self, index: usize) -> Option<usize> {
        let taken = self.taken.get_mut(index)?;
        *taken = true;
        Some(index)
    }
}

fn method(item: &Resource) -> Option<Method> {
    let name = item.text("method")?;
    METHODS.iter().find(|row| row.0.eq_ignore_ascii_case(name.trim())).map(|row| row.1)
}

/// A status in any of its forms: `"201"`, `201`, `{"code": "201"}`, `"201 Created"`.
fn status(value: &Data) -> Option<u16> {
    match value.node() {
        Node::Number(number) => number.as_u64().and_then(|number| number.try_into().ok()),
        Node::Text(text) => text.split_whitespace().next()?.parse().ok(),
        Node::Object(object) => status(object.get("code").filter(|code| !code.is_object())?),
        _ => None,
    }
    .filter(|status| (100..600).contains(status))
}

/// What one result says (RFC 7644 section 3.7.3); also the payload of an asynchronous result (RFC 9967 section 2.5.1.3).
pub fn result(item: &Resource, operation: &Operation) -> Answer {
    let text = |name: &str| item.text(name).filter(|text| !text.is_empty());
    let response = item.get("response").filter(|body| !body.is_null());
    // Some write the body as text.
    let response = response.map(|body| body.as_str().and_then(error_body::as_json).unwrap_or_else(|| body.clone()));
    let body = response.as_ref().and_then(Data::as_object);
    let error = body.filter(|body| is_error(body));
    let said = item.get("status").and_then(status);
    let status = match said {
        // Some put an error into a success.
        Some(200..300) => body.and_then(error::in_success).or(said),
        Some(said) => Some(said),
        None => error.and_then(|error| status(error.get("status")?)),
    };
    let mut found = Answer { status, location: text("location"), version: text("version"), ..Answer::default() };
    let succeeded = match status {
        Some(status) => (200..300).contains(&status),
        // Nothing said is no error: what was created or changed has a location or a body.
        None => error.is_none() && (found.location.is_some() || response.is_some()),
    };
    if succeeded {
        found.response = response;
        return found.about(operation);
    }
    let what = operation.what();
    let body = response.map(|body| body.to_string()).unwrap_or_default();
    let mut failure = match status {
        Some(status) => error::failure(status, body.as_bytes(), &what),
        None => {
            let words = match error_body::parse(body.as_bytes()).detail {
                Some(detail) => format!("the provider answered {what} without a status: {detail}"),
                None => format!("the provider answered {what} without a status; whether it was carried out is unknown"),
            };
            Failure::new(Kind::Protocol, words)
        }
    };
    if operation.method == Method::Post {
        failure = error::of_creation(failure);
    }
    if matches!(failure.kind, Kind::Unavailable | Kind::Timeout | Kind::Protocol) {
        failure = failure.maybe_applied();
    }
    found.failure = Some(failure);
    found
}

impl Answer {
    /// The same, unless it is about another resource than the one the operation named.
    pub fn about(mut self, operation: &Operation) -> Answer {
        let Some([endpoint, id]) = operation.target() else { return self.created(operation) };
        let differs = |other: &str| !other.eq_ignore_ascii_case(&id);
        let body = self.response.as_ref().and_then(Data::as_object).and_then(|body| body.text("id"));
        let location = self.location.as_deref().and_then(tail);
        let elsewhere = location.is_some_and(|[its, other]| its.eq_ignore_ascii_case(&endpoint) && differs(&other));
        if elsewhere || body.is_some_and(|other| !other.is_empty() && differs(&other)) {
            let detail = format!(
                "the provider's answer to {} is about another resource; whether this one or that was changed is unknown: read both",
                operation.what()
            );
            let mut failure = Failure::new(Kind::Protocol, detail).maybe_applied();
            failure.status = self.status;
            self.failure = Some(failure);
            self.response = None;
        }
        self
    }

    /// The answer to a creation, unless its location is that of a user for a group, or of a group for a user.
    fn created(mut self, operation: &Operation) -> Answer {
        let standard = |name: &str| ["users", "groups"].into_iter().find(|known| known.eq_ignore_ascii_case(name));
        let meant = standard(&operation.endpoint());
        let other = self.location.as_deref().and_then(tail).and_then(|[its, _]| standard(&its));
        if operation.method == Method::Post
            && self.failure.is_none()
            && meant.is_some()
            && other.is_some_and(|it| meant != Some(it))
        {
            let detail = format!(
                "the provider's answer to {} is about a resource of another type; its id was left out; look for what was created before you repeat the operation",
                operation.what()
            );
            let mut failure = Failure::new(Kind::Protocol, detail).maybe_applied();
            failure.status = self.status;
            self = Answer { status: self.status, ..Answer::failed(failure) };
        }
        self
    }
}

fn is_error(body: &Resource) -> bool {
    let named = match body.get("schemas").map(Data::node) {
        Some(Node::List(schemas)) => schemas.iter().filter_map(Data::as_str).any(|urn| urn.ends_with(":Error")),
        _ => false,
    };
    named || (body.get("detail").is_some() && body.get("id").is_none())
}
