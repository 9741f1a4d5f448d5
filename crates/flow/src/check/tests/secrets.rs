//! Secrets that are written out, by the one list of names.

use super::assert_rows;

#[test]
fn what_the_list_calls_secret_is_not_written_out() {
    let said = |place: &str, name: &str| {
        format!(
            "{place}: a secret is written out here; name one in `use.secrets` and in the configuration's [secrets], and write ${{ $secret.NAME }} as `{name}`"
        )
    };
    let create = |member: &str| {
        format!("do:\n- a: {{call: createUser, with: {{payload: {{\"urn:example:acme\": {{{member}}}}}}}}}")
    };
    for (member, name) in
        [("apiToken: abc", "apiToken"), ("secretAnswer: blue", "secretAnswer"), ("pin: 'x4711'", "pin")]
    {
        assert_rows(&[(&create(member), &[&said(&format!("3:{}", 65 + name.len()), name)])]);
    }
    for member in ["shipping: abc", "tokenUrl: 'https://example.com'", "apiToken: '${ .token }'"] {
        assert_rows(&[(&create(member), &[])]);
    }
    assert_rows(&[
        ("do:\n- a: {call: listUsers, with: {filter: 'apiToken eq \"abc\"'}}", &[&said("3:39", "filter")]),
        ("do:\n- a: {call: listUsers, with: {filter: 'userName eq \"abc\"'}}", &[]),
        (
            "input: {schema: {document: {properties: {word: {type: string, format: password, default: geheim}}}}}\ndo: []",
            &[&said("2:90", "word")],
        ),
        (
            "do:\n- a: {call: patchUser, with: {id: '1', operations: [{op: add, path: 'urn:example:acme:2.0:User:apiToken', value: abc}]}}",
            &[&said("3:114", "urn:example:acme:2.0:User:apiToken")],
        ),
    ]);
}

#[test]
fn a_schema_that_cannot_be_followed_is_refused_where_it_marks_something() {
    let with = |reference: &str, word: &str| {
        format!(
            "input:\n  schema:\n    document:\n      properties:\n        a: {{$ref: '{reference}'}}\n        b: {{{word}}}\ndo: []"
        )
    };
    let marked = with("#key", "format: password");
    let said = "6:19: `#key` leads nowhere in this schema, so that nothing says whether what it describes is secret, as `writeOnly` and `format: password` do elsewhere in it";
    assert_rows(&[
        (&marked, &[said]),
        (&with("#key", "$anchor: key, writeOnly: true"), &[]),
        (&with("#/properties/b", "format: password"), &[]),
    ]);
}

#[test]
fn what_the_schema_marks_is_not_written_out_in_the_input_of_scheduled_runs() {
    let catalog = super::catalog();
    let problems = |input: &str| {
        let text = format!(
            "document: {{dsl: 1.0.0, namespace: demo, name: seed, version: 1.0.0, metadata: {{automation: {{input: {input}}}}}}}\ninput: {{schema: {{document: {{properties: {{word: {{type: string, writeOnly: true}}}}}}}}}}\ndo: []"
        );
        super::problems(&text, &super::around(&catalog))
    };
    let said = problems("{word: geheim}");
    assert!(said.len() == 1 && said[0].ends_with("and write ${ $secret.NAME } as `word`"), "{said:?}");
    for input in ["{word: ''}", "{who: ada}"] {
        assert_eq!(problems(input), Vec::<String>::new(), "{input}");
    }
}
