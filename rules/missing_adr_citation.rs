//! References across a boundary that no decision record explains.

use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

use crate::docs::Cited;
use crate::fixes::{UNNAMED, cite};
use crate::graph::ForeignKey;
use crate::model::{About, Allowance, Crossing, Evidence, Passage, Reference};
use crate::rule::{Confidence, Context, Findings, Level, Meta, Rule, Spanned};

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct MissingAdrCitation {
    /// The record that must be cited: `ADR-001`. Any, when left out.
    adr: Option<Spanned<String>>,
    /// How sure it must be that a column is a reference. When left out: `certain` where the rule is an error,
    /// `probable` where it is a warning.
    min_confidence: Option<Confidence>,
}

impl Rule for MissingAdrCitation {
    const META: Meta = Meta {
        name: "missing-adr-citation",
        summary: "a reference across a boundary whose documentation cites no decision record",
        group: "Boundaries",
        docs: include_str!("missing_adr_citation.md"),
        level: Level::Warn,
        needs_configuration: false,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        let model = context.model;
        if model.crossings.is_empty() {
            return;
        }
        if model.documentation.records.is_empty() {
            return out.say_nothing(
                "`missing-adr-citation` had nothing to check against: there are no decision records \
                 (`docs.adr` in the config, or a folder `adr`, `adrs` or `decisions`)",
            );
        }
        let least = model.least_confidence(self.min_confidence, out.level());
        let mut by_entry: BTreeMap<(usize, usize), Vec<&Crossing>> = BTreeMap::new();
        for crossing in &model.crossings {
            if !is_to_be_explained(context, crossing, least) || self.is_explained(context, crossing) {
                continue;
            }
            match (crossing.allowance, crossing.by) {
                (Allowance::Entry(entry), Reference::ForeignKey(_)) => {
                    by_entry.entry((crossing.partition, entry)).or_default().push(crossing);
                }
                _ => self.report(context, crossing, out),
            }
        }
        // What one entry allows, one record explains.
        for ((partition, entry), crossings) in by_entry {
            self.report_entry(context, (partition, entry), &crossings, out);
        }
    }
}

/// Soft references that are sure enough, and foreign keys that are allowed.
fn is_to_be_explained(context: &Context<'_>, crossing: &Crossing, least: Confidence) -> bool {
    match crossing.by {
        Reference::Soft(index) => context.model.soft_references[index].evidence.confidence() >= least,
        Reference::ForeignKey(_) => crossing.allowance.is_given(),
    }
}

impl MissingAdrCitation {
    fn is_explained(&self, context: &Context<'_>, crossing: &Crossing) -> bool {
        let documentation = &context.model.documentation;
        // The entry of the config that allows it may say why.
        if let Allowance::Entry(index) = crossing.allowance {
            let allow = &context.model.boundaries[crossing.partition].allow[index];
            if context.model.is_of_preset(allow.to.span()) {
                return true;
            }
            if allow.adr.as_ref().is_some_and(|adr| self.accepts_text(context, adr)) {
                return true;
            }
        }
        passages(context, crossing).iter().any(|passage| {
            let mut citations = documentation.citations(passage).into_iter();
            citations.any(|(_, citation)| self.accepts(context, &citation.to))
        })
    }

    fn accepts_text(&self, context: &Context<'_>, text: &str) -> bool {
        let citations = context.model.documentation.records.citations(text, None);
        citations.iter().any(|citation| self.accepts(context, &citation.to))
    }

    /// A record that does not exist is `unknown-adr`'s business: the place is cited all the same.
    fn accepts(&self, context: &Context<'_>, cited: &Cited) -> bool {
        let Some(asked) = &self.adr else { return true };
        let asked = context.model.documentation.records.citations(asked, None);
        asked.iter().any(|asked| match (&asked.to, cited) {
            (Cited::Record(asked), Cited::Record(cited)) => asked == cited,
            (Cited::Record(asked), Cited::Ambiguous(several)) => several.contains(asked),
            (asked, cited) => asked == cited,
        })
    }

    fn report_entry(
        &self,
        context: &Context<'_>,
        (partition, entry): (usize, usize),
        crossings: &[&Crossing],
        out: &mut Findings,
    ) {
        let allow = &context.model.boundaries[partition].allow[entry];
        let count = match crossings.len() {
            1 => "a foreign key crosses".to_string(),
            many => format!("{many} foreign keys cross"),
        };
        let record = self.adr.as_ref().map_or_else(|| "a decision record".to_string(), |adr| adr.to_string());
        let message =
            format!("{count} to `{}` by this entry, which does not cite {record}", allow.to.pattern());
        let finding = out.report(format!("allow {}", allow.to.pattern()), allow.to.span(), message);
        let adr = self.adr.as_ref().map_or(UNNAMED, |adr| adr.as_str());
        finding
            .partition(context.model.partitions[partition].name.as_ref())
            .label("the next reader cannot tell who decided it")
            .help(format!("add the record to the entry: `\"adr\": \"{adr}\"`"));
        if let [first, ..] = crossings
            && let Reference::ForeignKey(key) = first.by
        {
            let table = context.graph.table(first.table);
            finding.related(table.place_of(&table.foreign_keys[key]), "one of the foreign keys");
        }
    }

    fn report(&self, context: &Context<'_>, crossing: &Crossing, out: &mut Findings) {
        let graph = context.graph;
        let (table, target) = (graph.table(crossing.table), graph.table(crossing.target));
        let (subject, to) = (table.subject(&crossing.columns), target.display_name());
        let Crossing { from, to: there, .. } = crossing;
        let partition = context.model.partitions[crossing.partition].name.as_ref();
        let kind = partition.map(|name| format!("{name} ")).unwrap_or_default();
        let cites = match &self.adr {
            Some(adr) => format!("does not cite {}", **adr),
            None => "cites no decision record".to_string(),
        };
        let (what, place) = match crossing.by {
            Reference::ForeignKey(key) => ("foreign key ", table.place_of(&table.foreign_keys[key])),
            Reference::Soft(_) => ("", table.columns[crossing.columns[0]].span),
        };
        let message =
            format!("{what}`{subject}` leads from {kind}`{from}` to `{to}` in {kind}`{there}` and {cites}");
        let finding = out.report(subject, place, message);
        let passages = passages(context, crossing);
        finding.partition(partition).label(match passages.iter().any(|passage| passage.at != About::File) {
            true => "what is said of it leads to no record",
            false => "the next reader cannot tell whether this is meant",
        });
        if let Reference::Soft(index) = crossing.by
            && let Some((span, said)) = context.model.soft_references[index].evidence.shown(graph, &to)
        {
            finding.related(span, said);
        }
        if let Some(passage) = passages.iter().find(|passage| passage.at == About::Entry) {
            finding.related(passage.span, "the entity page speaks of it, without a record");
        }
        let adr = self.adr.as_ref().map_or(UNNAMED, |adr| adr.as_str());
        let key = &table.columns[crossing.columns[0]].key;
        let reference = match crossing.by {
            Reference::ForeignKey(_) => String::new(),
            Reference::Soft(_) => format!("@ref {to} "),
        };
        finding.help(format!("cite the record that decided it, at `{key}`: `// {reference}@adr {adr}`"));
        if context.model.documentation.comments_count {
            let foreign_key = match crossing.by {
                Reference::ForeignKey(key) => Some(&table.foreign_keys[key]),
                Reference::Soft(_) => None,
            };
            let written = |record: Option<&str>| cite(graph, table, &crossing.columns, foreign_key, record);
            match self.only_record(context) {
                Some(record) => finding.fix = written(Some(record)),
                None => finding.draft = written(None),
            }
        }
    }

    /// The record that a citation must be of, when the option names one that is there and holds. Which record decided
    /// a reference, nobody else can tell.
    fn only_record(&self, context: &Context<'_>) -> Option<&str> {
        let documentation = &context.model.documentation;
        let asked = self.adr.as_ref()?.as_str();
        let is_plain = !asked.contains(['\n', '\r', '@']) && !asked.contains("*/");
        let cited = documentation.records.citations(&format!("@adr {asked}"), None);
        let [Cited::Record(record)] = cited.iter().map(|citation| &citation.to).collect::<Vec<_>>()[..]
        else {
            return None;
        };
        let record = documentation.records.get(*record)?;
        (is_plain && documentation.holds(record)).then_some(asked)
    }
}

fn passages<'c>(context: &Context<'c>, crossing: &Crossing) -> Vec<Passage<'c>> {
    let graph = context.graph;
    let key: Option<&ForeignKey> = match crossing.by {
        Reference::ForeignKey(key) => Some(&graph.table(crossing.table).foreign_keys[key]),
        Reference::Soft(_) => None,
    };
    let documentation = &context.model.documentation;
    let mut found = documentation.passages(graph, crossing.table, &crossing.columns, key);
    // A relation that says what the column means may say why, too.
    if let Reference::Soft(index) = crossing.by
        && let Evidence::Relation(relation) = context.model.soft_references[index].evidence
        && documentation.comments_count
    {
        found.extend(graph.relations[relation].comments.iter().map(|span| Passage {
            span: *span,
            text: graph.sources.text(*span),
            path: &graph.sources.get(span.file).path,
            at: About::Reference,
        }));
    }
    found
}
