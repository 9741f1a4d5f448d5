//! Resources are made those described: `plan` says what is to be done with pairs of a resource as it shall be and as it is, `reconcile`
//! lists, recognises, plans and carries out.
//!
//! `decide` decides one pair, `difference` says how the two differ, by `rules` that all pairs have in common; `report` is what comes of
//! it. `run` reconciles: `listing` lists all there is, `matching` brings together who is who, `guards` say when nothing is changed, and
//! `apply` carries out.

mod apply;
mod decide;
mod difference;
mod guards;
mod listing;
mod matching;
#[cfg(test)]
mod properties;
pub mod report;
mod rules;
mod run;
#[cfg(test)]
mod tests;

use crate::failure::Result;
use crate::input::reconcile::{Pair, Plan};
use crate::operations::{Context, Execute, target};
use decide::id;
use report::{Action, Decision, Planned};
use rules::Rules;
use std::collections::BTreeMap;

impl Execute for Plan {
    type Output = Planned;

    fn execute(self, context: &Context<'_>) -> Result<Planned> {
        let endpoint = target::standard(context.target.as_ref())?;
        let rules = Rules::new(context.client, &endpoint, &self.policy);
        Ok(Planned { decisions: plan(self.pairs, &rules) })
    }
}

/// Decides on pairs, in their order. A key or a resource that stands in two of them cannot be meant in both.
pub fn plan(pairs: Vec<Pair>, rules: &Rules<'_>) -> Vec<Decision> {
    let mut keys = BTreeMap::<String, u32>::new();
    pairs.iter().for_each(|pair| *keys.entry(pair.key.clone()).or_default() += 1);
    decide(pairs, &keys, rules)
}

/// The same, with how often each key stands there; of others it does not matter.
fn decide(pairs: Vec<Pair>, keys: &BTreeMap<String, u32>, rules: &Rules<'_>) -> Vec<Decision> {
    let mut ids = BTreeMap::<String, u32>::new();
    for pair in &pairs {
        let mut own: Vec<String> = pair.existing.iter().filter_map(id).collect();
        own.sort();
        own.dedup();
        own.into_iter().for_each(|id| *ids.entry(id).or_default() += 1);
    }
    let is_twice = |seen: &BTreeMap<String, u32>, name: &str| seen.get(name).is_some_and(|times| *times > 1);
    let decide = |pair: Pair| {
        let reason = if is_twice(keys, &pair.key) {
            "its key stands here more than once"
        } else if pair.existing.iter().filter_map(id).any(|id| is_twice(&ids, &id)) {
            "the one that matches is matched by another, too"
        } else {
            return rules.decide(pair);
        };
        let mut ids = pair.existing.iter().filter_map(id);
        let only = ids.next().filter(|first| ids.all(|id| id == *first));
        Decision { id: only, ..Decision::new(pair.key, Action::Conflict, reason, pair.ownership) }
    };
    pairs.into_iter().map(decide).collect()
}
