//! Folders and files that hold no schema of the user: build output, packages, tests, templates.
//!
//! The lists are those of facts/idioms.md 1; a path that is named on the command line is never
//! excluded.

/// Whether a folder is left out. `beside_package`: a package.json stands beside it.
pub fn folder(name: &str, beside_package: bool) -> bool {
    if name.starts_with('.') {
        // Remix and React Router keep source that only the server sees in `.server`.
        return !matches!(name, ".server" | ".client");
    }
    match name {
        "node_modules" | "bower_components" | "dist" | "storybook-static" | "coverage" | "__tests__"
        | "__mocks__" | "__fixtures__" | "test" | "tests" | "e2e" | "fixture" | "fixtures" | "spec"
        | "integration-tests" | "templates" | "template" => true,
        // These are build output only where a package writes them.
        "build" | "out" | "target" | "public" => beside_package,
        _ => false,
    }
}

/// Whether a script is left out: tests, stories, declarations, minified code.
pub fn file(name: &str) -> bool {
    let Some((stem, _)) = name.rsplit_once('.') else { return false };
    let Some((_, last)) = stem.rsplit_once('.') else { return false };
    matches!(
        last,
        "test" | "tests" | "spec" | "bench" | "stories" | "e2e" | "test-d" | "spec-d" | "d" | "min"
    )
}
