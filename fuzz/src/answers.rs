//! What a provider answers: errors, pages of a listing, results of a bulk request.

use crate::{json, line};
use scim_connector::failure::Failure;
use scim_connector::input::json::patch_operation;
use scim_connector::scim::bulk::{METHODS, Operation, Report, answer};
use scim_connector::scim::list::{self, Page, Position, Token};
use scim_connector::scim::resource::{Data, Node, Resource};
use scim_connector::scim::{error, event};

/// Longest text of a failure made from an answer, in characters: the provider's words and ours around them.
const WORDS: usize = 1200;

/// A status on the first line, a body behind it.
pub fn error_body(data: &[u8]) {
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let (status, body) = data.split_at(end);
    let Some(status) = std::str::from_utf8(status).ok().and_then(|status| status.parse().ok()) else { return };
    let body = body.strip_prefix(b"\n").unwrap_or_default();
    let failure = error::failure(status, body, "createUser");
    assert_eq!(failure.status, Some(status));
    assert_presentable(&failure);
    for depth in [4, 64] {
        match error::object(status, body, depth, "createUser") {
            Ok(object) => assert!(nested(&object.into()) <= depth),
            Err(failure) => assert_presentable(&failure),
        }
    }
    if let Some(claims) = event::claims(body) {
        assert!(claims.len() < body.len());
    }
}

/// How deep a value nests.
fn nested(value: &Data) -> u32 {
    match value.node() {
        Node::List(items) => 1 + items.iter().map(nested).max().unwrap_or_default(),
        Node::Object(object) => 1 + object.values().map(nested).max().unwrap_or_default(),
        _ => 0,
    }
}

/// What was made of an answer can be shown to a person: short, on one line.
fn assert_presentable(failure: &Failure) {
    let texts = [Some(&failure.detail), failure.excerpt.as_ref(), failure.scim_type.as_ref()];
    for text in texts.into_iter().flatten() {
        assert!(text.chars().count() <= WORDS && !text.contains(char::is_control), "{text}");
    }
    failure.to_json();
}

/// How the listing begins on the first line: `-`, a token, or with `c` before it a cursor. The page size or `-` on the second.
/// Then the pages a provider sends in turn, one a line, again and again.
pub fn list(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (begin, rest) = line(text);
    let (count, rest) = line(rest);
    let count = count.parse().ok();
    let mut from = Token::decode(begin);
    let mut asked = match (&from, begin.strip_prefix('c')) {
        (Some(token), _) => token.position.clone(),
        (None, Some(cursor)) => Position::Cursor(cursor.to_owned()),
        (None, None) => Position::Index(1),
    };
    from.iter().for_each(survives);
    let objects = rest.lines().filter_map(|line| json(line)?.as_object().cloned());
    let pages: Vec<Page> = objects.filter_map(|object| list::parse(&object)).take(64).collect();
    // A loop of pages is noticed within three turns, unless a token that was made up says otherwise.
    let (most, made_up) = (4 * (pages.len() + 8), from.is_some());
    for (index, page) in pages.iter().cycle().take(most + 1).enumerate() {
        assert!(index < most || made_up, "the listing does not end");
        let step = list::judge(page, &page.identities(false), &asked, from.as_ref(), count, &[]);
        assert!(step.next.is_none() || !step.complete);
        assert!(!matches!(step.clone().unpaged().next, Some(Token { position: Position::Index(_), .. })));
        let Some(token) = step.next else { break };
        survives(&token);
        asked = token.position.clone();
        from = Some(token);
    }
}

/// A token is read as it was written.
fn survives(token: &Token) {
    assert_eq!(Token::decode(&token.encode()).as_ref(), Some(token));
}

/// The operations that were sent on the first line, `[{"method", "path", "bulkId"}]`; the answer behind it.
pub fn bulk_response(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (sent, answer) = line(text);
    let Some(sent) = json(sent).and_then(|value| value.into_list().ok()) else { return };
    let sent: Vec<Operation> = sent.iter().filter_map(Data::as_object).map(operation).collect();
    let Some(answer) = json(answer) else { return };
    if let Some(answer) = answer.as_object() {
        let (found, _) = answer::read(answer, &sent);
        assert_eq!(found.len(), sent.len());
        let mut report = Report::default();
        for (index, (found, operation)) in found.into_iter().zip(&sent).enumerate() {
            let Some(found) = found else { continue };
            assert!(found.status.is_none_or(|status| (100..600).contains(&status)));
            let succeeded = found.status.is_none_or(|status| (200..300).contains(&status));
            assert!(found.failure.is_some() || succeeded);
            assert!(found.failure.is_none() || found.response.is_none());
            found.failure.iter().for_each(|failure| assert_presentable(failure));
            report.results.push(found.outcome(index, operation));
        }
        assert!(report.failed() <= report.results.len());
        report.into_json();
        patch_operation(Data::from(answer.clone()), "/operations/0").ok();
    }
    let events = event::payloads(&answer, Some("t"));
    assert!(events.windows(2).all(|pair| pair[0].0 < pair[1].0), "in order, each once");
}

fn operation(object: &Resource) -> Operation {
    let text = |name: &str| object.text(name);
    let method = text("method").and_then(|name| METHODS.iter().find(|row| row.0 == name));
    Operation {
        method: method.unwrap_or(&METHODS[0]).1,
        path: text("path").unwrap_or_default().chars().take(40).collect(),
        bulk_id: text("bulkId"),
        version: None,
        data: None,
    }
}
