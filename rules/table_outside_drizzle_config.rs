//! Tables that no drizzle.config creates.

use rustc_hash::{FxHashMap, FxHashSet};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::graph::{Entity, SchemaGraph, TableId};
use crate::rule::{Context, Findings, Level, Meta, Rule};

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct TableOutsideDrizzleConfig {}

impl Rule for TableOutsideDrizzleConfig {
    const META: Meta = Meta {
        name: "table-outside-drizzle-config",
        summary: "a table that no drizzle.config of its package reaches",
        group: "What drizzle-kit lets through",
        docs: include_str!("table_outside_drizzle_config.md"),
        level: Level::Off,
        needs_configuration: false,
        always_on: false,
        since: "0.1.0",
    };

    const READS_OTHER_TABLES: bool = true;

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        let graph = context.graph;
        // What is not known may be taken by any of them.
        let configured = graph.projects.iter().enumerate().filter(|(_, project)| project.config.is_some());
        let (readable, unreadable): (Vec<usize>, Vec<usize>) =
            configured.map(|(index, _)| index).partition(|index| graph.knows_exports_of(*index));
        if !unreadable.is_empty() {
            return out.say_nothing(
                "`table-outside-drizzle-config` says nothing: what a drizzle.config takes could not be read",
            );
        }
        let mut config_of: FxHashMap<&str, usize> = FxHashMap::default();
        for project in readable {
            config_of.entry(&*graph.projects[project].package).or_insert(project);
        }
        let taken = graph.tables.iter().filter(|table| !table.taken_by.is_empty());
        let mut created: FxHashSet<Entity> = taken.filter_map(|table| table.entity()).collect();
        created.extend(graph.created_in_sql.iter().cloned());
        // Another rule says of these that they are missing.
        let missing: FxHashSet<TableId> =
            graph.unexported().into_iter().filter_map(|missing| missing.table).collect();
        for (id, table) in graph.own_tables().filter(|(_, table)| !table.left_out) {
            let Some(project) = config_of.get(&*graph.packages[table.package].folder) else { continue };
            let Some(entity) = table.entity() else { continue };
            let is_elsewhere = table.owner.is_some() || table.ponder || table.created_by_sql;
            if is_elsewhere || created.contains(&entity) || missing.contains(&id) {
                continue;
            }
            report(graph, id, *project, out);
        }
    }
}

fn report(graph: &SchemaGraph, id: TableId, project: usize, out: &mut Findings) {
    let (table, project) = (graph.table(id), &graph.projects[project]);
    let name = table.display_name();
    let path = |file| &*graph.sources.get(file).path;
    let config = project.config.map_or("drizzle.config", path);
    let file = path(table.binding.file);
    let last = table.binding.name.rsplit('.').next().unwrap_or(&table.binding.name);
    let is_schema_file = project.schema_files.contains(&table.binding.file);
    let (what, help) = if is_schema_file {
        (
            format!("exported by no `schema` file of `{config}`"),
            format!("export it: `export const {last} = …`"),
        )
    } else {
        (
            format!("in no `schema` file of `{config}`"),
            format!(
                "name `{file}` in `schema` of `{config}`, or export `{last}` from a file that stands there"
            ),
        )
    };
    let message = format!("table `{name}` is {what}: drizzle-kit never creates it");
    let finding = out.report(name.as_str(), table.head(&graph.sources), message);
    finding.label("no migration, and no other SQL of the repository, creates it").help(help);
}
