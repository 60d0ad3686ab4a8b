//! The package.json files: names, and the line of drizzle-orm that each asks for.

use rayon::iter::Either;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::Value;
use std::path::{Path, PathBuf};

use crate::graph::{Dialect, DrizzleLine};

/// The packages of a repository, by folder.
#[derive(Debug, Default)]
pub struct Packages {
    by_folder: FxHashMap<PathBuf, Package>,
    /// Those that are no JSON, and why.
    pub broken: Vec<(PathBuf, String)>,
}

#[derive(Debug)]
struct Package {
    name: Option<String>,
    /// The packages that it depends on, by name.
    dependencies: Vec<String>,
    /// What it asks of `drizzle-orm`, when that says anything.
    drizzle: Option<DrizzleLine>,
    /// It asks for a 1.0 whose drizzle-kit has the key `casing`.
    has_casing_key: bool,
    /// The minor of the 0.x that it asks for, where that is certain.
    minor: Option<u32>,
}

impl Packages {
    /// Reads package.json texts; `root` is where version catalogs are looked for.
    pub fn new(root: &Path, texts: &[(PathBuf, String)]) -> Self {
        // A monorepo has hundreds of them.
        let parse = |(path, text): &'_ (PathBuf, String)| {
            // npm skips the mark of UTF-8, too.
            let text = text.strip_prefix('\u{feff}').unwrap_or(text);
            serde_json::from_str(text).map_err(|error| (path.clone(), format!("it is no JSON: {error}")))
        };
        let (parsed, broken): (Vec<(&Path, Value)>, Vec<_>) =
            texts.par_iter().partition_map(|entry| match (entry.0.parent(), parse(entry)) {
                (folder, Ok(json)) => Either::Left((folder.unwrap_or(&entry.0), json)),
                (_, Err(error)) => Either::Right(error),
            });
        let catalogs = catalogs(root, &parsed);
        let by_folder: Vec<(PathBuf, Package)> = parsed
            .into_par_iter()
            .map(|(folder, json)| {
                let version = drizzle_version(&json);
                let drizzle = version.and_then(|version| line_of(version, &catalogs));
                let has_casing_key = version.is_some_and(|version| has_casing_key(version, &catalogs));
                let minor = version.and_then(|version| minor_of(version, &catalogs));
                let name = json.get("name").and_then(Value::as_str).map(str::to_string);
                let dependencies = dependencies(&json);
                (folder.to_path_buf(), Package { name, dependencies, drizzle, has_casing_key, minor })
            })
            .collect();
        Self { by_folder: by_folder.into_iter().collect(), broken }
    }

    /// The folder of each named package; of two with one name the one with the shorter path.
    pub fn by_name(&self) -> FxHashMap<String, PathBuf> {
        let mut folders: Vec<(&PathBuf, &Package)> = self.by_folder.iter().collect();
        folders.sort_by_key(|(folder, _)| (folder.components().count(), *folder));
        let mut names = FxHashMap::default();
        for (folder, package) in folders {
            if let Some(name) = &package.name {
                names.entry(name.clone()).or_insert_with(|| folder.clone());
            }
        }
        names
    }

    /// A package and those that it depends on in any number of steps, by their folders.
    pub fn reached_from(&self, folder: &Path, by_name: &FxHashMap<String, PathBuf>) -> FxHashSet<PathBuf> {
        let mut reached = FxHashSet::default();
        let mut next = vec![folder.to_path_buf()];
        while let Some(folder) = next.pop() {
            if let Some(package) = self.by_folder.get(&folder)
                && reached.insert(folder)
            {
                next.extend(package.dependencies.iter().filter_map(|name| by_name.get(name).cloned()));
            }
        }
        reached
    }

    /// The folder of the package.json that governs a file.
    pub fn folder_of(&self, file: &Path) -> Option<&Path> {
        file.ancestors()
            .skip(1)
            .find_map(|folder| self.by_folder.get_key_value(folder))
            .map(|(folder, _)| folder.as_path())
    }

    /// The name in the package.json that governs a file.
    pub fn name_of(&self, file: &Path) -> Option<&str> {
        self.by_folder.get(self.folder_of(file)?)?.name.as_deref()
    }

    /// Whether the innermost package around a file that asks for Drizzle asks for a 1.0 with the key `casing`.
    pub fn has_casing_key(&self, file: &Path) -> bool {
        let packages = file.ancestors().skip(1).filter_map(|folder| self.by_folder.get(folder));
        packages
            .into_iter()
            .find(|package| package.drizzle.is_some())
            .is_some_and(|package| package.has_casing_key)
    }

    /// Whether the third argument of a table may be a list for the innermost package around a file that asks for Drizzle:
    /// since 0.36.0 on PostgreSQL, since 0.38.0 elsewhere (read in its packages).
    pub fn takes_lists(&self, file: &Path, dialect: Dialect) -> bool {
        let first = if dialect == Dialect::Postgres { 36 } else { 38 };
        let mut packages = file.ancestors().skip(1).filter_map(|folder| self.by_folder.get(folder));
        let package = packages.find(|package| package.drizzle.is_some());
        package.and_then(|package| package.minor).is_none_or(|minor| minor >= first)
    }

    /// The line that the packages around a file ask for, the innermost that says anything.
    pub fn line_of(&self, file: &Path) -> Option<DrizzleLine> {
        file.ancestors().skip(1).find_map(|folder| self.by_folder.get(folder)?.drizzle)
    }
}

const DEPENDENCIES: [&str; 4] =
    ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"];

fn dependencies(json: &Value) -> Vec<String> {
    let lists = DEPENDENCIES.iter().filter_map(|kind| json.get(kind)?.as_object());
    lists.flat_map(|list| list.keys().cloned()).collect()
}

fn drizzle_version(json: &Value) -> Option<&str> {
    ["dependencies", "devDependencies", "peerDependencies"]
        .iter()
        .find_map(|kind| json.get(kind)?.get("drizzle-orm")?.as_str())
}

/// The line of a version range, when it says one: `^0.45.0`, `1.0.0-beta.2`, `catalog:`, `beta`.
fn line_of(version: &str, catalogs: &FxHashMap<String, String>) -> Option<DrizzleLine> {
    let version = of_catalog(version, catalogs)?;
    if version.starts_with("workspace:") || version == "*" {
        return None;
    }
    let version =
        version.strip_prefix("npm:").map_or(version, |alias| alias.rsplit('@').next().unwrap_or(alias));
    // An address, or a choice, says neither which one is installed.
    if version.contains("||") || version.contains(['/', ':']) {
        return None;
    }
    let digits = version.trim_start_matches(|c: char| !c.is_ascii_digit());
    if digits.is_empty() && !matches!(version, "beta" | "rc" | "next") {
        return None;
    }
    let is_tag = matches!(version, "beta" | "rc" | "next");
    let is_one = digits.split('.').next() == Some("1");
    // From 0.x on, without an end: any of both.
    let is_open = version.starts_with('>') && !version.contains('<');
    if is_open && !is_one {
        return None;
    }
    Some(if is_tag || is_one { DrizzleLine::V1 } else { DrizzleLine::V0 })
}

/// drizzle-kit had the key `casing` up to 1.0.0-beta.23 (read in its packages; it is gone from beta.24 on).
fn has_casing_key(version: &str, catalogs: &FxHashMap<String, String>) -> bool {
    let version = of_catalog(version, catalogs).unwrap_or_default();
    let Some((_, pre)) = version.split_once("1.0.0-") else { return false };
    let beta = pre.strip_prefix("beta.").and_then(|rest| {
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        digits.parse::<u32>().ok()
    });
    pre.starts_with("alpha") || beta.is_some_and(|beta| beta < 24)
}

/// The minor of a version of 0.x. A range that begins with `^` or `~` stays below the next minor.
fn minor_of(version: &str, catalogs: &FxHashMap<String, String>) -> Option<u32> {
    let exact = of_catalog(version, catalogs)?.trim_start_matches(['^', '~', '=', 'v']);
    let is_one = !exact.contains([' ', '|', '-']);
    exact.strip_prefix("0.").filter(|_| is_one)?.split('.').next()?.parse().ok()
}

/// What stands in place of `catalog:`.
fn of_catalog<'v>(version: &'v str, catalogs: &'v FxHashMap<String, String>) -> Option<&'v str> {
    match version.strip_prefix("catalog:").map(str::trim) {
        Some("") => catalogs.get("default").map(String::as_str),
        Some(name) => catalogs.get(name).map(String::as_str),
        None => Some(version),
    }
}

/// What the version catalogs of pnpm, bun and yarn say of drizzle-orm, by catalog.
fn catalogs(root: &Path, packages: &[(&Path, Value)]) -> FxHashMap<String, String> {
    let mut found = FxHashMap::default();
    let json = packages.iter().find(|(folder, _)| *folder == root).map(|(_, json)| json);
    for holder in json.into_iter().flat_map(|json| [Some(json), json.get("workspaces"), json.get("pnpm")]) {
        let Some(holder) = holder else { continue };
        let version = |catalog: &Value| catalog.get("drizzle-orm")?.as_str().map(str::to_string);
        if let Some(version) = holder.get("catalog").and_then(version) {
            found.insert("default".to_string(), version);
        }
        for (name, catalog) in holder.get("catalogs").and_then(Value::as_object).into_iter().flatten() {
            if let Some(version) = version(catalog) {
                found.insert(name.clone(), version);
            }
        }
    }
    for file in ["pnpm-workspace.yaml", ".yarnrc.yml"] {
        let path = root.join(file);
        // A link may lead anywhere.
        if path.symlink_metadata().is_ok_and(|metadata| metadata.is_file())
            && let Ok(text) = crate::files::read_text(&path)
        {
            yaml_catalogs(&text, &mut found);
        }
    }
    found
}

/// Finds `drizzle-orm: version` below `catalog:` and below each name of `catalogs:`. Indentation is all
/// of YAML that this needs.
fn yaml_catalogs(text: &str, found: &mut FxHashMap<String, String>) {
    let mut section = String::new();
    let mut name = "default".to_string();
    for line in text.lines() {
        let content = line.trim();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        let (key, value) = content.split_once(':').unwrap_or((content, ""));
        let clean =
            |text: &str| text.split(" #").next().unwrap_or("").trim().trim_matches(['"', '\'']).to_string();
        let (key, value) = (clean(key), clean(value));
        if indent == 0 {
            section = key;
            name = "default".into();
        } else if section == "catalogs" && value.is_empty() {
            name = key;
        } else if key == "drizzle-orm" && matches!(section.as_str(), "catalog" | "catalogs") {
            found.insert(name.clone(), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_of_utf_8_hides_no_name() {
        let text = (PathBuf::from("/a/package.json"), "\u{feff}{ \"name\": \"@acme/a\" }".to_string());
        let packages = Packages::new(Path::new("/nowhere"), &[text]);
        assert!(packages.by_folder.values().any(|package| package.name.as_deref() == Some("@acme/a")));
    }

    #[test]
    fn versions_say_their_line() {
        let mut catalogs = FxHashMap::default();
        yaml_catalogs(
            "packages:\n  - a\ncatalog:\n  drizzle-orm: ^0.44.0\ncatalogs:\n  next:\n    'drizzle-orm': 1.0.0-beta.1 # soon\n",
            &mut catalogs,
        );
        let line = |version: &str| line_of(version, &catalogs);
        assert_eq!(line("^0.45.1"), Some(DrizzleLine::V0));
        assert_eq!(line(">=1.0.0-rc.1"), Some(DrizzleLine::V1));
        assert_eq!(line("beta"), Some(DrizzleLine::V1));
        let casing = |version: &str| has_casing_key(version, &catalogs);
        assert!(casing("1.0.0-beta.1-7946562") && casing("catalog:next") && casing("^1.0.0-alpha.2"));
        assert!(!casing("1.0.0-beta.24") && !casing("1.0.0-rc.1") && !casing("^0.45.0") && !casing("beta"));
        let minor = |version: &str| minor_of(version, &catalogs);
        for exact in ["0.33.0", "^0.33.1", "~0.33", "npm:0.33.0"] {
            assert_eq!(minor(exact), (!exact.starts_with("npm")).then_some(33), "{exact}");
        }
        assert_eq!(minor("catalog:"), Some(44));
        for open in [">=0.30.0", "0.30 || 0.45", "catalog:none", "1.0.0-rc.1", "*", "0.x"] {
            assert_eq!(minor(open), None, "{open}");
        }
        assert_eq!(line("catalog:"), Some(DrizzleLine::V0));
        assert_eq!(line("catalog:next"), Some(DrizzleLine::V1));
        assert_eq!(line("workspace:*"), None);
        assert_eq!(line("0.1.0"), Some(DrizzleLine::V0));
        assert_eq!(line(">=0.40.0 <1"), Some(DrizzleLine::V0));
        assert_eq!(line("npm:drizzle-orm@1.0.0-rc.5"), Some(DrizzleLine::V1));
        for open in [">=0.45", ">=0.40.0 || ^1.0.0-beta.1", "https://pkg.pr.new/drizzle-orm@1234", "*"] {
            assert_eq!(line(open), None, "{open}");
        }
    }
}
