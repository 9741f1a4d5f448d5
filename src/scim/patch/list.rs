//! The difference between two lists of values: operations on the values by themselves where that is unambiguous, the whole list
//! otherwise. What was found is tried out before it is returned.

use super::super::filter::{Filter, Operator};
use super::super::path::AttributePath;
use super::super::resource::{Data, Resource};
use super::apply::apply;
use super::attribute_table::AttributeTable;
use super::compare::{self, Pairing, element, is_unassigned, says};
use super::diff::Place;
use super::{Op, Operation};
use crate::gather::Gather as _;
use std::collections::BTreeMap;

/// What selects one value of a list: first by what it is for, or first by what it is.
const BY_TYPE: [&[&str]; 3] = [&["type"], &["value"], &["type", "value"]];
const BY_VALUE: [&[&str]; 3] = [&["value"], &["type"], &["type", "value"]];

/// Most values that are changed or removed by themselves; selecting each of more would take longer than sending all.
const MOST: usize = 100;

/// The operations that make a list what is wanted.
pub(super) fn changes(place: &Place<'_>, current: &[Data], wanted: &[Data]) -> Vec<Operation> {
    let Pairing { pairs, wanted: mut new, current: mut old } =
        compare::pair(current, wanted, place.name, place.style.text);
    let changed = related(current, wanted, &mut new, &mut old);
    let lists = Lists { current, wanted, kept: pairs, changed, new, old };
    let steps = lists.steps(place).filter(|_| place.style.value_paths);
    match steps.filter(|steps| leads(place, current, wanted, steps)) {
        Some(steps) => steps,
        None => vec![place.whole(Op::Replace, lists.whole())],
    }
}

/// Two lists, and what became of their values: indices, a wanted one before a current one.
struct Lists<'a> {
    current: &'a [Data],
    wanted: &'a [Data],
    /// Values that are as they shall be.
    kept: Vec<(usize, usize)>,
    /// Values of which a part changes.
    changed: Vec<(usize, usize)>,
    /// Wanted values that are not there.
    new: Vec<usize>,
    /// Current values that are not wanted.
    old: Vec<usize>,
}

impl Lists<'_> {
    fn current(&self, index: usize) -> Option<&Resource> {
        self.current.get(index)?.as_object()
    }

    fn wanted(&self, index: usize) -> Option<&Resource> {
        self.wanted.get(index)?.as_object()
    }

    /// Operations on the values by themselves: first what goes, while the filters still select as they do now, then what changes,
    /// then what comes. None where a value cannot be selected, where nothing stays, or where
    /// too much changes.
    fn steps(&self, place: &Place<'_>) -> Option<Vec<Operation>> {
        let staying = !self.kept.is_empty() || !self.changed.is_empty();
        if !staying || self.changed.len() + self.old.len() > MOST {
            return None;
        }
        let mut gone: Vec<usize> = self.old.clone();
        let mut parts = Vec::new();
        let mut come: Vec<Data> =
            self.new.iter().filter_map(|index| self.wanted.get(*index)).map(compare::assigned).collect();
        for (index, at) in &self.changed {
            let (wanted, found) = (self.wanted(*index)?, self.current(*at)?);
            let differing = compare::differing(found, wanted, place.name, place.style.text);
            let selector =
                self.selector(*at, &BY_TYPE, &|key| differing.iter().any(|row| row.0.eq_ignore_ascii_case(key)));
            let Some(selector) = selector else {
                gone.push(*at);
                come.push(Data::from(compare::overlay(found, wanted)));
                continue;
            };
            for (sub, value) in differing {
                let op = match (is_unassigned(Some(value)), is_unassigned(found.get(sub))) {
                    (true, _) => Op::Remove,
                    (_, true) => Op::Add,
                    _ => Op::Replace,
                };
                let path = place.path(Some(selector.clone()), Some(sub))?;
                let value = (op != Op::Remove).then(|| compare::assigned(value));
                parts.push(Operation { op, path: Some(path), value });
            }
        }
        let mut operations = Vec::new();
        for at in gone {
            let path = place.path(Some(self.selector(at, &BY_VALUE, &|_| false)?), None)?;
            operations.push(Operation { op: Op::Remove, path: Some(path), value: None });
        }
        operations.extend(parts);
        if !come.is_empty() {
            operations.push(place.whole(Op::Add, Data::from(come)));
        }
        Some(operations)
    }

    /// A filter that selects one current value only, by sub-attributes that do not change.
    fn selector(&self, at: usize, choices: &[&[&str]], changes: &dyn Fn(&str) -> bool) -> Option<Filter> {
        let item = self.current(at)?;
        let text = |item: &Data, key: &str| element(item).text(key).map(|text| text.to_lowercase());
        let selects_one = |keys: &&&[&str]| {
            let own: Option<Vec<(&str, String)>> = keys
                .iter()
                .map(|key| Some((*key, item.get(key)?.as_str().filter(|_| !changes(key))?.to_lowercase())))
                .collect();
            let Some(own) = own else { return false };
            let alike = |item: &&Data| own.iter().all(|(key, value)| text(item, key).as_ref() == Some(value));
            self.current.iter().filter(alike).nth(1).is_none()
        };
        let keys = choices.iter().find(selects_one)?;
        let mut filters: Vec<Filter> = keys
            .iter()
            .filter_map(|key| {
                let attribute = AttributePath { schema: None, name: (*key).to_owned(), sub: None };
                Some(Filter::Compare { attribute, operator: Operator::Equal, value: item.get(key)?.clone() })
            })
            .collect();
        if filters.len() > 1 { Some(Filter::And(filters)) } else { filters.pop() }
    }

    /// The list as a whole: values that stay keep what is not spoken of.
    fn whole(&self) -> Data {
        let pairs: BTreeMap<usize, usize> = self.kept.iter().chain(&self.changed).copied().gather();
        let partner = |index: usize| pairs.get(&index).and_then(|at| self.current(*at));
        let primary = self.wanted.iter().any(compare::is_primary);
        let merged = |(index, item): (usize, &Data)| {
            let (Some(found), Some(wanted)) = (partner(index), item.as_object()) else {
                return compare::assigned(item);
            };
            let mut value = Data::from(compare::overlay(found, wanted));
            // Another value is to be the preferred one.
            if let (true, true, Some(object)) = (primary, !compare::is_primary(item), value.as_object_mut()) {
                object.retain(|name, _| !name.eq_ignore_ascii_case("primary"));
                if wanted.key("primary").is_some() {
                    object.insert("primary", false);
                }
            }
            value
        };
        compare::distinct(self.wanted.iter().enumerate().map(merged))
    }
}

/// Relates values that are left over on both sides: to the only other one for the same thing, or else with the same value.
fn related(current: &[Data], wanted: &[Data], new: &mut Vec<usize>, old: &mut Vec<usize>) -> Vec<(usize, usize)> {
    let text = |list: &[Data], index: usize, key: &str| {
        list.get(index)?.as_object()?.text(key).map(|text| text.to_lowercase())
    };
    let mut related = Vec::new();
    if new.len() > MOST || old.len() > MOST {
        return related;
    }
    for key in ["type", "value"] {
        for index in new.clone() {
            let Some(own) = text(wanted, index, key) else { continue };
            let alike = |list: &[Data], among: &[usize]| -> Vec<usize> {
                among.iter().copied().filter(|index| text(list, *index, key).as_ref() == Some(&own)).collect()
            };
            if let ([_], [at]) = (alike(wanted, new).as_slice(), alike(current, old).as_slice()) {
                related.push((index, *at));
                new.retain(|other| *other != index);
                old.retain(|other| other != at);
            }
        }
    }
    related
}

/// Whether operations lead from one list to the other.
fn leads(place: &Place<'_>, current: &[Data], wanted: &[Data], operations: &[Operation]) -> bool {
    let mut trial = Resource::from_iter([(place.name.to_owned(), Data::from(current.to_vec()))]);
    if let Some(schema) = place.schema {
        trial = Resource::from_iter([(schema.to_owned(), Data::from(trial))]);
    }
    if apply(&mut trial, operations, &AttributeTable::NOTHING, "").is_err() {
        return false;
    }
    let holder = match place.schema {
        Some(schema) => trial.get(schema).and_then(Data::as_object),
        None => Some(&trial),
    };
    let found = holder.and_then(|holder| holder.get(place.name));
    says(found, &Data::from(wanted.to_vec()), place.name, place.style.text)
}
