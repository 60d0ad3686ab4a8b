//! What `drizzle-kit generate` would write, if somebody ran it.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::graph::{Project, SchemaGraph};
use crate::model::drift::{self, Changed, ChangedEnum, Compared, Difference, Gone, Skipped};
use crate::rule::{Context, Findings, Level, Meta, Rule};
use crate::source::{Range, Span};

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct SchemaDrift {}

impl Rule for SchemaDrift {
    const META: Meta = Meta {
        name: "schema-drift",
        summary: "the newest snapshot and the schema differ in tables, columns, keys or indexes",
        group: "What drizzle-kit lets through",
        docs: include_str!("schema_drift.md"),
        level: Level::Off,
        needs_configuration: false,
        always_on: false,
        since: "0.1.0",
    };

    const READS_SNAPSHOTS: bool = true;

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        let graph = context.graph;
        let drift = drift::find(graph, context.model.migrations);
        let configs = graph.projects.iter().filter(|project| project.config.is_some()).count();
        for compared in &drift.compared {
            let project = &graph.projects[compared.project];
            let side = Side { graph, project, compared, help: help(graph, project, compared.later, configs) };
            compared.tables.iter().for_each(|changed| side.table(changed, out));
            compared.enums.iter().for_each(|changed| side.made(changed, out));
            compared.gone.iter().for_each(|gone| side.gone(gone, out));
            if let Some((count, why)) = &compared.not_found {
                let tables = if *count == 1 { "1 table".to_string() } else { format!("{count} tables") };
                let path = &compared.snapshot.path;
                out.note(format!(
                    "`schema-drift` does not report what only `{path}` has ({tables}): the schema could not be read whole, \
                     {why}"
                ));
            }
            let differs = compared.tables.len() + compared.enums.len() + compared.gone.len() > 0;
            if let (Some(later), true) = (later(compared.later), differs) {
                let path = &compared.snapshot.path;
                let have = if compared.later == 1 { "has" } else { "have" };
                out.note(format!(
                    "`schema-drift` compares with `{path}`, as drizzle-kit does; {later} it {have} no snapshot, so what is \
                     changed there is reported, too"
                ));
            }
            if let (Some(before), true) = (&compared.snapshot.skips, differs) {
                let path = &compared.snapshot.path;
                out.note(format!(
                    "`{path}` does not follow `{before}`: where branches were merged, what the other one made is \
                     missing from it"
                ));
            }
        }
        if configs == 0 && !graph.tables.is_empty() {
            out.say_nothing(
                "`schema-drift` compared nothing: there is no drizzle.config (`projects` in the config says where schema \
                 and snapshots are)",
            );
        }
        note(graph, &drift.skipped, drift.compared.is_empty(), out);
    }
}

/// One project beside its snapshot.
struct Side<'c> {
    graph: &'c SchemaGraph,
    project: &'c Project,
    compared: &'c Compared<'c>,
    help: String,
}

/// Differences that a message holds, and places that are shown.
const SHOWN: usize = 8;

impl Side<'_> {
    fn table(&self, changed: &Changed, out: &mut Findings) {
        let table = self.graph.table(changed.table);
        let name = table.display_name();
        let head = table.head(&self.graph.sources);
        let message = match &changed.added {
            Some(None) => format!("table `{name}` is not in the newest snapshot"),
            Some(Some(old)) => {
                format!("table `{old}` of the newest snapshot was probably renamed to `{name}`")
            }
            None => {
                let differences = changed.differences.iter().map(|difference| difference.what.as_str());
                format!("`{name}` differs from the newest snapshot: {}", listed(differences))
            }
        };
        let finding = out.report(name, head, message);
        finding.label(self.label());
        let places =
            changed.differences.iter().filter_map(|Difference { what, span }| Some((what, (*span)?)));
        // The table itself is shown already.
        for (what, span) in places.filter(|(_, span)| *span != table.span).take(SHOWN) {
            finding.related(span, what.clone());
        }
        finding.help(self.help.clone());
    }

    fn made(&self, changed: &ChangedEnum, out: &mut Findings) {
        let made = &self.graph.enums[changed.index];
        let Ok(name) = &made.name else { return };
        let message = match &changed.added {
            Some(None) => format!("enum `{name}` is not in the newest snapshot"),
            Some(Some(old)) => {
                format!("enum `{old}` of the newest snapshot was probably renamed to `{name}`")
            }
            None => {
                let differences = listed(changed.differences.iter().map(String::as_str));
                format!("enum `{name}` differs from the newest snapshot: {differences}")
            }
        };
        let finding = out.report(name.clone(), made.span, message);
        finding.label(self.label()).help(self.help.clone());
    }

    fn label(&self) -> String {
        let path = &self.compared.snapshot.path;
        match later(self.compared.later) {
            None => format!("no migration up to `{path}` has this change"),
            Some(later) => format!("`{path}` does not have this change; {later} it may"),
        }
    }

    fn gone(&self, gone: &Gone, out: &mut Findings) {
        let Some(span) = self.place() else { return };
        let Gone { kind, name } = gone;
        let message = format!("{kind} `{name}` is in the newest snapshot, but not in the schema");
        let path = &self.compared.snapshot.path;
        let label = match later(self.compared.later) {
            None => format!("`{path}` has it: the next migration drops it"),
            Some(later) => format!("`{path}` has it; {later} it may drop it already"),
        };
        let help = format!("{}; or export the {kind} from a file that `schema` names", self.help);
        out.report(name.as_str(), span, message).label(label).help(help);
    }

    /// Where the drizzle.config says what the schema is, else its first line.
    fn place(&self) -> Option<Span> {
        let file = self.project.config?;
        let text = &self.graph.sources.get(file).text;
        let all = Range::new(0, text.len() as u32).in_file(file);
        let within = self.project.span.filter(|span| span.range.start < span.range.end).unwrap_or(all);
        let start = within.range.start as usize;
        let code = self.graph.sources.text(within);
        let key = code.match_indices("schema").map(|(at, _)| at).find(|at| {
            let after = code[at + "schema".len()..].trim_start_matches(['"', '\'']).trim_start();
            let before = code[..*at].trim_end_matches(['"', '\'']);
            after.starts_with(':') && before.ends_with([' ', '\t', '\n', '{', ','])
        });
        let from = start + key.unwrap_or(0);
        let line = text[from..].find(['\n', '\r']).map_or(text.len(), |length| from + length);
        let end = from + text[from..line].trim_end_matches([' ', ',']).len();
        Some(Range::new(from as u32, end as u32).in_file(file))
    }
}

/// Differences in a message.
fn listed<'t>(texts: impl ExactSizeIterator<Item = &'t str>) -> String {
    let more = texts.len().saturating_sub(SHOWN);
    let mut shown: Vec<String> = texts.take(SHOWN).map(str::to_string).collect();
    if more > 0 {
        shown.push(format!("and {more} more"));
    }
    shown.join("; ")
}

/// Migrations that the newest snapshot says nothing of.
fn later(count: usize) -> Option<String> {
    match count {
        0 => None,
        1 => Some("the migration after".into()),
        count => Some(format!("the {count} migrations after")),
    }
}

/// The command that writes the migration.
fn help(graph: &SchemaGraph, project: &Project, later: usize, configs: usize) -> String {
    let path = project.config.map(|config| &graph.sources.get(config).path);
    let command = match path {
        // A config of this program stands in for it.
        Some(path) if configs > 1 && project.span.is_some() => {
            format!("drizzle-kit generate --config {path}")
        }
        _ => "drizzle-kit generate".into(),
    };
    if later > 0 {
        return format!(
            "bring the snapshot up to date: run `{command}`, and take out of the SQL that it writes what the database has \
             already"
        );
    }
    format!("run `{command}` and commit what it writes")
}

/// Projects that nothing is said of.
fn note(graph: &SchemaGraph, skipped: &[(usize, Skipped<'_>)], nothing: bool, out: &mut Findings) {
    let name = |project: usize| {
        let path = graph.projects[project].config.map(|config| &graph.sources.get(config).path);
        path.map_or_else(|| "`drizzle.config`".to_string(), |path| format!("`{path}`"))
    };
    let mut notes = Vec::new();
    let without: Vec<String> = skipped
        .iter()
        .filter(|(_, why)| matches!(why, Skipped::NoSnapshot))
        .map(|(project, _)| name(*project))
        .collect();
    if !without.is_empty() {
        let more = without.len().saturating_sub(5);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let shown = without.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
        notes.push(format!("`schema-drift` found no snapshot to compare with for {shown}{more}"));
    }
    for (project, why) in skipped {
        let why = match why {
            Skipped::NoSnapshot => continue,
            Skipped::NoTables(folder) => {
                format!("`{}` has snapshots, but `schema` leads to no table that is known", folder.path)
            }
            Skipped::SeveralLeaves(folder, count) => format!(
                "`{}` has {count} newest snapshots, of branches that were not merged: `drizzle-kit check` says more",
                folder.path
            ),
            Skipped::OtherLine(snapshot) => format!(
                "`{}` was written by the drizzle-kit of another line than its drizzle-orm: `drizzle-kit up` brings \
                 it up to date",
                snapshot.path
            ),
            Skipped::OtherDialect(snapshot) => format!("`{}` is of another database", snapshot.path),
            Skipped::NotCompared(dialect) => format!("snapshots of {} are not compared", dialect.name()),
        };
        notes.push(format!("`schema-drift` compared nothing for {}: {why}", name(*project)));
    }
    for note in notes {
        if nothing {
            out.say_nothing(note);
        } else {
            out.note(note);
        }
    }
}
