//! What is drawn of a flow.

use super::*;
use std::path::Path;

const FLOW: &str = r#"
document: {dsl: 1.0.0, namespace: demo, name: a "<b>", version: 1.0.0}
schedule: {every: {minutes: 5}}
do:
- each:
    for: {in: .users}
    metadata: {concurrency: 4}
    do:
    - make: {call: createUser, with: {connection: prod}}
- decide: {switch: [{yes: {when: ".x > 1 & \"<i>\"", then: each}}, {no: {then: stop}}]}
- never: {set: {x: 1}}
- stop: {raise: {error: {type: https://x, status: 500}}}
"#;

fn document() -> Document {
    Document::parse(FLOW, Path::new("flow.yaml")).unwrap()
}

#[test]
fn mermaid_has_the_steps_and_where_they_lead() {
    assert_eq!(
        mermaid(&document()),
        "---\ntitle: \"a #34;#60;b#62;#34; 1.0.0\"\n---\nflowchart TD\n  start([\"Runs every 5 minutes\"])\n  finish([\"End\"])\n  \
         subgraph s0[\"each<br/>loop: each item of .users; 4 at a time\"]\n    direction TB\n    s1[\"make<br/>call: createUser on prod\"]\n  \
         end\n  s2{\"decide<br/>switch\"}\n  s3[\"never<br/>set: x\"]\n  s4>\"stop<br/>raise: https://x\"]\n  start --> s0\n  s0 --> s2\n  \
         s2 -->|\".x #62; 1 #38; #34;#60;i#62;#34;\"| s0\n  s2 -->|\"otherwise\"| s4\n  s3 --> s4\n"
    );
}

#[test]
fn an_svg_is_well_formed_and_tells_what_it_shows() {
    let svg = svg(&document());
    for part in [
        "<title id=\"flow-title\">Flow a &quot;&lt;b&gt;&quot; 1.0.0</title>",
        "Runs every 5 minutes. each: loop each item of .users; 4 at a time. In each: make: call createUser on prod. decide: switch ; \
         .x &gt; 1 &amp; &quot;&lt;i&gt;&quot;: go to each",
        "data-pointer=\"/do/0/each/do/0/make\"",
        "prefers-color-scheme:dark",
    ] {
        assert!(svg.contains(part), "{part} is not in {svg}");
    }
    assert!(!svg.contains("<b>") && !svg.contains("<i>"));
    // Every element is closed, and no attribute or text holds a sign of its own.
    let mut open = Vec::new();
    for part in svg.split('<').skip(1) {
        let (tag, text) = part.split_once('>').unwrap();
        assert!(!text.contains('>') || tag.starts_with("style"), "{part}");
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name)),
            None if tag.ends_with('/') => {}
            None => open.push(tag.split(' ').next().unwrap()),
        }
    }
    assert!(open.is_empty());
}

#[test]
fn no_drawing_has_what_steers_or_hides() {
    for kind in
        ["\u{1b}]0;x\u{7}", "\r\n", "\u{7f}", "\u{9b}", "\u{202e}", "\u{2066}", "\u{200b}", "\u{2028}", "\u{feff}"]
    {
        let name = serde_json::json!(format!("a{kind}b"));
        let text = format!(
            r#"{{"document": {{"dsl": "1.0.0", "namespace": "demo", "name": {name}, "version": {name}}}, "do": [{{{name}: {{"set": {{{name}: 1}}}}}}]}}"#
        );
        let document = Document::parse(&text, Path::new("flow.json")).unwrap();
        for drawing in [mermaid(&document), svg(&document)] {
            let steers = |c: char| kind.contains(c) && c != '\n' && !c.is_ascii_graphic();
            assert!(!drawing.contains(steers), "{kind:?} in {drawing}");
        }
        let line = mermaid(&document).lines().find(|line| line.contains("set: ")).map(str::to_owned).unwrap();
        assert!(line.starts_with("  s0[\"a") && line.ends_with("b\"]"), "one line: {line}");
    }
}
