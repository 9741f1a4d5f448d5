//! What was measured, shown: a table with a small picture, Markdown, JSON. Decides nothing but whether an aim is met.

use serde_json::{Value, json};

use crate::paired::Spread;

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Microseconds of a call.
    Micros,
    /// Milliseconds.
    Millis,
    /// Calls or users a second.
    PerSecond,
    /// KiB.
    Kib,
    /// MiB.
    Mib,
    /// A factor.
    Factor,
}

impl Unit {
    fn name(self) -> &'static str {
        match self {
            Self::Micros => "µs",
            Self::Millis => "ms",
            Self::PerSecond => "/s",
            Self::Kib => "KiB",
            Self::Mib => "MiB",
            Self::Factor => "x",
        }
    }

    /// Whether more is better.
    fn grows(self) -> bool {
        self == Self::PerSecond
    }

    fn show(self, figure: f64) -> String {
        let digits = if self == Self::Factor { 2 } else { usize::from(figure < 100.0) };
        format!("{} {}", grouped(figure, digits), self.name())
    }
}

/// What is aimed at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Aim {
    /// The host's figure over reqwest's, at most.
    RatioAtMost(f64),
    /// The host's figure over reqwest's, at least.
    RatioAtLeast(f64),
    /// The host's figure over reqwest's, at most; and the same of the CPU time.
    RatiosAtMost(f64, f64),
    /// The host's figure, at most.
    AtMost(f64),
}

/// A line of the table.
#[derive(Clone, Debug)]
pub struct Figure {
    /// Which row it belongs to.
    pub row: &'static str,
    /// What was measured.
    pub what: String,
    /// What the figures count.
    pub unit: Unit,
    /// The host's figure.
    pub ours: f64,
    /// Raw reqwest's.
    pub native: Option<f64>,
    /// The host's over reqwest's; the median of the rounds, which need not be the quotient of the two medians beside it.
    pub ratio: Option<Spread>,
    /// The same of the CPU time (user and system) of the process, where it was measured.
    pub cpu: Option<Spread>,
    /// scim2-client's.
    pub python: Option<f64>,
    /// What is aimed at.
    pub aim: Option<Aim>,
    /// What else there is to know.
    pub note: Option<String>,
}

impl Figure {
    /// A figure that has no counterpart.
    pub fn alone(row: &'static str, what: &str, unit: Unit, ours: f64, aim: Option<Aim>, note: Option<String>) -> Self {
        Self { row, what: what.into(), unit, ours, native: None, ratio: None, cpu: None, python: None, aim, note }
    }

    /// Whether the aim is met; none where there is none.
    pub fn met(&self) -> Option<bool> {
        let ratio = self.ratio.map(|ratio| ratio.median);
        match self.aim? {
            Aim::RatioAtMost(most) => Some(ratio? <= most),
            Aim::RatioAtLeast(least) => Some(ratio? >= least),
            Aim::RatiosAtMost(wall, cpu) => Some(ratio? <= wall && self.cpu?.median <= cpu),
            Aim::AtMost(most) => Some(self.ours <= most),
        }
    }

    /// The host's figure over scim2-client's.
    fn of_python(&self) -> Option<f64> {
        self.python.map(|python| self.ours / python)
    }

    /// As JSON.
    pub fn json(&self) -> Value {
        let aim = self.aim.map(|aim| match aim {
            Aim::RatioAtMost(most) => json!({"ratioAtMost": most}),
            Aim::RatioAtLeast(least) => json!({"ratioAtLeast": least}),
            Aim::RatiosAtMost(wall, cpu) => json!({"ratioAtMost": wall, "cpuRatioAtMost": cpu}),
            Aim::AtMost(most) => json!({"atMost": most}),
        });
        json!({
            "row": self.row, "what": self.what, "unit": self.unit.name(), "moreIsBetter": self.unit.grows(),
            "ours": self.ours, "reqwest": self.native, "ratio": self.ratio.map(|ratio| ratio.json()), "cpuRatio": self.cpu.map(|ratio| ratio.json()),
            "python": self.python, "pythonRatio": self.of_python(), "aim": aim, "met": self.met(), "note": self.note,
        })
    }

    fn cells(&self) -> [String; COLUMNS] {
        let show = |figure: Option<f64>| figure.map_or_else(|| "-".to_owned(), |figure| self.unit.show(figure));
        let aim = self.aim.map(|aim| match aim {
            Aim::RatioAtMost(most) => format!("≤ {most:.2}x"),
            Aim::RatioAtLeast(least) => format!("≥ {least:.2}x"),
            Aim::RatiosAtMost(wall, cpu) => format!("≤ {wall:.2}x, CPU ≤ {cpu:.2}x"),
            Aim::AtMost(most) => format!("≤ {}", self.unit.show(most)),
        });
        [
            self.what.clone(),
            self.unit.show(self.ours),
            show(self.native),
            self.ratio.map_or_else(
                || "-".to_owned(),
                |Spread { median, min, max }| format!("{median:.2}x ({min:.2}..{max:.2})"),
            ),
            self.cpu.map_or_else(|| "-".to_owned(), |Spread { median, .. }| format!("{median:.2}x")),
            show(self.python),
            self.of_python().map_or_else(|| "-".to_owned(), factor),
            aim.unwrap_or_default(),
            self.met().map_or("", |met| if met { "yes" } else { "no" }).to_owned(),
        ]
    }
}

const COLUMNS: usize = 9;

const HEAD: [&str; COLUMNS] = ["what", "ours", "reqwest", "ratio (min..max)", "CPU", "python", "ratio", "aim", "met"];

/// Characters of the picture that stand for a ratio of 1.
const ONE: f64 = 10.0;

/// Most characters of the picture.
const WIDTH: usize = 25;

/// A bar as long as the ratio, `|` where reqwest is.
fn bar(ratio: Option<Spread>) -> String {
    let Some(ratio) = ratio else { return String::new() };
    let length = (ratio.median * ONE).round();
    let cut = length > WIDTH as f64;
    let place = |column: usize| match (column as f64) < length {
        _ if column as f64 == ONE => '|',
        true if cut && column + 1 == WIDTH => '>',
        true => '█',
        false => ' ',
    };
    (0..WIDTH).map(place).collect::<String>().trim_end().to_owned()
}

/// The table for a terminal.
pub fn table(figures: &[Figure]) -> String {
    let rows: Vec<([String; COLUMNS], String)> =
        std::iter::once((HEAD.map(str::to_owned), "of reqwest, | is 1.00x".to_owned()))
            .chain(figures.iter().map(|figure| (figure.cells(), bar(figure.ratio))))
            .collect();
    let mut widths = [0; COLUMNS];
    for (cells, _) in &rows {
        for (width, cell) in widths.iter_mut().zip(cells) {
            *width = cell.chars().count().max(*width);
        }
    }
    let mut text = String::new();
    for (cells, bar) in &rows {
        for (column, (cell, width)) in cells.iter().zip(widths).enumerate() {
            // Words to the left, figures to the right.
            let pad = " ".repeat(width - cell.chars().count());
            text += &if matches!(column, 0 | 7 | 8) { format!("{cell}{pad}  ") } else { format!("{pad}{cell}  ") };
        }
        text = format!("{}\n", (text + bar).trim_end());
    }
    for figure in figures {
        if let Some(note) = &figure.note {
            text += &format!("{}: {note}\n", figure.what);
        }
    }
    text
}

/// The table for a README.
pub fn markdown(figures: &[Figure], machine: &str) -> String {
    let mut text = format!("{machine}\n\n| {} | |\n|---|{}---|\n", HEAD.join(" | "), "---|".repeat(HEAD.len() - 1));
    for figure in figures {
        let bar = bar(figure.ratio);
        let bar = if bar.is_empty() { bar } else { format!("`{bar}`") };
        text += &format!("| {} | {} |\n", figure.cells().join(" | "), bar.replace('|', "\\|"));
    }
    for figure in figures {
        if let Some(note) = &figure.note {
            text += &format!("\n{}: {note}\n", figure.what);
        }
    }
    text
}

fn factor(figure: f64) -> String {
    format!("{}x", grouped(figure, if figure < 10.0 { 2 } else { 0 }))
}

/// With commas between thousands.
fn grouped(figure: f64, digits: usize) -> String {
    let text = format!("{figure:.digits$}");
    let (whole, rest) = text.find('.').map_or((text.as_str(), ""), |point| text.split_at(point));
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) && !grouped.ends_with('-') {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread(median: f64) -> Option<Spread> {
        Some(Spread { median, min: median, max: median })
    }

    #[test]
    fn the_picture_shows_where_reqwest_is() {
        assert_eq!(bar(spread(0.5)), "█████     |");
        assert_eq!(bar(spread(1.5)), "██████████|████");
        assert_eq!(bar(spread(9.0)), "██████████|█████████████>");
        assert_eq!(bar(None), "");
    }

    #[test]
    fn figures_are_grouped() {
        assert_eq!(grouped(1_234_567.0, 0), "1,234,567");
        assert_eq!(grouped(999.26, 1), "999.3");
        assert_eq!(grouped(12.0, 0), "12");
    }

    #[test]
    fn an_aim_is_held_against_its_own_figure() {
        let figure = |aim, ours, ratio| Figure {
            row: "row",
            what: "what".into(),
            unit: Unit::Micros,
            ours,
            native: None,
            ratio,
            cpu: spread(1.3),
            python: None,
            aim: Some(aim),
            note: None,
        };
        assert_eq!(figure(Aim::RatioAtMost(1.1), 500.0, spread(1.1)).met(), Some(true));
        assert_eq!(figure(Aim::RatioAtMost(1.1), 0.0, spread(1.2)).met(), Some(false));
        assert_eq!(figure(Aim::RatioAtLeast(0.85), 0.0, spread(0.9)).met(), Some(true));
        assert_eq!(figure(Aim::RatiosAtMost(1.2, 1.35), 0.0, spread(1.2)).met(), Some(true));
        assert_eq!(figure(Aim::RatiosAtMost(1.2, 1.25), 0.0, spread(1.2)).met(), Some(false));
        assert_eq!(figure(Aim::AtMost(40.0), 41.0, None).met(), Some(false));
        assert_eq!(figure(Aim::RatioAtMost(1.1), 1.0, None).met(), None);
    }
}
