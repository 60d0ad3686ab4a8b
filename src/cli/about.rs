//! What the program says of itself: rules, pages, its config, completions.

use clap::CommandFactory;
use serde_json::{Value, json};
use std::fmt::Write;

use super::arguments::{self, Cli, ListFormat, nearest};
use super::{Answer, Exit, Terminal, input};
use crate::config;
use crate::output;
use crate::rules::RULES;

/// Lists the rules.
pub(super) fn rules(arguments: &arguments::Rules) -> Answer {
    let mut out = String::new();
    match arguments.format {
        ListFormat::Json => {
            let rules: Vec<Value> = RULES
                .iter()
                .map(|entry| {
                    let meta = entry.meta;
                    json!({
                        "name": meta.name, "summary": meta.summary, "group": meta.group,
                        "recommended": meta.level.name(), "needsConfiguration": meta.needs_configuration,
                        "alwaysOn": meta.always_on, "since": meta.since, "url": output::rule_page(meta.name),
                    })
                })
                .collect();
            let _ = writeln!(out, "{:#}", json!({ "version": 1, "rules": rules }));
        }
        ListFormat::Human => {
            let width = RULES.iter().map(|entry| entry.meta.name.len()).max().unwrap_or_default();
            let mut groups: Vec<&str> = RULES.iter().map(|entry| entry.meta.group).collect();
            groups.sort_unstable();
            groups.dedup();
            for group in groups {
                let _ = writeln!(out, "{group}");
                for entry in RULES.iter().filter(|entry| entry.meta.group == group) {
                    let meta = entry.meta;
                    let _ =
                        writeln!(out, "  {:width$}  {:5}  {}", meta.name, meta.level.name(), meta.summary);
                }
                out.push('\n');
            }
            out.push_str("The level is that without a config. `schemalint explain RULE` says more.\n");
        }
    }
    Answer { stdout: out, stderr: String::new(), exit: Exit::Clean }
}

/// Shows the page of a rule, up to its cases, which are tests.
pub(super) fn explain(arguments: &arguments::Explain) -> Answer {
    let Some(entry) = RULES.iter().find(|entry| entry.meta.name == arguments.rule) else {
        let help = match nearest(&arguments.rule, RULES.iter().map(|entry| entry.meta.name)) {
            Some(name) => format!("did you mean `{name}`?"),
            None => "`schemalint rules` lists them".to_string(),
        };
        return Answer::usage(format!("there is no rule `{}`; {help}", arguments.rule));
    };
    let mut out = entry.meta.explanation();
    let level = entry.meta.level.name();
    let _ = writeln!(out, "\nWithout a config: {level}. Since {}.", entry.meta.since);
    if let Some(url) = output::rule_page(entry.meta.name) {
        let _ = writeln!(out, "{url}");
    }
    Answer { stdout: out, stderr: String::new(), exit: Exit::Clean }
}

/// Prints the JSON Schema of the config, or the effective config.
pub(super) fn config(arguments: &arguments::Config, terminal: Terminal) -> Answer {
    let answer = |stdout: String| Answer { stdout, stderr: String::new(), exit: Exit::Clean };
    if arguments.what.schema {
        return answer(format!("{:#}\n", config::json_schema()));
    }
    let folder = match std::fs::canonicalize(&arguments.path) {
        Ok(folder) => folder,
        Err(error) => return Answer::usage(input::cannot_open(&arguments.path, &error)),
    };
    match input::load(&arguments.settings, &folder, terminal) {
        Ok(mut settings) => {
            if let Ok(current) = std::env::current_dir().and_then(std::fs::canonicalize) {
                settings.show_from(&current);
            }
            answer(config::print(&settings.config, &settings.sources))
        }
        Err(answer) => answer,
    }
}

/// Prints completions for a shell.
pub(super) fn completions(arguments: &arguments::Completions) -> Answer {
    let mut out = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "schemalint", &mut out);
    let stdout = String::from_utf8_lossy(&out).into_owned();
    Answer { stdout, stderr: String::new(), exit: Exit::Clean }
}
