//! Filters and paths of every shape: each is printed and read back, and another implementation, the crate `scim_v2`, is asked
//! whether it reads the same texts and understands the same by them.

use super::*;
use crate::scim::path::Path;
use proptest::prelude::*;
use proptest::sample::select;

/// How free the generated names and values are.
#[derive(Clone, Copy, PartialEq)]
enum Names {
    /// Everything the grammar has.
    Any,
    /// Nothing that `scim_v2` is known to read otherwise (see `KNOWN`), values without anything special.
    Plain,
}

fn name(names: Names) -> BoxedStrategy<String> {
    match names {
        Names::Any => prop_oneof![
            8 => r"\$?[a-zA-Z][a-zA-Z0-9_$-]{0,6}",
            1 => select(vec!["not", "and", "OR", "pr", "eq", "true", "null", "$ref"]).prop_map(str::to_owned),
        ]
        .boxed(),
        Names::Plain => "[a-m][a-zA-Z0-9_-]{0,3}[0-9]".boxed(),
    }
}

fn attribute(names: Names) -> impl Strategy<Value = AttributePath> {
    let schema = match names {
        Names::Any => prop_oneof!["urn(:[a-zA-Z0-9._-]{1,6}){2,5}", "https://[a-z.]{1,9}/[a-z0-9#?%/._-]{0,9}"].boxed(),
        Names::Plain => "urn(:[a-zA-Z0-9.-]{1,4}){2,4}".boxed(),
    };
    (proptest::option::weighted(0.3, schema), name(names), proptest::option::of(name(names)))
        .prop_map(|(schema, name, sub)| AttributePath { schema, name, sub })
}

fn value(names: Names) -> BoxedStrategy<Data> {
    let text = match names {
        Names::Any => proptest::collection::vec(any::<char>(), 0..12).prop_map(String::from_iter).boxed(),
        Names::Plain => "[a-zA-Z0-9]{0,4}".boxed(),
    };
    // The crate writes exponents with their sign.
    let exponent = if names == Names::Any { "[eE][+-]?" } else { "e[+-]" };
    let number = format!(r"-?(0|[1-9][0-9]{{0,30}})(\.[0-9]{{1,30}})?({exponent}[0-9]{{1,3}})?");
    let number = proptest::string::string_regex(&number).unwrap();
    prop_oneof![
        4 => text.prop_map(Data::from),
        1 => Just(Data::NULL),
        1 => any::<bool>().prop_map(Data::from),
        1 => any::<i64>().prop_map(Data::from),
        1 => any::<f64>().prop_map(Data::from),
        1 => number.prop_map(|text| Data::parse(text.as_bytes()).unwrap()),
    ]
    .boxed()
}

/// Filters over these conditions.
fn logic(conditions: BoxedStrategy<Filter>) -> BoxedStrategy<Filter> {
    conditions
        .prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 2..4).prop_map(Filter::all),
                proptest::collection::vec(inner.clone(), 2..4).prop_map(Filter::any),
                inner.prop_map(Filter::not),
            ]
        })
        .boxed()
}

/// Filters as they stand in the brackets of a value path.
fn inner_filter(names: Names) -> BoxedStrategy<Filter> {
    let compare =
        (attribute(names), select(OPERATORS.to_vec()), value(names)).prop_map(|(attribute, (_, operator), value)| {
            Filter::compare(&attribute.to_string(), operator, value).unwrap()
        });
    logic(prop_oneof![3 => compare, 1 => attribute(names).prop_map(Filter::Present)].boxed())
}

fn filter(names: Names) -> BoxedStrategy<Filter> {
    let value_path = (attribute(names), inner_filter(names))
        .prop_map(|(attribute, filter)| Filter::ValuePath { attribute, filter: Box::new(filter) });
    logic(prop_oneof![2 => inner_filter(names), 1 => value_path].boxed())
}

fn path(names: Names) -> impl Strategy<Value = Path> {
    let chosen = (inner_filter(names), proptest::option::of(name(names)));
    (attribute(names), proptest::option::of(chosen)).prop_map(|(attribute, chosen)| match chosen {
        None => Path { attribute, filter: None, sub: None },
        Some((filter, sub)) => Path { attribute: AttributePath { sub: None, ..attribute }, filter: Some(filter), sub },
    })
}

/// A filter's text with one piece left out, doubled, or replaced by another.
fn damaged() -> impl Strategy<Value = String> {
    const PIECES: [&str; 18] =
        ["(", ")", "[", "]", " ", "\"", ".", ":", "and", "OR", "Eq ", "pr", "1", "-", "tRue", "a", "=", "x eq \"y\""];
    (filter(Names::Plain), any::<proptest::sample::Index>(), select(PIECES.to_vec()), 0..4).prop_map(
        |(filter, index, piece, how)| {
            let text = filter.to_string();
            let mut pieces: Vec<&str> = text.split_inclusive([' ', '(', ')', '[', ']', '"', '.', ':']).collect();
            let at = index.index(pieces.len());
            match how {
                0 => drop(pieces.remove(at)),
                1 => pieces.insert(at, pieces[at]),
                2 => pieces.insert(at, piece),
                _ => pieces[at] = piece,
            }
            pieces.concat()
        },
    )
}

/// What both say of a text: the filter as printed, or nothing where it is refused.
fn both(text: &str) -> (Option<String>, Option<String>) {
    let theirs = text.parse::<scim_v2::filter::Filter>();
    (Filter::parse(text).ok().map(|filter| filter.to_string()), theirs.ok().map(|filter| filter.to_string()))
}

/// Where the two differ, and why: a text, and whether it is we who read it.
const KNOWN: [(&str, bool); 10] = [
    // The grammar has no space behind `not`, the standard's examples have one.
    ("not(a pr)", true),
    // An example of section 3.5.2.2 has no space there.
    ("a eq\"x\"", true),
    // RFC 7643 section 2.1 has the dollar sign in names, figure 1 of RFC 7644 has not.
    ("members.$ref pr", true),
    ("a$b pr", true),
    // Nothing in the grammar keeps an attribute from being called like a word.
    ("not pr", true),
    ("true pr", true),
    // A schema's URI may have more characters than the standard's URNs have.
    ("https://example.com/x:a pr", true),
    // The grammar has no space before a bracket.
    ("a [b pr]", false),
    // White space that is no space would be sent as it is.
    ("a\tpr", false),
    ("a pr\nand b pr", false),
];

#[test]
fn known_differences_are_still_there() {
    for (text, ours) in KNOWN {
        let (we, they) = both(text);
        assert_eq!((we.is_some(), they.is_some()), (ours, !ours), "{text}: {we:?} {they:?}");
    }
    let depth = |depth: usize| format!("{}a pr{}", "(".repeat(depth), ")".repeat(depth));
    for (levels, ours, theirs) in [(32, true, true), (33, false, true), (65, false, false)] {
        let (we, they) = both(&depth(levels));
        assert_eq!((we.is_some(), they.is_some()), (ours, theirs), "{levels} parentheses");
    }
}

#[test]
fn the_standards_examples_mean_the_same_to_both() {
    let filters: Vec<String> =
        serde_json::from_str(include_str!("../../../tests/vectors/rfc7644-3.4.2.2-filters.json")).unwrap();
    assert!(filters.len() >= 17);
    for text in filters {
        let (we, they) = both(&text);
        assert!(we.is_some() && we == they, "{text}: {we:?} {they:?}");
    }
    let paths: Vec<String> =
        serde_json::from_str(include_str!("../../../tests/vectors/rfc7644-3.5.2-paths.json")).unwrap();
    assert!(paths.len() >= 5);
    for text in paths {
        let theirs: scim_v2::filter::PatchPath = text.parse().unwrap();
        assert_eq!(Path::parse(&text).unwrap().to_string(), theirs.to_string());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn every_filter_is_read_as_it_was_printed(filter in filter(Names::Any)) {
        let text = filter.to_string();
        prop_assert_eq!(Filter::parse(&text), Ok(filter), "{}", text);
    }

    #[test]
    fn every_path_is_read_as_it_was_printed(path in path(Names::Any)) {
        let text = path.to_string();
        prop_assert_eq!(Path::parse(&text), Ok(path.clone()), "{}", text);
        prop_assert_eq!(AttributePath::parse(&path.attribute.to_string()), Ok(path.attribute));
    }

    #[test]
    fn any_text_is_read_or_refused_within_it(text in "[ -~äß\u{1F600}\n]{0,40}") {
        for column in [Filter::parse(&text).err(), Path::parse(&text).err()].into_iter().flatten().filter_map(|error| error.column) {
            prop_assert!((1..=text.chars().count() + 1).contains(&column), "{}: {}", text, column);
        }
    }

    #[test]
    fn generated_filters_mean_the_same_to_both(filter in filter(Names::Plain)) {
        let (we, they) = both(&filter.to_string());
        prop_assert!(we.is_some());
        prop_assert_eq!(we, they);
    }

    #[test]
    fn generated_paths_mean_the_same_to_both(path in path(Names::Plain)) {
        let text = path.to_string();
        let theirs = text.parse::<scim_v2::filter::PatchPath>().map(|path| path.to_string());
        prop_assert_eq!(theirs.ok(), Some(text));
    }

    #[test]
    fn damaged_filters_are_refused_by_both_or_mean_the_same(text in damaged()) {
        let (we, they) = both(&text);
        // Numbers as the crate writes them.
        let we = we.map(|we| we.parse::<scim_v2::filter::Filter>().map_or(we, |filter| filter.to_string()));
        prop_assert_eq!(we, they, "{}", text);
    }
}
