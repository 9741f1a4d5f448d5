//! What is typed, what it is, and what is wrong with it.

use super::*;
use serde_json::json;

fn shape() -> Shape {
    Shape::of(&json!({"properties": {"payload": {}, "id": {}, "headers": {}, "attributes": {}}}))
}

fn laid(input: &str, items: &[&str]) -> Result<Value, String> {
    let items: Vec<String> = items.iter().map(|item| (*item).to_owned()).collect();
    let text = lay_over(input, &items, &shape()).map_err(|wrong| wrong.to_string())?;
    Ok(serde_json::from_str(&text).unwrap())
}

#[test]
fn items_become_an_input() {
    let rows: [(&[&str], Value); 14] = [
        (
            &["userName=ada", "emails[0][value]=ada@example.com", "active:=true"],
            json!({"payload": {"userName": "ada", "emails": [{"value": "ada@example.com"}], "active": true}}),
        ),
        (
            &["id=4711", "displayName=Ada L", "headers[X-A]=1"],
            json!({"id": "4711", "payload": {"displayName": "Ada L"}, "headers": {"X-A": "1"}}),
        ),
        (&["payload[id]=x"], json!({"payload": {"id": "x"}})),
        (&["emails[][value]=a", "emails[][value]=b"], json!({"payload": {"emails": [{"value": "a"}, {"value": "b"}]}})),
        (
            &["emails[1][value]=b", "emails[0][value]=a"],
            json!({"payload": {"emails": [{"value": "a"}, {"value": "b"}]}}),
        ),
        (&["attributes:=[\"id\"]", "attributes[]=userName"], json!({"attributes": ["id", "userName"]})),
        (
            &["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User[department]=R&D"],
            json!({"payload": {"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "R&D"}}}),
        ),
        (&["urn:x:=1"], json!({"payload": {"urn:x": 1}})),
        (&["urn:x\\:=1"], json!({"payload": {"urn:x:": "1"}})),
        (
            &["a\\=b=c=d", "c\\[d\\]=e", "f[\\1]=g", "h\\\\=i", "j\\k=l"],
            json!({"payload": {"a=b": "c=d", "c[d]": "e", "f": {"1": "g"}, "h\\": "i", "j\\k": "l"}}),
        ),
        (
            &["nickName=\\@ada", "title=\\=x", "userType=a\\=b:\\:c"],
            json!({"payload": {"nickName": "@ada", "title": "=x", "userType": "a\\=b:\\:c"}}),
        ),
        (&["userName=", "x:=null", "y:= [1, 2] "], json!({"payload": {"userName": "", "x": null, "y": [1, 2]}})),
        (&["5=x"], json!({"payload": {"5": "x"}})),
        (&["payload:={\"a\":{\"b\":1}}", "payload[a][b]:=2", "a[c]=3"], json!({"payload": {"a": {"b": 2, "c": "3"}}})),
    ];
    for (items, expected) in rows {
        assert_eq!(laid("{}", items), Ok(expected), "{items:?}");
    }
    assert_eq!(
        laid("{\"payload\":{\"userName\":\"a\",\"n\":1.10}}", &["userName=b"]),
        Ok(serde_json::from_str("{\"payload\":{\"userName\":\"b\",\"n\":1.10}}").unwrap())
    );
}

#[test]
fn an_input_is_written_as_items_that_are_read_as_the_same() {
    let inputs = [
        json!({"payload": {"userName": "ada", "emails": [{"value": "a@example.com", "primary": true}], "id": "x", "n": 1.5}, "id": "y"}),
        json!({"payload": {"a=b": "=c", "[d]": "@e", "\\f": "\\@g", "urn:x:": {"1": null, "h": [], "i": {}}}, "attributes": ["id"]}),
        json!({"payload": {}}),
    ];
    for input in inputs {
        let items = written(&input, &shape());
        let items: Vec<&str> = items.iter().map(String::as_str).collect();
        assert_eq!(laid("{}", &items), Ok(input), "{items:?}");
    }
}

#[test]
fn without_a_payload_every_name_is_the_inputs() {
    let shape = Shape::of(&json!({"properties": {"filter": {}}}));
    let items = ["filter=userName eq \"ada\"".to_owned(), "fliter=x".to_owned()];
    let text = lay_over("{}", &items, &shape).unwrap();
    assert_eq!(
        text, "{\"filter\":\"userName eq \\\"ada\\\"\",\"fliter\":\"x\"}",
        "the component says that there is none"
    );
}

#[test]
fn what_is_wrong_has_its_place_and_no_value() {
    let rows: [(&[&str], &str); 17] = [
        (&["userName"], "item 1, column 9: no = follows the name"),
        (&["a=1", "=x"], "item 2, column 1: a name is missing"),
        (&[":=1"], "item 1, column 1: a name is missing"),
        (&["[0]=x"], "item 1, column 1: the input is an object"),
        (&["a==b"], "item 1, column 3: == is no sign"),
        (&["emails[0=x"], "item 1, column 9: a ] is missing"),
        (&["emails[0[a]]=x"], "item 1, column 9: a ] is missing"),
        (&["emails]=x"], "item 1, column 7: a ] without its ["),
        (&["emails[0]x=y"], "item 1, column 10: [ or the sign is expected behind ]"),
        (&["a[99999999999999999999999]=x"], "item 1, column 2: no list is so long"),
        (&["active:=yes"], "item 1, column 9: what follows := is not JSON: line 1, column 1: expected value"),
        (&["active:="], "item 1, column 9: what follows := is not JSON"),
        (&["a=@no/such"], "item 1, column 4: no/such cannot be read"),
        (&["userName=a", "userName=hunter2"], "item 2, column 1: an item before it gave this already"),
        (&["emails[0]=a", "emails[type]=b"], "item 2, column 7: it is a list"),
        (&["name[givenName]=a", "name[0]=b"], "item 2, column 5: it is an object"),
        (&["name=a", "name[givenName]=b"], "item 2, column 5: what is before the bracket has a value"),
    ];
    for (items, expected) in rows {
        let wrong = laid("{}", items).unwrap_err();
        assert!(wrong.starts_with(expected) && !wrong.contains("hunter2"), "{items:?}: {wrong}");
    }
    let hole = laid("{}", &["emails[0][value]=a", "emails[2][value]=b"]).unwrap_err();
    assert!(hole.contains("there is an element 2 of a list and none 1"), "{hole}");
    assert!(laid("{}", &["a[18446744073709551615]=x", "a[]=y"]).unwrap_err().contains("the list is full"));
    let deep = format!("a{}=x", "[b]".repeat(50_000));
    assert!(laid("{}", &[&deep]).unwrap_err().contains("too many"));
}

#[test]
fn files_are_text_or_json() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "{\"a\": 1}\n").unwrap();
    let item = |sign: &str| format!("x{sign}@{}", file.display());
    assert_eq!(laid("{}", &[&item("=")]), Ok(json!({"payload": {"x": "{\"a\": 1}"}})));
    assert_eq!(laid("{}", &[&item(":=")]), Ok(json!({"payload": {"x": {"a": 1}}})));
    std::fs::write(&file, "hunter2").unwrap();
    let wrong = laid("{}", &[&item(":=")]).unwrap_err();
    assert!(wrong.starts_with("item 1, column 5: ") && !wrong.contains("hunter2"), "{wrong}");
}
