//! A place in one line of a case file, from which words are read.

use super::error::CaseError;

/// Reads one line from left to right. Spaces separate words and mean nothing else.
#[derive(Clone, Debug)]
pub(super) struct Cursor<'t> {
    rest: &'t str,
    name: &'t str,
    line: usize,
}

/// Where a word ends, besides white space.
const SYMBOLS: [char; 10] = ['(', ')', '[', ']', ',', '=', '@', '|', '"', '/'];

fn ends_word(c: char) -> bool {
    c.is_whitespace() || SYMBOLS.contains(&c)
}

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t str, name: &'t str, line: usize) -> Self {
        Self { rest: text, name, line }
    }

    pub(super) fn line(&self) -> usize {
        self.line
    }

    pub(super) fn error(&self, message: impl Into<String>) -> CaseError {
        CaseError { name: self.name.into(), line: self.line, message: message.into() }
    }

    /// The next character that is not a space.
    pub(super) fn peek(&self) -> Option<char> {
        self.rest.trim_start().chars().next()
    }

    pub(super) fn at_end(&self) -> bool {
        self.peek().is_none()
    }

    /// Takes everything up to the end of the line.
    pub(super) fn take_rest(&mut self) -> &'t str {
        let rest = self.rest.trim();
        self.rest = "";
        rest
    }

    /// Takes `symbol` if it comes next.
    pub(super) fn eat(&mut self, symbol: char) -> bool {
        let after = self.rest.trim_start().strip_prefix(symbol);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    pub(super) fn expect(&mut self, symbol: char) -> Result<(), CaseError> {
        if self.eat(symbol) {
            return Ok(());
        }
        Err(self.error(format!("{} where `{symbol}` must stand", self.found())))
    }

    /// Takes a word of any kind; `what` says what it should be if there is none.
    pub(super) fn word(&mut self, what: &str) -> Result<&'t str, CaseError> {
        self.take_until(what, ends_word)
    }

    /// Takes a word that may hold slashes, such as a time zone.
    pub(super) fn path(&mut self, what: &str) -> Result<&'t str, CaseError> {
        self.take_until(what, |c| c != '/' && ends_word(c))
    }

    fn take_until(&mut self, what: &str, end: impl Fn(char) -> bool) -> Result<&'t str, CaseError> {
        let text = self.rest.trim_start();
        let (word, rest) = text.split_at(text.find(end).unwrap_or(text.len()));
        if word.is_empty() {
            return Err(self.error(format!("{} where {what} must stand", self.found())));
        }
        self.rest = rest;
        Ok(word)
    }

    /// Takes a word of the grammar: case and the choice of `-` or `_` do not matter.
    pub(super) fn keyword(&mut self, what: &str) -> Result<String, CaseError> {
        self.word(what).map(normal)
    }

    /// Takes the word `wanted` if it comes next.
    pub(super) fn eat_word(&mut self, wanted: &str) -> bool {
        let mut ahead = self.clone();
        let found = ahead.keyword(wanted).is_ok_and(|word| word == wanted);
        if found {
            *self = ahead;
        }
        found
    }

    /// Takes a word that is one of the names in `table`, and gives what it stands for.
    pub(super) fn choose<T: Clone>(
        &mut self,
        what: &str,
        table: &[(&str, T)],
    ) -> Result<T, CaseError> {
        let word = self.word(what)?;
        let normal = normal(word);
        let chosen = table.iter().find(|(name, _)| *name == normal);
        chosen.map(|(_, meaning)| meaning.clone()).ok_or_else(|| {
            let names: Vec<&str> = table.iter().map(|(name, _)| *name).collect();
            self.unknown(word, what, &names.join(", "))
        })
    }

    pub(super) fn unknown(&self, word: &str, what: &str, names: &str) -> CaseError {
        self.error(format!("unknown word `{word}`; {what} is one of {names}"))
    }

    /// Takes a key: a bare word, or a quoted text.
    pub(super) fn key(&mut self, what: &str) -> Result<String, CaseError> {
        if self.peek() == Some('"') { self.quoted() } else { self.path(what).map(String::from) }
    }

    /// Takes a text in double quotes, in which `\"`, `\\`, `\n` and `\t` stand for one character.
    pub(super) fn quoted(&mut self) -> Result<String, CaseError> {
        self.expect('"')?;
        let mut text = String::new();
        let mut characters = self.rest.char_indices();
        while let Some((at, character)) = characters.next() {
            match character {
                '"' => {
                    self.rest = &self.rest[at + 1..];
                    return Ok(text);
                }
                '\\' => match characters.next() {
                    Some((_, 'n')) => text.push('\n'),
                    Some((_, 't')) => text.push('\t'),
                    Some((_, escaped)) => text.push(escaped),
                    None => break,
                },
                _ => text.push(character),
            }
        }
        Err(self.error("a text that starts with `\"` does not end; close it on the same line"))
    }

    /// Takes `on STREAM` if it comes next; `on=1` is an element with the key `on`.
    pub(super) fn stream(&mut self) -> Result<Option<String>, CaseError> {
        let mut ahead = self.clone();
        if !ahead.eat_word("on") || matches!(ahead.peek(), None | Some('=' | '@')) {
            return Ok(None);
        }
        *self = ahead;
        self.word("the name of a stream").map(|stream| Some(stream.into()))
    }

    /// Refuses whatever is left of the line.
    pub(super) fn end(&self) -> Result<(), CaseError> {
        if self.at_end() {
            return Ok(());
        }
        Err(self.error(format!("{} where the line must end; take it away", self.found())))
    }

    fn found(&self) -> String {
        let text = self.rest.trim_start();
        match text.chars().next() {
            None => "the line ends".into(),
            Some(first) if ends_word(first) => format!("found `{first}`"),
            Some(_) => format!("found `{}`", text.split(ends_word).next().unwrap_or(text)),
        }
    }
}

fn normal(word: &str) -> String {
    word.to_ascii_lowercase().replace('-', "_")
}
