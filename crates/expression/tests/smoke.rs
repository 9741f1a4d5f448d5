use scim_connector_expression::{Engine, Options};
use serde_json::json;
#[test]
fn smoke() {
    let engine = Engine::new(Options::default()).unwrap();
    for text in ["1+1", "def f(x): x*2; f(.a)", "[.b[]|tostring]|join(\",\")", "\"abc\"|test(\"B\";\"i\")", "nosuch", "$x.y", ".a.b", ".b|map(.+1)", "[limit(3;range(10))]", "del(.a)", "now|type", "[.b[]] | @csv", "$__loc__"] {
        match engine.compile(text, &["$x".into()]) {
            Ok(e) => {
                let input = json!({"a": 1, "b": [1, 2.50]});
                let f = engine.evaluate(&e, &input, |_| None);
                let rt = tokio::runtime::Builder::new_current_thread().build().unwrap();
                eprintln!("{text} => {:?}", rt.block_on(f));
            }
            Err(e) => eprintln!("{text} !! {e:?}"),
        }
    }
}
