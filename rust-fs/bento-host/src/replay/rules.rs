// SPDX-License-Identifier: MIT OR Apache-2.0
//! Benign differences: rules that say which fields of which ops may differ, and why. The language is in docs/benign-rules.md.
//!
//! Invariant: a rule has a reason, and each time that it excuses something is counted.

use crate::proto::host::{FieldDifference, RuleHits};
use crate::replay::human;
use std::ops::RangeInclusive;
use thiserror::Error;

/// A rules file that cannot be read.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("line {line}, column {column}: {what}")]
pub struct RuleError {
    /// Counted from 1.
    pub line: u32,
    /// Counted from 1, in bytes.
    pub column: u32,
    /// What is wrong, in words.
    pub what: String,
    /// What to write instead.
    pub hint: String,
}

/// A rule: which differences it excuses, and how often it did.
#[derive(Debug, Clone)]
struct Rule {
    line: u32,
    text: String,
    ops: Vec<String>,
    fields: Vec<String>,
    expected: Option<String>,
    actual: Option<String>,
    seq: Option<RangeInclusive<u64>>,
    reason: String,
    hits: u64,
    /// Its date has passed, or it is for another file system: it excuses nothing.
    out_of_force: bool,
}

/// The rules of a file.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    rules: Vec<Rule>,
}

/// What decides whether a rule is in force.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    /// Name of the file system that is replayed.
    pub fs_name: &'a str,
    /// Today: nanoseconds since 1970.
    pub now_ns: i64,
}

impl Rules {
    /// Reads a rules file.
    pub fn parse(text: &str, scope: Scope<'_>) -> Result<Rules, RuleError> {
        let mut rules = Vec::new();
        for (at, line) in text.lines().enumerate() {
            let number = u32::try_from(at + 1).unwrap_or(u32::MAX);
            let words = split(line, number)?;
            if !words.is_empty() {
                rules.push(rule(line, number, &words, scope)?);
            }
        }
        Ok(Rules { rules })
    }

    /// Whether there is any rule.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Takes away the differences that a rule excuses; `count` says whether the hits are new ones.
    pub fn excuse(&mut self, op: &str, seq: u64, differences: &mut Vec<FieldDifference>, count: bool) {
        if self.rules.is_empty() {
            return;
        }
        differences.retain(|difference| match self.rules.iter_mut().find(|rule| rule.covers(op, seq, difference)) {
            Some(rule) => {
                rule.hits += u64::from(count);
                false
            }
            None => true,
        });
    }

    /// Every rule with its hits; one without hits is worth a word to the user.
    pub fn hits(&self) -> Vec<RuleHits> {
        let hits = |rule: &Rule| RuleHits {
            line: rule.line,
            rule: rule.text.clone(),
            hits: rule.hits,
            reason: if rule.out_of_force { format!("{} (not in force)", rule.reason) } else { rule.reason.clone() },
        };
        self.rules.iter().map(hits).collect()
    }
}

impl Rule {
    fn covers(&self, op: &str, seq: u64, difference: &FieldDifference) -> bool {
        !self.out_of_force
            && self.seq.as_ref().is_none_or(|range| range.contains(&seq))
            && self.ops.iter().any(|pattern| glob(pattern, op))
            && self.fields.iter().any(|pattern| glob(pattern, &difference.field))
            && self.expected.as_ref().is_none_or(|pattern| glob(pattern, &difference.expected))
            && self.actual.as_ref().is_none_or(|pattern| glob(pattern, &difference.actual))
    }
}

/// Whether `text` is `pattern`, in which each `*` stands for any characters.
fn glob(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(head) else { return false };
    let mut pieces = rest.split('*').peekable();
    while let Some(piece) = pieces.next() {
        if pieces.peek().is_none() {
            return text.ends_with(piece);
        }
        let Some(at) = text.find(piece) else { return false };
        text = &text[at + piece.len()..];
    }
    true
}

/// A word of a line, without its quotes, and where it begins.
struct Word {
    text: String,
    column: u32,
}

fn error(line: u32, column: u32, what: impl Into<String>, hint: impl Into<String>) -> RuleError {
    RuleError { line, column, what: what.into(), hint: hint.into() }
}

/// Splits a line at blanks; double quotes keep blanks, `\` takes the next character as it is, `#` begins a comment.
fn split(line: &str, number: u32) -> Result<Vec<Word>, RuleError> {
    let mut words: Vec<Word> = Vec::new();
    let (mut word, mut quote): (Option<Word>, Option<u32>) = (None, None);
    let mut characters = line.char_indices();
    while let Some((at, character)) = characters.next() {
        let column = u32::try_from(at + 1).unwrap_or(u32::MAX);
        let begun = |word: &mut Option<Word>, add: Option<char>| {
            word.get_or_insert_with(|| Word { text: String::new(), column }).text.extend(add);
        };
        match character {
            '"' => {
                quote = if quote.is_some() { None } else { Some(column) };
                begun(&mut word, None);
            }
            '\\' => begun(&mut word, Some(characters.next().map_or('\\', |(_, next)| next))),
            '#' if quote.is_none() && word.is_none() => break,
            blank if blank.is_whitespace() && quote.is_none() => words.extend(word.take()),
            other => begun(&mut word, Some(other)),
        }
    }
    if let Some(column) = quote {
        return Err(error(number, column, "a quote that does not end", "close it with another \""));
    }
    words.extend(word);
    Ok(words)
}

const FORM: &str = "a rule reads: allow OPS FIELDS [expected=V] [actual=V] [seq=A..B] [fs=NAME] [until=YYYY-MM-DD] reason \"WHY\"";

fn rule(line: &str, number: u32, words: &[Word], scope: Scope<'_>) -> Result<Rule, RuleError> {
    let end = u32::try_from(line.len() + 1).unwrap_or(u32::MAX);
    let word = |at: usize, what: &str| words.get(at).ok_or_else(|| error(number, end, format!("{what} is missing"), FORM));
    let first = word(0, "`allow`")?;
    if first.text != "allow" {
        return Err(error(number, first.column, format!("`{}` begins no rule", first.text), FORM));
    }
    let ops: Vec<String> = word(1, "the op")?.text.split('|').map(str::to_ascii_uppercase).collect();
    for name in &ops {
        if !name.contains('*') && !human::OP_NAMES.contains(&name.as_str()) {
            let hint = format!("ops are * or some of: {}", human::OP_NAMES.join(", "));
            return Err(error(number, words[1].column, format!("there is no op `{name}`"), hint));
        }
    }
    let fields: Vec<String> = word(2, "the field")?.text.split('|').map(str::to_owned).collect();
    if fields.iter().any(String::is_empty) {
        let hint = "a field is a path such as entry.attr.size; * stands for any characters";
        return Err(error(number, words[2].column, "an empty field", hint));
    }
    let (text, reason) = (line.trim().to_owned(), String::new());
    let mut rule =
        Rule { line: number, text, ops, fields, reason, expected: None, actual: None, seq: None, hits: 0, out_of_force: false };
    let mut at = 3;
    while word(at, "`reason \"WHY\"`")?.text != "reason" {
        condition(&mut rule, &words[at], scope)?;
        at += 1;
    }
    rule.reason = word(at + 1, "the reason")?.text.clone();
    if rule.reason.trim().is_empty() {
        return Err(error(number, words[at + 1].column, "an empty reason", "say why the difference does no harm"));
    }
    if let Some(extra) = words.get(at + 2) {
        return Err(error(number, extra.column, format!("`{}` after the reason", extra.text), "put the reason in quotes, last"));
    }
    Ok(rule)
}

fn condition(rule: &mut Rule, word: &Word, scope: Scope<'_>) -> Result<(), RuleError> {
    let fail = |what: String, hint: &str| Err(error(rule.line, word.column, what, hint));
    let Some((key, value)) = word.text.split_once('=') else {
        return fail(format!("`{}` is no condition", word.text), FORM);
    };
    match key {
        "expected" => rule.expected = Some(value.to_owned()),
        "actual" => rule.actual = Some(value.to_owned()),
        "fs" => rule.out_of_force |= value != scope.fs_name,
        "seq" => match sequence(value) {
            Some(range) => rule.seq = Some(range),
            None => return fail(format!("`{value}` is no range of ops"), "write seq=100, seq=100..200, seq=100.. or seq=..200"),
        },
        "until" => match human::parse_date(value) {
            // The last day counts whole.
            Some(begin) => rule.out_of_force |= scope.now_ns >= begin.saturating_add(86_400_000_000_000),
            None => return fail(format!("`{value}` is no date"), "write until=2027-01-31"),
        },
        _ => return fail(format!("there is no condition `{key}`"), FORM),
    }
    Ok(())
}

fn sequence(text: &str) -> Option<RangeInclusive<u64>> {
    let Some((from, to)) = text.split_once("..") else { return text.parse().ok().map(|one| one..=one) };
    let from = if from.is_empty() { 1 } else { from.parse().ok()? };
    let to = if to.is_empty() { u64::MAX } else { to.parse().ok()? };
    (from <= to).then_some(from..=to)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCOPE: Scope<'_> = Scope { fs_name: "memfs", now_ns: 1_795_000_000_000_000_000 };

    fn difference(field: &str, expected: &str, actual: &str) -> FieldDifference {
        FieldDifference { field: field.into(), expected: expected.into(), actual: actual.into() }
    }

    fn left(rules: &str, op: &str, seq: u64, difference: FieldDifference) -> usize {
        let mut differences = vec![difference];
        Rules::parse(rules, SCOPE).expect("a good rule").excuse(op, seq, &mut differences, true);
        differences.len()
    }

    #[test]
    fn a_rule_covers_what_it_names_and_nothing_else() {
        let rule = r#"allow LOOKUP|GETATTR *attr.blocks actual=8 seq=5..9 reason "counted otherwise""#;
        assert_eq!(left(rule, "LOOKUP", 5, difference("entry.attr.blocks", "16", "8")), 0);
        assert_eq!(left(rule, "GETATTR", 9, difference("attr.blocks", "16", "8")), 0);
        assert_eq!(left(rule, "SETATTR", 5, difference("attr.blocks", "16", "8")), 1);
        assert_eq!(left(rule, "LOOKUP", 5, difference("entry.attr.size", "16", "8")), 1);
        assert_eq!(left(rule, "LOOKUP", 5, difference("attr.blocks", "16", "24")), 1);
        assert_eq!(left(rule, "LOOKUP", 10, difference("attr.blocks", "16", "8")), 1);
    }

    #[test]
    fn rules_out_of_force_excuse_nothing_and_say_so() {
        let field = || difference("statfs.bfree", "1", "2");
        assert_eq!(left(r#"allow STATFS statfs.* fs=tiffinfs reason "x""#, "STATFS", 1, field()), 1);
        assert_eq!(left(r#"allow STATFS statfs.* until=2020-01-01 reason "x""#, "STATFS", 1, field()), 1);
        assert_eq!(left(r#"allow STATFS statfs.* until=2030-01-01 fs=memfs reason "x""#, "STATFS", 1, field()), 0);
        let old = Rules::parse(r#"allow * * until=2020-01-01 reason "x""#, SCOPE).expect("a good rule");
        assert_eq!(old.hits()[0].reason, "x (not in force)");
    }

    #[test]
    fn hits_are_counted_by_line() {
        let text = "# notes\n\nallow * attr.mtime reason \"clock\" # and more\nallow READ data.hash reason never";
        let mut rules = Rules::parse(text, SCOPE).expect("good rules");
        for seq in 1..=3 {
            rules.excuse("GETATTR", seq, &mut vec![difference("attr.mtime", "a", "b")], true);
        }
        let hits: Vec<_> = rules.hits().into_iter().map(|rule| (rule.line, rule.hits)).collect();
        assert_eq!(hits, [(3, 3), (4, 0)]);
    }

    #[test]
    fn errors_say_where() {
        let place = |text: &str| Rules::parse(text, SCOPE).map(|_| ()).map_err(|error| (error.line, error.column)).unwrap_err();
        assert_eq!(place("\nallow LOKUP attr.size reason x"), (2, 7));
        assert_eq!(place("deny * * reason x"), (1, 1));
        assert_eq!(place("allow * attr.size"), (1, 18));
        assert_eq!(place("allow * attr.size seq=9..2 reason x"), (1, 19));
        assert_eq!(place("allow * attr.size until=soon reason x"), (1, 19));
        assert_eq!(place("allow * attr.size reason \"x"), (1, 26));
        assert_eq!(place("allow * attr.size reason two words"), (1, 30));
    }

    #[test]
    fn globs() {
        assert!(glob("a*c", "abc") && glob("*", "") && glob("*.attr.*", "entry.attr.size") && glob("a*b*c", "aXbYc"));
        assert!(!glob("a*c", "abd") && !glob("abc", "ab") && !glob("a*bc", "ac"));
    }
}
