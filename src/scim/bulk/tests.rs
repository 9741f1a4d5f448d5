//! Properties of the plan over random operations, references, limits and answers.

use super::check::{Prepared, Scope, prepare};
use super::plan::{Limits, Work};
use super::{Answer, METHODS, Method, Operation, answer};
use crate::failure::{Failure, Kind};
use crate::scim::resource::{Data, json};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Operations of which each creation refers to others, and each change to one.
fn operations(targets: &[(bool, Vec<usize>)]) -> Vec<Prepared> {
    let count = targets.len();
    let post = |index: usize| targets[index].0;
    let operation = |(index, (creates, refers)): (usize, &(bool, Vec<usize>))| {
        let names: Vec<Data> = refers
            .iter()
            .map(|it| it % count)
            .filter(|it| post(*it))
            .map(|it| json!({"value": format!("bulkId:n{it}")}))
            .collect();
        let (method, path) =
            if *creates { (Method::Post, "/Groups".to_owned()) } else { (Method::Put, format!("/Groups/{index}")) };
        Operation {
            method,
            path,
            bulk_id: creates.then(|| format!("n{index}")),
            version: None,
            data: Some(json!({"members": names})),
        }
    };
    let mut operations: Vec<Operation> = targets.iter().enumerate().map(operation).collect();
    prepare(&mut operations, &[], Scope::Here, &|index| format!("/operations/{index}"), &|_, _, data, _| {
        Ok((data, false))
    })
    .unwrap()
}

/// Carries out all there is against a provider that fails what `fails` says, and checks every request on the way.
fn carry_out(prepared: Vec<Prepared>, limits: Limits, fails: &BTreeSet<usize>) -> Vec<(u32, bool)> {
    let count = prepared.len();
    let mut work = Work::new(prepared, limits, None);
    let (mut made, mut requests): (BTreeSet<usize>, usize) = (BTreeSet::new(), 0);
    while let Some(batch) = work.next_batch() {
        requests += 1;
        assert!(requests <= 2 * count, "it ends");
        let alone = !limits.bulk;
        assert!(batch.steps.len() <= if alone { 1 } else { limits.operations });
        assert!(alone || batch.body.len() <= limits.bytes, "{} > {}", batch.body.len(), limits.bytes);
        let body: Data = Data::parse(&batch.body).unwrap_or_default();
        let here: BTreeSet<String> = batch.operations.iter().filter_map(|it| it.bulk_id.clone()).collect();
        let mut done = Vec::new();
        for (place, (step, operation)) in batch.steps.iter().zip(&batch.operations).enumerate() {
            let data = if alone { operation.data.clone().unwrap() } else { body["Operations"][place]["data"].clone() };
            // With members only, none of what these groups refer to can be told within a request: they are no users.
            let within = !alone && !limits.members_only;
            super::references::each(&data, &mut |name, _| assert!(within && here.contains(name), "{name} is not here"));
            assert!(alone || body["Operations"][place]["path"].as_str() == Some(&operation.path));
            // Identifiers are those of what was made before.
            for id in data.to_string().split("id-").skip(1) {
                let digits: String = id.chars().take_while(char::is_ascii_digit).collect();
                assert!(made.contains(&digits.parse().unwrap()), "{data}");
            }
            let name = operation.bulk_id.as_deref().and_then(|name| name.strip_prefix('n')?.parse::<usize>().ok());
            let found = if fails.contains(step) {
                Answer::failed(Failure::new(Kind::Conflict, "scripted"))
            } else {
                let location = name.map(|name| format!("/Groups/id-{name}"));
                done.extend(name);
                Answer { status: Some(200), location, ..Answer::default() }
            };
            work.settle(*step, found);
        }
        made.extend(done);
    }
    work.finish().results.iter().map(|it| (it.index, it.failure.is_none())).collect()
}

proptest! {
    #[test]
    fn every_operation_has_one_outcome_within_the_limits(
        targets in prop::collection::vec((prop::bool::weighted(0.8), prop::collection::vec(0usize..40, 0..4)), 1..40),
        operations_limit in 1usize..12,
        bytes in 400usize..3000,
        bulk in any::<bool>(),
        members_only in any::<bool>(),
        fails in prop::collection::btree_set(0usize..80, 0..6),
    ) {
        let prepared = operations(&targets);
        let count = prepared.len();
        let results = carry_out(prepared, Limits { operations: operations_limit, bytes, bulk, members_only }, &fails);
        let indices: Vec<u32> = results.iter().map(|it| it.0).collect();
        prop_assert_eq!(indices, (0..u32::try_from(count).unwrap()).collect::<Vec<_>>());
        if fails.is_empty() {
            prop_assert!(results.iter().all(|it| it.1), "{:?}", results);
        }
        for index in fails.iter().filter(|it| **it < count) {
            prop_assert!(!results[*index].1);
        }
    }
}

#[test]
fn twenty_thousand_operations_in_a_chain_and_in_a_circle() {
    let count = 20_000;
    for bulk in [true, false] {
        for first in [0, count - 1] {
            let targets: Vec<_> = (0..count).map(|it| (true, vec![if it == 0 { first } else { it - 1 }])).collect();
            let limits = Limits { operations: 1000, bytes: 1_000_000, bulk, members_only: false };
            let results = carry_out(operations(&targets), limits, &BTreeSet::new());
            assert_eq!(results.iter().filter(|it| it.1).count(), count, "bulk {bulk}, first refers to {first}");
        }
    }
}

#[test]
fn results_find_their_operations() {
    let sent: Vec<Operation> = [
        ("POST", "/Users", Some("a")),
        ("POST", "/Users", Some("b")),
        ("DELETE", "/Users/1", None),
        ("DELETE", "/Users/2", None),
        ("PATCH", "/Users/bulkId:a", None),
    ]
    .into_iter()
    .map(|(method, path, name)| Operation {
        method: METHODS.iter().find(|row| row.0 == method).unwrap().1,
        path: path.into(),
        bulk_id: name.map(str::to_owned),
        version: None,
        data: None,
    })
    .collect();
    let read = |items: Data| -> Vec<Option<u16>> {
        let found = answer::read(json!({"operations": items}).as_object().unwrap(), &sent);
        found.0.into_iter().map(|found| found.and_then(|it| it.status)).collect()
    };
    let rows = [
        (
            json!([{"bulkId": "b", "status": "201"}, {"bulkId": "a", "status": 409}]),
            [Some(409), Some(201), None, None, None],
        ),
        (
            json!([{"method": "delete", "location": "https://x/v2/Users/2", "status": {"code": 204}}]),
            [None, None, None, Some(204), None],
        ),
        (
            json!([{"method": "POST", "status": {"code": "201"}}, {"method": "POST", "status": "400 Bad Request"}]),
            [Some(201), Some(400), None, None, None],
        ),
        (
            json!([{"method": "PATCH", "location": "/Users/77", "status": 200}, {"bulkId": "zz", "status": 200}]),
            [None, None, None, None, Some(200)],
        ),
        (json!([{"status": 201}, {"status": 202}]), [Some(201), Some(202), None, None, None]),
        (
            json!([{"bulkId": "a", "status": 201}, {"bulkId": "a", "status": 500}, 7, null]),
            [Some(201), None, None, None, None],
        ),
        (
            json!([{"bulkId": "a", "response": {"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": "409"}}]),
            [Some(409), None, None, None, None],
        ),
        (json!("nonsense"), [None; 5]),
    ];
    for (items, expected) in rows {
        assert_eq!(read(items.clone()), expected, "{items}");
    }
}
