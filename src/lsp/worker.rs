//! The thread that checks. The server's loop only answers.

use crossbeam_channel::{Receiver, Sender, unbounded};
use rustc_hash::FxHashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

use super::checked::{Asking, Checked, Checker};
use crate::workspace::THREAD_STACK;

/// What the worker is told.
pub(super) enum Job {
    /// Check the folder of that number.
    Check(usize, Box<Asking>),
    /// Nobody needs that folder any more.
    Forget(usize),
}

/// What the worker answers: the folder, and what came out, or how it failed.
pub(super) type Answer = (usize, Result<Arc<Checked>, String>);

/// Starts the worker. It ends with its jobs.
pub(super) fn start() -> Result<(Sender<Job>, Receiver<Answer>), String> {
    let (give, jobs) = unbounded();
    let (answer, answers) = unbounded();
    let pool = rayon::ThreadPoolBuilder::new().stack_size(THREAD_STACK).build();
    let pool = pool.map_err(|error| format!("no threads: {error}"))?;
    let work = move || {
        let mut checkers: FxHashMap<usize, Checker> = FxHashMap::default();
        for job in jobs {
            match job {
                Job::Forget(folder) => {
                    checkers.remove(&folder);
                }
                Job::Check(folder, asking) => {
                    // What a panic left half done is not used again.
                    let mut checker = checkers.remove(&folder).unwrap_or_default();
                    let checked = contained(|| pool.install(|| checker.check(*asking)));
                    if checked.is_ok() {
                        checkers.insert(folder, checker);
                    }
                    if answer.send((folder, checked.map(Arc::new))).is_err() {
                        return;
                    }
                }
            }
        }
    };
    let started = thread::Builder::new().name("checks".into()).stack_size(THREAD_STACK).spawn(work);
    started.map_err(|error| format!("no thread: {error}"))?;
    Ok((give, answers))
}

/// Runs something that may panic, and says what it panicked with.
pub(super) fn contained<T>(run: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(run)).map_err(|panic| {
        let text = panic.downcast_ref::<&str>().map(ToString::to_string);
        text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_and_the_next_job_is_done() {
        assert_eq!(contained(|| -> u8 { panic!("broken {}", 1) }), Err("broken 1".to_string()));
        assert_eq!(contained(|| 3), Ok(3));
        let (jobs, answers) = start().unwrap();
        let asking = || {
            let folder = std::path::PathBuf::from("/nowhere/at/all");
            let (overlay, versions) = (crate::overlay::Overlay::default(), FxHashMap::default());
            Box::new(Asking { folder, overlay, versions, touched: Vec::new(), walk: false, is_told: false })
        };
        for folder in [1, 2, 1] {
            jobs.send(Job::Check(folder, asking())).unwrap();
            assert_eq!(answers.recv().unwrap().0, folder);
        }
    }
}
