//! One automation: how it stands, its graph and text, its runs, and the form to trigger it.

use super::parts::{badge, button, form_word, moment, status};
use super::{App, PageContent, link};
use crate::history::{self, Filter, RunSummary, Status};
use crate::page::exchange::{Answer, Fields};
use crate::page::input::{self, Field, Kind};
use crate::{Plan, Settings};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use maud::{Markup, html};
use scim_connector_flow::{Flow, graph as drawing};
use scim_connector_host::error::Result;
use serde_json::{Value, json};
use std::sync::Arc;

/// All that is known of an automation.
pub(in crate::page) struct AutomationDetails {
    pub(super) name: String,
    /// What the daemon told.
    row: Option<history::Automation>,
    /// What its file says.
    flow: Option<Arc<Flow>>,
    plan: Option<Plan>,
    /// The latest run.
    pub(super) last: Option<RunSummary>,
}

impl AutomationDetails {
    /// Finds an automation of the folder, or a flow that once ran.
    pub(in crate::page) fn find(app: &App, name: &str) -> Result<Option<Self>> {
        let rows = app.page.history.automations_of(&app.page.folder)?;
        let row = rows.into_iter().find(|row| row.flow.name == name);
        let known = Self::of(app, name, row)?;
        let anything = known.row.is_some() || known.flow.is_some() || known.last.is_some();
        Ok(anything.then_some(known))
    }

    pub(super) fn of_row(app: &App, row: history::Automation) -> Result<Self> {
        Self::of(app, &row.flow.name.clone(), Some(row))
    }

    fn of(app: &App, name: &str, row: Option<history::Automation>) -> Result<Self> {
        let flow = (app.page.flows)(name);
        let plan = flow.as_ref().and_then(|flow| Plan::read(&flow.document.value).ok());
        let filter = Filter { limit: 1, ..Filter::of(&app.flow(name)) };
        let last = app.page.history.runs(&filter)?.into_iter().next();
        Ok(Self { name: name.to_owned(), row, flow, plan, last })
    }

    pub(super) fn is_paused(&self) -> bool {
        self.row.as_ref().is_some_and(|row| row.paused)
    }

    pub(super) fn note(&self) -> Option<&str> {
        self.row.as_ref()?.note.as_deref()
    }

    fn settings(&self) -> Option<&Settings> {
        self.plan.as_ref().map(|plan| &plan.settings)
    }

    pub(super) fn zone(&self) -> TimeZone {
        self.settings().map_or(TimeZone::UTC, |settings| settings.timezone.clone())
    }

    /// When it runs, in words.
    pub(super) fn schedule(&self) -> String {
        match &self.plan {
            Some(Plan { schedule: Some(schedule), .. }) => sentence(&schedule.describe()),
            Some(_) => "Runs when it is triggered".into(),
            None if self.row.is_some() => "Its file cannot be used as it is".into(),
            None => "Not a flow of this folder".into(),
        }
    }

    /// How it stands.
    pub(super) fn badge(&self) -> Markup {
        let scheduled = self.plan.as_ref().is_some_and(|plan| plan.schedule.is_some());
        let running = self.last.as_ref().is_some_and(|run| run.status == Status::Running);
        match () {
            () if self.row.is_none() => badge("plain", "–", "not here"),
            () if running => status(Status::Running),
            () if self.is_paused() => badge("warn", "‖", "paused"),
            () if self.settings().is_some_and(|settings| !settings.enabled) => badge("plain", "–", "switched off"),
            () if scheduled => badge("good", "●", "on schedule"),
            () => badge("plain", "○", "by hand"),
        }
    }

    /// When it runs next.
    pub(super) fn next(&self, now: Timestamp) -> Markup {
        let next = self.row.as_ref().and_then(|row| row.next_due).filter(|_| !self.is_paused());
        match next {
            Some(next) => moment(next, now, &self.zone()),
            None if self.is_paused() => html! { span.dim { "none while paused" } },
            None => html! { span.dim { "none" } },
        }
    }

    pub(super) fn pause_button(&self, app: &App, from_list: bool) -> Markup {
        let (action, label) = if self.is_paused() { ("resume", "Resume") } else { ("pause", "Pause") };
        button(app, &self.name, action, label, "", from_list)
    }

    /// The JSON Schema of its input, where the flow has one.
    pub(in crate::page) fn input_schema(&self) -> Option<&Value> {
        self.flow.as_ref()?.document.value.pointer("/input/schema/document")
    }

    /// What its scheduled runs are given.
    pub(in crate::page) fn usual_input(&self) -> Value {
        self.settings().map_or_else(|| json!({}), |settings| settings.input.clone())
    }

    /// Where its input is asked for.
    pub(in crate::page) fn trigger_place(&self) -> String {
        format!("{}#trigger", link(&["automations", &self.name]))
    }

    /// Whether the daemon takes requests for it.
    pub(in crate::page) fn is_here(&self) -> bool {
        self.row.is_some()
    }
}

/// The view. `problems` are what is wrong with the input that stands in `typed`.
pub(in crate::page) fn show(app: &App, name: &str, typed: &Fields, problems: Option<&[String]>) -> Result<Answer> {
    let Some(known) = AutomationDetails::find(app, name)? else { return Ok(super::missing(app, "automation")) };
    let (now, zone) = (Timestamp::now(), known.zone());
    let place = link(&["automations", name]);
    let filter = Filter::of(&app.flow(name));
    let document = known.flow.as_ref().map(|flow| &flow.document);
    let body = html! {
        p.crumb { a href="/" { "Automations" } }
        h1 { bdi { (name) } }
        @if let Some(flow) = known.flow.as_ref().filter(|flow| flow.title() != name) { p.lead { (flow.title()) } }
        div id="asked" data-part { (trigger_result(app, typed)?) }
        div id="state" data-part {
            div.row { (known.badge()) @if known.is_here() { (known.pause_button(app, false)) } }
            @if let Some(note) = known.note() { p.note { strong { "Problem: " } (note) } }
            dl.facts {
                div { dt { "Schedule" } dd { (known.schedule()) (settings(&known)) } }
                div { dt { "Next run" } dd { (known.next(now)) } }
                @if let Some(flow) = &known.flow { div { dt { "Version" } dd { (flow.version()) } } }
                @if let Some(row) = &known.row { div { dt { "File" } dd { code { (row.file.display()) } } } }
            }
        }
        @if known.is_here() {
            section.trigger aria-labelledby="trigger" {
                h2 id="trigger" { "Trigger" }
                (trigger(app, &known, typed, problems))
            }
        }
        h2 { "Runs" }
        div id="runs" data-part { (super::runs::listed(app, &format!("Runs of {name}, latest first"), filter, typed, &place, false, &zone)?) }
        @if let Some(document) = document {
            h2 { "Flow" }
            figure {
                img.graph src={ (place) "/graph.svg" } alt=(drawing::describe(document));
                figcaption { "The steps of the flow. " a href={ (place) "/graph.svg" } { "The graph alone" } }
            }
            details { summary { "The flow's text" }
                pre.text tabindex="0" role="region" aria-label="The flow's text" { (document.text) }
            }
        }
    };
    let status = if problems.is_some() { http::StatusCode::UNPROCESSABLE_ENTITY } else { http::StatusCode::OK };
    // A page that answers a form cannot be asked for again.
    let live = if problems.is_some() { None } else { Some(5) };
    let waits = waiting(app, typed)?.is_some_and(|request| request.run.is_none() && request.note.is_none());
    let reload = waits.then_some(5);
    Ok(PageContent { title: name, part: "/", live, reload, body }.with_status(app, status))
}

/// The graph as a picture of its own: its style stays its own, too.
pub(in crate::page) fn graph(app: &App, name: &str) -> Result<Answer> {
    Ok((app.page.flows)(name)
        .map_or_else(|| super::missing(app, "graph"), |flow| Answer::Svg(drawing::svg(&flow.document))))
}

fn settings(known: &AutomationDetails) -> Markup {
    let Some(settings) = known.settings() else { return html! {} };
    html! {
        @if settings.overlap { span.sub { "Runs may overlap." } }
        @if !settings.jitter.is_zero() { span.sub { "Begins up to " (crate::report::duration_words(settings.jitter)) " later than it is due." } }
    }
}

fn trigger(app: &App, known: &AutomationDetails, typed: &Fields, problems: Option<&[String]>) -> Markup {
    let Some(schema) = known.input_schema() else {
        return button(app, &known.name, "trigger", "Trigger", "main", false);
    };
    let fields = input::fields(schema, &known.usual_input(), typed);
    html! {
        @if let Some(problems) = problems {
            div.note role="alert" {
                p { strong { "It was not triggered:" } }
                ul { @for problem in problems { li { (problem) } } }
            }
        }
        form.input method="post" action=(link(&["automations", &known.name, "trigger"])) {
            (form_word(app))
            input type="hidden" name=(input::ASKED) value="yes";
            @for (position, field) in fields.iter().enumerate() { (self::field(field, position)) }
            button.main type="submit" aria-label={ "Trigger " (known.name) } { "Trigger" }
        }
    }
}

fn field(field: &Field, position: usize) -> Markup {
    let (id, hint_id) = (format!("field-{position}"), format!("hint-{position}"));
    let described = field.hint.as_ref().map(|_| hint_id.as_str());
    let Field { id: name, value, required, .. } = field;
    html! {
        div.field {
            label for=(id) { (field.label) @if !required && field.kind != Kind::YesOrNo { span.dim { " (may be left out)" } } }
            @match &field.kind {
                Kind::Text => input id=(id) name=(name) value=(value) required[*required] aria-describedby=[described];,
                Kind::Secret { .. } => input id=(id) name=(name) type="password" autocomplete="off" required[*required] aria-describedby=[described];,
                Kind::Number => input id=(id) name=(name) value=(value) inputmode="decimal" required[*required] aria-describedby=[described];,
                Kind::YesOrNo => input id=(id) name=(name) type="checkbox" checked[!value.is_empty()] aria-describedby=[described];,
                Kind::Choice(choices) => select id=(id) name=(name) aria-describedby=[described] {
                    @if !required { option value="" { "—" } }
                    @for choice in choices { option value=(choice) selected[choice == value] { (choice.trim_matches('"')) } }
                },
                Kind::Json => textarea id=(id) name=(name) rows="4" spellcheck="false" required[*required] aria-describedby=[described] { (value) },
            }
            @if let Some(hint) = &field.hint { p.dim id=(hint_id) { (hint) } }
        }
    }
}

/// The trigger that was asked for a moment ago.
fn waiting(app: &App, query: &Fields) -> Result<Option<history::Request>> {
    let number = query.get("asked").and_then(|number| number.parse().ok());
    number.map_or(Ok(None), |number| app.page.history.request(number))
}

/// What became of a trigger that was asked for a moment ago.
pub(super) fn trigger_result(app: &App, query: &Fields) -> Result<Markup> {
    let request = waiting(app, query)?;
    let Some(request) = request else { return Ok(html! {}) };
    Ok(html! {
        p.said role="status" {
            bdi { (request.automation.name) } ": "
            @match (&request.run, &request.note) {
                (Some(run), _) => { "run " a href=(link(&["runs", run.as_str()])) { code { (run) } } " has begun." }
                (None, Some(note)) => { "it does not run: " (note) }
                (None, None) => "asked for; it begins in a moment.",
            }
        }
    })
}

/// With a capital letter.
pub(super) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
