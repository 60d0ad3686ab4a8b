//! What a polymorphic reference is said to mean, and there is no such table or value.

use schemars::JsonSchema;
use serde::Deserialize;
use smol_str::SmolStr;

use crate::graph::{ColumnFacts, SchemaGraph, TableId};
use crate::model::{Named, Pair, PolymorphicReference, Targets, spellings};
use crate::rule::{Context, Findings, Level, Meta, Rule};
use crate::source::Span;

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct UnknownPolymorphicTarget {}

impl Rule for UnknownPolymorphicTarget {
    const META: Meta = Meta {
        name: "unknown-polymorphic-target",
        summary: "a target of a polymorphic reference that is no table, or targets other than the discriminator's values",
        group: "Polymorphic references",
        docs: include_str!("unknown_polymorphic_target.md"),
        level: Level::Error,
        needs_configuration: false,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        for reference in &context.model.polymorphic_references {
            if let Some((tag, read)) = &reference.tag {
                let said = read.targets.iter().map(|(value, table)| {
                    let (span, is_value) = tag.place_of(&context.graph.sources, value);
                    let is_value = is_value || table.as_ref() != Some(value);
                    Said { value: is_value.then_some(value), table: table.as_deref(), span }
                });
                judge(context, reference, &said.collect::<Vec<_>>(), tag.span, out);
            }
            let pair = reference.pair.map(|index| &context.model.pairs[index]);
            let targets = pair.and_then(|pair| Some((pair, pair.targets.as_ref()?)));
            match targets {
                None => {}
                Some((pair, Targets::EnumValues)) => names_of_tables(context, reference, pair, out),
                Some((pair, Targets::Tables(tables))) => {
                    let said =
                        tables.iter().map(|table| Said { value: None, table: Some(table), span: table.span });
                    judge(context, reference, &said.collect::<Vec<_>>(), pair.discriminator.span, out);
                }
                Some((pair, Targets::Values(values))) => {
                    let values: Vec<(SmolStr, _)> = values
                        .0
                        .iter()
                        .map(|(value, table)| (SmolStr::new(value.as_str()), (value.span, table.0.as_ref())))
                        .collect();
                    let said = values.iter().map(|(value, (span, table))| Said {
                        value: Some(value),
                        table: table.map(|table| table.as_str()),
                        span: table.map_or(*span, |table| table.span),
                    });
                    judge(context, reference, &said.collect::<Vec<_>>(), pair.discriminator.span, out);
                }
            }
        }
    }
}

/// A target that the documentation names.
struct Said<'s> {
    /// The value of the discriminator; a table alone stands for its own name.
    value: Option<&'s SmolStr>,
    /// The table; none where a value means none.
    table: Option<&'s str>,
    /// Where it is said.
    span: Span,
}

impl Said<'_> {
    fn of(&self, context: &Context<'_>, near: TableId) -> Named<TableId> {
        let (graph, names) = (context.graph, &context.model.names);
        let Some(table) = self.table else { return Named::Nothing };
        match names.table(graph, table, Some(near)) {
            // A value that stands for itself may be a word: `post` for `posts`.
            Named::Nothing if self.value.is_none() => names.of_word(graph, table, near),
            found => found,
        }
    }
}

/// Every target is a table, and the values are those of the discriminator.
fn judge(
    context: &Context<'_>,
    reference: &PolymorphicReference,
    said: &[Said<'_>],
    all: Span,
    out: &mut Findings,
) {
    let graph = context.graph;
    let table = graph.table(reference.table);
    let subject = table.subject(&[reference.id]);
    let discriminator = &table.columns[reference.discriminator];
    let named = discriminator.display_name();
    let known: Vec<Named<TableId>> = said.iter().map(|target| target.of(context, reference.table)).collect();
    let mut wrong = vec![false; said.len()];
    for (index, (target, known)) in said.iter().zip(&known).enumerate() {
        let Some(written) = target.table else { continue };
        let (message, help) = match known {
            Named::One(_) => continue,
            Named::Several(_) => (
                format!("`{subject}` is said to mean `{written}`, which names several tables"),
                "write it with its namespace".to_string(),
            ),
            Named::Nothing => (
                format!("`{subject}` is said to mean `{written}`, which is no table"),
                nearest(graph, written).map_or_else(
                    || {
                        format!(
                            "correct the name, or say that it means none: `{}=none`",
                            target.value.map_or(written, SmolStr::as_str)
                        )
                    },
                    |name| format!("did you mean `{name}`?"),
                ),
            ),
        };
        wrong[index] = true;
        let finding = out.report(subject.clone(), target.span, message);
        finding.label("leads nowhere").help(help);
        finding.related(table.columns[reference.id].span, "the reference");
    }
    let Some(values) = &reference.values else { return };
    // A table alone says what a value means only where the value bears its name.
    let by_name = values.iter().all(|value| value.table.is_some());
    for ((target, known), _) in said.iter().zip(&known).zip(wrong).filter(|(_, wrong)| !wrong) {
        let is_value = match (target.value, target.table) {
            (Some(value), _) => values.iter().any(|known| known.value == *value),
            (None, None) => true,
            (None, Some(written)) => {
                !by_name
                    || values.iter().any(|value| {
                        value.value == written || value.table.is_some_and(|of| *known == Named::One(of))
                    })
            }
        };
        if !is_value {
            let value = target.value.map_or_else(|| target.table.unwrap_or_default(), SmolStr::as_str);
            let finding = out.report(
                subject.clone(),
                target.span,
                format!("`{named}` cannot be `{value}`, which is said to be what `{subject}` may mean"),
            );
            finding.label("no value of the discriminator").related(discriminator.span, "its values");
            let values: Vec<String> = values.iter().map(|value| format!("`{}`", value.value)).collect();
            finding.help(format!("add the value, or take it out here: there are {}", values.join(", ")));
        }
    }
    let is_list = said.iter().all(|target| target.value.is_none());
    let missing: Vec<String> = values
        .iter()
        .filter(|value| !is_list || value.table.is_some())
        .filter(|value| {
            !said.iter().zip(&known).any(|(target, known)| match target.value {
                Some(said) => *said == value.value,
                None => {
                    target.table == Some(value.value.as_str())
                        || value.table.is_some_and(|of| *known == Named::One(of))
                }
            })
        })
        .map(|value| match value.table {
            Some(to) => format!("{}={}", value.value, graph.table(to).display_name()),
            None => format!("{}=none", value.value),
        })
        .collect();
    if !missing.is_empty() {
        let values = missing.iter().filter_map(|pair| pair.split('=').next());
        let values: Vec<String> = values.map(|value| format!("`{value}`")).collect();
        let message = format!("what `{subject}` may mean is said without {} of `{named}`", values.join(", "));
        out.report(subject.clone(), all, message)
            .label("not all that may stand there")
            .related(discriminator.span, "its values")
            .help(format!(
                "add {}",
                missing.iter().map(|pair| format!("`{pair}`")).collect::<Vec<_>>().join(", ")
            ));
    }
}

/// `targets: "enum-values"`: each value bears the name of a table.
fn names_of_tables(context: &Context<'_>, reference: &PolymorphicReference, pair: &Pair, out: &mut Findings) {
    let graph = context.graph;
    let table = graph.table(reference.table);
    let discriminator = &table.columns[reference.discriminator];
    let subject = table.subject(&[reference.discriminator]);
    let Some(values) = &reference.values else {
        if let Ok(ColumnFacts { enum_values: None, enum_name: None, .. }) = &discriminator.facts {
            let message = format!("the values of `{subject}` should be tables, but it lists none");
            out.report(subject, discriminator.span, message)
                .label("any value fits")
                .related(pair.discriminator.span, "the config says that its values are tables")
                .help("make it an enum of the names of tables, or list the tables in `targets`");
        }
        return;
    };
    let is_none =
        |value: &SmolStr| context.model.names.of_word(graph, value, reference.table) == Named::Nothing;
    let unknown: Vec<&SmolStr> =
        values.iter().map(|target| &target.value).filter(|value| is_none(value)).collect();
    if unknown.is_empty() {
        return;
    }
    let listed = unknown.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", ");
    let bears = if unknown.len() == 1 { "which is" } else { "which are" };
    let finding = out.report(
        subject.clone(),
        discriminator.span,
        format!("`{subject}` may be {listed}, {bears} the name of no table"),
    );
    finding.label(format!("`{}` would mean nothing", table.column_name(reference.id)));
    if let Ok(ColumnFacts { enum_name: Some((Ok(name), _)), .. }) = &discriminator.facts {
        let declared = graph.enums.iter().filter(|declared| declared.name.as_ref() == Ok(name));
        if let [declared] = declared.collect::<Vec<_>>()[..] {
            finding.related(declared.span, "its values");
        }
    }
    finding.related(pair.discriminator.span, "the config says that its values are tables");
    let near = unknown.iter().find_map(|value| nearest(graph, value));
    finding.help(near.map_or_else(
        || "correct the value, or give the values their tables in `targets`".to_string(),
        |name| format!("did you mean `{name}`?"),
    ));
}

/// The table whose name is most like a word: a third of its letters may differ.
fn nearest(graph: &SchemaGraph, written: &str) -> Option<SmolStr> {
    graph
        .own_tables()
        .flat_map(|(_, table)| spellings(table))
        .map(|name| (strsim::damerau_levenshtein(&name, written), name))
        .min()
        .filter(|(distance, name)| *distance <= name.chars().count() / 3)
        .map(|(_, name)| name)
}
