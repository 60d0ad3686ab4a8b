//! The baseline: findings that a house has accepted, so that only new ones fail.
//!
//! Keyed by rule and subject with a count, never by line or file: moving code or renaming files changes
//! nothing.

use rustc_hash::FxHashMap;
use serde_json::{Map, Value, json};
use smol_str::SmolStr;
use std::collections::BTreeMap;

use crate::config::{Error, Errors, Kind, Node};
use crate::review::Stale;
use crate::rule::Finding;
use crate::source::{FileId, Span};

/// The name of the file, beside the config.
pub const FILE: &str = "schemalint-baseline.json";

/// The rule whose findings are not accepted.
pub const NEVER_ACCEPTED: &str = "syntax-error";

/// The version of its format.
const VERSION: u64 = 1;

/// Findings that are accepted.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Baseline {
    /// How many findings of a rule about a subject are accepted.
    counts: BTreeMap<(SmolStr, SmolStr), Accepted>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Accepted {
    count: usize,
    /// The entry, when it was read from a file.
    span: Option<Span>,
}

impl Baseline {
    /// Accepts those findings; a file that cannot be read is never accepted, or its tables would be forgotten.
    pub fn of(findings: &[Finding]) -> Self {
        let mut baseline = Self::default();
        for finding in findings.iter().filter(|finding| finding.rule != NEVER_ACCEPTED) {
            let key = (SmolStr::new(finding.rule), finding.subject.clone());
            baseline.counts.entry(key).or_insert(Accepted { count: 0, span: None }).count += 1;
        }
        baseline
    }

    /// Reads the file.
    ///
    /// # Errors
    /// Everything that is wrong with it, by place.
    pub fn read(file: FileId, text: &str) -> Result<Self, Errors> {
        let node = Node::parse(file, text)?;
        let mut errors = Errors::new();
        let mut wrong = |span: Span, message: String| errors.push(Error::at(span, message));
        let mut baseline = Self::default();
        for member in node.members().unwrap_or_default() {
            if !matches!(member.key.as_str(), "version" | "findings") {
                wrong(member.key_span, format!("a baseline has no `{}`", member.key));
            }
        }
        match node.get("version").map(|version| (&version.kind, version.span)) {
            Some((Kind::Number(number), _)) if *number == VERSION.into() => {}
            Some((_, span)) => {
                wrong(span, format!("this version of schemalint reads baselines of version {VERSION}"))
            }
            None => wrong(node.span, "a baseline begins with its `version`".to_string()),
        }
        let findings = node.get("findings");
        match findings.map(|findings| (&findings.kind, findings.span)) {
            Some((Kind::Object(rules), _)) => {
                for rule in rules {
                    let Kind::Object(subjects) = &rule.value.kind else {
                        wrong(
                            rule.value.span,
                            format!("expected an object, found {}", rule.value.describe()),
                        );
                        continue;
                    };
                    for subject in subjects {
                        match &subject.value.kind {
                            Kind::Number(count) if count.as_u64().is_some_and(|count| count > 0) => {
                                let count = count.as_u64().unwrap_or(1) as usize;
                                let key = (SmolStr::new(&rule.key), SmolStr::new(&subject.key));
                                let span = Some(subject.key_span);
                                baseline.counts.insert(key, Accepted { count, span });
                            }
                            _ => wrong(
                                subject.value.span,
                                "expected how many findings are accepted".to_string(),
                            ),
                        }
                    }
                }
            }
            Some((_, span)) => wrong(span, "expected an object of rules".to_string()),
            None => wrong(node.span, "a baseline has `findings`".to_string()),
        }
        if errors.is_empty() { Ok(baseline) } else { Err(errors) }
    }

    /// Whether nothing is accepted.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// How many findings are accepted.
    pub fn len(&self) -> usize {
        self.counts.values().map(|accepted| accepted.count).sum()
    }

    /// The rules that it names, and where.
    pub fn rules(&self) -> Vec<(SmolStr, Span)> {
        let mut rules: Vec<(SmolStr, Span)> = Vec::new();
        for ((rule, _), accepted) in &self.counts {
            if let Some(span) = accepted.span
                && rules.last().is_none_or(|(last, _)| last != rule)
            {
                rules.push((rule.clone(), span));
            }
        }
        rules
    }

    /// Takes out the findings that are accepted, the first of each subject, and says how many went.
    pub fn apply(&self, findings: &mut Vec<Finding>) -> usize {
        let mut left: FxHashMap<(SmolStr, SmolStr), usize> =
            self.counts.iter().map(|(key, accepted)| (key.clone(), accepted.count)).collect();
        let before = findings.len();
        let mut kept = Vec::with_capacity(before);
        for finding in findings.drain(..) {
            match left.get_mut(&(SmolStr::new_static(finding.rule), finding.subject.clone())) {
                Some(count) if *count > 0 => *count -= 1,
                _ => kept.push(finding),
            }
        }
        *findings = kept;
        before - findings.len()
    }

    /// What is accepted but not found among `findings`, of rules that `ran`.
    pub fn stale(&self, findings: &[Finding], ran: impl Fn(&str) -> bool) -> Vec<Stale> {
        let found = Self::of(findings);
        let stale = self.counts.iter().filter_map(|(key, accepted)| {
            let (rule, subject) = key;
            let left = found.counts.get(key).map_or(0, |found| found.count);
            let gone = accepted.count.saturating_sub(left);
            let span = accepted.span.filter(|_| gone > 0 && ran(rule))?;
            let message = match left {
                0 => format!("the baseline accepts `{rule}` of `{subject}`, which is no longer found"),
                _ => format!(
                    "the baseline accepts {} `{rule}` of `{subject}`, found are {left}",
                    accepted.count
                ),
            };
            Some(Stale {
                subject: subject.clone(),
                span,
                message,
                label: "not needed any more",
                help: "`schemalint baseline --prune` takes it out",
            })
        });
        stale.collect()
    }

    /// What of it is still found: never more than it accepts.
    pub fn pruned(&self, findings: &[Finding]) -> Self {
        let found = Self::of(findings);
        let kept = self.counts.iter().filter_map(|(key, accepted)| {
            let count = accepted.count.min(found.counts.get(key)?.count);
            Some((key.clone(), Accepted { count, span: None }))
        });
        Self { counts: kept.collect() }
    }

    /// The text of the file: sorted, one subject a line.
    pub fn to_text(&self) -> String {
        let mut rules: Map<String, Value> = Map::new();
        for ((rule, subject), accepted) in &self.counts {
            let subjects = rules.entry(rule.to_string()).or_insert_with(|| json!({}));
            subjects[subject.as_str()] = accepted.count.into();
        }
        format!("{:#}\n", json!({ "version": VERSION, "findings": rules }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Baseline, Vec<String>> {
        Baseline::read(FileId(0), text)
            .map_err(|errors| errors.into_iter().map(|error| error.message).collect())
    }

    #[test]
    fn a_baseline_reads_what_it_writes() {
        let text =
            "{ \"findings\": { \"b\": { \"y\": 2, \"x.y\": 1 }, \"a\": { \"z\": 1 } }, \"version\": 1 }";
        let baseline = read(text).unwrap();
        let written = baseline.to_text();
        assert_eq!(written, read(&written).unwrap().to_text());
        assert_eq!(baseline.len(), 4);
        let order: Vec<usize> =
            ["\"a\"", "\"b\"", "\"x.y\"", "\"y\""].iter().map(|key| written.find(key).unwrap()).collect();
        assert!(order.is_sorted(), "{written}");
    }

    #[test]
    fn damage_is_said() {
        for (text, message) in [
            ("{ \"version\": 1, \"findings\": { \"a\": 1 } }", "expected an object"),
            ("{ \"version\": 2, \"findings\": {} }", "version 1"),
            ("{ \"findings\": {} }", "begins with its `version`"),
            ("{ \"version\": 1, \"findings\": { \"a\": { \"x\": -1 } } }", "how many"),
            ("{ \"version\": 1, \"findings\": { \"a\": { \"x\": 1", ""),
            ("", ""),
        ] {
            let errors = read(text).unwrap_err();
            assert!(errors.iter().any(|error| error.contains(message)), "{text}: {errors:?}");
        }
    }
}
