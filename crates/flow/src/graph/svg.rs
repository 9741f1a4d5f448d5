//! A flow as one SVG: boxes from top to bottom, lists inside of what they belong to, and jumps as lines at the right. It is
//! narrow, so that a phone shows it whole, and brings its own colours for light and dark.

use super::{Document, DrawnStep, Picture, kind_label, picture};
use scim_connector_host::visible;
use std::fmt::Write as _;

/// The whole drawing's width, in its own units: about pixels on a phone.
const WIDTH: f64 = 380.0;
/// Around the drawing.
const MARGIN: f64 = 8.0;
/// Within a box.
const PAD: f64 = 10.0;
/// Between boxes.
const GAP: f64 = 22.0;
/// A line of text.
const LINE: f64 = 18.0;
/// A line at the right for a jump.
const LANE: f64 = 11.0;
/// The average width of a character: no font is at hand to measure with.
const CHARACTER: f64 = 7.0;
/// How much wider bold is.
const BOLD: f64 = 1.25;

const STYLE: &str = "\
svg{--ink:#1f2328;--dim:#59636e;--paper:#fff;--box:#f6f8fa;--line:#8c959f;\
--call:#0969da;--for:#8250df;--try:#bc4c00;--switch:#9a6700;--raise:#cf222e;--other:#57606a;\
background:var(--paper);font:13px system-ui,-apple-system,'Segoe UI',Roboto,sans-serif}\
@media(prefers-color-scheme:dark){svg{--ink:#f0f6fc;--dim:#9198a1;--paper:#0d1117;--box:#151b23;--line:#656c76;\
--call:#4493f8;--for:#ab7df8;--try:#db6d28;--switch:#d29922;--raise:#f85149;--other:#9198a1}}\
text{fill:var(--ink)}.name{font-weight:600}.dim{fill:var(--dim);font-size:12px}.code{font-family:ui-monospace,Consolas,monospace;font-size:11.5px}\
.box{fill:var(--box);stroke:var(--line)}.group{fill:none;stroke:var(--line);stroke-dasharray:4 3}\
.pill{fill:var(--paper);stroke:var(--line)}.flow{fill:none;stroke:var(--line);stroke-width:1.5}.head{fill:var(--line)}\
.bar{fill:var(--other)}.call .bar{fill:var(--call)}.for>.bar,.fork>.bar{fill:var(--for)}.try>.bar{fill:var(--try)}\
.switch>.bar{fill:var(--switch)}.raise>.bar{fill:var(--raise)}";

/// A flow as the text of an SVG, which needs nothing else. Each step's `data-pointer` is its JSON pointer.
#[must_use]
pub fn svg(document: &Document) -> String {
    let Picture { title, start, steps } = picture(document);
    let mut drawing = Drawing { out: String::new() };
    let mut y = MARGIN;
    y = drawing.pill(&start, y);
    y = drawing.arrow(WIDTH / 2.0, y, y + GAP);
    y = drawing.list(&steps, MARGIN, y, WIDTH - 2.0 * MARGIN);
    if steps.last().is_none_or(|step| step.goes_on() || matches!(step.then.as_deref(), Some("end" | "exit"))) {
        y = drawing.arrow(WIDTH / 2.0, y, y + GAP);
    } else {
        y += GAP;
    }
    let height = drawing.pill("End", y) + MARGIN;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"100%\" style=\"max-width:{}px\" role=\"img\" \
         aria-labelledby=\"flow-title flow-desc\"><title id=\"flow-title\">{}</title><desc id=\"flow-desc\">{}</desc>\
         <style>{STYLE}</style><defs><marker id=\"flow-head\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" \
         markerHeight=\"7\" orient=\"auto\"><path class=\"head\" d=\"M0 0 8 4 0 8z\"/></marker></defs>{}</svg>\n",
        WIDTH * 1.6,
        escaped(&format!("Flow {title}")),
        escaped(&described(&start, &steps)),
        drawing.out
    )
}

/// A flow in words, for those who do not see the drawing: how it starts, and a sentence for each step.
#[must_use]
pub fn describe(document: &Document) -> String {
    let Picture { start, steps, .. } = picture(document);
    described(&start, &steps)
}

fn described(start: &str, steps: &[DrawnStep]) -> String {
    let mut told = format!("{start}. ");
    describe_steps(steps, &mut told);
    told
}

fn describe_steps(steps: &[DrawnStep], out: &mut String) {
    for step in steps {
        write!(out, "{}: {} {}", step.name, kind_label(step.kind), step.lines.join(", ")).ok();
        for (when, then) in &step.cases {
            write!(out, "; {when}: go to {then}").ok();
        }
        if let Some(then) = &step.then {
            write!(out, "; then go to {then}").ok();
        }
        out.push_str(". ");
        for (name, steps) in step.parts.iter().filter(|(_, steps)| !steps.is_empty()) {
            if name.is_empty() {
                write!(out, "In {}: ", step.name).ok();
            } else {
                write!(out, "{name} in {}: ", step.name).ok();
            }
            describe_steps(steps, out);
        }
    }
}

/// A line from a step to another of its list.
struct Jump {
    from: f64,
    to: usize,
}

struct Drawing {
    out: String,
}

impl Drawing {
    /// Draws a list, and gives where it ends.
    fn list(&mut self, steps: &[DrawnStep], x: f64, top: f64, width: f64) -> f64 {
        let index = |then: &str| steps.iter().position(|step| step.name == then);
        let thens = |step: &DrawnStep| {
            step.cases.iter().map(|(_, then)| then.clone()).chain(step.then.clone()).collect::<Vec<_>>()
        };
        let lanes = steps.iter().flat_map(thens).filter(|then| index(then).is_some()).count();
        // Of many jumps the lines share the room.
        let room = (lanes as f64 * LANE).min(width / 4.0);
        let inner = width - room;
        let mut y = top;
        let mut tops = Vec::new();
        let mut jumps = Vec::new();
        for (at, step) in steps.iter().enumerate() {
            tops.push(y);
            let rows = self.step(step, x, y, inner);
            for (row, then) in rows.exits {
                match index(&then) {
                    Some(to) => jumps.push(Jump { from: row, to }),
                    None => self.leave(x + inner, row, &then),
                }
            }
            y = rows.bottom;
            if at + 1 < steps.len() {
                y = if step.goes_on() { self.arrow(x + inner / 2.0, y, y + GAP) } else { y + GAP };
            }
        }
        let lane = if lanes == 0 { LANE } else { room / lanes as f64 };
        for (number, jump) in jumps.iter().enumerate() {
            let (right, far) = (x + inner, x + inner + lane * (number as f64 + 0.8));
            let to = tops.get(jump.to).copied().unwrap_or(top) + 14.0 + (number % 3) as f64 * 4.0;
            let from = jump.from;
            write!(
                self.out,
                "<path class=\"flow\" marker-end=\"url(#flow-head)\" d=\"M{right} {from}H{far}V{to}H{right}\"/>"
            )
            .ok();
        }
        y
    }

    fn step(&mut self, step: &DrawnStep, x: f64, y: f64, width: f64) -> Drawn {
        let mut exits = Vec::new();
        let start = self.out.len();
        let mut line = y + PAD + 12.0;
        let kind = kind_label(step.kind);
        let text_width = width - 2.0 * PAD - 4.0;
        let left = x + PAD + 4.0;
        // Bold is wider, and the kind stands at the end of the line.
        let room = text_width - (kind.chars().count() as f64 + 2.0) * CHARACTER;
        self.text("name", left, line, &step.name, room / BOLD);
        write!(
            self.out,
            "<text class=\"dim\" x=\"{}\" y=\"{line}\" text-anchor=\"end\">{}</text>",
            x + width - PAD,
            escaped(kind)
        )
        .ok();
        for text in step.lines.iter().filter(|text| !text.is_empty()) {
            line += LINE;
            self.text("code", left, line, text, text_width);
        }
        for (when, then) in &step.cases {
            line += LINE;
            let arrow = format!("→ {then}");
            let taken = arrow.chars().count() as f64 * CHARACTER + 6.0;
            self.text("code", left, line, when, text_width - taken.min(text_width / 2.0));
            write!(
                self.out,
                "<text class=\"dim\" x=\"{}\" y=\"{line}\" text-anchor=\"end\">{}</text>",
                x + width - PAD,
                fit(&arrow, text_width / 2.0)
            )
            .ok();
            exits.push((line - 4.0, then.clone()));
        }
        if let Some(then) = &step.then {
            line += LINE;
            write!(
                self.out,
                "<text class=\"dim\" x=\"{}\" y=\"{line}\" text-anchor=\"end\">{}</text>",
                x + width - PAD,
                fit(&format!("→ {then}"), text_width)
            )
            .ok();
            exits.push((line - 4.0, then.clone()));
        }
        let mut bottom = line + PAD;
        for (name, steps) in &step.parts {
            if !name.is_empty() {
                bottom += 14.0;
                self.text("dim", left, bottom, name, text_width);
                bottom += 2.0;
            }
            bottom += 6.0;
            if steps.is_empty() {
                self.text("dim", left, bottom + 10.0, "nothing", text_width);
                bottom += 18.0;
            } else {
                // Deep down, the boxes stop getting narrower.
                let pad = PAD.min((width - 60.0).max(0.0) / 8.0);
                bottom = self.list(steps, x + pad, bottom, width - 2.0 * pad) + PAD;
            }
        }
        let class = if step.parts.is_empty() { "box" } else { "group" };
        let frame = format!(
            "<g class=\"{}\" data-pointer=\"{}\"><title>{}</title><rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{}\" rx=\"6\"/>\
             <rect class=\"bar\" x=\"{x}\" y=\"{y}\" width=\"4\" height=\"{}\" rx=\"2\"/>",
            step.kind,
            escaped(&step.pointer),
            escaped(&format!("{} {}: {}", kind, step.name, step.lines.join(", "))),
            bottom - y,
            bottom - y
        );
        self.out.insert_str(start, &frame);
        self.out.push_str("</g>");
        Drawn { bottom, exits }
    }

    /// A way out of the list: `exit` or `end`.
    fn leave(&mut self, right: f64, y: f64, then: &str) {
        if matches!(then, "exit" | "end") {
            write!(
                self.out,
                "<circle class=\"head\" cx=\"{right}\" cy=\"{y}\" r=\"3.5\"><title>then {then}</title></circle>"
            )
            .ok();
        }
    }

    fn pill(&mut self, text: &str, y: f64) -> f64 {
        let width = ((text.chars().count() as f64 + 4.0) * CHARACTER).min(WIDTH - 2.0 * MARGIN);
        let (x, middle) = ((WIDTH - width) / 2.0, WIDTH / 2.0);
        write!(
            self.out,
            "<rect class=\"pill\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"26\" rx=\"13\"/><text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
            y + 17.5,
            fit(text, width - 12.0)
        )
        .ok();
        y + 26.0
    }

    fn arrow(&mut self, x: f64, from: f64, to: f64) -> f64 {
        write!(self.out, "<path class=\"flow\" marker-end=\"url(#flow-head)\" d=\"M{x} {from}V{}\"/>", to - 1.0).ok();
        to
    }

    fn text(&mut self, class: &str, x: f64, y: f64, text: &str, width: f64) {
        write!(self.out, "<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{}</text>", fit(text, width)).ok();
    }
}

/// Where a step ends, and the ways out of it: how far down, and where to.
struct Drawn {
    bottom: f64,
    exits: Vec<(f64, String)>,
}

/// As much of a text as is likely to fit, escaped.
fn fit(text: &str, width: f64) -> String {
    let most = (width / CHARACTER).max(4.0) as usize;
    let text = &*visible::line(text);
    if text.chars().count() <= most {
        return escaped(text);
    }
    escaped(&text.chars().take(most.saturating_sub(1)).chain(['…']).collect::<String>())
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in visible::line(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}
