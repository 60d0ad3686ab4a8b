//! For everything that reads Checkstyle's report: Jenkins, TeamCity, reviewdog.
//!
//! The shape is that of Checkstyle's own `XMLLogger`.

use super::location::Location;
use super::xml::{allowed, document};
use super::{Report, by_file};
use crate::rule::{Finding, Level};

/// The findings by file. Lines and columns count from 1, columns in Unicode characters.
pub fn checkstyle(report: &Report<'_>) -> String {
    document(|writer| {
        // The version is that of the format, which nobody but Checkstyle numbers.
        writer.create_element("checkstyle").with_attribute(("version", "4.3")).write_inner_content(
            |writer| {
                for (path, findings) in by_file(report) {
                    let file = writer.create_element("file").with_attribute(("name", &*allowed(&path)));
                    file.write_inner_content(|writer| {
                        for finding in findings {
                            let place = Location::new(report, finding.primary.span);
                            writer
                                .create_element("error")
                                .with_attribute(("line", place.start.line.to_string().as_str()))
                                .with_attribute(("column", place.start.column.to_string().as_str()))
                                .with_attribute(("severity", severity(finding)))
                                .with_attribute(("message", message(finding).as_str()))
                                .with_attribute(("source", format!("schemalint.{}", finding.rule).as_str()))
                                .write_empty()?;
                        }
                        Ok(())
                    })?;
                }
                for (rule, message) in &report.run.broken_rules {
                    let file = writer.create_element("file").with_attribute(("name", "schemalint"));
                    file.write_inner_content(|writer| {
                        let text = format!("internal error: the rule panicked: {}", allowed(message));
                        let error = writer.create_element("error").with_attribute(("line", "1"));
                        let error = error.with_attribute(("severity", "error"));
                        let error = error.with_attribute(("message", text.as_str()));
                        error
                            .with_attribute(("source", format!("schemalint.{rule}").as_str()))
                            .write_empty()?;
                        Ok(())
                    })?;
                }
                Ok(())
            },
        )?;
        Ok(())
    })
}

const fn severity(finding: &Finding) -> &'static str {
    match finding.level {
        Level::Error => "error",
        Level::Warn | Level::Off => "warning",
    }
}

fn message(finding: &Finding) -> String {
    let help = finding.help.as_ref().map(|help| format!("; help: {}", allowed(help))).unwrap_or_default();
    format!("{}{help}", allowed(&finding.message))
}
