//! Each limit ends an evaluation, says which one it was, and leaves the engine fit for the next. The input is harmless and the
//! limits are low.

#![allow(clippy::unwrap_used, reason = "a test, whose helpers fail it")]

use scim_connector_expression::{Engine, EvaluationError, Expression, Limits, Options};
use serde_json::{Value, json};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

fn engine(limits: Limits) -> Engine {
    Engine::new(Options { limits, ..Options::default() }).unwrap()
}

/// One for all tests of the usual limits: compiling the guest takes a second.
fn usual() -> Engine {
    static ENGINE: LazyLock<Engine> = LazyLock::new(|| engine(Limits::default()));
    ENGINE.clone()
}

fn compile(engine: &Engine, text: &str) -> Expression {
    engine.compile(text, &[]).unwrap()
}

async fn evaluate(engine: &Engine, text: &str) -> Result<Value, EvaluationError> {
    engine.evaluate(&compile(engine, text), &Value::Null, |_| None).await
}

async fn works(engine: &Engine) {
    assert_eq!(evaluate(engine, "[1, 2] | add").await, Ok(json!(3)));
}

#[tokio::test]
async fn memory_is_bounded() {
    let limit = 4 << 20;
    let engine = engine(Limits { memory: limit, ..Limits::default() });
    for text in [
        "[range(200000)] | length",
        "[range(20) | \"x\" * 300000] | length",
        "reduce range(13) as $n (\"0123456789\" * 200; . + .)",
    ] {
        works(&engine).await;
        assert_eq!(evaluate(&engine, text).await, Err(EvaluationError::OutOfMemory { limit }), "{text}");
    }
    works(&engine).await;
}

#[tokio::test]
async fn time_is_bounded() {
    let limit = Duration::from_millis(10);
    let engine = engine(Limits { time: limit, ..Limits::default() });
    for text in [
        "first(range(3000000) | select(. == 2999999))",
        "last(range(3000000))",
        "reduce range(3000000) as $n (0; . + $n)",
    ] {
        let began = Instant::now();
        assert_eq!(evaluate(&engine, text).await, Err(EvaluationError::OutOfTime { limit }), "{text}");
        assert!(began.elapsed() < Duration::from_secs(2), "{text}: {:?}", began.elapsed());
    }
    works(&engine).await;
}

#[tokio::test]
async fn depth_is_bounded() {
    let engine = engine(Limits { stack: 64 << 10, result_depth: 20, ..Limits::default() });
    let nested = "def nest($n): if $n == 0 then 0 else [nest($n - 1)] end; nest";
    assert_eq!(evaluate(&engine, &format!("{nested}(1000)")).await, Err(EvaluationError::TooDeep));
    assert_eq!(
        evaluate(&engine, "reduce range(30) as $n (0; [.])").await,
        Err(EvaluationError::ResultTooDeep { limit: 20 })
    );
    assert_eq!(evaluate(&engine, "reduce range(30) as $n (0; [.]) | tojson | length").await, Ok(json!(61)));
    assert_eq!(evaluate(&engine, "reduce range(1000) as $n (0; [.]) | tojson").await, Err(EvaluationError::TooDeep));
    let text = format!("{}1{}", "[".repeat(500), "]".repeat(500));
    let error = engine.compile(&text, &[]).unwrap_err();
    assert_eq!(error.message, "the expression is too long or nested too deep; make several steps of it");
    assert!(engine.compile(&" ".repeat(70_000).replacen(' ', "1", 1).replace(' ', "+1"), &[]).is_err());
    works(&engine).await;
}

/// With the usual limits, what people may come to write is far from them.
#[tokio::test]
async fn the_usual_limits_are_far_away() {
    let engine = usual();
    let nested = "def nest($n): if $n == 0 then 0 else [nest($n - 1)] end; nest";
    assert_eq!(evaluate(&engine, &format!("{nested}(100)[0][0] | tojson | length")).await, Ok(json!(197)));
    assert_eq!(evaluate(&engine, "[range(300000)] | map(. * 2) | add").await, Ok(json!(89_999_700_000_i64)));
    for part in [
        "(",
        "[",
        "{a:",
        "-",
        "if 1 then ",
        "try ",
        "1 as $x | ",
        "1 + ",
        "1 // ",
        "1, ",
        "def f: 1; ",
        ". as {a: $b} | ",
    ] {
        let close = match part {
            "(" => ")",
            "[" => "]",
            "{a:" => "}",
            "if 1 then " => " else 2 end",
            _ => "",
        };
        let text = format!("[{}1{}] | length", part.repeat(100), close.repeat(100));
        assert!(evaluate(&engine, &text).await.is_ok(), "{text}");
    }
}

#[tokio::test]
async fn the_result_is_bounded() {
    let engine = engine(Limits { result: 1 << 20, ..Limits::default() });
    assert_eq!(evaluate(&engine, "\"x\" * 2000000").await, Err(EvaluationError::TooLarge { limit: 1 << 20 }));
    assert_eq!(evaluate(&engine, "\"x\" * 2000000 | length").await, Ok(json!(2_000_000)));
}

#[tokio::test]
async fn an_expression_has_one_result() {
    let engine = usual();
    assert_eq!(evaluate(&engine, "empty").await, Err(EvaluationError::Nothing));
    let several = evaluate(&engine, "1, 2").await.unwrap_err();
    assert_eq!(
        several.to_string(),
        "the expression gives several results; take one with first(…), or all as a list with […]"
    );
    assert_eq!(evaluate(&engine, "1, error(\"no\")").await, Err(EvaluationError::Failed("no".into())));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_evaluations_go_on_at_once() {
    let engine = usual();
    let expression = engine.compile("[range(2000)] | map(. + $n) | add", &["$n".into()]).unwrap();
    let endless = compile(&engine, "last(range(1000000000))");
    let ended = tokio::time::timeout(Duration::from_millis(50), engine.evaluate(&endless, &Value::Null, |_| None));
    assert!(ended.await.is_err());
    let tasks: Vec<_> = (0..100)
        .map(|n| {
            let (engine, expression) = (engine.clone(), expression.clone());
            tokio::spawn(async move {
                let n = json!(n);
                engine.evaluate(&expression, &Value::Null, |_| Some(&n)).await
            })
        })
        .collect();
    for (n, task) in tasks.into_iter().enumerate() {
        assert_eq!(task.await.unwrap(), Ok(json!(1_999_000 + 2000 * n)));
    }
}
