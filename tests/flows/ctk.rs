//! The scenarios of the specification's conformance kit: all must pass. Those that call hosts on the internet talk to a
//! stand-in on this machine.

use crate::player::{Played, config, flow, play};
use crate::stand_in;
use crate::support::root;
use scim_connector_flow::Document;
use scim_connector_flow::event::RunOutcome;
use serde_json::{Value, json};
use std::path::Path;

/// A scenario: its title, and its sentences with the text below each.
struct Scenario {
    title: String,
    sentences: Vec<(String, String)>,
}

/// Reads the Gherkin that the kit uses: scenarios, sentences, texts between `"""`.
fn scenarios(text: &str) -> Vec<Scenario> {
    let mut scenarios: Vec<Scenario> = Vec::new();
    let mut quoted: Option<Vec<&str>> = None;
    for line in text.lines() {
        let bare = line.trim();
        if bare.starts_with("\"\"\"") {
            if let Some(lines) = quoted.take() {
                let indent = lines.iter().filter(|line| !line.trim().is_empty());
                let indent = indent.map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
                let text: Vec<&str> = lines.iter().map(|line| line.get(indent..).unwrap_or_default()).collect();
                scenarios.last_mut().unwrap().sentences.last_mut().unwrap().1 = text.join("\n");
            } else {
                quoted = Some(Vec::new());
            }
        } else if let Some(lines) = &mut quoted {
            lines.push(line);
        } else if let Some(title) = bare.strip_prefix("Scenario:") {
            scenarios.push(Scenario { title: title.trim().to_owned(), sentences: Vec::new() });
        } else if let Some(scenario) = scenarios.last_mut()
            && let Some((word, rest)) = bare.split_once(' ')
            && ["Given", "When", "Then", "And"].contains(&word)
        {
            scenario.sentences.push((rest.trim_end_matches(':').to_owned(), String::new()));
        }
    }
    scenarios
}

fn yaml(text: &str) -> Value {
    Document::parse(text, Path::new("text.yaml")).unwrap_or_else(|problem| panic!("{text}: {problem:?}")).value
}

/// The words between `'` in a sentence.
fn names(sentence: &str) -> Vec<&str> {
    sentence.split('\'').skip(1).step_by(2).collect()
}

fn at<'a>(output: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(output, |value, name| value.get(name))
}

/// What a sentence after the run claims, held to the run; what it does not understand fails.
fn holds(played: &Played, sentence: &str, text: &str) -> Result<(), String> {
    let output = &played.ended.output;
    let claim =
        |good: bool, found: &dyn std::fmt::Debug| if good { Ok(()) } else { Err(format!("{sentence}: {found:?}")) };
    let began = || played.began();
    let order = |name: &str| began().iter().position(|other| other == name);
    if sentence == "the workflow should complete" {
        return claim(played.ended.outcome == RunOutcome::Completed, &played.ended);
    }
    if sentence.starts_with("the workflow should complete with output") {
        return claim(played.ended.outcome == RunOutcome::Completed && *output == yaml(text), &played.ended);
    }
    if sentence == "the workflow should fault" {
        return claim(played.ended.outcome == RunOutcome::Failed, &played.ended);
    }
    if sentence.starts_with("the workflow should fault with error") {
        let fault = played.fault();
        let wanted = yaml(text);
        let equal = wanted.as_object().unwrap().iter().all(|(name, value)| fault.get(name) == Some(value));
        return claim(equal, &fault);
    }
    if sentence.starts_with("the workflow output should have properties") {
        let missing: Vec<&str> = names(sentence).into_iter().filter(|path| at(output, path).is_none()).collect();
        return claim(missing.is_empty(), &missing);
    }
    if let Some(rest) = sentence.strip_prefix("the workflow output should have a ") {
        let value = at(output, names(rest)[0]);
        if rest.contains("property with value") {
            return claim(value == Some(&yaml(text)), &value);
        }
        if let Some(count) = rest.split_whitespace().rev().nth(1).and_then(|word| word.parse::<usize>().ok()) {
            return claim(value.and_then(Value::as_array).is_some_and(|list| list.len() == count), &value);
        }
    }
    let words: Vec<&str> = sentence.split_whitespace().collect();
    match words[..] {
        [name, "should", "run", "first"] => claim(began().first().is_some_and(|first| first == name), &began()),
        [name, "should", "run", "last"] => claim(began().last().is_some_and(|last| last == name), &began()),
        [name, "should", "run", "after", other] => claim(order(name) == order(other).map(|place| place + 1), &began()),
        _ => Err(format!("this sentence is not understood: {sentence}")),
    }
}

#[test]
fn every_scenario_passes() {
    let folder = root().join("tests/flows/ctk");
    let connection = json!({"serviceUrl": "http://127.0.0.1:9/scim", "auth": {"type": "none"}});
    let (runner, stand_in) = stand_in::runner(config(&[("none", connection)]));
    let (mut passed, mut calling, mut failed) = (Vec::new(), 0, Vec::new());
    let mut files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files.iter().filter(|file| file.extension().is_some_and(|ending| ending == "feature")) {
        for Scenario { title, sentences } in scenarios(&std::fs::read_to_string(file).unwrap()) {
            let name = format!("{}: {title}", file.file_stem().unwrap().to_string_lossy());
            let given =
                |words: &str| sentences.iter().find(|(sentence, _)| sentence.contains(words)).map(|(_, text)| text);
            let definition = given("a workflow with definition").expect("every scenario has a workflow");
            calling += usize::from(definition.contains("call: http") || definition.contains("call: openapi"));
            let flow = flow(definition, &folder);
            let input = given("the workflow input is").map_or_else(|| json!({}), |text| yaml(text));
            let played = play(&runner, &flow, input);
            let after = sentences.iter().skip_while(|(sentence, _)| sentence != "the workflow is executed").skip(1);
            match after.map(|(sentence, text)| holds(&played, sentence, text)).collect::<Result<Vec<()>, _>>() {
                Ok(claims) if !claims.is_empty() => passed.push(name),
                Ok(_) => failed.push(format!("{name}: nothing is claimed")),
                Err(error) => failed.push(format!("{name}: {error}")),
            }
        }
    }
    println!("conformance kit: {} scenarios passed, {calling} of them with HTTP requests", passed.len());
    assert_eq!(failed, Vec::<String>::new());
    assert_eq!((passed.len(), calling), (21, 9), "{passed:?}");
    assert!(stand_in.requests().len() >= 12, "{} requests came", stand_in.requests().len());
}
