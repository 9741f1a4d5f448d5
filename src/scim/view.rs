//! Cuts a resource to what a caller wants to see of it (RFC 7644 section 3.9), where the provider is not asked to.

use super::path::AttributePath;
use super::resource::{Data, Node, Resource, is_urn};

/// What is there whatever the view says: the identifier is always returned (RFC 7643 section 3.1), and the schemas say how the rest
/// is read.
const ALWAYS: [&str; 2] = ["id", "schemas"];

/// How much of an attribute the names speak of.
enum Named<'a> {
    No,
    Parts(Vec<&'a str>),
    Whole,
}

/// The names of a view, as they are compared with attributes.
struct Names {
    paths: Vec<AttributePath>,
    /// As they were given, for a whole extension is named by its URN.
    texts: Vec<String>,
}

impl Names {
    fn new(names: &[String], core: Option<&str>) -> Names {
        let is_core = |schema: &String| core.is_some_and(|core| core.eq_ignore_ascii_case(schema));
        let path = |name: &String| {
            let mut path = AttributePath::parse(name).ok()?;
            path.schema = path.schema.filter(|schema| !is_core(schema));
            Some(path)
        };
        Names { paths: names.iter().filter_map(path).collect(), texts: names.to_vec() }
    }

    fn of(&self, schema: Option<&str>, name: &str) -> Named<'_> {
        let same = |one: Option<&str>, other: Option<&str>| match (one, other) {
            (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
            (one, other) => one == other,
        };
        let mut parts = Vec::new();
        for path in &self.paths {
            if same(path.schema.as_deref(), schema) && path.name.eq_ignore_ascii_case(name) {
                match &path.sub {
                    Some(sub) => parts.push(sub.as_str()),
                    None => return Named::Whole,
                }
            }
        }
        if parts.is_empty() { Named::No } else { Named::Parts(parts) }
    }
}

/// Leaves what `attributes` names, or else takes out what `excluded` names. `core` is the URN of the resource's schema.
pub fn cut(resource: &Resource, attributes: &[String], excluded: &[String], core: Option<&str>) -> Resource {
    let keeps = !attributes.is_empty();
    let names = Names::new(if keeps { attributes } else { excluded }, core);
    let whole = |urn: &str| names.texts.iter().any(|text| text.eq_ignore_ascii_case(urn));
    let left = resource.iter().filter_map(|(name, value)| {
        let left = match value.as_object().filter(|_| is_urn(name) && !whole(name)) {
            _ if ALWAYS.iter().any(|always| name.eq_ignore_ascii_case(always)) => Some(value.clone()),
            Some(extension) => {
                let member = |(member, value)| Some((member, left_of(value, names.of(Some(name), member), keeps)?));
                let left: Resource = extension.iter().filter_map(member).collect();
                (!left.is_empty()).then(|| left.into())
            }
            None if is_urn(name) => keeps.then(|| value.clone()),
            None => left_of(value, names.of(None, name), keeps),
        };
        Some((name, left?))
    });
    left.collect()
}

/// What is left of an attribute's value.
fn left_of(value: &Data, named: Named<'_>, keeps: bool) -> Option<Data> {
    match (named, keeps) {
        (Named::Whole, true) | (Named::No, false) => Some(value.clone()),
        (Named::Whole, false) | (Named::No, true) => None,
        (Named::Parts(parts), _) => Some(parts_of(value, &parts, keeps)),
    }
}

/// A value with some of its sub-attributes, or without them.
fn parts_of(value: &Data, parts: &[&str], keeps: bool) -> Data {
    match value.node() {
        Node::Object(object) => {
            let mut object = object.clone();
            object.retain(|name, _| parts.iter().any(|part| name.eq_ignore_ascii_case(part)) == keeps);
            object.into()
        }
        Node::List(items) => items.iter().map(|item| parts_of(item, parts, keeps)).collect(),
        _ => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::resource::json;
    use super::super::urn;
    use super::*;

    #[test]
    fn a_view_is_cut_as_a_provider_would() {
        let user = json!({
            "schemas": [urn::USER], "id": "1", "userName": "ada", "Title": "x",
            "name": {"givenName": "A", "familyName": "B"},
            "emails": [{"value": "a@example.com", "type": "work"}],
            urn::ENTERPRISE_USER: {"department": "d", "division": "v"},
        });
        let department = format!("{}:department", urn::ENTERPRISE_USER);
        let core_title = format!("{}:title", urn::USER);
        let always = json!({"schemas": [urn::USER], "id": "1"});
        let rows: Vec<(Vec<&str>, Data)> = vec![
            (vec!["title"], json!({"Title": "x"})),
            (vec![&core_title], json!({"Title": "x"})),
            (
                vec!["name.givenName", "emails.value"],
                json!({"name": {"givenName": "A"}, "emails": [{"value": "a@example.com"}]}),
            ),
            (vec![&department], json!({urn::ENTERPRISE_USER: {"department": "d"}})),
            (vec![urn::ENTERPRISE_USER], json!({urn::ENTERPRISE_USER: {"department": "d", "division": "v"}})),
            (vec!["nickName"], json!({})),
        ];
        let strings = |names: &[&str]| -> Vec<String> { names.iter().map(|name| (*name).to_owned()).collect() };
        for (names, expected) in rows {
            let found = cut(user.as_object().unwrap(), &strings(&names), &[], Some(urn::USER));
            let mut whole = always.as_object().cloned().unwrap();
            whole.extend(expected.as_object().cloned().unwrap());
            assert_eq!(found, whole, "{names:?}");
        }
        let without = strings(&["id", "TITLE", "name.familyName", "emails", urn::ENTERPRISE_USER]);
        let found = cut(user.as_object().unwrap(), &[], &without, Some(urn::USER));
        let expected = json!({"schemas": [urn::USER], "id": "1", "userName": "ada", "name": {"givenName": "A"}});
        assert_eq!(Data::from(found), expected);
    }
}
