//! Documents that stand in the code, as text that is read when somebody asks for one: `serde_json::json!` makes code of every member of
//! them, several times as large as the text.

use serde_json::Value;

/// What the schemas among them are written in.
pub const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// As `serde_json::json!`; numbers are written as JSON has them, and an expression may be a whole value or a name.
macro_rules! document {
    ($($document:tt)+) => {{
        let mut text = String::new();
        $crate::catalog::template::pieces!(text [] $($document)+);
        $crate::catalog::template::read(&text)
    }};
}

/// Writes a document: what stands there as it stands, in pieces as long as possible, and expressions between them. First come the text to
/// write to and the piece so far, then the tokens that are left; `@` says which bracket ends what was in it, and before an expression so far,
/// which is the second list then, that it may go on.
macro_rules! pieces {
    ($text:ident [$($piece:tt)*] { $($inner:tt)* } $($rest:tt)*) => {
        $crate::catalog::template::pieces!($text [$($piece)* "{",] $($inner)* @ "}" $($rest)*)
    };
    ($text:ident [$($piece:tt)*] [ $($inner:tt)* ] $($rest:tt)*) => {
        $crate::catalog::template::pieces!($text [$($piece)* "[",] $($inner)* @ "]" $($rest)*)
    };
    ($text:ident [$($piece:tt)*] @ $end:literal $($rest:tt)*) => {
        $crate::catalog::template::pieces!($text [$($piece)* $end,] $($rest)*)
    };
    // A comma behind the last.
    ($text:ident [$($piece:tt)*] , @ $($rest:tt)*) => {
        $crate::catalog::template::pieces!($text [$($piece)*] @ $($rest)*)
    };
    ($text:ident [$($piece:tt)*] , $($rest:tt)*) => {
        $crate::catalog::template::pieces!($text [$($piece)* ",",] $($rest)*)
    };
    ($text:ident [$($piece:tt)*] : $($rest:tt)*) => {
        $crate::catalog::template::pieces!($text [$($piece)* ":",] $($rest)*)
    };
    ($text:ident [$($piece:tt)*] $literal:literal $($rest:tt)*) => {
        $crate::catalog::template::pieces!($text [$($piece)* stringify!($literal),] $($rest)*)
    };
    ($text:ident [$($piece:tt)*]) => {
        $text.push_str(concat!($($piece)*));
    };
    ($text:ident [$($piece:tt)*] $first:tt $($rest:tt)*) => {
        $crate::catalog::template::pieces!(@ $text [$($piece)*] [$first] $($rest)*)
    };
    (@ $text:ident [$($piece:tt)*] [$($value:tt)+] $end:tt $($rest:tt)*) => {
        $crate::catalog::template::pieces!(@@ $end $text [$($piece)*] [$($value)+] $end $($rest)*)
    };
    (@ $text:ident [$($piece:tt)*] [$($value:tt)+]) => {
        $crate::catalog::template::pieces!(@@ , $text [$($piece)*] [$($value)+])
    };
    (@@ , $text:ident [$($piece:tt)*] [$($value:tt)+] $($rest:tt)*) => {
        $text.push_str(concat!($($piece)*));
        $crate::catalog::template::write(&mut $text, &serde_json::json!($($value)+));
        $crate::catalog::template::pieces!($text [] $($rest)*)
    };
    (@@ : $text:ident [$($piece:tt)*] [$($value:tt)+] $($rest:tt)*) => {
        $crate::catalog::template::pieces!(@@ , $text [$($piece)*] [$($value)+] $($rest)*)
    };
    (@@ @ $text:ident [$($piece:tt)*] [$($value:tt)+] $($rest:tt)*) => {
        $crate::catalog::template::pieces!(@@ , $text [$($piece)*] [$($value)+] $($rest)*)
    };
    (@@ $same:tt $text:ident [$($piece:tt)*] [$($value:tt)+] $next:tt $($rest:tt)*) => {
        $crate::catalog::template::pieces!(@ $text [$($piece)*] [$($value)+ $next] $($rest)*)
    };
}

pub(crate) use {document, pieces};

/// Writes a value between the pieces.
pub fn write(text: &mut String, value: &Value) {
    text.push_str(&value.to_string());
}

/// Reads a document. All that stand in the code are read by tests; one that could not be would be null.
pub fn read(text: &str) -> Value {
    serde_json::from_slice(text.as_bytes()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn a_document_is_what_json_makes_of_it() {
        let (name, texts, value) = ("a \"name\"".to_owned(), ["x", "y"], json!({"in": [1]}));
        let twice = |number: u32| number * 2;
        let rows = [
            (document!({}), json!({})),
            (document!([]), json!([])),
            (document!(value), json!(value)),
            (document!(twice(2)), json!(4)),
            (document!("text \"quoted\" é"), json!("text \"quoted\" é")),
            (
                document!({"a": true, "b": [1, -0.5, "c",], "d": {"e": {}},}),
                json!({"a": true, "b": [1, -0.5, "c"], "d": {"e": {}}}),
            ),
            (
                document!({"name": name, "texts": texts, name.as_str(): [twice(1), value, u32::MAX]}),
                json!({"name": name, "texts": texts, name.as_str(): [2, value, u32::MAX]}),
            ),
        ];
        for (ours, expected) in rows {
            assert_eq!(ours, expected);
        }
    }
}
