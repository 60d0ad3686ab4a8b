//! Files that change, vanish or cannot be read or written while the program works, and signals: a file is as it was or as it
//! shall be, and what went wrong is said.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use support::{ORDERS, Ran, USERS, command, read, repository, run, run_with, shop, write};

/// So many files that can be fixed.
fn many(count: usize) -> tempfile::TempDir {
    let folder = repository(&[("db/users.ts", USERS)]);
    for number in 0..count {
        write(folder.path(), &format!("db/orders{number}.ts"), orders(number));
    }
    folder
}

fn orders(number: usize) -> String {
    ORDERS.replace("'orders'", &format!("'orders{number}'"))
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[cfg(target_os = "linux")]
fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args(["-s", name, &child.id().to_string()]).status().unwrap().success());
}

/// The program, ended by the signals that whoever runs the tests may ignore: a shell does for what runs in its background.
#[cfg(target_os = "linux")]
fn interruptible(folder: &Path, arguments: &[&str]) -> Command {
    let mut interruptible = Command::new("env");
    interruptible.args(["--default-signal=INT,TERM,HUP", env!("CARGO_BIN_EXE_schemalint")]).args(arguments);
    interruptible.current_dir(folder).env_remove("GITHUB_ACTIONS");
    interruptible
}

/// Waits until the program has taken the place of what starts it.
#[cfg(target_os = "linux")]
fn is_started(child: &mut Child) {
    let name = format!("/proc/{}/comm", child.id());
    while child.try_wait().unwrap().is_none()
        && !fs::read_to_string(&name).unwrap_or_default().starts_with("schemalint")
    {
        thread::yield_now();
    }
}

/// What waits for its standard input waits as long as the test wants.
#[cfg(target_os = "linux")]
#[test]
fn a_signal_ends_a_check() {
    let folder = shop();
    for (name, number) in [("INT", 2), ("TERM", 15), ("HUP", 1)] {
        for arguments in [&["-", "--stdin-filename", "db/orders.ts"][..], &["lsp"]] {
            let mut command = interruptible(folder.path(), arguments);
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
            let mut child = command.spawn().unwrap();
            let stdin = child.stdin.take();
            is_started(&mut child);
            signal(&child, name);
            let output = child.wait_with_output().unwrap();
            drop(stdin);
            assert_eq!(output.status.signal(), Some(number), "{output:?}");
            assert_eq!((output.stdout.len(), output.stderr.len()), (0, 0));
        }
    }
    // Wherever it comes, it ends as by the signal or had ended before, and what is there is whole.
    let folder = many(100);
    for late in [false, true, false, true] {
        let _ = fs::remove_file(folder.path().join("out.json"));
        let mut command = interruptible(folder.path(), &["--format", "json=out.json"]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        is_started(&mut child);
        // At once, or when it begins to write.
        while late && names(folder.path()).len() == 1 && child.try_wait().unwrap().is_none() {}
        signal_if_there(&child, "INT");
        let status = child.wait().unwrap();
        assert!(status.signal() == Some(2) || status.code() == Some(0), "{status:?}");
        if let Ok(text) = fs::read_to_string(folder.path().join("out.json")) {
            serde_json::from_str::<serde_json::Value>(&text).unwrap();
        }
    }
}

/// Wherever the signal comes: every file is whole, and a second run does the rest.
#[cfg(target_os = "linux")]
#[test]
fn a_signal_while_files_are_fixed_leaves_whole_files() {
    let count = 40;
    let reference = many(count);
    run(reference.path(), &["--fix=schema"]).exits(0);
    for (round, name) in ["INT", "TERM", "KILL", "INT", "TERM"].into_iter().enumerate() {
        let folder = many(count);
        let at = folder.path();
        let fixed_of = |number: usize| read(at, &format!("db/orders{number}.ts")).contains("on(t.userId)");
        let mut command = interruptible(at, &["--fix=schema"]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // Once so many have been written.
        while (0..count).filter(|number| fixed_of(*number)).count() <= round * 3 {
            if child.try_wait().unwrap().is_some() {
                break;
            }
        }
        signal_if_there(&child, name);
        let status = child.wait().unwrap();
        assert!(status.signal().is_some() || status.code() == Some(0), "{status:?}");
        for number in 0..count {
            let file = format!("db/orders{number}.ts");
            let text = read(at, &file);
            assert!(text == orders(number) || text == read(reference.path(), &file), "{text}");
        }
        run(at, &["--fix=schema"]).exits(0);
        assert!((0..count).all(fixed_of));
        // What was being written beside is hidden, and read by nobody.
        let beside: Vec<String> =
            names(&at.join("db")).into_iter().filter(|name| name.starts_with('.')).collect();
        assert!(beside.len() <= 1, "{beside:?}");
        run(at, &[] as &[&str]).exits(0).says("no findings");
    }
}

/// It may have ended by itself.
#[cfg(target_os = "linux")]
fn signal_if_there(child: &Child, name: &str) {
    let _ = Command::new("kill").args(["-s", name, &child.id().to_string()]).stderr(Stdio::null()).status();
}

/// The program where no file may grow past so many blocks of 512 bytes, as on a disk that fills up.
fn on_a_small_disk(folder: &Path, blocks: u32, arguments: &[&str]) -> Ran {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"")]);
    command.arg(env!("CARGO_BIN_EXE_schemalint")).args(arguments).current_dir(folder);
    command.env_remove("GITHUB_ACTIONS").output().unwrap().into()
}

#[test]
fn a_disk_that_fills_up_leaves_no_half_of_a_file() {
    let folder = many(20);
    let at = folder.path();
    let before = names(at);
    // Neither a new file, nor one that is there.
    for there in [false, true] {
        for format in ["json", "sarif", "human", "junit", "markdown"] {
            let to = format!("{format}=out.txt");
            if there {
                write(at, "out.txt", "old");
            }
            on_a_small_disk(at, 1, &["--format", &to]).exits(2).complains("`out.txt` cannot be written");
            let expected =
                if there { vec!["db", "out.txt"] } else { before.iter().map(String::as_str).collect() };
            assert_eq!(names(at), expected, "{format}");
            assert!(!there || read(at, "out.txt") == "old");
        }
    }
    fs::remove_file(at.join("out.txt")).unwrap();
    on_a_small_disk(at, 1, &["baseline"]).exits(2).complains("schemalint-baseline.json` cannot be written");
    assert_eq!(names(at), before);
    on_a_small_disk(at, 1, &["init"]).exits(2).complains("schemalint.json` cannot be written");
    assert_eq!(names(at), before);
    run(at, &["baseline"]).exits(0);
    let baseline = read(at, "schemalint-baseline.json");
    on_a_small_disk(at, 1, &["baseline"]).exits(2);
    assert_eq!(read(at, "schemalint-baseline.json"), baseline);
    fs::remove_file(at.join("schemalint-baseline.json")).unwrap();
    // A long file cannot be fixed, the others are.
    let long = format!("{}// {}\n", orders(0), "x".repeat(4096));
    write(at, "db/orders0.ts", &long);
    on_a_small_disk(at, 2, &["--fix=schema"]).exits(2).complains("`db/orders0.ts` was not changed");
    assert_eq!(read(at, "db/orders0.ts"), long);
    assert!((1..20).all(|number| read(at, &format!("db/orders{number}.ts")).contains("on(t.userId)")));
    assert!(names(&at.join("db")).iter().all(|name| !name.starts_with('.')));
}

#[test]
fn what_is_new_has_the_rights_of_a_new_file() {
    let folder = shop();
    let mut command = Command::new("sh");
    command.args(["-c", "umask 027; \"$0\" baseline && : >usual", env!("CARGO_BIN_EXE_schemalint")]);
    assert!(command.current_dir(folder.path()).stdout(Stdio::null()).status().unwrap().success());
    let mode = |name: &str| fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
    assert_eq!(mode("schemalint-baseline.json"), mode("usual"));
}

/// Rights hold nobody who is root.
fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().unwrap();
    output.stdout == b"0\n"
}

#[test]
fn a_tree_that_may_only_be_read_is_checked() {
    let folder = many(2);
    let at = folder.path();
    let rights = |mode: u32| {
        for file in ["db/orders0.ts", "db/orders1.ts", "db/users.ts", "db", "."] {
            fs::set_permissions(at.join(file), fs::Permissions::from_mode(mode)).unwrap();
        }
    };
    rights(0o555);
    run(at, &[] as &[&str]).exits(0).says("2 warnings");
    run(at, &["--fix=schema", "--diff"]).exits(1).says("on(t.userId)");
    run(at, &["--fix=schema"]).exits(2).complains("`db/orders0.ts` was not changed: it may only be read");
    assert_eq!(read(at, "db/orders0.ts"), orders(0));
    if !is_root() {
        run(at, &["baseline"]).exits(2).complains("cannot be written");
        run(at, &["init"]).exits(2).complains("cannot be written");
        run(at, &["--format", "json=out.json"]).exits(2).complains("cannot be written");
        // In a folder that may not be written to, nothing can stand beside a file.
        fs::set_permissions(at.join("db/orders0.ts"), fs::Permissions::from_mode(0o644)).unwrap();
        run(at, &["--fix=schema"]).exits(2).complains("`db/orders0.ts` was not changed");
        assert_eq!(read(at, "db/orders0.ts"), orders(0));
    }
    rights(0o755);
    if !is_root() {
        fs::set_permissions(at.join("db/orders0.ts"), fs::Permissions::from_mode(0o000)).unwrap();
        let ran = run(at, &[] as &[&str]);
        assert!(format!("{}{}", ran.stdout, ran.stderr).contains("orders0.ts"), "{ran:?}");
        fs::set_permissions(at.join("db/orders0.ts"), fs::Permissions::from_mode(0o644)).unwrap();
    }
}

/// Files come, go, grow and turn into folders and links while they are read: every run ends by itself and says something whole.
#[test]
fn files_that_change_while_they_are_read_are_read_as_they_were_or_are() {
    let folder = many(30);
    let at = folder.path();
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut number = 0;
            while !stop.load(Ordering::Relaxed) {
                number = (number + 7) % 30;
                let path = at.join(format!("db/orders{number}.ts"));
                let _ = match number % 4 {
                    0 => fs::remove_file(&path)
                        .and_then(|()| fs::create_dir(&path))
                        .and_then(|()| fs::remove_dir(&path)),
                    1 => fs::remove_file(&path).and_then(|()| std::os::unix::fs::symlink("gone", &path)),
                    2 => fs::write(&path, format!("{}//{}\n", orders(number), "x".repeat(300_000))),
                    _ => fs::rename(&path, at.join("db/other.ts")),
                };
                let _ = fs::remove_file(&path);
                let _ = fs::write(&path, orders(number));
            }
        });
        for _ in 0..15 {
            let output = command(at).args(["--format", "json"]).output().unwrap();
            let code = output.status.code();
            assert!(matches!(code, Some(0..=1)), "{output:?}");
            serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap();
        }
        stop.store(true, Ordering::Relaxed);
    });
    for number in 0..30 {
        write(at, &format!("db/orders{number}.ts"), orders(number));
    }
    let _ = fs::remove_file(at.join("db/other.ts"));
    run(at, &[] as &[&str]).exits(0).says("30 warnings");
}

/// Whatever somebody writes while files are fixed stays.
#[test]
fn a_file_that_is_saved_between_check_and_fix_stays_as_it_was_saved() {
    let count = 60;
    let folder = many(count);
    let at = folder.path();
    let mut child =
        command(at).arg("--fix=schema").stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    // Saved as editors do, once the program writes: before its turn or after it.
    let last = format!("db/orders{}.ts", count - 1);
    let saved = format!("{}// saved\n", orders(count - 1));
    write(at, "db/beside", &saved);
    while read(at, "db/orders0.ts") == orders(0) {
        assert!(child.try_wait().unwrap().is_none(), "it fixes the first file");
    }
    fs::rename(at.join("db/beside"), at.join(&last)).unwrap();
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    let code = child.wait().unwrap().code();
    assert_eq!(read(at, &last), saved, "{stderr}");
    assert_eq!(
        code == Some(2),
        stderr.contains("was not changed: it has changed since it was read"),
        "{stderr}"
    );
}

/// Bytes for whatever reads standard input.
fn garbage() -> Vec<Vec<u8>> {
    let mut random = 88_172_645_463_325_252_u64;
    let mut noise = || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random as u8
    };
    let noise: Vec<u8> = (0..100_000).map(|_| noise()).collect();
    vec![
        Vec::new(),
        vec![0; 100_000],
        vec![0xff; 100_000],
        noise,
        b"\xef\xbb\xbf".to_vec(),
        b"\xff\xfeu\0s\0e\0r\0".to_vec(),
        b"\r\r\r\n\n\x1b[2J\x85\xe2\x80\xa8".to_vec(),
        b"import { pgTable } from 'drizzle-orm/pg-core'; pgTable(".to_vec(),
        "(".repeat(200_000).into_bytes(),
        b"Content-Length: 18446744073709551616\r\n\r\n{}".to_vec(),
        b"Content-Length: 9223372036854775807\r\n\r\n{}".to_vec(),
        b"Content-Length: -1\r\n\r\n{}".to_vec(),
        b"Content-Length: 2\r\n\r\n{}Content-Length: 4\r\n\r\nnullContent-Length: 2\r\n\r\n[]".to_vec(),
        b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n\xff\xff\xff".to_vec(),
        b"Content-Length: 100\r\n\r\n{\"jsonrpc\"".to_vec(),
        [b"Content-Length: 200000\r\n\r\n".to_vec(), "[".repeat(200_000).into_bytes()].concat(),
        b"x: y\r\n".repeat(100_000),
    ]
}

fn fed(folder: &Path, arguments: &[&str], bytes: &[u8]) -> Ran {
    let mut command = command(folder);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // Whoever has read enough does not read the rest.
    let mut stdin = child.stdin.take().unwrap();
    thread::scope(|scope| {
        scope.spawn(move || stdin.write_all(bytes));
        child.wait_with_output().unwrap().into()
    })
}

#[test]
fn garbage_on_standard_input_is_answered() {
    let folder = shop();
    let at = folder.path();
    for bytes in garbage() {
        let head = String::from_utf8_lossy(&bytes[..bytes.len().min(60)]).into_owned();
        for name in [
            "db/orders.ts",
            "db/new.schema.ts",
            "package.json",
            "schemalint.json",
            "drizzle.config.ts",
            "drizzle/meta/_journal.json",
        ] {
            if name.contains('/') {
                fs::create_dir_all(at.join(name).parent().unwrap()).unwrap();
            }
            let ran = fed(at, &["-", "--stdin-filename", name, "--format", "json"], &bytes);
            assert!((0..=3).contains(&ran.code), "{name} {head:?}: {ran:?}");
            let is_json = serde_json::from_str::<serde_json::Value>(&ran.stdout).is_ok();
            assert!(
                is_json || ran.code == 2 && ran.stderr.starts_with("error: "),
                "{name} {head:?}: {ran:?}"
            );
            assert!(!ran.stderr.contains("panicked"), "{ran:?}");
        }
        let ran = fed(at, &["lsp"], &bytes);
        assert!((0..=2).contains(&ran.code) && !ran.stderr.contains("panicked"), "lsp {head:?}: {ran:?}");
    }
}

/// A folder can be opened and not read; and there may be no standard input at all.
#[test]
fn standard_input_that_cannot_be_read_is_said() {
    let folder = shop();
    let at = folder.path();
    let asked = ["-", "--stdin-filename", "db/orders.ts"];
    let ran = command(at).args(asked).stdin(fs::File::open("/").unwrap()).output().unwrap();
    Ran::from(ran).exits(2).complains("error: standard input: ");
    let ran = command(at).arg("lsp").stdin(fs::File::open("/").unwrap()).output().unwrap();
    assert!(matches!(ran.status.code(), Some(1 | 2)), "{ran:?}");
    let mut closed = Command::new("sh");
    closed.args(["-c", "exec \"$0\" - --stdin-filename db/orders.ts <&-", env!("CARGO_BIN_EXE_schemalint")]);
    Ran::from(closed.current_dir(at).output().unwrap()).exits(0);
    run_with(at, &asked, "").exits(0);
}
