//! What people read on the command line, word for word: tests/cmd. `TRYCMD=overwrite` writes it anew.

#[test]
fn the_command_line_says_what_is_written_down() {
    trycmd::TestCases::new()
        .env("COLUMNS", "100")
        .env("GITHUB_ACTIONS", "")
        .env("GITHUB_WORKSPACE", "")
        .env("NO_COLOR", "")
        .env("CLICOLOR_FORCE", "")
        .case("tests/cmd/*.md");
}
