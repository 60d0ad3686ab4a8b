//! The language server: what the command line says, while somebody types.
//!
//! `wire` turns bytes into messages, `server` is the loop, `worker` the thread that checks; the rest are functions from a
//! check ([`checked`]) to an answer. A check is that of the command line on the same folder, with the texts of open
//! documents in place of those on the disk.

mod actions;
mod capabilities;
mod checked;
mod client;
mod diagnostics;
mod documents;
mod exception;
mod find;
mod hover;
mod navigation;
mod notifications;
mod position;
mod requests;
mod roots;
mod server;
mod uri;
mod wire;
mod worker;

pub use wire::Streams;

/// Serves a client until it leaves; whether it left as the protocol asks for.
///
/// # Errors
/// When no threads can be started.
pub fn serve(streams: Streams) -> Result<bool, String> {
    let (jobs, answers) = worker::start()?;
    let (heard, out, writer) = wire::start(streams);
    let is_clean = server::Server::new(out, jobs).run(&heard, &answers);
    // The server is gone and with it the last sender: what was said is written to the end.
    let _ = writer.join();
    Ok(is_clean)
}
