//! Foreign keys across a boundary, and the manifests that should declare them.

use rustc_hash::{FxHashMap, FxHashSet};
use schemars::JsonSchema;
use serde::Deserialize;
use smol_str::{SmolStr, format_smolstr};
use std::collections::VecDeque;
use std::iter;

use crate::graph::Table;
use crate::model::{Allowance, Declared, Manifest, Partition, Reference, Side};
use crate::rule::{Context, Findings, Globs, Level, Meta, Rule};
use crate::source::Span;

/// Options.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct UndeclaredSchemaDependency {
    /// Globs of what may be listed though no table refers to it: packages of helpers and enums.
    foundation: Globs,
}

impl Rule for UndeclaredSchemaDependency {
    const META: Meta = Meta {
        name: "undeclared-schema-dependency",
        summary: "a manifest that does not list what its foreign keys refer to, lists what none does, or lists in a circle",
        group: "Boundaries",
        docs: include_str!("undeclared_schema_dependency.md"),
        level: Level::Off,
        needs_configuration: true,
        always_on: false,
        since: "0.1.0",
    };

    fn check(&self, context: &Context<'_>, out: &mut Findings) {
        let model = context.model;
        for (index, boundary) in model.boundaries.iter().enumerate() {
            let Some(settings) = &boundary.allow_declared else { continue };
            let (Some(declared), Some(partition)) = (model.declared.get(index), model.partitions.get(index))
            else {
                continue;
            };
            let house = House::new(context, index, (&settings.file, &settings.pointer), declared, partition);
            house.faults(out);
            house.missing(out);
            house.unused(&self.foundation, out);
            house.cycles(out);
        }
    }
}

/// How many foreign keys are shown that need one entry.
const SHOWN: usize = 3;

/// A boundary with its manifests.
struct House<'c> {
    context: &'c Context<'c>,
    boundary: usize,
    /// The name of the manifests.
    file: &'c str,
    /// Where the list stands in them.
    pointer: &'c str,
    declared: &'c Declared,
    partition: &'c Partition,
    /// The domains of the tables of each manifest.
    domains: Vec<Vec<&'c SmolStr>>,
    /// Manifests of whose tables not everything is known.
    unknown: FxHashSet<usize>,
}

impl<'c> House<'c> {
    fn new(
        context: &'c Context<'c>,
        boundary: usize,
        (file, pointer): (&'c str, &'c str),
        declared: &'c Declared,
        partition: &'c Partition,
    ) -> Self {
        let mut domains = vec![Vec::new(); declared.manifests.len()];
        let mut unknown = FxHashSet::default();
        for (id, table) in context.graph.own_tables() {
            let Some((manifest, _)) = declared.of(table.binding.file) else { continue };
            match partition.side(id) {
                Side::In(domain) if table.owner.is_none() && !domains[manifest].contains(&domain) => {
                    domains[manifest].push(domain);
                }
                Side::Unknown => {
                    unknown.insert(manifest);
                }
                _ => {}
            }
            if !is_known(context, partition, table) {
                unknown.insert(manifest);
            }
        }
        Self { context, boundary, file, pointer, declared, partition, domains, unknown }
    }

    /// What is wrong with the manifests themselves.
    fn faults(&self, out: &mut Findings) {
        for manifest in &self.declared.manifests {
            for (place, message) in &manifest.faults {
                let finding = out.report(SmolStr::new(&*manifest.path), *place, message.as_str());
                finding.partition(self.partition.name.as_ref()).label("nothing is declared by this");
                finding.help(format!(
                    "`{}` should lead to a list of the domains that the foreign keys need",
                    self.pointer
                ));
            }
        }
    }

    /// Foreign keys whose target is not listed.
    fn missing(&self, out: &mut Findings) {
        let mut needs: Vec<(Need<'c>, Vec<Span>)> = Vec::new();
        for crossing in &self.context.model.crossings {
            let Reference::ForeignKey(key) = crossing.by else { continue };
            if crossing.partition != self.boundary || matches!(crossing.allowance, Allowance::Entry(_)) {
                continue;
            }
            let table = self.context.graph.table(crossing.table);
            let manifest = self.declared.of(table.binding.file);
            let is_broken = |manifest: &Manifest| manifest.listed.is_none() && !manifest.faults.is_empty();
            if manifest.is_some_and(|(_, found)| found.lists(&crossing.to) || is_broken(found)) {
                continue;
            }
            let place = table.place_of(&table.foreign_keys[key]);
            let manifest = manifest.map(|(index, _)| index);
            let need = Need { manifest, from: &crossing.from, to: &crossing.to };
            match needs.iter_mut().find(|(known, _)| *known == need) {
                Some((_, places)) => places.push(place),
                None => needs.push((need, vec![place])),
            }
        }
        for (need, places) in needs {
            self.report_missing(need, &places, out);
        }
    }

    fn report_missing(&self, Need { manifest, from, to }: Need<'_>, places: &[Span], out: &mut Findings) {
        let (file, pointer) = (self.file, self.pointer);
        let kind = self.partition.name.as_ref().map(|name| format!("{name} ")).unwrap_or_default();
        let subject = format_smolstr!("{from} → {to}");
        let refers = format!("{kind}`{from}` refers to {kind}`{to}`");
        let manifest = manifest.map(|index| &self.declared.manifests[index]);
        let (place, message) = match manifest {
            None => (places[0], format!("{refers}, and no `{file}` that could declare it stands above")),
            Some(manifest) => {
                let path = &manifest.path;
                (
                    manifest.place,
                    match manifest.listed {
                        Some(_) => format!("`{path}` does not list `{to}`, but {refers}"),
                        None => format!("`{path}` has no `{pointer}`, but {refers}"),
                    },
                )
            }
        };
        let finding = out.report(subject, place, message);
        finding
            .partition(self.partition.name.as_ref())
            .label(format!("nobody who installs `{from}` learns that it needs the tables of `{to}`"));
        let shown = if manifest.is_none() { &places[1..] } else { places };
        for place in shown.iter().take(SHOWN) {
            finding.related(*place, format!("needs `{to}`"));
        }
        let key = pointer.rsplit('/').next().unwrap_or(pointer);
        let help = match manifest {
            Some(Manifest { listed: Some(_), .. }) => format!("add `\"{to}\"` to `{pointer}`"),
            _ => format!("declare it at `{pointer}` of a `{file}`: `\"{key}\": [\"{to}\"]`"),
        };
        finding.help(help);
    }

    /// Entries that no reference needs.
    fn unused(&self, foundation: &Globs, out: &mut Findings) {
        let needed: FxHashSet<(usize, &SmolStr)> = self
            .context
            .model
            .crossings
            .iter()
            .filter(|crossing| crossing.partition == self.boundary)
            .filter_map(|crossing| {
                let table = self.context.graph.table(crossing.table);
                self.declared.of(table.binding.file).map(|(index, _)| (index, &crossing.to))
            })
            .collect();
        let domains = self.partition.domains();
        for (index, manifest) in self.declared.manifests.iter().enumerate() {
            if self.unknown.contains(&index) {
                continue;
            }
            for (name, place) in manifest.listed.iter().flatten() {
                if needed.contains(&(index, name)) || foundation.is_match(name) {
                    continue;
                }
                let holder = match self.domains[index][..] {
                    [domain] => format!("no table of `{domain}` refers to it"),
                    _ => "none of its tables refers to it".to_string(),
                };
                let why = if domains.contains(&name) { holder } else { "that is no domain here".to_string() };
                let message = format!("`{}` lists `{name}`, but {why}", manifest.path);
                out.report(format_smolstr!("{} → {name}", manifest.path), *place, message)
                    .partition(self.partition.name.as_ref())
                    .label("what needs this one is made to bring that one, for nothing")
                    .help("take it out");
            }
        }
    }

    /// Declarations that lead back to where they begin: each declaration is in one of the cycles at least.
    fn cycles(&self, out: &mut Findings) {
        let steps = self.steps();
        let mut order: Vec<usize> = (0..steps.len()).collect();
        order.sort_by_key(|index| &self.declared.manifests[*index].path);
        let mut done: FxHashSet<(usize, usize)> = FxHashSet::default();
        for (start, first) in
            order.into_iter().flat_map(|start| steps[start].iter().map(move |step| (start, step)))
        {
            if done.contains(&(start, first.to)) {
                continue;
            }
            let Some(cycle) = cycle(&steps, start, first) else { continue };
            let froms = iter::once(start).chain(cycle.iter().map(|step| step.to));
            done.extend(froms.zip(&cycle).map(|(from, step)| (from, step.to)));
            let Some(last) = cycle.last() else { continue };
            let names: Vec<String> = cycle.iter().map(|step| format!("`{}`", step.name)).collect();
            let names = format!("`{}` → {}", last.name, names.join(" → "));
            let subject = format_smolstr!("{}", names.replace('`', ""));
            let finding =
                out.report(subject, cycle[0].span, format!("the declarations form a cycle: {names}"));
            finding
                .partition(self.partition.name.as_ref())
                .label("none of them can be installed, or migrated, before the others");
            for step in &cycle[1..] {
                finding.related(step.span, "and on");
            }
            finding.help(format!(
                "take one of them out, and keep its ids without foreign keys: `// @ref {}.…`",
                cycle[0].name
            ));
        }
    }

    /// What each manifest lists, as steps to the manifests of those domains; none to where all ways end.
    fn steps(&self) -> Vec<Vec<Step<'c>>> {
        let mut holders: FxHashMap<&SmolStr, Vec<usize>> = FxHashMap::default();
        for (manifest, held) in self.domains.iter().enumerate() {
            for domain in held {
                holders.entry(*domain).or_default().push(manifest);
            }
        }
        let manifests = self.declared.manifests.iter().enumerate();
        let mut steps: Vec<Vec<Step<'c>>> = manifests
            .map(|(from, manifest)| {
                let listed = manifest.listed.iter().flatten();
                let steps = listed.flat_map(|(name, span)| {
                    let holders = holders.get(name).into_iter().flatten();
                    holders.map(move |to| Step { to: *to, name, span: *span })
                });
                steps.filter(|step| step.to != from).collect()
            })
            .collect();
        let mut into: Vec<Vec<usize>> = vec![Vec::new(); steps.len()];
        for (from, step) in
            steps.iter().enumerate().flat_map(|(from, all)| all.iter().map(move |step| (from, step)))
        {
            into[step.to].push(from);
        }
        let mut left: Vec<usize> = steps.iter().map(Vec::len).collect();
        let mut ends: Vec<usize> = (0..steps.len()).filter(|index| left[*index] == 0).collect();
        while let Some(end) = ends.pop() {
            for from in &into[end] {
                left[*from] -= 1;
                if left[*from] == 0 {
                    ends.push(*from);
                }
            }
        }
        for all in &mut steps {
            all.retain(|step| left[step.to] > 0);
        }
        steps
    }
}

/// The shortest way from a manifest to itself that begins with a step.
fn cycle<'c>(steps: &[Vec<Step<'c>>], start: usize, first: &Step<'c>) -> Option<Vec<Step<'c>>> {
    let mut came: FxHashMap<usize, (usize, &Step<'c>)> = FxHashMap::default();
    let mut queue = VecDeque::from([first.to]);
    while let Some(at) = queue.pop_front() {
        if at == start {
            break;
        }
        for step in steps[at].iter().filter(|step| step.to != first.to) {
            came.entry(step.to).or_insert_with(|| {
                queue.push_back(step.to);
                (at, step)
            });
        }
    }
    let mut back = Vec::new();
    let mut at = start;
    while at != first.to {
        let (from, step) = came.get(&at)?;
        back.push((*step).clone());
        at = *from;
    }
    back.push(first.clone());
    back.reverse();
    Some(back)
}

/// Whether it is known what the table's keys refer to, and on which side that is.
fn is_known(context: &Context<'_>, partition: &Partition, table: &Table) -> bool {
    let is_known = |target: &Result<_, _>| match target {
        Ok(crate::graph::ForeignKeyTarget { table, .. }) => {
            *partition.side(context.graph.owner(*table)) != Side::Unknown
        }
        Err(_) => false,
    };
    table.columns_open.is_none()
        && table.extras_open.is_none()
        && table.columns.iter().all(|column| column.facts.is_ok())
        && table.foreign_keys.iter().all(|key| is_known(&key.target))
}

/// What a foreign key asks of a manifest.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Need<'c> {
    /// The nearest one; none when there is none.
    manifest: Option<usize>,
    from: &'c SmolStr,
    to: &'c SmolStr,
}

/// An entry on the way from one manifest to the next.
#[derive(Clone)]
struct Step<'c> {
    to: usize,
    name: &'c SmolStr,
    span: Span,
}
