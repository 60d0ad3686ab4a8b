//! Which presets a repository resembles, and why. Nothing here reads a file.

use rustc_hash::FxHashMap;
use serde_json::Value;
use std::collections::BTreeSet;

use super::found::{Found, folder_of, is_plain};
use super::text::many;
use crate::config::{Boundary, By, Config};
use crate::graph::{SchemaGraph, TableId};
use crate::model::Partition;
use crate::output::visible;

/// Files beside the schema.
#[derive(Debug, Default)]
pub(super) struct Beside {
    /// Markdown files that may speak of tables, by their paths.
    pub(super) pages: Vec<String>,
    /// Files that call `defineLink` or declare linkables, by their paths.
    pub(super) links: Vec<String>,
    /// The package.json files.
    pub(super) manifests: Vec<Manifest>,
}

/// A package.json.
#[derive(Debug)]
pub(super) struct Manifest {
    pub(super) path: String,
    pub(super) text: String,
}

/// A preset that a repository resembles.
#[derive(Debug)]
pub(super) struct House {
    pub(super) preset: &'static str,
    /// Why, in words.
    pub(super) why: String,
}

/// The presets that fit. `aggregates` is never among them: no schema tells where they end.
pub(super) fn houses(graph: &SchemaGraph, config: &Config, found: &Found, beside: &Beside) -> Vec<House> {
    let houses = [
        schema_boundaries(graph, found),
        domain_files(graph, config),
        module_links(graph, beside),
        declared_dependencies(graph, beside),
    ];
    houses.into_iter().flatten().collect()
}

/// Several pgSchemas and decision records, and few keys from one to another.
fn schema_boundaries(graph: &SchemaGraph, found: &Found) -> Option<House> {
    let keys: usize = graph.own_tables().map(|(_, table)| table.foreign_keys.len()).sum();
    // One beside `public` is often that of a library.
    let own = found.schemas.iter().filter(|(name, _)| name != "public").count();
    let fits = own > 1 && found.records > 0 && found.crossings * 4 <= keys;
    fits.then(|| House {
        preset: "schema-boundaries",
        why: format!(
            "{} pgSchemas, {}, and {} of {} lead from one pgSchema to another",
            found.schemas.len(),
            many(found.records, "decision record", "decision records"),
            found.crossings,
            many(keys, "foreign key", "foreign keys"),
        ),
    })
}

/// One folder whose files hold several tables each, relations, and one table that nearly all keys between files lead to.
fn domain_files(graph: &SchemaGraph, config: &Config) -> Option<House> {
    let boundary = Boundary { by: Some(By::File), ..config.boundaries.first()?.clone() };
    let partition = Partition::new(graph, &boundary);
    let (mut files, mut folders, mut tables) = (BTreeSet::new(), BTreeSet::new(), 0);
    let mut crossed: FxHashMap<TableId, usize> = FxHashMap::default();
    for (id, table) in graph.own_tables().filter(|(_, table)| table.owner.is_none()) {
        if table.namespace.is_some() {
            return None;
        }
        let path = &*graph.sources.get(table.binding.file).path;
        files.insert(path);
        folders.insert(folder_of(path));
        tables += 1;
        for target in table.foreign_keys.iter().filter_map(|key| key.target.as_ref().ok()) {
            let target = graph.owner(target.table);
            if partition.domain(target).is_some_and(|other| Some(other) != partition.domain(id)) {
                *crossed.entry(target).or_default() += 1;
            }
        }
    }
    let all: usize = crossed.values().sum();
    let (target, count) = crossed.into_iter().max_by_key(|(id, count)| (*count, std::cmp::Reverse(id.0)))?;
    let folder = folders.first().filter(|folder| folders.len() == 1 && is_plain(folder))?;
    let fits =
        files.len() > 2 && tables >= files.len() * 2 && count * 4 >= all * 3 && !graph.relations.is_empty();
    let to = graph.table(target).id();
    fits.then(|| House {
        preset: "domain-files",
        why: format!(
            "{} files of `{}` declare {tables} tables and their relations, and {count} of {all} foreign keys \
             between them lead to `{}`{}",
            files.len(),
            visible(folder),
            visible(&to),
            if to == "public.user" { "" } else { ", which `allow` would have to name" },
        ),
    })
}

/// Several packages that declare tables, and links.
fn module_links(graph: &SchemaGraph, beside: &Beside) -> Option<House> {
    let (packages, link) = (packages(graph), beside.links.first()?);
    (packages.len() > 1).then(|| House {
        preset: "module-links",
        why: format!(
            "{} packages declare tables, and {} links of them (`{}`); `links.define` must name the function",
            packages.len(),
            many(beside.links.len(), "file declares", "files declare"),
            visible(link),
        ),
    })
}

/// A manifest with a list of packages that declare tables, which is not one of those that package managers read.
fn declared_dependencies(graph: &SchemaGraph, beside: &Beside) -> Option<House> {
    let packages = packages(graph);
    let listing: Vec<(&str, String)> = beside
        .manifests
        .iter()
        .filter_map(|manifest| {
            let read: Value = serde_json::from_str(&manifest.text).ok()?;
            Some((manifest.path.as_str(), list_of(&read, &packages)?))
        })
        .collect();
    let (path, pointer) = listing.first().filter(|_| packages.len() > 1)?;
    Some(House {
        preset: "declared-dependencies",
        why: format!(
            "`{}` of {} lists packages that declare tables (`{}`); `allowDeclared` of the boundary `package` must \
             name it",
            visible(pointer),
            many(listing.len(), "package.json", "package.jsons"),
            visible(path),
        ),
    })
}

/// The pointer to a list of these packages, below a key of the house.
fn list_of(manifest: &Value, packages: &BTreeSet<&str>) -> Option<String> {
    let is_package = |value: &Value| value.as_str().is_some_and(|name| packages.contains(name));
    let is_list = |value: &Value| {
        value.as_array().is_some_and(|names| !names.is_empty() && names.iter().all(is_package))
    };
    let escaped = |key: &str| key.replace('~', "~0").replace('/', "~1");
    manifest.as_object()?.iter().find_map(|(house, members)| {
        let key = members.as_object()?.iter().find(|(_, value)| is_list(value))?.0;
        Some(format!("/{}/{}", escaped(house), escaped(key)))
    })
}

/// The names of the packages that declare tables.
fn packages(graph: &SchemaGraph) -> BTreeSet<&str> {
    let tables = graph.own_tables().filter(|(_, table)| table.owner.is_none());
    let packages = tables.filter_map(|(_, table)| graph.packages.get(table.package)?.name.as_deref());
    packages.collect()
}
