//! One file: its text becomes a module, or the place where it does not parse.
#![no_main]

use libfuzzer_sys::fuzz_target;
use schemalint::source::{Range, SourceFile, Unit};
use schemalint::syntax::{Comments, Places, lower, used_names};
use schemalint_fuzz::{holds, note, on_large_stack};

fuzz_target!(|text: &str| {
    note(text.as_bytes());
    on_large_stack(|| {
        for path in ["a.ts", "a.tsx", "a.js", "a.d.ts"] {
            one(path, text);
            // The others differ in few things.
            if text.len() % 4 != 0 {
                break;
            }
        }
        places(text);
    });
});

fn one(path: &str, text: &str) {
    let read = lower(path, text);
    holds::ranges_are_in(text, &read);
    assert_eq!(format!("{read:?}"), format!("{:?}", lower(path, text)), "another module of the same text");
    let Ok(module) = read else { return };
    used_names(&module);
    let places = Places::new(&module, text);
    for comment in &module.comments {
        holds::ranges_are_in(text, &places.under(*comment, &module.comments));
        holds::ranges_are_in(text, &places.enclosing(*comment).collect::<Vec<_>>());
    }
    for binding in module.bindings.values() {
        holds::ranges_are_in(text, &Comments::new(&module, text).of(binding.range));
    }
}

/// Lines and columns lead back to their bytes.
fn places(text: &str) {
    let file = SourceFile::new("a.ts", text);
    for byte in 0..=(text.len() as u32 + 1).min(300) {
        let position = file.position(byte);
        assert!(position.line >= 1 && position.column >= 1);
        for unit in [Unit::Utf8, Unit::Utf16, Unit::Utf32] {
            let point = file.point(byte, unit);
            let back = file.byte(point, unit);
            assert!(text.is_char_boundary(back as usize), "{byte} became {back}");
            // Between the two bytes of a newline is the end of its line.
            let again = file.point(back, unit);
            assert!(again <= point && again.line == point.line, "{byte} became {back}");
            assert_eq!(file.byte(again, unit), back, "{byte} became {back}");
        }
        assert!(file.last_line(Range::new(byte, byte + 3)) >= position.line);
        holds::ranges_are_in(text, &file.lines(position.line, position.line + 1));
    }
}
