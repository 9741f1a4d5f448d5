//! Members as data: who they are, what makes one set of them another, and how that is written. No I/O, no provider.

use crate::failure::{Failure, Result};
use crate::gather::Gather as _;
use crate::profile::MemberStyle;
use crate::scim::filter::Filter;
use crate::scim::patch::{Op, Operation};
use crate::scim::resource::{Data, Node, Resource};
use std::collections::BTreeSet;

/// Members, each once, as the caller gives them.
pub fn distinct(members: &[Resource], pointer: &str) -> Result<Vec<Resource>> {
    let mut seen = BTreeSet::new();
    let mut result = Vec::new();
    for (index, member) in members.iter().enumerate() {
        let Some(value) = identity(member) else {
            let at = format!("{pointer}/{index}/value");
            let detail = format!("{}: is required: the id of the member", crate::naming::place(&at));
            return Err(Failure::input(at, detail));
        };
        if seen.insert(value.clone()) {
            let mut member = member.clone();
            member.retain(|name, _| !name.eq_ignore_ascii_case("value"));
            member.insert("value".to_owned(), Data::from(value));
            result.push(member);
        }
    }
    Ok(result)
}

/// Who a member is.
pub fn identity(member: &Resource) -> Option<String> {
    member.text("value").filter(|value| !value.trim().is_empty())
}

/// The members that a group shows; none where it shows none, not even an empty list. Some servers send just their ids.
pub fn shown_in(group: &Resource) -> Option<Vec<Resource>> {
    let items = group.get("members")?.as_list()?;
    let member = |item: &Data| match item.node() {
        Node::Object(object) => Some(object.clone()),
        Node::Text(_) | Node::Number(_) => Some(Resource::from_iter([("value", item.to_text()?)])),
        _ => None,
    };
    Some(items.iter().filter_map(member).collect())
}

/// Who these are.
pub fn identities(members: &[Resource]) -> BTreeSet<String> {
    members.iter().filter_map(identity).gather()
}

/// Those of whom the list has more than one, each once.
pub fn doubled(members: &[Resource]) -> Vec<Resource> {
    let (mut seen, mut told) = (BTreeSet::new(), BTreeSet::new());
    let is_double = |member: &&Resource| identity(member).is_some_and(|id| !seen.insert(id.clone()) && told.insert(id));
    members.iter().filter(is_double).cloned().collect()
}

/// Those whose state an answer shows to be other than the operation makes it.
pub fn unmet(op: Op, members: &[Resource], shown: &[Resource]) -> Vec<Resource> {
    let there = identities(shown);
    let is_unmet = |member: &&Resource| identity(member).is_some_and(|id| there.contains(&id) == (op == Op::Remove));
    members.iter().filter(is_unmet).cloned().collect()
}

/// Members without some of them.
pub fn without(members: &[Resource], others: &[Resource]) -> Vec<Resource> {
    let others = identities(others);
    members.iter().filter(|member| identity(member).is_none_or(|id| !others.contains(&id))).cloned().collect()
}

/// Which members come and go.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Members to add.
    pub add: Vec<Resource>,
    /// Members to remove.
    pub remove: Vec<Resource>,
    /// Members that are there more than once, and are to be there once.
    pub doubled: Vec<Resource>,
    /// Members that are right already, where that is known.
    pub unchanged: Option<u32>,
    /// Who the members shall be in the end, where it is said of all.
    pub wanted: Option<Vec<Resource>>,
}

impl Plan {
    /// What leads from one set of members to another.
    pub fn between(current: &[Resource], wanted: &[Resource]) -> Plan {
        let (have, want) = (identities(current), identities(wanted));
        let gone = |list: &[Resource], other: &BTreeSet<String>| -> Vec<Resource> {
            let mut told = BTreeSet::new();
            let is_gone =
                |member: &&Resource| identity(member).is_some_and(|id| !other.contains(&id) && told.insert(id));
            list.iter().filter(is_gone).cloned().collect()
        };
        let mut doubled = doubled(current);
        doubled.retain(|member| identity(member).is_some_and(|id| want.contains(&id)));
        Plan {
            add: gone(wanted, &have),
            remove: gone(current, &want),
            doubled,
            unchanged: Some(count(have.intersection(&want).count())),
            wanted: Some(wanted.to_vec()),
        }
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.add.is_empty() && self.remove.is_empty() && self.doubled.is_empty()
    }

    /// Whether some come and all that are there go.
    pub fn is_exchange(&self) -> bool {
        self.wanted.is_some() && self.unchanged == Some(0) && !self.add.is_empty() && !self.remove.is_empty()
    }

    /// The operations that say so in the standard's own style.
    pub fn operations(&self) -> Vec<Operation> {
        self.operations_in(MemberStyle::Path)
    }

    /// The operations that say so in a style.
    pub fn operations_in(&self, style: MemberStyle) -> Vec<Operation> {
        if let (true, Some(wanted)) =
            (self.add.is_empty() && self.remove.is_empty() && !self.doubled.is_empty(), &self.wanted)
        {
            let value = Some(Data::from(wanted.as_slice()));
            return vec![Operation { op: Op::Replace, path: Some("members".to_owned()), value }];
        }
        let parts = [(Op::Add, &self.add), (Op::Remove, &self.remove)];
        parts.into_iter().flat_map(|(op, members)| written(style, op, members)).collect()
    }

    /// Whether it takes fewer requests to replace all members than to add and remove in portions of these sizes.
    pub fn is_long(&self, most_added: Option<u32>, most_removed: Option<u32>) -> bool {
        let long = |members: &[Resource], most: Option<u32>| most.is_some_and(|most| members.len() > most as usize);
        long(&self.add, most_added) || long(&self.remove, most_removed)
    }
}

/// A number as results have it.
pub fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Another way of saying the same, for a provider that does not take the first: by list or by filter to remove, with or without a
/// path to add.
pub fn other_style(style: MemberStyle, op: Op) -> MemberStyle {
    match (style, op) {
        (MemberStyle::Path | MemberStyle::Pathless, Op::Remove) => MemberStyle::List,
        (MemberStyle::List | MemberStyle::Nested, Op::Remove) => MemberStyle::Path,
        (MemberStyle::Path | MemberStyle::List, _) => MemberStyle::Pathless,
        (MemberStyle::Pathless | MemberStyle::Nested, _) => MemberStyle::Path,
    }
}

/// The operations of one request.
pub fn written(style: MemberStyle, op: Op, members: &[Resource]) -> Vec<Operation> {
    let path = Some("members".to_owned());
    let bare =
        || -> Data { members.iter().filter_map(identity).map(|id| Resource::from_iter([("value", id)])).collect() };
    let list = if op == Op::Remove { bare() } else { Data::from(members) };
    let one = |path: Option<String>, value: Data| vec![Operation { op, path, value: Some(value) }];
    match (style, op) {
        _ if members.is_empty() && op != Op::Replace => Vec::new(),
        // Nothing to name: all of them go (RFC 7644 section 3.5.2.2).
        _ if members.is_empty() => vec![Operation { op: Op::Remove, path, value: None }],
        (MemberStyle::Path | MemberStyle::Pathless, Op::Remove) => {
            let selected = |id: String| Filter::eq("value", id).ok().map(|filter| format!("members[{filter}]"));
            let paths = members.iter().filter_map(identity).filter_map(selected);
            paths.map(|path| Operation { op, path: Some(path), value: None }).collect()
        }
        (MemberStyle::Path | MemberStyle::List, _) => one(path, list),
        (MemberStyle::Pathless, _) => one(None, Resource::from_iter([("members", list)]).into()),
        (MemberStyle::Nested, _) => one(path, Resource::from_iter([("members", list)]).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people(ids: &[&str]) -> Vec<Resource> {
        ids.iter().map(|id| Resource::from_iter([("value", *id)])).collect()
    }

    #[test]
    fn a_plan_names_who_comes_goes_and_is_there_twice() {
        let plan = Plan::between(&people(&["a", "b", "b", "c", "c"]), &people(&["b", "d"]));
        let ids = |members: &[Resource]| -> Vec<String> { members.iter().filter_map(identity).collect() };
        assert_eq!(
            (ids(&plan.add), ids(&plan.remove), ids(&plan.doubled)),
            (vec!["d".into()], vec!["a".into(), "c".into()], vec!["b".into()])
        );
        assert_eq!(plan.unchanged, Some(1));
        assert!(!plan.is_empty() && Plan::between(&people(&["a"]), &people(&["a"])).is_empty());
        assert!(plan.is_long(None, Some(1)) && !plan.is_long(Some(1), Some(2)));
    }

    #[test]
    fn an_answer_shows_what_is_unmet() {
        let shown = people(&["a", "b"]);
        assert_eq!(unmet(Op::Add, &people(&["a", "c"]), &shown), people(&["c"]));
        assert_eq!(unmet(Op::Remove, &people(&["a", "c"]), &shown), people(&["a"]));
    }

    #[test]
    fn what_the_caller_says_of_a_member_goes_out() {
        let member = Resource::from_iter([("value", "1"), ("display", "Ada")]);
        assert_eq!(distinct(&[member.clone(), member.clone()], "/members").unwrap(), [member]);
        let failure = distinct(&people(&[" "]), "/members").unwrap_err();
        assert_eq!(failure.pointer.as_deref(), Some("/members/0/value"));
    }
}
