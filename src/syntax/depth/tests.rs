use super::*;

fn is_refused(text: &str) -> bool {
    matches!(need(text, false), Need::TooDeep(_))
}

#[test]
fn what_closes_is_not_open() {
    for text in [
        "f(g[0], { a: 1 });\n",
        "const a = f(1)\n",
        "export const t = pgTable('t', { id: integer('id').$type<A<B>>() })\n",
        "if (a) { b() } else { c() }\n",
        "function f() {}\n",
        "const f = <T>(a: T) => <U>(b: U) => `${a} ${b} )`\n",
        "// (((\n/* [[[ */ const s = '(((' + \"{{{\" + /[(/]\\/(/.source\n",
        "export type A = Record<string, B<C>>\n",
        "const f = async <T,>(a = (b as any)!) => a!.b ?? c\n",
        "x = a ? b : c\nfor (const a of b) if (a < 1) continue\n",
        "const a = b / c + d / (e) / f\n",
    ] {
        assert!(!is_refused(&text.repeat(50_000)), "{text}");
    }
}

#[test]
fn what_stays_open_adds_up() {
    for text in [
        "(",
        "[",
        "{",
        "a(b,",
        "=> ",
        "a=",
        "! ",
        "!",
        "typeof ",
        "a: ",
        "if (a) ",
        "`${",
        "A<",
        "a ? ",
        "await ",
        "<A>",
        // What looks like an end and is none.
        "(')'",
        "(\")\"",
        "(`)`",
        "(/*)*/",
        "(//)\n",
        "(/)/,",
        "(a / ')' / ",
        "('\\')'",
        "if (a) x; else ",
        "do if (a) x; while (",
        "A<() => keyof B, ",
        "a = @b\nclass extends ",
        "\\u0028(",
        "({}/')'/",
        "(a++/')'/",
        "((x)=>{}/')'/,",
    ] {
        assert!(is_refused(&text.repeat(200_000)), "{text}");
    }
}

#[test]
fn what_the_parser_tries_again_and_again_is_refused() {
    for (text, times) in [("<T>(", 20), ("a<", 400), ("<A>", 400), ("new a<", 400)] {
        assert!(is_refused(&text.repeat(times)), "{text}");
        assert!(!is_refused(&text.repeat(6)), "{text}");
    }
}

/// Elements have text in which nothing closes, so all that opens is counted, but no few of them are too many.
#[test]
fn of_elements_nothing_closes() {
    let need = |text: &str| need(text, true);
    assert!(matches!(need(&"<a>'{(')".repeat(200_000)), Need::TooDeep(_)));
    assert!(matches!(need(&"<T,>(".repeat(40)), Need::TooDeep(_)));
    assert!(matches!(need(&"const a = f(<b>{c(d)}</b>);\n".repeat(10_000)), Need::Stack(_)));
    assert!(matches!(need(&"const a = f(b < 1);\n".repeat(200_000)), Need::Stack(_)));
}
