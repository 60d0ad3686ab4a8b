//! Citations of decision records that do not exist or do not hold.

use rayon::prelude::*;
use rustc_hash::FxHashSet;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::docs::{Citation, Cited, DecisionRecord, Status};
use crate::model::{About, Documentation, Passage};
use crate::rule::{Context, Findings, Level, Meta, Rule};
use crate::source::Span;

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct UnknownAdr {}

impl Rule for UnknownAdr {
    const META: Meta = Meta {
        name: "unknown-adr",
        summary: "a citation of a decision record that does not exist, exists twice, or is not in force",
        group: "Boundaries",
        docs: include_str!("unknown_adr.md"),
        level: Level::Warn,
        needs_configuration: false,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        let (graph, model) = (context.graph, context.model);
        let documentation = &model.documentation;
        if documentation.records.is_empty() {
            return;
        }
        let comments = graph.comments.values().flatten().map(|span| (*span, graph.sources.text(*span)));
        let pages = documentation.pages.iter().filter_map(|page| {
            let section = page.section(documentation.section)?;
            Some(section.body.in_file(page.file))
        });
        let pages = pages.map(|span| (span, graph.sources.text(span)));
        let allowed = model.boundaries.iter().flat_map(|boundary| &boundary.allow);
        let configured = allowed.flat_map(|allow| {
            let reason = (allow.reason.span, allow.reason.as_str());
            allow.adr.iter().map(|adr| (adr.span, adr.as_str())).chain([reason])
        });
        let aggregates = model.aggregates.texts.iter().copied();
        let texts: Vec<(Span, &str)> = comments.chain(pages).chain(configured).chain(aggregates).collect();
        // All comments of the schema are searched, by every thread.
        let cited = texts.par_iter().flat_map_iter(|(span, text)| {
            let path = &graph.sources.get(span.file).path;
            documentation.citations(&Passage { span: *span, text, path, at: About::File })
        });
        let cited: Vec<(Span, Citation)> = cited.collect();
        let mut seen = FxHashSet::default();
        for (place, citation) in &cited {
            if seen.insert(*place) {
                judge(documentation, *place, citation, out);
            }
        }
    }
}

fn judge(documentation: &Documentation, place: Span, citation: &Citation, out: &mut Findings) {
    let cited = &citation.text;
    let records = |index: &usize| documentation.records.get(*index);
    match &citation.to {
        Cited::Document => {}
        Cited::Missing => {
            out.report(cited.clone(), place, format!("`{cited}` is no decision record of this repository"))
                .label("leads nowhere")
                .help("correct the number, or write the record");
        }
        Cited::Ambiguous(several) => {
            let found: Vec<&DecisionRecord> = several.iter().filter_map(records).collect();
            let paths: Vec<String> = found.iter().map(|record| format!("`{}`", record.path)).collect();
            let finding = out.report(
                cited.clone(),
                place,
                format!("`{cited}` is the number of {} records", found.len()),
            );
            finding.label("which one?").help(format!("link the one that is meant: {}", paths.join(" or ")));
            for record in found {
                finding
                    .related(record.span, format!("one of the records with that number: {}", record.title));
            }
        }
        Cited::Record(index) => {
            let Some(record) = records(index) else { return };
            let Some(status) = &record.status else { return };
            if documentation.holds(record) {
                return;
            }
            let successors: Vec<&str> =
                record.superseded_by.iter().map(|successor| successor.label.as_str()).collect();
            let message = match (&status, &successors[..]) {
                (Status::Superseded, [_, ..]) => {
                    format!("`{cited}` is superseded by {}", successors.join(" and "))
                }
                _ => format!("`{cited}` is {status}, not in force"),
            };
            let help = match successors.first() {
                Some(successor) => format!("cite {successor}, if it still says so"),
                None => "cite a record that holds, or have this one decided".to_string(),
            };
            out.report(cited.clone(), place, message)
                .label("cited here as if it held")
                .related(record.status_span.unwrap_or(record.span), format!("{} is {status}", record.label()))
                .help(help);
        }
    }
}
