//! Input of which there is much: the work grows with it, not with its square.
//!
//! Nothing is timed. The sizes are those at which a way that grows faster takes minutes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use support::{ORDERS, USERS, repository, run};

/// globset panicked: what can be built need not compile. Of many more it overflowed the stack.
#[test]
fn globs_that_nest_too_deep_are_errors() {
    for n in [80, 150, 300, 100_000] {
        let glob = format!("{}b{}", "{a,".repeat(n), "}".repeat(n));
        for config in [
            format!("{{\"files\": {{\"include\": [\"{glob}\"]}}}}"),
            format!("{{\"overrides\": [{{\"files\": [\"{glob}\"], \"rules\": {{}}}}]}}"),
            format!("{{\"docs\": {{\"adr\": {{\"files\": [\"./docs/{glob}\"]}}}}}}"),
        ] {
            let folder = repository(&[("schemalint.json", config.as_str()), ("users.ts", USERS)]);
            run(folder.path(), &["--format", "concise"]).exits(2).complains("deep");
        }
        let config = format!("export default {{ dialect: 'postgresql', schema: './{glob}' }};\n");
        let folder =
            repository(&[("drizzle.config.ts", config.as_str()), ("users.ts", USERS), ("orders.ts", ORDERS)]);
        run(folder.path(), &["--format", "concise"])
            .says("foreign key `orders.user_id` to `users` has no index");
    }
}
