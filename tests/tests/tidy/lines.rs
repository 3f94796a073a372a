//! Cuts Rust text into lines, and each line into its code and its comment.

/// One line of a file. `code` and `comment` are empty where the file is not Rust.
#[derive(Debug)]
pub(crate) struct Line {
    /// Counted from 1.
    pub(crate) number: usize,
    /// The line as it stands.
    pub(crate) text: String,
    /// The line without comments, and with nothing between the quotes of its strings.
    pub(crate) code: String,
    /// What follows `//`; a doc comment begins with the third `/` or the `!`.
    pub(crate) comment: String,
    /// Whether the line is compiled for tests only.
    pub(crate) in_test: bool,
}

impl Line {
    /// The text of a `///` line.
    pub(crate) fn doc(&self) -> Option<&str> {
        self.text.trim_start().strip_prefix("///")
    }
}

/// Where the end of the previous line left us.
#[derive(Clone, Copy)]
enum Inside {
    Code,
    /// A block comment, with its depth.
    Block(u32),
    Text,
    /// A raw string, with its number of `#`.
    Raw(usize),
}

/// The lines of a file that is not Rust.
pub(crate) fn plain(text: &str) -> Vec<Line> {
    number(text.lines().map(|line| (line.to_owned(), String::new(), String::new())))
}

/// The lines of a Rust file.
pub(crate) fn rust(text: &str) -> Vec<Line> {
    let mut inside = Inside::Code;
    let mut lines = number(text.lines().map(|line| {
        let (code, comment) = cut(line, &mut inside);
        (line.to_owned(), code, comment)
    }));
    mark_tests(&mut lines);
    lines
}

fn number(lines: impl Iterator<Item = (String, String, String)>) -> Vec<Line> {
    let line =
        |(at, (text, code, comment))| Line { number: at + 1, text, code, comment, in_test: false };
    lines.enumerate().map(line).collect()
}

fn cut(line: &str, inside: &mut Inside) -> (String, String) {
    let line: Vec<char> = line.chars().collect();
    let (mut code, mut comment) = (String::new(), String::new());
    let mut at = 0;
    while at < line.len() {
        let rest = &line[at..];
        at += match *inside {
            Inside::Code => code_step(rest, &mut code, &mut comment, inside),
            Inside::Block(depth) => block_step(rest, depth, &mut comment, inside),
            Inside::Text if rest[0] == '\\' => 2,
            Inside::Text if rest[0] == '"' => close(0, &mut code, inside),
            Inside::Raw(hashes) if rest[0] == '"' && hashes_after(rest) >= hashes => {
                close(hashes, &mut code, inside)
            }
            Inside::Text | Inside::Raw(_) => 1,
        };
    }
    (code, comment)
}

/// Takes what stands at the start of `rest`, and says how long it is.
fn code_step(rest: &[char], code: &mut String, comment: &mut String, inside: &mut Inside) -> usize {
    let in_word = |c: char| c.is_alphanumeric() || c == '_';
    // `b` and `c` may stand before the `r` of a raw string.
    let begins_word = code.chars().last().is_none_or(|c| !in_word(c) || c == 'b' || c == 'c');
    match (rest[0], rest.get(1)) {
        ('/', Some('/')) => {
            comment.extend(&rest[2..]);
            rest.len()
        }
        ('/', Some('*')) => {
            *inside = Inside::Block(1);
            2
        }
        ('"', _) => {
            code.push('"');
            *inside = Inside::Text;
            1
        }
        ('r', Some('"' | '#')) if begins_word && rest.get(1 + hashes_after(rest)) == Some(&'"') => {
            code.push('"');
            *inside = Inside::Raw(hashes_after(rest));
            2 + hashes_after(rest)
        }
        // A character, which may be a quote; otherwise a lifetime.
        ('\'', Some('\\')) => {
            let end =
                rest.iter().skip(3).position(|c| *c == '\'').map_or(rest.len(), |end| end + 4);
            code.push_str("' '");
            end
        }
        ('\'', Some(_)) if rest.get(2) == Some(&'\'') => {
            code.push_str("' '");
            3
        }
        (other, _) => {
            code.push(other);
            1
        }
    }
}

fn block_step(rest: &[char], depth: u32, comment: &mut String, inside: &mut Inside) -> usize {
    match (rest[0], rest.get(1)) {
        ('*', Some('/')) => {
            *inside = if depth == 1 { Inside::Code } else { Inside::Block(depth - 1) };
            2
        }
        ('/', Some('*')) => {
            *inside = Inside::Block(depth + 1);
            2
        }
        (other, _) => {
            comment.push(other);
            1
        }
    }
}

fn close(hashes: usize, code: &mut String, inside: &mut Inside) -> usize {
    code.push('"');
    *inside = Inside::Code;
    1 + hashes
}

fn hashes_after(rest: &[char]) -> usize {
    rest[1..].iter().take_while(|c| **c == '#').count()
}

/// Marks what stands under `#[cfg(test)]`, up to the brace or semicolon that ends the item.
fn mark_tests(lines: &mut [Line]) {
    let mut depth = 0_usize;
    let mut announced = false;
    let mut opened_at = None;
    for line in lines {
        let attribute = line.code.contains("#[cfg(test)]") || line.code.contains("#[cfg(all(test,");
        announced |= attribute && opened_at.is_none();
        line.in_test = announced || opened_at.is_some();
        for c in line.code.chars() {
            match c {
                '{' => {
                    if announced {
                        (announced, opened_at) = (false, Some(depth));
                    }
                    depth += 1;
                }
                '}' => {
                    depth = depth.saturating_sub(1);
                    opened_at = opened_at.filter(|opened| *opened != depth);
                }
                ';' => announced = false,
                _ => {}
            }
        }
    }
}

#[test]
fn code_and_comments_are_told_apart() {
    for (text, code, comment) in [
        ("let a = 1; // one", "let a = 1; ", " one"),
        ("let a = \"// no\"; // yes", "let a = \"\"; ", " yes"),
        (r#"let a = r"\"; // yes"#, r#"let a = ""; "#, " yes"),
        ("let a = br#\"\"//\"#; /* b /* c */ d */ e", "let a = b\"\";  e", " b  c  d "),
        (r#"let a = "\"//"; let b = '"'; // c"#, r#"let a = ""; let b = ' '; "#, " c"),
        (r"let a = '\''; fn b<'c>() {} // d", "let a = ' '; fn b<'c>() {} ", " d"),
        ("/// doc", "", "/ doc"),
    ] {
        let line = rust(text).remove(0);
        assert_eq!((line.code.as_str(), line.comment.as_str()), (code, comment), "{text}");
    }
}

#[test]
fn lines_for_tests_are_marked() {
    for (text, marks) in [
        ("fn a() {}\n#[cfg(test)]\nmod tests {\n fn b() {}\n}\nfn c() {}", "-###"),
        ("#[cfg(test)]\nmod tests;\nfn a() {}", "##-"),
        ("#[cfg(not(test))]\nfn a() {}", "--"),
    ] {
        let marked: String =
            rust(text).iter().map(|line| if line.in_test { '#' } else { '-' }).collect();
        assert!(marked.starts_with(marks), "{text}\n{marked}");
        assert!(!text.ends_with("fn c() {}") || marked.ends_with("#-"), "{marked}");
    }
}
