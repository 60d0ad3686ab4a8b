//! Input that nobody would write: it gives findings, never a crash, a hang or a loss.
//!
//! The sizes are the smallest at which the program failed before it had its guard, or would fail without.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use support::{ORDERS, Ran, USERS, repository, run, shop};

const TABLE: &str = "import { integer, pgTable } from 'drizzle-orm/pg-core';\n\
    export const t = pgTable('t', { id: integer('id').primaryKey() });\n";

/// Runs over that code beside a good file, of which everything must be said.
#[track_caller]
fn check(name: &str, code: &str) -> Ran {
    let folder = repository(&[
        (name, format!("{TABLE}{code}\n").as_str()),
        ("users.ts", USERS),
        ("orders.ts", ORDERS),
    ]);
    run(folder.path(), &["--format", "concise"]).says("foreign key `orders.user_id` to `users` has no index")
}

/// Each overflowed the stack or took more than a minute.
#[test]
fn code_that_nests_too_deep_is_a_finding() {
    let n = 100_000;
    let (open, close) = ("(".repeat(n), ")".repeat(n));
    for code in [
        format!("const a = {open}1{close}"),
        // Closed in strings only, which a count of brackets took for closed.
        format!("const a = {}1{close}", "(')'+".repeat(n)),
        format!("const a = {}1", "!".repeat(n)),
        format!("const a = {}1", "a = ".repeat(n)),
        format!("const a = {}1", "a => ".repeat(n)),
        format!("const a = {}1", "typeof ".repeat(n)),
        format!("type A = {}A{}", "A<".repeat(n), ">".repeat(n)),
        format!("{};", "if (a) ".repeat(n)),
        format!("const a = {}1{}", "`${".repeat(n), "}`".repeat(n)),
        format!("const a = 1{}", " + 1".repeat(400_000)),
        // Exponential, cubic.
        format!("const a = {}1{}", "<T>(".repeat(40), ")".repeat(40)),
        format!("const a = {}b", "a<".repeat(2_000)),
        format!("const a = {}1", "<A>".repeat(5_000)),
    ] {
        check("deep.ts", &code).exits(1).says("deep.ts").says("the code is nested too deep here");
    }
    check("deep.tsx", &format!("const a = {}", "<a>{".repeat(n)))
        .exits(1)
        .says("the code is nested too deep here");
}

#[test]
fn what_is_long_but_not_deep_is_read() {
    for code in [
        format!("const a = 1{};", " + 1".repeat(200_000)),
        format!("const a = x{} = 1;", ".y".repeat(50_000)),
        format!("const a: A{} = 1;", "[]".repeat(50_000)),
        format!("const a = [{}];", "f(1), ".repeat(20_000)),
        "const a = f(1)\n".repeat(20_000),
    ] {
        check("long.ts", &code).exits(0).says("3 tables");
    }
}

/// Each was looked at once for every way that leads to it.
#[test]
fn values_that_hold_each_other_many_times_are_looked_at_once() {
    let mut code = "const a0 = { x: integer() };\n".to_string();
    for i in 0..40 {
        code += &format!("export const a{} = {{ ...a{i}, ...a{i}, y{i}: [a{i}, a{i}] }};\n", i + 1);
    }
    code += "let o = {}; for (let i = 0; i < 300000; i++) { o[i] = integer(); }\n";
    code += "let l = []; for (let i = 0; i < 300000; i++) { l = [l]; }\n";
    check("values.ts", &code).exits(0);
}

/// SWC asserts, in builds that have assertions, what this code does not hold.
#[test]
fn a_parser_that_panics_is_an_error_of_the_file() {
    check("odd.ts", "const x = (a, b.c => 1);").exits(1).says("odd.ts").says("2 tables");
}

/// 50 MB took ten seconds and 1.9 GB, and a program that is one bundle names every function of Drizzle.
#[test]
fn what_is_too_large_to_be_a_schema_is_said_and_left_alone() {
    let large = |begin: &str| format!("{begin}// {}\n", "x".repeat(21 << 20));
    let folder = repository(&[
        ("large.ts", large(TABLE).as_str()),
        ("bundle.js", large("createTable('x')\n").as_str()),
        ("users.ts", USERS),
        ("orders.ts", ORDERS),
    ]);
    let ran = run(folder.path(), &["--format", "concise"]).exits(0).says("2 tables");
    ran.says("has no index").complains("large.ts").complains("too large to be a schema");
    let folder = repository(&[
        ("large.ts", large("").as_str()),
        (
            "users.ts",
            "import { x } from './large'; import { pgTable } from 'drizzle-orm/pg-core';\n\
            export const users = pgTable('users', { x });\n",
        ),
    ]);
    run(folder.path(), &[] as &[&str]).complains("large.ts").complains("too large to be a schema");
}

#[test]
fn files_and_types_that_speak_of_themselves_come_to_an_end() {
    let folder = repository(&[
        (
            "a.ts",
            "export * from './b'; export * from './a'; export * as all from './a'; import { x } from './a';\n\
            import * as me from './a'; export { x as x } from './b'; export const y = { ...me, ...me.all, x };\n",
        ),
        ("b.ts", "export * from './a'; export { x } from './a'; export { default } from './b';\n"),
        (
            "c.ts",
            &format!(
                "{TABLE}import {{ x, y, all }} from './a'; import type {{ T }} from './c';\n\
             export type T = T[] | {{ [K in keyof T]: T[K] }} | (T extends infer U ? T : never);\n\
             interface I extends I {{ i: I }}\n\
             const f = () => f(); const g = (n) => [g(n + 1), g(n + 2)]; const o = {{ get o() {{ return o.o; }} }};\n\
             class C extends C {{ static c = C.c; }}\n\
             export const u = pgTable('u', {{ id: integer('id').primaryKey(), ...x, ...y, ...all, a: f(), b: g(1), c: o.o, d: C.c }});\n"
            ),
        ),
    ]);
    run(folder.path(), &["--format", "concise"]).says("2 tables");
}

/// Each overflowed the stack, took gigabytes or never ended.
#[test]
fn code_without_end_comes_to_an_end() {
    let list = "let L = [1]; for (let i = 0; i < 19; i++) L = L.concat(L);\n";
    let text = "const S = 'a'.repeat(60000);\n";
    let names = |count: usize, line: &dyn Fn(usize) -> String| (0..count).map(line).collect::<String>();
    for code in [
        // Nested, times called.
        format!("function f(n) {{ {} return f(n + 1); {} }} export const z = f(0);", "{".repeat(900), "}".repeat(900)),
        format!("function f(n) {{ {} return f(n + 1); {} }} export const z = f(0);", "for (;;) {".repeat(900), "}".repeat(900)),
        format!("const o = {{}}; o.a = o; function f({}{{ b: x = f(o) }}{}) {{ return 1 }} export const z = f(o);", "{ a: ".repeat(400), "}".repeat(400)),
        format!("export const z = {{ ...{}a{} }};", "(1 ? ".repeat(900), " : b)".repeat(900)),
        // Nested by one name after the other.
        names(150, &|at| format!("const a{} = n(a{at});\n", at + 1)).replacen("const a1", "function n(l) { for (let i = 0; i < 30000; i++) l = sql`${l}`; return l }\nconst a0 = 1;\nconst a1", 1),
        names(150, &|at| format!("const a{} = n(a{at});\n", at + 1)).replacen("const a1", "function n(l) { for (let i = 0; i < 40000; i++) l = [l]; return l }\nconst a0 = 1;\nconst a1", 1),
        names(50, &|at| format!("const a{} = n(a{at});\n", at + 1)).replacen("const a1", "function n(l) { for (let i = 0; i < 40000; i++) { const g = l; l = () => ({ g }); } return l }\nconst a0 = 1;\nconst a1", 1),
        // Doubled.
        "let s = 'ab'; for (let i = 0; i < 40; i++) s = s.concat(s);".to_string(),
        "let s = 'ab'; for (let i = 0; i < 40; i++) s = `${s}${s}`;".to_string(),
        "let s = 'ab'; for (let i = 0; i < 40; i++) s = s.replaceAll('a', 'aa');".to_string(),
        "let s = 'ab'; for (let i = 0; i < 40; i++) s = [s] + [s];".to_string(),
        "let l = [1, 1]; for (let i = 0; i < 14; i++) l = [l, l, l, l, l, l, l, l, l, l]; const s = '' + l; const t = String(l); const f = l.flat(16); const o = {}; o[l] = 1;".to_string(),
        format!("{list}const a = L.concat({});", "L, ".repeat(2000)),
        format!("{text}let l = []; for (let i = 0; i < 9000; i++) l.push(S); const j = l.join(S);"),
        "let l = sql`a`; for (let i = 0; i < 60; i++) l = sql`${l} ${l}`; export const u = pgTable('u', { id: integer('id') }, t => [index('i').on(l).where(l), check('c', l)]);".to_string(),
        // Also where there is no text in it.
        format!("let l = sql``; for (let i = 0; i < 6; i++) l = sql`{}`; export const u = pgTable('u', {{ id: integer('id') }}, t => [index('i').on(l).where(l), check('c', l)]);", "${l}".repeat(100)),
        "let l = []; for (let i = 0; i < 60000; i++) l.push(Array.from({ length: 9999 }));".to_string(),
        format!("{text}let l = []; for (let i = 0; i < 60000; i++) l.push(S.split(''));"),
        "let f = (...all) => all; const keep = []; for (let i = 0; i < 60000; i++) { f = f.bind(null, i); keep.push(f); }".to_string(),
        // Much work in one step.
        format!("{list}for (let i = 0; i < 60000; i++) {{ for (const x of L) break; }}"),
        format!("{list}for (let i = 0; i < 60000; i++) {{ const [a] = L; Object.entries(L); for (const k in L) break; }}"),
        format!("{text}for (let i = 0; i < 60000; i++) {{ S.length; S[i]; S.toUpperCase(); `${{S}}`; }}"),
        "const o = {}; for (let i = 0; i < 80000; i++) o['k' + i] = 1; for (let i = 0; i < 60000; i++) Object.keys(o);".to_string(),
        format!("for (let i = 0; i < 60000; i++) {{ if (process.env.X) {{ {} }} }}", "f(1);".repeat(5000)),
        // What a file has is looked at once for every name that has it.
        format!("import * as me from './deep';\n{}", names(300, &|at| format!("export const a{at} = {{ ...me }};\n"))),
    ] {
        let code = format!("import {{ check, index }} from 'drizzle-orm/pg-core'; import {{ sql }} from 'drizzle-orm';\n{code}");
        check("deep.ts", &code).says("foreign key `orders.user_id`");
    }
}

/// A name that is left out of a pattern would be looked for further out.
#[test]
fn names_of_a_pattern_that_is_too_deep_are_not_known() {
    let (open, close) = ("{ a: ".repeat(1_200), "}".repeat(1_200));
    let code = format!(
        "const name = 'outer'; const o = {{ name: 'inner' }}; o.a = o;\n\
         function f({open}{{ name }}{close}) {{ return pgTable(name, {{ id: integer('id').primaryKey() }}) }}\n\
         export const deep = f(o);"
    );
    let folder = repository(&[("deep.ts", format!("{TABLE}{code}\n").as_str())]);
    let ran = run(folder.path(), &["graph"]);
    assert!(!ran.stdout.contains("outer"), "{}", ran.stdout);
    run(folder.path(), &["--format", "concise"]).says("the code nests too deep");
}

#[cfg(unix)]
mod unix {
    use super::*;

    /// The program, given up after a while: one that waits for a pipe waits for ever.
    #[track_caller]
    fn ends(folder: &std::path::Path, arguments: &[&str]) -> i32 {
        let mut command = support::command(folder);
        let mut child = command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        for _ in 0..600 {
            if let Some(status) = child.try_wait().unwrap() {
                return status.code().expect("no signal");
            }
            thread::sleep(Duration::from_millis(50));
        }
        child.kill().unwrap();
        panic!("it waits: {arguments:?}");
    }

    fn pipe(folder: &std::path::Path, name: &str) {
        fs::create_dir_all(folder.join(name).parent().unwrap()).unwrap();
        assert!(Command::new("mkfifo").arg(folder.join(name)).status().unwrap().success());
    }

    #[test]
    fn no_pipe_is_opened_whatever_it_is_called() {
        for name in [
            "package.json",
            "pnpm-workspace.yaml",
            "tsconfig.json",
            "drizzle.config.ts",
            "a.schema.ts",
            ".gitignore",
            "docs/adr/0001-a.md",
            "drizzle/meta/_journal.json",
        ] {
            let folder = shop();
            pipe(folder.path(), name);
            assert_eq!(ends(folder.path(), &[]), 0, "{name}");
        }
        for name in ["schemalint.json", "schemalint-baseline.json"] {
            let folder = shop();
            pipe(folder.path(), name);
            assert_eq!(ends(folder.path(), &[]), 2, "{name}");
        }
    }

    #[test]
    fn a_tsconfig_may_extend_a_pipe_a_device_or_itself() {
        for extended in ["./base.json", "/dev/zero", "./tsconfig.json"] {
            let folder = repository(&[
                ("tsconfig.json", format!("{{ \"extends\": \"{extended}\" }}").as_str()),
                ("users.ts", USERS),
                ("orders.ts", &ORDERS.replace("./users", "@/users")),
            ]);
            pipe(folder.path(), "base.json");
            assert_eq!(ends(folder.path(), &[]), 0, "{extended}");
        }
    }

    /// `/dev/full` is a disk without room.
    #[test]
    fn a_full_disk_is_said() {
        let folder = shop();
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let output = support::command(folder.path()).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).contains("standard output cannot be written"));
        run(folder.path(), &["--format", "sarif=/dev/full"]).exits(2).complains("cannot be written");
    }

    /// Stacks are address space; where there is little, that is said.
    #[test]
    #[cfg(target_os = "linux")]
    fn little_address_space_is_said() {
        let folder = shop();
        for kilobytes in [100_000, 300_000, 500_000, 700_000, 4_000_000] {
            let mut command = std::process::Command::new("sh");
            let limited = format!("ulimit -v {kilobytes}; exec \"$0\" --threads 2");
            let output = command
                .args(["-c", &limited, env!("CARGO_BIN_EXE_schemalint")])
                .current_dir(folder.path())
                .output()
                .unwrap();
            let stderr = String::from_utf8_lossy(&output.stderr);
            let is_refused = output.status.code() == Some(2) && stderr.contains("refuses to start threads");
            let is_enough = output.status.code() == Some(0) && kilobytes > 100_000;
            assert!(
                is_refused && kilobytes < 4_000_000 || is_enough,
                "{kilobytes}: {} {stderr}",
                output.status
            );
        }
    }

    #[test]
    fn a_reader_that_leaves_is_no_error() {
        let folder = shop();
        let mut command = support::command(folder.path());
        let mut child =
            command.args(["graph", "."]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0));
    }

    /// Names that are no text, and paths longer than most.
    #[test]
    fn names_of_files_can_be_anything() {
        use std::os::unix::ffi::OsStrExt;
        let long = ["a".repeat(200).as_str(); 15].join("/");
        let folder = repository(&[(format!("{long}/orders.ts").as_str(), ORDERS), ("users.ts", USERS)]);
        let name = std::ffi::OsStr::from_bytes(b"\xff\xfe\n\x1b[31m.ts");
        if fs::write(folder.path().join(name), TABLE).is_ok() {
            let ran = run(folder.path(), &["--format", "concise"]).exits(0).says("3 tables");
            assert!(!ran.stdout.contains('\u{1b}'), "{ran:?}");
        }
    }
}

/// miette cannot draw a column past 65,535.
#[test]
fn a_line_that_is_a_whole_file_is_not_shown_whole() {
    let code = format!(
        "const s = '{}'; export const o = pgTable('o', {{ id: integer('id').primaryKey(), t: integer('t_id')\
         .references(() => /* {} */ t.id) }});",
        "x".repeat(200_000),
        "é".repeat(20_000)
    );
    let folder = repository(&[("long.ts", format!("{TABLE}{code}").as_str())]);
    for format in
        ["human", "concise", "json", "github", "sarif", "gitlab", "junit", "checkstyle", "rdjson", "markdown"]
    {
        let ran = run(folder.path(), &["--format", format]).exits(0).says("unindexed-foreign-key");
        assert!(ran.stdout.len() < 20_000, "{format}: {}", ran.stdout.len());
    }
    run(folder.path(), &[] as &[&str]).says("long.ts:3:200").says("│ ╭─▶ references(() =>");
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let folder = shop();
    let text = |threads: &str| {
        let mut command = support::command(folder.path());
        let ran =
            Ran::from(command.args(["--format", "json"]).env("RAYON_NUM_THREADS", threads).output().unwrap());
        ran.json()["findings"].clone()
    };
    assert_eq!(text("1"), text("64"));
}
