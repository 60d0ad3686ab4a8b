//! What `--print` shows reads back as the same config.

use super::{Case, EXAMPLE, TEAM, alone, good};
use crate::config::print;
use crate::config::schema::plain;

#[test]
fn every_value_says_where_it_comes_from() {
    let text = "{\n  \"extends\": [\"strict\"],\n  \"files\": { \"exclude\": [] },\n  \"overrides\": [\n    { \
                \"files\": [\"a\", \"b\"],\n      \"rules\": { \"missing-relation\": \"off\" } }]\n}";
    let (config, sources) = good(&Case { text, files: &[], command_line: &["naming-convention=warn"] });
    let expected = r#"{
  "polymorphic": {
    "idSuffixes": ["_id"], // default
    "discriminatorSuffixes": ["_type", "_kind", "_table", "_entity"] // default
  },
  "docs": {
    "entities": {
      "section": "Invariants" // default
    },
    "accept": ["comment", "entity"] // default
  },
  "rules": {
    "missing-relation": "error", // preset strict
    "naming-convention": "warn", // command line
    "syntax-error": "error" // preset strict
  },
  "files": {
    "exclude": [] // schemalint.json:3
  },
  "overrides": [
    {
      "files": ["a", "b"], // schemalint.json:5
      "rules": {
        "missing-relation": "off" // schemalint.json:6
      }
    }
  ]
}
"#;
    assert_eq!(print(&config, &sources), expected);
}

#[test]
fn it_reads_back_as_the_same_config() {
    let example = Case { text: EXAMPLE, files: &[TEAM], command_line: &["naming-convention=error"] };
    for case in [alone("{}"), example] {
        let (config, sources) = good(&case);
        let printed = print(&config, &sources);
        let (again, _) = good(&alone(&printed));
        assert_eq!(plain(again.effective()), plain(config.effective()), "{printed}");
    }
}
