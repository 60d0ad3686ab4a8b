//! What a repository cannot do to whoever checks it: `SECURITY.md` has the promises.
//!
//! Every repository here stands in a folder with a secret beside it and names it in one of the ways that there are. What the
//! program says must not hold a word of it. With `STRACE=1`, as in CI on Linux, the system is asked, too, what
//! the program opened, wrote, started and connected to, on these and on the fixtures.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use support::{ORDERS, USERS, command, git, repository, write};
use tempfile::TempDir;

/// Stands in everything that lies outside.
const SECRET: &str = "hunter2";
/// The root of the repository, in the temporary folder.
const REPOSITORY: &str = "repository";

/// A repository with those files, and a secret beside it as a schema, a config, a baseline, a document, a snapshot, SQL, an
/// environment and a manifest.
fn beside_a_secret(files: &[(&str, &str)]) -> (TempDir, PathBuf) {
    let schema = format!(
        "import {{ integer, pgTable }} from 'drizzle-orm/pg-core';\n\
         export const rows = pgTable('{SECRET}', {{ id: integer('{SECRET}').references(() => rows.id) }});\n\
         export const columns = {{ one: integer('{SECRET}').default({SECRET}) }};\n"
    );
    let json = format!("{{ \"{SECRET}\": \"{SECRET}\",\n");
    let folder = repository(&[
        ("outside/secret.ts", schema.as_str()),
        ("outside/broken.ts", &format!("export const {SECRET} = = pgTable(;\n")),
        ("outside/environ", &format!("TOKEN={SECRET}\0PATH=/bin\0")),
        ("outside/secret.json", &json),
        ("outside/meta/0000_snapshot.json", &json),
        ("outside/0000_a.sql", &format!("CREATE TABLE \"{SECRET}\" (id int);\n")),
        ("outside/0001-a.md", &format!("---\n{SECRET}: [\n---\n# ADR-0001 {SECRET}\n")),
        ("outside/package.json", &format!("{{ \"name\": \"{SECRET}\", \"dependencies\": [\"{SECRET}\"] }}")),
        ("outside/tsconfig.json", &json),
    ]);
    let root = fs::canonicalize(folder.path()).unwrap().join(REPOSITORY);
    write(&root, ".git/HEAD", "ref: refs/heads/main\n");
    write(&root, "db/users.ts", USERS);
    write(&root, "db/orders.ts", ORDERS);
    for (name, text) in files {
        write(&root, name, text);
    }
    (folder, root)
}

const DRIZZLE: &str =
    "import { defineConfig } from 'drizzle-kit';\nexport default defineConfig({ dialect: 'postgresql', ";

fn drizzle(rest: &str) -> String {
    format!("{DRIZZLE}{rest} }});\n")
}

/// What a run said, wherever.
fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Every rule that may look at more files.
const MORE: &[&str] = &[
    "--rule",
    "schema-drift=warn",
    "--rule",
    "missing-relation=warn",
    "--rule",
    "unexported-schema-object=warn",
];

/// Runs every command that only reads, and looks for the secret.
fn keeps_the_secret(name: &str, root: &Path) {
    let levels: Vec<&str> = MORE
        .chunks(2)
        .filter(|level| {
            let rule = level[1].split('=').next().unwrap();
            schemalint::rules::RULES.iter().any(|entry| entry.meta.name == rule)
        })
        .flatten()
        .copied()
        .collect();
    let commands: [Vec<&str>; 6] = [
        [&["check"], &levels[..]].concat(),
        [&["check", "--format", "json"], &levels[..]].concat(),
        vec!["check", "--diff"],
        vec!["check", "db/orders.ts"],
        vec!["graph"],
        vec!["config", "--print"],
    ];
    // Frames quote files, and the graph holds what no rule speaks of; CI asks all of them.
    let all = std::env::var_os("STRACE").is_some();
    for arguments in
        commands.iter().enumerate().filter(|(at, _)| all || matches!(at, 0 | 4)).map(|(_, it)| it)
    {
        let output = watched(root, arguments, &[]);
        let said = said(&output);
        assert!(!said.contains(SECRET), "{name}: {arguments:?}: {said}");
        assert!(output.status.code().is_some_and(|code| code <= 3), "{name}: {arguments:?}: {said}");
    }
}

/// Runs the program; under strace where that is asked for. `may_write` are the files that it may write, from the root.
fn watched(root: &Path, arguments: &[&str], may_write: &[&str]) -> Output {
    if std::env::var_os("STRACE").is_none() {
        return command(root).args(arguments).output().unwrap();
    }
    let traces = tempfile::tempdir().unwrap();
    let output = Command::new("strace")
        // A file for each thread: whole lines.
        .args(["-ff", "-qq", "-y", "-s", "4096", "-e", "trace=%file,%network,fork,vfork", "-o"])
        .arg(traces.path().join("trace"))
        .arg(env!("CARGO_BIN_EXE_schemalint"))
        .args(arguments)
        .current_dir(root)
        .output()
        .expect("strace is installed");
    let files =
        fs::read_dir(traces.path()).unwrap().map(|file| fs::read_to_string(file.unwrap().path()).unwrap());
    let calls: String = files.collect();
    // How it is started itself.
    assert_eq!(calls.matches("execve").count(), 1, "a program is started: {calls}");
    for call in calls.lines() {
        let wrong = wrong_call(call, root, may_write);
        assert!(wrong.is_none(), "{arguments:?} {}: {call}", wrong.unwrap_or_default());
    }
    output
}

/// What of the system every program reads, and what asks how large the machine is.
const SYSTEM: &[&str] = &[
    "/etc/ld.so",
    "/lib/",
    "/lib64/",
    "/usr/lib/",
    "/usr/lib64/",
    "/proc/self/",
    "/proc/sys/vm/overcommit_memory",
    "/sys/fs/cgroup/",
    "/sys/devices/system/",
    "/sys/kernel/mm/transparent_hugepage/",
    "/dev/null",
];

/// Whether a file stands beside one that may be written, to be moved over it once it is whole.
fn is_beside(opened: &Path, root: &Path, may_write: &[&str]) -> bool {
    let is_hidden = opened.file_name().is_some_and(|name| name.to_string_lossy().starts_with(".tmp"));
    is_hidden && may_write.iter().any(|name| root.join(name).parent() == opened.parent())
}

/// Why a call of the system is not one that the program may make.
fn wrong_call(call: &str, root: &Path, may_write: &[&str]) -> Option<&'static str> {
    let name = call.split('(').next().unwrap_or_default();
    let failed = call.rsplit(" = ").next().is_some_and(|result| result.starts_with('-'));
    match name {
        "fork" | "vfork" => Some("starts a program"),
        "execve" => None,
        "open" | "openat" | "openat2" | "creat" => {
            let writes = ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_APPEND"]
                .iter()
                .any(|flag| call.contains(flag));
            // `openat(AT_FDCWD</cwd>, "as named", O_RDONLY) = 3</as it is>`
            let opened = call.rsplit(" = ").next().and_then(|result| result.split_once('<'));
            let opened = PathBuf::from(opened.map_or("", |(_, path)| path.trim_end_matches('>')));
            if writes {
                let is_asked = may_write.iter().any(|name| opened.starts_with(root.join(name)));
                return (!failed && !is_asked && !is_beside(&opened, root, may_write))
                    .then_some("writes a file");
            }
            let is_system = SYSTEM.iter().any(|begin| opened.to_string_lossy().starts_with(begin))
                || opened.to_string_lossy().ends_with("/cgroup") && opened.starts_with("/proc")
                || opened.starts_with("/proc") && opened.to_string_lossy().ends_with("/maps")
                || opened.starts_with("/proc") && opened.to_string_lossy().ends_with("/mountinfo");
            let is_program = opened == Path::new(env!("CARGO_BIN_EXE_schemalint"));
            (!failed && !is_system && !is_program && !opened.starts_with(root)).then_some("reads outside")
        }
        // What is asked of the program itself, and of names; nothing is changed.
        "access" | "faccessat" | "faccessat2" | "stat" | "lstat" | "newfstatat" | "statx" | "statfs"
        | "readlink" | "readlinkat" | "getcwd" | "chdir" | "+++" | "---" => None,
        "unlink" | "unlinkat" | "rename" | "renameat" | "renameat2" | "chmod" | "fchmodat"
            if !may_write.is_empty() =>
        {
            let is_asked = call.split('"').skip(1).step_by(2).all(|path| {
                // As named from the root; `.` and what is doubled fall away.
                let path: PathBuf = root.join(path).components().collect();
                let is_one = may_write.iter().any(|name| path.starts_with(root.join(name)));
                is_one || is_beside(&path, root, may_write)
            });
            (!is_asked).then_some("changes a file")
        }
        _ if ["+++", "---", "???"].iter().any(|begin| call.starts_with(begin)) => None,
        _ => Some("makes a call of another kind"),
    }
}

#[test]
fn nothing_outside_is_read_whatever_code_names() {
    let outside = "../outside";
    let all = std::env::var_os("STRACE").is_some();
    let absolute = |root: &Path| root.parent().unwrap().join("outside").display().to_string();
    let import = |specifier: &str| {
        format!(
            "import {{ rows as far, columns }} from '{specifier}';\n\
             import {{ integer, pgTable }} from 'drizzle-orm/pg-core';\n\
             export const near = pgTable('near', {{ id: integer('id').references(() => far.id), ...columns }});\n"
        )
    };
    for schema in ["secret.ts", "broken.ts", "environ", "*.ts", "**", "", "secret"] {
        for from in [format!("{outside}/{schema}"), format!("./link/{schema}"), "ABSOLUTE".to_string()] {
            if !all && from.starts_with("./link") && schema.len() > 5 {
                continue;
            }
            let (_folder, root) = beside_a_secret(&[]);
            let from = from.replace("ABSOLUTE", &format!("{}/{schema}", absolute(&root)));
            symlink(outside, root.join("link")).unwrap();
            write(
                &root,
                "drizzle.config.ts",
                drizzle(&format!("schema: ['./db/*', '{from}'], out: '{outside}'")),
            );
            keeps_the_secret(&from, &root);
        }
    }
    for specifier in
        ["../../outside/secret", "./link/secret", "./file", "ABSOLUTE/secret", "~out/secret", "~/link/secret"]
    {
        let (_folder, root) = beside_a_secret(&[
            ("tsconfig.json", r#"{ "compilerOptions": { "paths": { "~out/*": ["../outside/*"] } } }"#),
            ("package.json", r#"{ "name": "a", "workspaces": ["../outside", "db"] }"#),
        ]);
        symlink("../../outside", root.join("db/link")).unwrap();
        symlink("../../outside/secret.ts", root.join("db/file.ts")).unwrap();
        write(&root, "db/near.ts", import(&specifier.replace("ABSOLUTE", &absolute(&root))));
        keeps_the_secret(specifier, &root);
        // What lies elsewhere may well be there.
        let said = said(&command(&root).output().unwrap());
        assert!(!said.contains("leads to no file"), "{specifier}: {said}");
    }
    for extended in ["../outside/tsconfig.json", "/etc/passwd", "../outside/secret.json", "./link.json"] {
        let tsconfig = format!("{{ \"extends\": \"{extended}\" }}");
        let (_folder, root) =
            beside_a_secret(&[("tsconfig.json", &tsconfig), ("db/near.ts", &import("~/x"))]);
        symlink("../outside/tsconfig.json", root.join("link.json")).unwrap();
        keeps_the_secret(extended, &root);
    }
}

#[test]
fn nothing_outside_is_read_whatever_is_a_link() {
    let (_folder, root) = beside_a_secret(&[
        ("drizzle.config.ts", &drizzle("schema: './db', out: './drizzle'")),
        ("drizzle/0000_a.sql", "CREATE TABLE users (id int);"),
    ]);
    for (target, link) in [
        ("../outside/secret.ts", "secret.ts"),
        ("../outside/secret.ts", "a.schema.ts"),
        ("../outside/package.json", "package.json"),
        ("../outside/tsconfig.json", "tsconfig.json"),
        ("../outside/secret.json", "pnpm-workspace.yaml"),
        ("../outside/secret.json", ".yarnrc.yml"),
        ("../outside/secret.json", ".gitignore"),
        ("../outside/broken.ts", "drizzle/b.ts"),
        ("../outside/meta", "drizzle/meta"),
        ("../../outside/meta/0000_snapshot.json", "drizzle/20240101000000_a/snapshot.json"),
        ("../../outside/0000_a.sql", "drizzle/0001_b.sql"),
        ("../../outside/0001-a.md", "docs/adr/0001-a.md"),
        ("../outside", "adr"),
    ] {
        let link = root.join(link);
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        symlink(
            target
                .replace("../outside", &root.parent().unwrap().join("outside").display().to_string())
                .replace("../", ""),
            link,
        )
        .unwrap();
    }
    keeps_the_secret("links", &root);
}

#[test]
fn nothing_outside_is_read_whatever_the_config_names() {
    for config in [
        r#"{ "extends": "../outside/secret.json" }"#,
        r#"{ "extends": ["ABSOLUTE/secret.json"] }"#,
        r#"{ "extends": "./link.json" }"#,
        r#"{ "docs": { "adr": { "files": ["../outside/*.md"] }, "entities": { "files": ["../**/*.md", "link/*.md"] } } }"#,
        r#"{ "boundaries": { "by": "path", "domains": { "db": "db/**" }, "allowDeclared": { "file": "../../outside/secret.json", "pointer": "/a" } } }"#,
        r#"{ "projects": [{ "root": "../outside", "schema": "*.ts", "dialect": "postgresql" }] }"#,
        r#"{ "files": { "include": ["../outside/*.ts", "link/*.ts"] } }"#,
    ] {
        let (_folder, root) = beside_a_secret(&[]);
        let outside = root.parent().unwrap().join("outside").display().to_string();
        write(&root, "schemalint.json", config.replace("ABSOLUTE", &outside));
        symlink("../outside", root.join("link")).unwrap();
        symlink("../outside/secret.json", root.join("link.json")).unwrap();
        keeps_the_secret(config, &root);
    }
    for name in ["schemalint.json", "schemalint-baseline.json"] {
        let (_folder, root) = beside_a_secret(&[]);
        symlink("../outside/secret.json", root.join(name)).unwrap();
        keeps_the_secret(name, &root);
        let output = command(&root).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(said(&output).contains("outside of the repository"), "{}", said(&output));
    }
}

#[test]
fn a_link_does_not_lead_what_is_written_out() {
    let (folder, root) = beside_a_secret(&[]);
    let outside = folder.path().join("outside");
    for (target, link) in [("secret.json", "out.json"), ("new.json", "new.json")] {
        symlink(outside.join(target), root.join(link)).unwrap();
        let output = watched(&root, &["--format", "json", "--output-file", link], &[]);
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(said(&output).contains("leads out of the repository"), "{}", said(&output));
    }
    symlink(outside.join("baseline.json"), root.join("schemalint-baseline.json")).unwrap();
    let output = watched(&root, &["baseline"], &[]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    fs::remove_file(root.join("schemalint-baseline.json")).unwrap();
    symlink(outside.join("config.json"), root.join("schemalint.json")).unwrap();
    assert_eq!(watched(&root, &["init"], &[]).status.code(), Some(2));
    fs::remove_file(root.join("schemalint.json")).unwrap();
    symlink(outside.join("secret.ts"), root.join("db/link.ts")).unwrap();
    watched(&root, &["--fix=schema"], &["db"]);
    assert!(fs::read_to_string(outside.join("secret.ts")).unwrap().contains("references"));
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 9, "nothing new stands outside");
    // Inside a link is followed, and what lies outside is written when that is what was asked for.
    symlink("real.json", root.join("inside.json")).unwrap();
    let output = watched(&root, &["--format", "json", "--output-file", "inside.json"], &["real.json"]);
    assert!(root.join("real.json").is_file(), "{}", said(&output));
    command(&root).args(["--format", "json", "--output-file", "../asked.json"]).output().unwrap();
    assert!(folder.path().join("asked.json").is_file());
}

#[test]
fn git_starts_nothing_that_a_repository_names() {
    // A folder that git takes for a repository without work tree, with a config of its own.
    let folder = repository(&[
        ("sub/db/users.ts", USERS),
        ("sub/refs/heads/x", ""),
        ("sub/objects/x", ""),
        ("README", ""),
    ]);
    let (root, sub) = (folder.path(), folder.path().join("sub"));
    let (proof, script) = (root.join("started"), root.join("sub/run.sh"));
    git(root, &["init", "-q", "-b", "main"]);
    write(root, "sub/run.sh", format!("#!/bin/sh\necho started > {}\n", proof.display()));
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    write(root, "sub/HEAD", "ref: refs/heads/main\n");
    write(
        root,
        "sub/config",
        format!(
            "[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = {0}\n\tfsmonitor = {1}\n\thooksPath = {0}\n[diff]\n\texternal = {1}\n",
            sub.display(),
            script.display()
        ),
    );
    write(root, "sub/schemalint.json", "{}");
    // Without our care it does.
    let _ = Command::new("git").arg("-C").arg(&sub).args(["ls-files", "--others"]).output().unwrap();
    assert!(proof.is_file(), "the trap works");
    fs::remove_file(&proof).unwrap();
    let output = command(&sub).args(["check", "--changed"]).output().unwrap();
    assert!(!proof.is_file(), "a program was started: {}", said(&output));
}

#[test]
fn fixtures_are_only_read() {
    if std::env::var_os("STRACE").is_none() {
        return;
    }
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    for fixture in ["shop", "voyant-broken", "busflow-broken", "trovella"] {
        let copy = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(copy.path()).unwrap().join("fixture");
        for entry in walkdir::WalkDir::new(fixtures.join(fixture)).into_iter().map(Result::unwrap) {
            if entry.file_type().is_file() {
                let inside = entry.path().strip_prefix(fixtures.join(fixture)).unwrap();
                write(&root, inside.to_str().unwrap(), fs::read(entry.path()).unwrap());
            }
        }
        write(&root, ".git/HEAD", "ref: refs/heads/main\n");
        for arguments in
            [&["check"][..], &["check", "--format", "sarif"], &["graph"], &["rules"], &["check", "--diff"]]
        {
            let output = watched(&root, arguments, &[]);
            assert!(output.status.code().is_some_and(|code| code < 2), "{fixture}: {}", said(&output));
        }
        watched(&root, &["check", "--format", "json", "--output-file", "out.json"], &["out.json"]);
        watched(&root, &["baseline"], &["schemalint-baseline.json"]);
        fs::remove_file(root.join("schemalint.json")).unwrap_or_default();
        watched(&root, &["init"], &["schemalint.json"]);
        watched(&root, &["check", "--fix=schema"], &[""]);
    }
}
