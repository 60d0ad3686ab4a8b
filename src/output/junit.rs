//! For everything that shows test results: GitLab, Jenkins, CircleCI, Azure.
//!
//! Within Jenkins' `junit-10.xsd`, which allows the least.

use super::location::Location;
use super::text::without_commands;
use super::xml::{allowed, document};
use super::{Report, by_file};
use crate::rule::Finding;

/// A suite for each file with findings, in which every finding is a test that failed; one test that passed when
/// there are none.
pub fn junit(report: &Report<'_>) -> String {
    let run = report.run;
    let time = format!("{:.3}", run.took.as_secs_f64());
    let (count, broken) = (run.findings.len(), run.broken_rules.len());
    document(|writer| {
        let suites = writer
            .create_element("testsuites")
            .with_attribute(("name", "schemalint"))
            .with_attribute(("tests", (count + broken).max(1).to_string().as_str()))
            .with_attribute(("failures", count.to_string().as_str()))
            .with_attribute(("errors", broken.to_string().as_str()))
            .with_attribute(("time", time.as_str()));
        suites.write_inner_content(|writer| {
            for (path, findings) in by_file(report) {
                suite(writer, &allowed(&path), findings.len(), (findings.len(), 0), |writer| {
                    findings.iter().try_for_each(|finding| {
                        let name = format!("{}: {}", finding.rule, allowed(&finding.subject));
                        let place = Location::new(report, finding.primary.span).readable();
                        case(writer, &name, &allowed(&path), |writer| {
                            let failure = writer
                                .create_element("failure")
                                .with_attribute(("type", level(finding)))
                                .with_attribute(("message", &*allowed(&finding.message)));
                            let text = quick_xml::events::BytesText::new(&details(report, finding, &place))
                                .into_owned();
                            failure.write_text_content(text).map(|_| ())
                        })
                    })
                })?;
            }
            if broken > 0 {
                suite(writer, "schemalint", broken, (0, broken), |writer| {
                    run.broken_rules.iter().try_for_each(|(rule, message)| {
                        case(writer, rule, "schemalint", |writer| {
                            let text = format!("the rule panicked: {}", allowed(message));
                            let error =
                                writer.create_element("error").with_attribute(("type", "internal error"));
                            error.with_attribute(("message", text.as_str())).write_empty().map(|_| ())
                        })
                    })
                })?;
            }
            if count + broken == 0 {
                suite(writer, "schemalint", 1, (0, 0), |writer| {
                    let test = writer.create_element("testcase").with_attribute(("name", "no findings"));
                    test.with_attribute(("classname", "schemalint")).write_empty().map(|_| ())
                })?;
            }
            Ok(())
        })?;
        Ok(())
    })
}

type Xml = quick_xml::Writer<Vec<u8>>;

fn suite(
    writer: &mut Xml,
    name: &str,
    tests: usize,
    (failures, errors): (usize, usize),
    content: impl FnOnce(&mut Xml) -> std::io::Result<()>,
) -> std::io::Result<()> {
    let suite = writer
        .create_element("testsuite")
        .with_attribute(("name", name))
        .with_attribute(("tests", tests.to_string().as_str()))
        .with_attribute(("failures", failures.to_string().as_str()))
        .with_attribute(("errors", errors.to_string().as_str()));
    suite.write_inner_content(content).map(|_| ())
}

fn case(
    writer: &mut Xml,
    name: &str,
    class: &str,
    content: impl FnOnce(&mut Xml) -> std::io::Result<()>,
) -> std::io::Result<()> {
    let test = writer.create_element("testcase").with_attribute(("name", name));
    test.with_attribute(("classname", class)).write_inner_content(content).map(|_| ())
}

const fn level(finding: &Finding) -> &'static str {
    finding.level.name()
}

/// Where, what is to be seen there, and what to write instead, a line each.
fn details(report: &Report<'_>, finding: &Finding, place: &str) -> String {
    let line = |place: &str, text: &str| match text {
        "" => place.to_string(),
        text => format!("{place}: {text}"),
    };
    let mut lines = vec![line(place, &finding.primary.text)];
    let related = finding.related.iter();
    lines.extend(related.map(|label| line(&Location::new(report, label.span).readable(), &label.text)));
    lines.extend(finding.help.as_ref().map(|help| format!("help: {help}")));
    without_commands(lines.iter().map(|line| allowed(line)).collect::<Vec<_>>().join("\n"))
}
