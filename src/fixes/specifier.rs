//! What a file writes behind `from` to reach another, as it writes others.

use smol_str::{SmolStr, format_smolstr};

use crate::graph::Lead;

/// A file that is to be reached.
pub(super) struct Goal<'g> {
    /// Its path from the root.
    pub(super) path: &'g str,
    /// It belongs to the package of the file that wants it.
    pub(super) is_near: bool,
    /// What files of that package write to reach it, when it does not begin with a dot.
    pub(super) aliases: Vec<&'g SmolStr>,
}

/// The specifier of a file for another; `leads` are specifiers that it or its neighbours have for others of their
/// package, with the paths of those. `None` where they leave a choice.
pub(super) fn specifier(from: &str, goal: &Goal<'_>, leads: &[(&Lead, &str)]) -> Option<SmolStr> {
    let alias = || match goal.aliases[..] {
        [only] => Some(only.clone()),
        _ => None,
    };
    if !goal.is_near {
        return alias();
    }
    let (by_dots, by_alias): (Vec<&(&Lead, &str)>, Vec<_>) =
        leads.iter().partition(|(lead, _)| lead.specifier.starts_with('.'));
    let folder = folder_of(goal.path);
    let leads_there = |leads: &[&(&Lead, &str)]| leads.iter().any(|(_, path)| folder_of(path) == folder);
    match (by_dots.is_empty(), by_alias.is_empty()) {
        (false, true) => relative(from, goal.path, &by_dots),
        (true, false) => alias(),
        (false, false) if leads_there(&by_alias) => alias(),
        (false, false) if leads_there(&by_dots) || folder_of(from) == folder => {
            relative(from, goal.path, &by_dots)
        }
        _ => None,
    }
}

/// How the end of a specifier is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// `./users`
    Bare,
    /// `./users.js`, whatever the file is.
    Js,
    /// `./users.ts`
    Own,
}

fn relative(from: &str, to: &str, leads: &[&(&Lead, &str)]) -> Option<SmolStr> {
    let mut endings = leads.iter().filter_map(|(lead, path)| ending_of(&lead.specifier, path));
    let ending = endings.next()?;
    if endings.any(|other| other != ending) {
        return None;
    }
    let (stem, extension) = to.rsplit_once('.')?;
    let is_script = matches!(extension, "ts" | "tsx" | "js" | "jsx");
    let ending = match ending {
        Ending::Bare if is_script => String::new(),
        Ending::Js if is_script => ".js".to_string(),
        Ending::Own => format!(".{extension}"),
        Ending::Bare | Ending::Js => return None,
    };
    // A folder is named where files are named without their ends.
    let stem = if ending.is_empty() { stem.strip_suffix("/index").unwrap_or(stem) } else { stem };
    let from: Vec<&str> = folder_of(from).split('/').filter(|part| !part.is_empty()).collect();
    let to: Vec<&str> = stem.split('/').collect();
    let common = from.iter().zip(&to).take_while(|(left, right)| left == right).count();
    let down = to[common..].join("/");
    let up = "../".repeat(from.len() - common);
    match (up.is_empty(), down.is_empty()) {
        (true, true) => None,
        (true, false) => Some(format_smolstr!("./{down}{ending}")),
        (false, true) => Some(SmolStr::new(up.trim_end_matches('/'))),
        (false, false) => Some(format_smolstr!("{up}{down}{ending}")),
    }
}

/// `None` for a specifier that names a folder.
fn ending_of(specifier: &str, path: &str) -> Option<Ending> {
    let name = path.rsplit('/').next()?;
    let (stem, extension) = name.rsplit_once('.')?;
    let written = specifier.rsplit('/').next()?;
    match written.strip_prefix(stem)? {
        "" => Some(Ending::Bare),
        ".js" if extension != "js" => Some(Ending::Js),
        rest => (rest.strip_prefix('.') == Some(extension)).then_some(Ending::Own),
    }
}

/// The folder of a path.
pub(super) fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    /// The specifier of `a/b/x.ts` for a path, where the file has those for those.
    fn written(to: &str, aliases: &[&str], others: &[(&str, &str)]) -> Option<String> {
        let aliases: Vec<SmolStr> = aliases.iter().map(SmolStr::new).collect();
        let leads: Vec<Lead> = others
            .iter()
            .map(|(specifier, _)| Lead { specifier: (*specifier).into(), file: FileId(0), is_near: true })
            .collect();
        let leads: Vec<(&Lead, &str)> = leads.iter().zip(others.iter().map(|(_, path)| *path)).collect();
        let goal = Goal { path: to, is_near: true, aliases: aliases.iter().collect() };
        specifier("a/b/x.ts", &goal, &leads).map(|specifier| specifier.to_string())
    }

    #[test]
    fn a_specifier_looks_like_the_others_of_the_file() {
        let bare = [("./y", "a/b/y.ts")];
        let js = [("./y.js", "a/b/y.ts"), ("../c/index.js", "a/c/index.ts")];
        let ts = [("./y.ts", "a/b/y.ts")];
        for (to, others, expected) in [
            ("a/b/users.ts", &bare[..], "./users"),
            ("a/b/users.schema.ts", &bare, "./users.schema"),
            ("a/users.tsx", &bare, "../users"),
            ("c/d/users.ts", &bare, "../../c/d/users"),
            ("a/b/c/index.ts", &bare, "./c"),
            ("a/index.ts", &bare, ".."),
            ("a/b/users.ts", &js, "./users.js"),
            ("a/c/index.ts", &js, "../c/index.js"),
            ("a/b/users.ts", &ts, "./users.ts"),
            ("a/b/users.mts", &ts, "./users.mts"),
        ] {
            assert_eq!(written(to, &[], others).as_deref(), Some(expected), "{to}");
        }
    }

    #[test]
    fn an_alias_is_one_that_others_have_for_the_file() {
        let alias = [("@/b/y", "a/b/y.ts")];
        let both = [("@/b/y", "a/b/y.ts"), ("../c", "a/c.ts")];
        assert_eq!(written("a/b/users.ts", &["@/b/users"], &alias).as_deref(), Some("@/b/users"));
        assert_eq!(written("a/b/users.ts", &["@/b/users"], &both).as_deref(), Some("@/b/users"));
        assert_eq!(written("a/d.ts", &["@/d"], &both).as_deref(), Some("../d"));
        for (to, aliases, others) in [
            ("a/b/users.ts", &[][..], &alias[..]),
            ("a/b/users.ts", &["@/b/users", "~/b/users"], &alias),
            ("a/e/users.ts", &["@/e/users"], &both),
            ("a/b/users.mts", &[], &[("./y", "a/b/y.ts")]),
            ("a/b/users.ts", &[], &[("./y", "a/b/y.ts"), ("./z.js", "a/b/z.ts")]),
            ("a/b/users.ts", &[], &[("./c", "a/b/c/index.ts")]),
            ("a/b/index.ts", &[], &[("./y", "a/b/y.ts")]),
            ("a/b/users.ts", &[], &[]),
        ] {
            assert_eq!(written(to, aliases, others), None, "{to}");
        }
    }
}
