//! What is written for the component is what it reads: names of members, and the options of each operation.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use scim_connector::contract::Operation;
use scim_connector::input::form;
use scim_connector_records::contract::functions::ALL;
use scim_connector_records::contract::{OPTIONS, TARGET};
use scim_connector_records::shape::{Field, Record, Type, Way};
use std::collections::BTreeSet;

/// The members that an operation reads, and those that are written for it.
fn members(operation: Operation, parameters: &Record) -> (BTreeSet<&'static str>, BTreeSet<&'static str>) {
    let reads = form::fields(operation).into_iter().map(|field| field.name).collect();
    let mut written = BTreeSet::new();
    for field in parameters.fields {
        match (&field.way, spread(field)) {
            (Way::Member, _) => drop(written.insert(field.name)),
            (Way::Options(taken), _) => written.extend(taken.iter().copied()),
            (Way::Spread, names) => written.extend(names),
            _ => assert_eq!(field.name, "connection", "{operation:?}"),
        }
    }
    (reads, written)
}

fn spread(field: &Field) -> Vec<&'static str> {
    match field.ty {
        Type::Option(Type::Record(record)) => record.fields.iter().map(|field| field.name).collect(),
        Type::Variant(variant) => variant.cases.iter().filter_map(|case| case.member).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn each_operation_reads_what_is_written_for_it_and_nothing_else() {
    assert_eq!(ALL.len(), Operation::ALL.len());
    for (function, operation) in ALL.into_iter().zip(Operation::ALL) {
        assert_eq!(function.name, operation.name());
        let (reads, written) = members(operation, &function.parameters);
        assert_eq!(reads, written, "{}", function.name);
    }
    // As the record has them; none is misspelt in the table of the generator.
    let known: Vec<&str> = OPTIONS.fields.iter().map(|field| field.name).collect();
    for function in ALL {
        for field in function.parameters.fields {
            if let Way::Options(taken) = field.way {
                assert!(taken.iter().all(|name| known.contains(name)), "{}: {taken:?}", function.name);
            }
        }
    }
    assert_eq!(TARGET.cases.len(), 2);
}

/// Every type that is made of others, once.
fn reach(ty: &'static Type, found: &mut Vec<&'static Record>) {
    let record = match ty {
        Type::Option(inner) | Type::List(inner) => return reach(inner, found),
        Type::Variant(variant) => {
            return variant.cases.iter().filter_map(|case| case.ty).for_each(|ty| reach(ty, found));
        }
        Type::Record(record) | Type::Attributes(record) => *record,
        _ => return,
    };
    if !found.iter().any(|other| std::ptr::eq(*other, record)) {
        found.push(record);
        record.fields.iter().for_each(|field| reach(field.ty, found));
    }
}

/// Sizes of records come from WIT, those of the rest from here; offsets rest on both.
#[test]
fn fields_stand_one_behind_the_other() {
    let mut records: Vec<&Record> = ALL.iter().map(|function| &function.parameters).collect();
    for function in ALL {
        let parameters = function.parameters.fields.iter().map(|field| field.ty);
        parameters.chain(function.result).for_each(|ty| reach(ty, &mut records));
    }
    assert!(records.len() > 90, "{}", records.len());
    for record in records {
        let end = record.fields.iter().fold(0_usize, |end, field| {
            assert_eq!(end.next_multiple_of(field.ty.align()), field.offset, "{}", field.name);
            field.offset + field.ty.size()
        });
        assert_eq!(end.next_multiple_of(record.align), record.size);
        assert_eq!(record.fields.iter().map(|field| field.ty.align()).max().unwrap_or(1), record.align);
        // Members that are there are marked in 64 bits.
        assert!(record.fields.len() <= 64);
    }
}
