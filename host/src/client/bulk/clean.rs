//! What a portion's results tell is without what the operations themselves say is secret.

use crate::client::outcome::Outcome;
use crate::redact::Redactor;
use serde_json::Value;

/// Takes out of what is told what the operations themselves say is secret: a provider may repeat a password in an error or a
/// location. Identifiers stay, since later operations refer to them.
pub(super) fn told(input: &str, outcome: &mut Outcome) {
    let asked = Redactor::for_answer(input.as_bytes());
    if asked.is_empty() {
        return;
    }
    outcome.warnings.iter_mut().for_each(|warning| *warning = asked.text(warning));
    let results = outcome.output.get_mut("results").and_then(Value::as_array_mut).into_iter().flatten();
    for result in results.filter_map(Value::as_object_mut) {
        let told =
            result.iter_mut().filter(|(name, _)| !["id", "bulkId", "method", "response"].contains(&name.as_str()));
        told.for_each(|(_, value)| *value = asked.value(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_password_that_a_provider_repeats_is_not_told() {
        let input = json!({"operations": [{"method": "POST", "path": "/Users", "data": {"userName": "ada", "password": "Sup3rS3cret!Word"}}]});
        let results = json!([{
            "index": 0, "method": "POST", "bulkId": "a", "status": 400, "id": "7",
            "location": "https://example.com/Users/Sup3rS3cret!Word",
            "failure": {"detail": "pw SUP3RS3CRET!WORD Sup3rS3cre", "problems": [{"detail": "Sup3rS3cret!Word"}]},
        }]);
        let mut outcome = Outcome {
            output: json!({"results": results}),
            next: None,
            requests_made: 1,
            warnings: vec!["was Sup3rS3cret!Word".to_owned()],
        };
        told(&input.to_string(), &mut outcome);
        let text = format!("{} {:?}", outcome.output, outcome.warnings).to_lowercase();
        assert!(!text.contains("sup3rs3c"), "{text}");
        assert_eq!(outcome.output["results"][0]["id"], "7");
    }
}
