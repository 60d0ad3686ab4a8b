//! One pure function per format over one run.
//!
//! Nothing here reads, runs rules or prints. Places come from `location`, words that came out of source
//! files go through `text`, so that no two formats disagree and none can be made to say something else.

mod checkstyle;
mod concise;
mod fingerprint;
mod frame;
mod github;
mod gitlab;
mod human;
mod json;
mod junit;
mod location;
mod markdown;
mod rdjson;
mod sarif;
mod summary;
#[cfg(test)]
mod tests;
mod text;
mod xml;

pub use checkstyle::checkstyle;
pub use concise::concise;
pub use github::github;
pub use gitlab::gitlab;
pub use human::{Style, human};
pub use json::json;
pub use junit::junit;
pub use markdown::markdown;
pub use rdjson::rdjson;
pub use sarif::sarif;
pub use summary::{by_rule, timings};
pub use text::{is_hostile, visible, visible_json};

use miette::GraphicalReportHandler;

use crate::check::Run;
use crate::config::Error;
use crate::rule::{Finding, Findings, Level};
use crate::rules::RULES;
use crate::source::{FileId, Sources};

/// What every format writes down.
#[derive(Debug, Clone, Copy)]
pub struct Report<'r> {
    /// What was found.
    pub run: &'r Run,
    /// The files that places refer to.
    pub sources: &'r Sources,
    /// Goes before every path, so that it can be opened from where the program was started.
    pub prefix: &'r str,
}

/// What is wrong with a config or a baseline (`what`), as frames.
pub fn errors(what: &'static str, errors: &[Error], sources: &Sources, prefix: &str, style: Style) -> String {
    let handler: GraphicalReportHandler = human::handler(style);
    let mut files = text::ShownFiles::new(sources);
    let mut out = String::new();
    for error in errors {
        let Some(span) = error.span else {
            out.push_str(&format!("error: {}\n", visible(&error.message)));
            if let Some(help) = &error.help {
                out.push_str(&format!("  help: {}\n", visible(help)));
            }
            continue;
        };
        let mut findings = Findings::new(what, Level::Error);
        let finding = findings.report("", span, error.message.as_str());
        finding.help.clone_from(&error.help);
        // Writing to a String does not fail.
        let _ = handler.render_report(&mut out, &frame::Frame::new(finding, &mut files, prefix));
    }
    text::without_commands(out)
}

/// The findings of each file, in the order of the run, which is by path.
fn by_file<'r>(report: &Report<'r>) -> Vec<(String, Vec<&'r Finding>)> {
    let mut files: Vec<(FileId, Vec<&Finding>)> = Vec::new();
    for finding in &report.run.findings {
        let file = finding.primary.span.file;
        match files.last_mut() {
            Some((last, findings)) if *last == file => findings.push(finding),
            _ => files.push((file, vec![finding])),
        }
    }
    let path = |file| format!("{}{}", report.prefix, report.sources.get(file).path);
    files.into_iter().map(|(file, findings)| (path(file), findings)).collect()
}

/// Where a rule's page can be read; findings of the reading itself have none.
pub fn rule_page(name: &str) -> Option<String> {
    const FOLDER: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/rules/");
    let has_page = RULES.iter().any(|rule| rule.meta.name == name);
    has_page.then(|| format!("{FOLDER}{}.md", name.replace('-', "_")))
}
