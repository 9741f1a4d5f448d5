//! A run for what shows test results: a suite for the flow, a case for each person and for each call that happened to nobody
//! in particular, and one for the run itself where it did not end well.

use super::source::{ReportError, Source, each, label};
use super::words::{self, change_line, person_line};
use crate::history::{Status, StepsFilter, Which};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use scim_connector_flow::event::Change;
use scim_connector_host::visible;
use std::io::Write;
use std::time::Duration;

pub(super) fn write(source: &Source<'_>, out: &mut impl Write) -> Result<(), ReportError> {
    let (history, run, summary) = (source.history, &source.run, &source.run.summary);
    let id = &summary.id;
    let unsuccessful = u64::from(summary.status != Status::Completed);
    let running = u64::from(summary.status == Status::Running);
    let alone = run.calls_without_people;
    let numbers = [
        ("tests", (summary.counts.total() + alone.total + unsuccessful).to_string()),
        ("failures", (summary.counts.of(Change::Failed) + alone.failed).to_string()),
        ("errors", (summary.counts.of(Change::Unknown) + unsuccessful - running).to_string()),
        ("skipped", (alone.running + running).to_string()),
        ("time", seconds(summary.duration)),
    ];
    let numbers = || numbers.iter().map(|(name, value)| (*name, value.as_str()));
    let began = summary.started.strftime("%Y-%m-%dT%H:%M:%S").to_string();
    let flow = permitted(&summary.flow);

    let mut xml = Writer::new_with_indent(out, b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let suites = BytesStart::new("testsuites").with_attributes([("name", "scim-connector")]);
    xml.write_event(Event::Start(suites.with_attributes(numbers())))?;
    let suite = BytesStart::new("testsuite").with_attributes([("name", flow.as_str())]).with_attributes(numbers());
    xml.write_event(Event::Start(suite.with_attributes([("timestamp", began.as_str())])))?;
    let file = run.file.display().to_string();
    let dry_run = summary.dry_run.then_some(("dryRun", "true"));
    let properties = [("run", id.as_str()), ("version", &summary.version), ("file", &file)].into_iter().chain(dry_run);
    xml.create_element("properties").write_inner_content(|xml| {
        properties.clone().try_for_each(|(name, value)| {
            let value = permitted(value);
            let attributes = [("name", name), ("value", value.as_str())];
            xml.create_element("property").with_attributes(attributes).write_empty().map(|_| ())
        })
    })?;
    for person in each(|page| history.people(id, Which::All, page), |person| person.seq) {
        let person = person?;
        let line = change_line(person.change, person.reason.as_deref());
        let result = match person.change {
            Change::Failed => Some(("failure", person.reason.as_deref().unwrap_or("failed"), line)),
            Change::Unknown => Some(("error", "unknown", line)),
            _ => None,
        };
        case(&mut xml, &format!("{}.{}", summary.flow, person.name), &person.who, person.duration, result)?;
    }
    for step in each(|page| history.steps(id, StepsFilter::CallsWithoutPeople, page), |step| step.step) {
        let step = step?;
        let why = step.error.as_ref().map_or_else(|| step.status.word().to_owned(), words::fault);
        let result = match step.status {
            Status::Completed | Status::Handled => None,
            Status::Running => Some(("skipped", "", "it still runs".to_owned())),
            Status::Failed | Status::Interrupted => {
                let type_ = step.error.as_ref().map_or(step.status.word(), |error| error.type_.as_str());
                Some(("failure", type_, why))
            }
        };
        case(&mut xml, &summary.flow, &label(&step), step.duration, result)?;
    }
    if unsuccessful > 0 {
        let why = summary.error.as_ref().map_or_else(|| summary.status.word().to_owned(), words::fault);
        let result = match summary.status {
            Status::Running => ("skipped", "", "it still runs".to_owned()),
            status => ("error", summary.error.as_ref().map_or(status.word(), |error| error.type_.as_str()), why),
        };
        case(&mut xml, &summary.flow, &format!("run {id}"), summary.duration, Some(result))?;
    }
    // What was handled and what calls warned of is no failure, and is said.
    let handled = each(|page| history.people(id, Which::Only(Change::Handled), page), |person| person.seq);
    let handled = handled.map(|person| {
        let person = person?;
        Ok::<_, ReportError>(person_line(&person.who, person.change, person.reason.as_deref()))
    });
    let warnings = each(|page| history.warnings(id, page), |warning| warning.seq);
    let warnings = warnings.map(|warning| {
        let warning = warning?;
        Ok::<_, ReportError>(format!("warning: {}: {}", warning.name, words::warning(&warning)))
    });
    let mut said = handled.chain(warnings).peekable();
    if said.peek().is_some() {
        xml.write_event(Event::Start(BytesStart::new("system-out")))?;
        said.try_for_each(|line| {
            let line = permitted(&line?) + "\n";
            Ok::<_, ReportError>(xml.write_event(Event::Text(BytesText::new(&line)))?)
        })?;
        xml.write_event(Event::End(BytesEnd::new("system-out")))?;
    }
    xml.write_event(Event::End(BytesEnd::new("testsuite")))?;
    xml.write_event(Event::End(BytesEnd::new("testsuites")))?;
    writeln!(xml.get_mut())?;
    Ok(())
}

/// One case; what is wrong with it is an element, a type and a sentence.
fn case(
    xml: &mut Writer<impl Write>,
    class: &str,
    name: &str,
    duration: Option<Duration>,
    result: Option<(&str, &str, String)>,
) -> Result<(), ReportError> {
    let (class, name, time) = (permitted(class), permitted(name), seconds(duration));
    let attributes = [("classname", class.as_str()), ("name", &name), ("time", &time)];
    let case = xml.create_element("testcase").with_attributes(attributes);
    let Some((element, type_, message)) = result else {
        case.write_empty()?;
        return Ok(());
    };
    let (type_, message) = (permitted(type_), permitted(&message));
    let type_ = Some(("type", type_.as_str())).filter(|(_, type_)| !type_.is_empty());
    case.write_inner_content(|xml| {
        let problem = xml.create_element(element).with_attributes(type_);
        problem.with_attribute(("message", message.as_str())).write_empty().map(|_| ())
    })?;
    Ok(())
}

fn seconds(duration: Option<Duration>) -> String {
    format!("{:.3}", duration.unwrap_or_default().as_secs_f64())
}

/// The text without what XML 1.0 cannot have (section 2.2), and on one line, as attributes are.
fn permitted(text: &str) -> String {
    visible::line(text).into_owned()
}
