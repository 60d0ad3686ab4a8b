//! Polymorphic references whose documentation does not say what they may mean.

use rustc_hash::FxHashMap;
use schemars::JsonSchema;
use serde::Deserialize;
use smol_str::SmolStr;
use std::cell::OnceCell;

use crate::graph::{Column, TableId};
use crate::model::tags::plain;
use crate::model::{About, Passage, PolymorphicReference, Target, singular};
use crate::rule::{Context, Findings, Level, Meta, Rule};

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct UndocumentedPolymorphicReference {}

impl Rule for UndocumentedPolymorphicReference {
    const META: Meta = Meta {
        name: "undocumented-polymorphic-reference",
        summary: "an id whose table another column names, without documentation of that column and every target",
        group: "Polymorphic references",
        docs: include_str!("undocumented_polymorphic_reference.md"),
        level: Level::Warn,
        needs_configuration: false,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        let tables = OnceCell::new();
        let mut unread_types = Vec::new();
        for reference in &context.model.polymorphic_references {
            let tables = || tables.get_or_init(|| TableNames::new(context));
            match gap(context, reference, tables) {
                // The type may say it all.
                Some(Gap::Everything | Gap::Targets(_)) if reference.has_unread_type => {
                    let table = context.graph.table(reference.table);
                    unread_types.push(table.subject(&[reference.discriminator]));
                }
                Some(gap) => report(context, reference, &gap, out),
                None => {}
            }
        }
        if let [first, rest @ ..] = &unread_types[..] {
            let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
            out.note(format!(
                "`undocumented-polymorphic-reference` says nothing of `{first}`{more}: its `$type<…>`, which is not read, may say it \
                 all"
            ));
        }
    }
}

/// What the documentation leaves open.
enum Gap<'c> {
    /// There is none.
    Everything,
    /// It does not say which column names the table.
    Discriminator(Passage<'c>),
    /// It names no table at all.
    Targets(Passage<'c>),
    /// It leaves out these values.
    Values(Passage<'c>, Vec<&'c Target>),
}

fn gap<'c, 't>(
    context: &Context<'c>,
    reference: &'c PolymorphicReference,
    tables: impl Fn() -> &'t TableNames,
) -> Option<Gap<'c>> {
    let graph = context.graph;
    let table = graph.table(reference.table);
    if reference.is_configured {
        return None;
    }
    let columns = [reference.id, reference.discriminator];
    let documentation = &context.model.documentation;
    let passages = documentation.passages(graph, reference.table, &columns, None);
    // The head of a file speaks of everything and nothing, that of a table only when it names the columns, and
    // code that was commented out says nothing.
    let spelled = columns.map(|column| &table.columns[column]);
    let speaks = |passage: &Passage<'_>| match passage.at {
        About::File => false,
        About::Table => {
            let said = Said::new(plain(passage.text));
            spelled.iter().any(|column| said.names_column(column))
        }
        About::Column(_) | About::Reference | About::Entry => !is_code(&plain(passage.text)),
    };
    let passages: Vec<Passage<'c>> = passages.into_iter().filter(speaks).collect();
    let said = Said::new(passages.iter().map(|passage| plain(passage.text) + "\n").collect());
    let Some(first) = passages.first() else { return Some(Gap::Everything) };
    let at_discriminator = |passage: &Passage<'_>| passage.at == About::Column(reference.discriminator);
    let is_tagged = reference
        .tag
        .as_ref()
        .is_some_and(|(_, tag)| tag.targets.iter().any(|(_, table)| !is_placeholder(table)));
    if let Some(values) = &reference.values {
        let tagged = reference.tag.iter().flat_map(|(_, tag)| {
            tag.targets.iter().filter(|(_, table)| !is_placeholder(table)).map(|(value, _)| value)
        });
        let tagged: Vec<&str> = tagged.map(|value| value.as_str()).collect();
        let is_covered = |target: &&Target| {
            tagged.contains(&target.value.as_str())
                || said.names_value(&target.value)
                || target.table.is_some_and(|table| said.names_table(context, table))
        };
        let missing: Vec<&Target> = values.iter().filter(|target| !is_covered(target)).collect();
        if missing.len() == values.len() {
            return Some(Gap::Targets(*first));
        }
        if !missing.is_empty() {
            return Some(Gap::Values(*first, missing));
        }
    } else if !is_tagged && !tables().any_in(&said, reference.table) {
        return Some(Gap::Targets(*first));
    }
    let names_discriminator = is_tagged
        || said.names_column(&table.columns[reference.discriminator])
        || passages.iter().any(at_discriminator);
    (!names_discriminator).then_some(Gap::Discriminator(*first))
}

/// What the help leaves for people to fill in.
fn is_placeholder(target: &Option<SmolStr>) -> bool {
    target.as_deref().is_some_and(|target| matches!(target, "" | "…" | "..."))
}

/// Whether a text has a name as a whole word.
fn is_named(text: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    !name.is_empty()
        && text
            .match_indices(name)
            .any(|(at, _)| !text[..at].ends_with(is_part) && !text[at + name.len()..].starts_with(is_part))
}

/// What is said, also in small letters and with blanks for `_` and `-`.
struct Said {
    text: String,
    folded: String,
}

impl Said {
    fn new(text: String) -> Self {
        Self { folded: folded(&text), text }
    }

    fn names_column(&self, column: &Column) -> bool {
        is_named(&self.text, column.display_name()) || is_named(&self.text, &column.key)
    }

    /// In any case, in the singular or the plural.
    fn names_value(&self, value: &str) -> bool {
        let value = folded(value);
        self.names_folded(&value) || is_named(&self.folded, &singular(&value))
    }

    fn names_table(&self, context: &Context<'_>, table: TableId) -> bool {
        let (graph, names) = (context.graph, &context.model.names);
        let binding = graph.table(table).binding.name.as_str();
        let name = graph.table(table).name.as_deref().unwrap_or(binding);
        let spelled = [name, names.singular_of(graph, table), binding];
        spelled.into_iter().filter(|name| name.len() > 2).any(|name| self.names_folded(&folded(name)))
    }

    fn names_folded(&self, name: &str) -> bool {
        is_named(&self.folded, name) || is_named(&self.folded, &format!("{name}s"))
    }
}

/// The names of all tables, in small letters and the singular, by their first word.
struct TableNames {
    names: FxHashMap<String, Vec<TableId>>,
    /// The most words that a name has.
    longest: usize,
}

impl TableNames {
    fn new(context: &Context<'_>) -> Self {
        let (graph, model) = (context.graph, context.model);
        let mut names: FxHashMap<String, Vec<TableId>> = FxHashMap::default();
        for (id, table) in graph.own_tables() {
            let binding = table.binding.name.as_str();
            let name = table.name.as_deref().unwrap_or(binding);
            for spelled in [name, model.names.singular_of(graph, id), binding] {
                if spelled.len() > 2 {
                    names.entry(folded(spelled)).or_default().push(id);
                }
            }
        }
        let longest = names.keys().map(|name| name.split(' ').count()).max().unwrap_or_default();
        Self { names, longest }
    }

    /// Whether a text names a table other than that one.
    fn any_in(&self, said: &Said, but: TableId) -> bool {
        let is_other = |name: &str| self.names.get(name).is_some_and(|ids| ids.iter().any(|id| *id != but));
        let words: Vec<&str> =
            said.folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        (0..words.len()).any(|start| {
            (1..=self.longest.min(words.len() - start)).any(|count| {
                let name = words[start..start + count].join(" ");
                is_other(&name) || name.strip_suffix('s').is_some_and(is_other)
            })
        })
    }
}

/// In small letters, words apart: `teamId` is `team id`, `flight-order` is `flight order`.
fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut after_small = false;
    for letter in text.chars() {
        if letter.is_uppercase() && after_small {
            out.push(' ');
        }
        after_small = letter.is_lowercase() || letter.is_ascii_digit();
        match letter {
            '_' | '-' => out.push(' '),
            _ => out.extend(letter.to_lowercase()),
        }
    }
    out
}

/// A property that was commented out: `source: text('source'),`, `source: data.source,` or `})`.
fn is_code(comment: &str) -> bool {
    let comment = comment.trim();
    // No sentence ends like this.
    if comment.ends_with(['{', '(', '[', ';']) || !comment.contains(char::is_alphanumeric) {
        return true;
    }
    if let Some((name, value)) = comment.trim_end_matches(',').split_once(": ")
        && comment.ends_with(',')
        && is_word(name)
        && value.split('.').all(is_word)
    {
        return true;
    }
    let name = comment.split(':').next().unwrap_or_default().trim_end();
    is_word(name)
        && comment[name.len()..].trim_start_matches([':', ' ']).split('(').next().is_some_and(|call| {
            comment.contains('(')
                && !call.is_empty()
                && call.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.')
        })
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_')
}

fn report(context: &Context<'_>, reference: &PolymorphicReference, gap: &Gap<'_>, out: &mut Findings) {
    let graph = context.graph;
    let table = graph.table(reference.table);
    let subject = table.subject(&[reference.id]);
    let (id, discriminator) = (&table.columns[reference.id], &table.columns[reference.discriminator]);
    let named = discriminator.display_name();
    let (message, said) = match gap {
        Gap::Everything => (
            format!("what `{subject}` means depends on `{named}`, and nothing says which tables it may be"),
            None,
        ),
        Gap::Discriminator(passage) => (
            format!("the documentation of `{subject}` does not say that `{named}` names its table"),
            Some(passage),
        ),
        Gap::Targets(passage) => {
            (format!("the documentation of `{subject}` names no table that it may mean"), Some(passage))
        }
        Gap::Values(passage, missing) => {
            let values: Vec<String> = missing.iter().map(|target| format!("`{}`", target.value)).collect();
            let message = format!(
                "the documentation of `{subject}` leaves out what {} of `{named}` means",
                values.join(", ")
            );
            (message, Some(passage))
        }
    };
    let finding = out.report(subject, id.span, message);
    finding
        .label("no foreign key can check this, so the words must")
        .related(discriminator.span, "names the table");
    if let Some(passage) = said {
        finding.related(passage.span, "what is said of it");
    }
    let targets = match &reference.values {
        Some(values) => {
            let targets = values.iter().map(|target| match target.table {
                Some(to) => format!("{}={}", target.value, graph.table(to).display_name()),
                None => format!("{}=…", target.value),
            });
            targets.collect::<Vec<_>>().join(", ")
        }
        None => "…=…".to_string(),
    };
    finding.help(format!("name every target, above `{}`: `// @polymorphic {named}: {targets}`", id.key));
}
