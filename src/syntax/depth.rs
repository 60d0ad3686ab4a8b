//! How deep a file nests, before the parser, which recurses, sees it.
//!
//! SWC recurses for every level of every production and has no bound of its own; its trees are taken apart
//! recursively too. So the stack that a file can need is known before: small files are multiplied with the dearest
//! production, others are read by a lexer that adds up what is open at each place. It must never say too little:
//! what it cannot tell (`/` after `}`, JSX) makes it count what opens and no longer what closes.

mod quoted;

/// What the dearest production takes: a bracket, an arrow, a type argument, a statement without braces.
const HEAVY: u32 = 128;
/// What a prefix, an assignment, a condition takes.
const LIGHT: u32 = 20;
/// What a link of a chain that leans to the left takes, in which only dropping recurses: `a + b`, `a.b`, `a()`.
const LINK: u32 = 4;
/// Ten thousand brackets, or three hundred thousand operators in one row.
const LIMIT: u32 = 10_000 * HEAVY;
/// The same where what closes is not counted.
const LIMIT_UNSURE: u32 = 10 * LIMIT;
/// Bytes of stack that one of these stands for. Measured, the dearest are 18,078 bytes for a bracket, 2,114 for a prefix
/// and 163 for a link without optimisation, 3,640, 712 and 146 with it.
const UNIT: usize = if cfg!(debug_assertions) { 160 } else { 42 };
/// The parser starts here and there a second time where it meets `<`, and again inside: `<A>(<B>(…` takes twice as long for
/// every level, `a<b<c<…` as long as the cube. Nobody writes as many in one another.
const TRIED: u32 = 8;
const COMPARED: u32 = 256;

/// What a text needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// So many bytes of stack.
    Stack(usize),
    /// More than anybody gets: it is nested too deep at this byte.
    TooDeep(u32),
}

/// How much stack parsing, lowering and dropping a text can take.
pub(super) fn need(text: &str, may_have_jsx: bool) -> Need {
    let small = (text.len() as u32).min(LIMIT) as usize * HEAVY as usize * UNIT;
    // With few `<` nothing is tried often.
    if small <= SMALL && text.bytes().filter(|byte| *byte == b'<').count() <= TRIED as usize {
        return Need::Stack(small);
    }
    let mut lexer = Lexer {
        text,
        bytes: text.as_bytes(),
        at: 0,
        is_sure: !(may_have_jsx && has_jsx(text.as_bytes())),
        levels: vec![Level::default()],
        total: 0,
        most: 0,
        dot: LINK,
        before: Before::Start,
        newline: false,
        ended: false,
    };
    match lexer.run() {
        Ok(()) => Need::Stack(lexer.most as usize * UNIT),
        Err(at) => Need::TooDeep(at as u32),
    }
}

/// A stack of this size costs nothing: threads have more.
const SMALL: usize = 64 << 20;

/// An element begins with `<` and a name, or `<>`: what closes and what is quoted in its text means nothing.
fn has_jsx(bytes: &[u8]) -> bool {
    memchr::memchr_iter(b'<', bytes).any(|at| {
        let next = bytes[at + 1..].iter().find(|byte| !byte.is_ascii_whitespace());
        next.is_some_and(|byte| {
            is_word(*byte) && !byte.is_ascii_digit() || *byte >= 0x80 || matches!(byte, b'>' | b'/' | b'\\')
        })
    })
}

/// What stood before a byte, as far as it tells what the byte means.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Start,
    /// A value may end here: a name, a literal, what closes.
    Operand,
    /// The `)` of `if (…)`: a statement follows.
    Head,
    /// `}` of a block or of a value.
    Brace,
    /// A word that a value follows.
    Keyword,
    /// One that may be a name as well.
    PerhapsKeyword,
    /// `++`, before a value or behind one.
    Step,
    Dot,
    /// `:`, and a name directly behind it.
    Colon,
    ColonName,
    /// `>`, of a type or compared.
    Angle,
    Other,
}

/// What is open between two brackets.
#[derive(Default)]
struct Level {
    close: u8,
    /// What else is open inside of it.
    cost: u32,
    /// How many `<` of that.
    angles: u32,
    /// It is `${…}`.
    is_template: bool,
    /// It follows `if`.
    is_head: bool,
    /// How many `><`.
    asserted: u32,
    /// How many `>(` lead here.
    tried: u32,
    /// The last `<` stood where a value begins.
    starts_with_angle: bool,
}

struct Lexer<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    /// What closes, ends or is quoted is known to do so.
    is_sure: bool,
    levels: Vec<Level>,
    total: u32,
    most: u32,
    /// What a dot takes: names of namespaces nest to the right.
    dot: u32,
    before: Before,
    newline: bool,
    /// A statement has ended, unless `else` or `while` goes on with it.
    ended: bool,
}

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$')
}

type Step = Result<(), usize>;

impl Lexer<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or_default()
    }

    fn run(&mut self) -> Step {
        if self.text.starts_with("#!") {
            self.skip_line();
        }
        while let Some(byte) = self.bytes.get(self.at).copied() {
            match byte {
                b' ' | b'\t' => self.at += 1,
                b'\n' | b'\r' => {
                    self.newline = true;
                    self.at += 1;
                }
                _ if is_word(byte) => self.word()?,
                0x80.. => self.unusual(),
                _ => {
                    let is_comment = self.is_sure && byte == b'/' && matches!(self.peek(1), b'/' | b'*');
                    self.mark(byte)?;
                    self.newline &= is_comment;
                }
            }
        }
        Ok(())
    }

    /// Something stays open until the level, the list or the statement ends.
    fn add(&mut self, cost: u32) -> Step {
        self.total = self.total.saturating_add(cost);
        if let Some(level) = self.levels.last_mut() {
            level.cost = level.cost.saturating_add(cost);
        }
        self.most = self.most.max(self.total);
        let limit = if self.is_sure { LIMIT } else { LIMIT_UNSURE };
        if self.total > limit { Err(self.at) } else { Ok(()) }
    }

    /// What was open in this level is not any more.
    fn reset(&mut self) {
        if let Some(level) = self.levels.last_mut() {
            (level.angles, level.asserted) = (0, 0);
            if self.is_sure {
                self.total -= std::mem::take(&mut level.cost);
            }
        }
        self.dot = LINK;
        self.ended = false;
    }

    fn open(&mut self, close: u8, is_template: bool) -> Step {
        self.add(HEAVY)?;
        let level = self.levels.last();
        let after_angle = self.before == Before::Angle && level.is_some_and(|level| level.starts_with_angle);
        let tried = level.map_or(0, |level| level.tried) + u32::from(close == b')' && after_angle);
        let is_head = self.before == Before::Head;
        self.levels.push(Level { close, is_template, is_head, tried, ..Level::default() });
        self.before = Before::Other;
        let limit = if self.is_sure { TRIED } else { 2 * TRIED };
        if tried > limit { Err(self.at) } else { Ok(()) }
    }

    fn close(&mut self, byte: u8) -> Step {
        let Some(level) = self.levels.last() else { return Ok(()) };
        if level.close != byte {
            // The end for the parser, if it sees the same.
            self.is_sure &= self.levels.len() == 1;
            return Ok(());
        }
        let (is_head, is_template) = (level.is_head, level.is_template);
        let inner = self.levels.pop().map_or(0, |level| level.cost);
        if self.is_sure {
            self.total -= inner + HEAVY;
            if let Some(level) = self.levels.last_mut() {
                level.cost = level.cost.saturating_sub(HEAVY);
            }
        } else if let Some(level) = self.levels.last_mut() {
            level.cost = level.cost.saturating_add(inner);
        }
        self.before = match byte {
            b')' if is_head => Before::Head,
            b'}' => Before::Brace,
            _ => Before::Operand,
        };
        self.at += 1;
        if is_template && self.is_sure {
            self.template()?;
        }
        self.at -= 1;
        self.add(LINK)
    }

    fn is_operand(&self) -> bool {
        matches!(self.before, Before::Operand | Before::Brace | Before::ColonName)
    }

    /// An operator: a link between two values, or before one.
    fn operator(&mut self) -> Step {
        let cost = if self.is_operand() { LINK } else { LIGHT };
        self.before = Before::Other;
        self.add(cost)
    }

    fn mark(&mut self, byte: u8) -> Step {
        let next = self.peek(1);
        let is_comment = byte == b'/' && matches!(next, b'/' | b'*');
        if self.ended && !is_comment && byte != b';' {
            self.reset();
        }
        match byte {
            b'(' => self.open(b')', false)?,
            b'[' => self.open(b']', false)?,
            b'{' => {
                self.dot = LINK;
                self.open(b'}', false)?;
            }
            b')' | b']' | b'}' => self.close(byte)?,
            b'\'' | b'"' => {
                self.string(byte);
                self.before = Before::Operand;
            }
            b'`' => {
                self.add(LINK)?;
                self.at += 1;
                self.template()?;
                self.at -= 1;
            }
            b';' => {
                self.before = Before::Other;
                self.ended = true;
            }
            b',' => {
                self.before = Before::Other;
                // `<A, B>` goes on.
                if self.levels.last().is_some_and(|level| level.angles == 0) {
                    self.reset();
                }
            }
            b'.' => {
                self.before = Before::Dot;
                self.add(self.dot)?;
            }
            b':' => {
                // A label inside of a label.
                if self.before == Before::ColonName {
                    self.add(HEAVY)?;
                }
                self.before = Before::Colon;
            }
            b'=' if next == b'>' => {
                self.at += 1;
                self.before = Before::Other;
                self.add(HEAVY)?;
            }
            b'=' if next == b'=' => {
                self.at += if self.peek(2) == b'=' { 2 } else { 1 };
                self.operator()?;
            }
            b'=' => {
                self.before = Before::Other;
                self.add(LIGHT)?;
            }
            b'&' | b'|' if next == byte => {
                self.at += 1;
                self.operator()?;
            }
            b'?' if next == b'.' || next == b'?' => {
                self.at += 1;
                self.before = if next == b'.' { Before::Dot } else { Before::Other };
                self.add(LINK)?;
            }
            b'!' if next == b'=' => {
                self.at += if self.peek(2) == b'=' { 2 } else { 1 };
                self.operator()?;
            }
            // `x!` is a value again.
            b'!' if self.is_operand() && !self.newline => self.add(LINK)?,
            b'/' if self.is_sure => self.slash(next)?,
            b'<' => {
                if self.bytes[self.at..].starts_with(b"<!--") {
                    self.is_sure = false;
                }
                self.angle()?;
            }
            b'>' => {
                if let Some(level) = self.levels.last_mut().filter(|level| level.angles > 0) {
                    level.angles -= 1;
                    let closed = if self.is_sure { level.cost.min(HEAVY) } else { 0 };
                    level.cost -= closed;
                    self.total -= closed;
                }
                self.before = Before::Angle;
                self.add(LINK)?;
            }
            b'-' if next == b'-' && self.peek(2) == b'>' => {
                self.is_sure = false;
                self.operator()?;
            }
            b'+' | b'-' if next == byte => {
                self.at += 1;
                self.before = Before::Step;
                self.add(LIGHT)?;
            }
            b'+' | b'-' | b'%' | b'&' | b'|' | b'^' | b'/' => self.operator()?,
            b'*' if next == b'*' => {
                self.at += 1;
                self.before = Before::Other;
                self.add(LIGHT)?;
            }
            b'*' => self.operator()?,
            b'\\' => {
                // An escape in a name, which can be a keyword.
                self.is_sure = false;
                self.add(HEAVY)?;
            }
            _ => {
                self.before = Before::Other;
                self.add(LIGHT)?;
            }
        }
        self.at += 1;
        Ok(())
    }

    fn angle(&mut self) -> Step {
        let (starts, follows) = (!self.is_operand(), self.is_sure && self.before == Before::Angle);
        self.before = Before::Other;
        // `<T>x` goes on behind its `>`.
        self.add(if starts { 2 * HEAVY } else { HEAVY })?;
        let Some(level) = self.levels.last_mut() else { return Ok(()) };
        level.angles += 1;
        level.asserted += u32::from(follows);
        level.starts_with_angle = starts || (follows && level.starts_with_angle);
        if level.angles.max(level.asserted) > COMPARED { Err(self.at) } else { Ok(()) }
    }

    fn word(&mut self) -> Step {
        let start = self.at;
        while self.bytes.get(self.at).is_some_and(|byte| is_word(*byte)) {
            self.at += 1;
        }
        let word = &self.bytes[start..self.at];
        let (before, newline) = (self.before, std::mem::take(&mut self.newline));
        if self.ended && !matches!(word, b"else" | b"while") {
            self.reset();
        }
        self.ended = false;
        let is_label = before == Before::Colon && !word[0].is_ascii_digit();
        self.before = if is_label { Before::ColonName } else { Before::Operand };
        if before == Before::Dot || !(2..=10).contains(&word.len()) || !word[0].is_ascii_lowercase() {
            return Ok(());
        }
        let ended = match before {
            Before::Operand | Before::ColonName | Before::Step => newline,
            // `<T>` may have a value of any other word behind it.
            Before::Angle => {
                newline && matches!(word, b"const" | b"export" | b"var" | b"if" | b"for" | b"return")
            }
            before => before == Before::Brace,
        };
        if ended && begins_statement(word) {
            self.reset();
        }
        match word {
            b"if" | b"for" | b"while" | b"with" => {
                self.before = Before::Head;
                self.add(HEAVY)
            }
            b"switch" | b"catch" => {
                self.before = Before::Head;
                Ok(())
            }
            b"do" | b"else" | b"function" | b"class" => {
                self.before = Before::Keyword;
                self.add(HEAVY)
            }
            // `for await (…)`.
            b"await" if before == Before::Head => {
                self.before = Before::Head;
                Ok(())
            }
            b"typeof" | b"void" | b"delete" | b"new" | b"extends" => {
                self.before = Before::Keyword;
                self.add(LIGHT)
            }
            b"await" | b"yield" | b"keyof" | b"infer" | b"unique" | b"readonly" | b"asserts" | b"is" => {
                self.before = Before::PerhapsKeyword;
                self.add(LIGHT)
            }
            b"in" | b"instanceof" => {
                self.before = Before::Keyword;
                self.add(LINK)
            }
            b"as" | b"satisfies" | b"of" => {
                self.before = Before::PerhapsKeyword;
                self.add(LINK)
            }
            b"return" | b"throw" | b"case" | b"default" | b"export" | b"import" => {
                self.before = Before::Keyword;
                Ok(())
            }
            b"namespace" | b"module" => {
                self.dot = LIGHT;
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// Words that begin a statement where one has just ended, and go on with none.
fn begins_statement(word: &[u8]) -> bool {
    matches!(
        word,
        b"const"
            | b"let"
            | b"var"
            | b"function"
            | b"if"
            | b"for"
            | b"switch"
            | b"try"
            | b"return"
            | b"throw"
            | b"import"
            | b"export"
            | b"type"
            | b"interface"
            | b"enum"
            | b"declare"
            | b"async"
    )
}

#[cfg(test)]
mod tests;
