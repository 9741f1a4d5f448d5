//! What a provider can do (RFC 7643 section 5, RFC 9865 section 4, RFC 9967), read section by section: an odd section is
//! assumed on its own and does not switch the others off.

use super::resource::{Data, Node, Resource};

/// How a capability is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The provider says so.
    Discovered,
    /// The connection says so.
    Overridden,
    /// Neither says.
    Assumed,
}

impl Source {
    /// The JSON name.
    pub fn name(self) -> &'static str {
        match self {
            Source::Discovered => "discovered",
            Source::Overridden => "overridden",
            Source::Assumed => "assumed",
        }
    }
}

/// Whether a feature is supported, how that is known, and the section that says so.
#[derive(Clone, Debug, PartialEq)]
pub struct Capability {
    /// Whether it is.
    pub supported: bool,
    /// How that is known.
    pub source: Source,
    section: Resource,
}

impl Capability {
    /// A limit of the section; 0, which some providers write for "none", is none.
    pub fn limit(&self, name: &str) -> Option<u64> {
        self.section.number(name).filter(|limit| *limit > 0)
    }
}

/// The capabilities a provider may name, and their JSON names.
pub const FEATURES: [&str; 6] = ["patch", "bulk", "filter", "changePassword", "sort", "etag"];

/// A provider's capabilities.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceProvider {
    /// The capabilities, in the order of [`FEATURES`].
    pub features: [Capability; 6],
    /// The document as it came; none where there is none.
    pub document: Option<Resource>,
    /// The `pagination` section, and how it is known.
    pub pagination: (Resource, Source),
}

impl ServiceProvider {
    /// Puts a document, a connection's overrides and a profile's assumptions together; all have the form of the document.
    pub fn new(document: Option<Resource>, overrides: &Resource, assumed: &Resource) -> Self {
        let features = FEATURES.map(|name| capability(name, document.as_ref(), overrides, assumed));
        let pagination = [
            (Some(overrides), Source::Overridden),
            (document.as_ref(), Source::Discovered),
            (Some(assumed), Source::Assumed),
        ]
        .into_iter()
        .find_map(|(from, source)| Some((from?.get("pagination")?.as_object()?.clone(), source)))
        .unwrap_or((Resource::new(), Source::Assumed));
        ServiceProvider { features, pagination, document }
    }

    /// A capability by its JSON name.
    pub fn feature(&self, name: &str) -> Option<&Capability> {
        FEATURES.iter().zip(&self.features).find(|(known, _)| **known == name).map(|(_, capability)| capability)
    }

    /// Cursor and index paging; a provider that says nothing has index paging (RFC 9865 section 4).
    pub fn paging(&self) -> (bool, bool) {
        let flag = |name| self.pagination.0.get(name).and_then(Data::as_boolean);
        (flag("cursor").unwrap_or(false), flag("index").unwrap_or(true))
    }

    /// Lengths at which the provider says that it cuts pages (RFC 7643 section 5, RFC 9865 section 4).
    pub fn page_bounds(&self) -> Vec<u64> {
        let filter = self.feature("filter").and_then(|filter| filter.limit("maxResults"));
        let paging = ["defaultPageSize", "maxPageSize"].map(|name| self.pagination.0.number(name));
        [filter].into_iter().chain(paging).flatten().filter(|bound| *bound > 0).collect()
    }

    /// A member of the document.
    pub fn member(&self, name: &str) -> Option<&Data> {
        self.document.as_ref().and_then(|document| document.get(name))
    }

    /// The JSON form: the document's own names, with the source of each capability.
    pub fn to_json(&self) -> Data {
        let mut object = Resource::new();
        for (name, capability) in FEATURES.iter().zip(&self.features) {
            let mut section = capability.section.clone();
            section.retain(|key, _| !key.eq_ignore_ascii_case("supported"));
            section.insert("supported", Data::from(capability.supported));
            section.insert("source", Data::from(capability.source.name()));
            object.insert(*name, Data::from(section));
        }
        let (mut pagination, source) = self.pagination.clone();
        let (cursor, index) = self.paging();
        pagination.extend([
            ("cursor", Data::from(cursor)),
            ("index", Data::from(index)),
            ("source", Data::from(source.name())),
        ]);
        object.insert("pagination", Data::from(pagination));
        for name in ["documentationUri", "authenticationSchemes", "securityEvents", "meta"] {
            if let Some(value) = self.member(name).filter(|value| !value.is_null()) {
                object.insert(name, value.clone());
            }
        }
        if let Some(document) = &self.document {
            object.insert("document", Data::from(document.clone()));
        }
        Data::from(object)
    }
}

/// A capability by its JSON name, as [`ServiceProvider::new`] puts them together.
pub fn capability(name: &str, document: Option<&Resource>, overrides: &Resource, assumed: &Resource) -> Capability {
    let read = |object: &Resource| section(object.get(name));
    if let Some((supported, section)) = read(overrides) {
        return Capability { supported, source: Source::Overridden, section };
    }
    match document.and_then(read) {
        Some((supported, section)) => Capability { supported, source: Source::Discovered, section },
        None => {
            let (supported, section) = read(assumed).unwrap_or_default();
            Capability { supported, source: Source::Assumed, section }
        }
    }
}

/// A section that says whether it is supported: `{"supported": true}`, or just `true`, as a boolean or as text.
fn section(value: Option<&Data>) -> Option<(bool, Resource)> {
    match value?.node() {
        Node::Object(object) => Some((object.get("supported")?.as_boolean()?, object.clone())),
        _ => Some((value?.as_boolean()?, Resource::new())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scim::resource::json;

    #[test]
    fn an_odd_section_does_not_switch_the_others_off() {
        let document = json!({"patch": {"supported": "true"}, "bulk": {"supported": false, "maxOperations": 0}, "filter": "nonsense", "sort": true, "ETag": {"supported": true}});
        let overrides = json!({"sort": {"supported": false}});
        let provider = ServiceProvider::new(
            document.as_object().cloned(),
            overrides.as_object().unwrap(),
            json!({"patch": {"supported": true}, "bulk": {"supported": true}, "filter": {"supported": true}, "sort": {"supported": true}}).as_object().unwrap(),
        );
        let found: Vec<_> =
            FEATURES.iter().map(|name| provider.feature(name).map(|it| (it.supported, it.source)).unwrap()).collect();
        let expected = [
            (true, Source::Discovered),
            (false, Source::Discovered),
            (true, Source::Assumed),
            (false, Source::Assumed),
            (false, Source::Overridden),
            (true, Source::Discovered),
        ];
        assert_eq!(found, expected);
        assert_eq!(provider.feature("bulk").unwrap().limit("maxOperations"), None);
        assert_eq!((provider.paging(), provider.pagination.1), ((false, true), Source::Assumed));
    }
}
