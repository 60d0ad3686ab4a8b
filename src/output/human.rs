//! For people: miette frames, small tables, then a summary.

use miette::{GraphicalReportHandler, GraphicalTheme};
use rustc_hash::FxHashMap;
use std::cmp::Reverse;
use std::fmt::Write;

use super::frame::Frame;
use super::text::{ShownFiles, visible, without_commands};
use super::{Report, summary};
use crate::rule::{Finding, Level};

/// How the text may look, and how much of it there may be.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// Colours, as on a terminal.
    pub colour: bool,
    /// Columns that a line may have.
    pub width: usize,
    /// Names of rules lead to their pages, where the terminal can follow links.
    pub links: bool,
    /// At most so many frames; none or zero for all.
    pub max_findings: Option<usize>,
    /// The table by rule, also for few findings.
    pub statistics: bool,
    /// How long each stage and each rule took.
    pub timings: bool,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            colour: false,
            width: 100,
            links: false,
            max_findings: None,
            statistics: false,
            timings: false,
        }
    }
}

/// Fewer findings can be counted at a glance.
const TABLE_FROM: usize = 6;

/// The findings as frames, tables where they help, notes, and the summary in the last line.
pub fn human(report: &Report<'_>, style: Style) -> String {
    let Report { run, sources, prefix } = *report;
    let handler = handler(style);
    let mut files = ShownFiles::new(sources);
    let shown = chosen(&run.findings, style.max_findings);
    let hidden = run.findings.len() - shown.len();
    let mut out = String::new();
    for finding in shown {
        let frame = Frame::new(finding, &mut files, prefix);
        // Writing to a String does not fail.
        let _ = handler.render_report(&mut out, &frame);
        out.push('\n');
    }
    for (rule, message) in &run.broken_rules {
        let _ = writeln!(out, "internal error: the rule `{rule}` panicked: {}", visible(message));
    }
    if style.statistics || hidden > 0 || run.findings.len() >= TABLE_FROM && has_several_rules(&run.findings)
    {
        paragraph(&summary::by_rule(run), &mut out);
    }
    if style.timings {
        paragraph(&summary::timings(run), &mut out);
    }
    for note in &run.notes {
        let _ = writeln!(out, "note: {}", visible(note));
    }
    if hidden > 0 {
        let (findings, are) = if hidden == 1 { ("finding", "is") } else { ("findings", "are") };
        let _ = writeln!(
            out,
            "…{hidden} more {findings} {are} not shown: `--max-findings 0` shows all, `schemalint baseline` \
             accepts what is there and fails only on new ones"
        );
    }
    let _ = writeln!(out, "{}", summary::line(run));
    without_commands(out)
}

pub(super) fn handler(style: Style) -> GraphicalReportHandler {
    let theme = if style.colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    GraphicalReportHandler::new_themed(theme)
        .with_width(style.width)
        .with_context_lines(1)
        .with_urls(style.links)
        // The name itself is the link.
        .with_link_display_text("")
}

fn paragraph(text: &str, out: &mut String) {
    if !text.is_empty() {
        out.push_str(text);
        out.push('\n');
    }
}

fn has_several_rules(findings: &[Finding]) -> bool {
    findings.windows(2).any(|pair| pair[0].rule != pair[1].rule)
}

/// The findings that are shown, in their order: errors before warnings, and of each level the first of
/// every rule before the second of any.
fn chosen(findings: &[Finding], most: Option<usize>) -> Vec<&Finding> {
    let most = most.filter(|most| *most > 0).unwrap_or(usize::MAX);
    if findings.len() <= most {
        return findings.iter().collect();
    }
    let mut seen: FxHashMap<(&str, Level), usize> = FxHashMap::default();
    let mut ranked: Vec<(Reverse<Level>, usize, usize)> = Vec::with_capacity(findings.len());
    for (at, finding) in findings.iter().enumerate() {
        let before = seen.entry((finding.rule, finding.level)).or_default();
        ranked.push((Reverse(finding.level), *before, at));
        *before += 1;
    }
    ranked.sort_unstable();
    ranked.truncate(most);
    ranked.sort_unstable_by_key(|(_, _, at)| *at);
    ranked.into_iter().map(|(_, _, at)| &findings[at]).collect()
}
