//! For GitLab's code quality report, a part of Code Climate's format.

use serde_json::json;

use super::Report;
use super::fingerprint::Fingerprints;
use super::location::Location;
use super::text::{visible, visible_json};
use crate::rule::Level;

/// One list of issues. GitLab shows the line; columns count from 1, in Unicode characters.
pub fn gitlab(report: &Report<'_>) -> String {
    let mut fingerprints = Fingerprints::default();
    let findings = report.run.findings.iter().map(|finding| {
        let place = Location::new(report, finding.primary.span);
        let help = finding.help.as_ref().map(|help| format!(" ({})", visible(help))).unwrap_or_default();
        json!({
            "type": "issue",
            "check_name": finding.rule,
            "description": format!("{}{help}", visible(&finding.message)),
            "categories": ["Bug Risk"],
            "severity": if finding.level == Level::Error { "major" } else { "minor" },
            "fingerprint": fingerprints.next(finding),
            "location": {
                "path": place.path,
                "positions": {
                    "begin": { "line": place.start.line, "column": place.start.column },
                    "end": { "line": place.end.line, "column": place.end.column },
                },
            },
        })
    });
    let broken = report.run.broken_rules.iter().map(|(rule, message)| {
        json!({
            "type": "issue",
            "check_name": rule,
            "description": format!("internal error: the rule panicked: {}", visible(message)),
            "categories": ["Bug Risk"],
            "severity": "blocker",
            "fingerprint": format!("panic {rule}"),
            "location": { "path": "schemalint", "lines": { "begin": 1 } },
        })
    });
    let issues: Vec<_> = findings.chain(broken).collect();
    format!("{}\n", visible_json(format!("{:#}", json!(issues))))
}
