//! SPDX licence expressions, and the older `A/B` for `A OR B`.

use std::collections::BTreeSet;

/// Whether these licences are enough; none where the expression cannot be read.
pub fn satisfied(expression: &str, allowed: &BTreeSet<&str>) -> Option<bool> {
    let tokens = tokens(expression);
    let mut rest = tokens.as_slice();
    let fine = either(&mut rest, allowed)?;
    rest.is_empty().then_some(fine)
}

/// Every licence that it names.
pub fn names(expression: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut with = false;
    for token in tokens(expression) {
        match (token.as_str(), names.last_mut()) {
            ("(" | ")" | "AND" | "OR", _) => {}
            ("WITH", _) => with = true,
            (exception, Some(last)) if with => {
                last.push_str(" WITH ");
                last.push_str(exception);
                with = false;
            }
            _ => names.push(token),
        }
    }
    names
}

fn tokens(expression: &str) -> Vec<String> {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    spaced.split_whitespace().map(str::to_owned).collect()
}

fn next<'a>(rest: &mut &'a [String]) -> Option<&'a str> {
    let (first, after) = rest.split_first()?;
    *rest = after;
    Some(first)
}

fn take(rest: &mut &[String], word: &str) -> bool {
    match rest.split_first() {
        Some((first, after)) if first == word => {
            *rest = after;
            true
        }
        _ => false,
    }
}

fn either(rest: &mut &[String], allowed: &BTreeSet<&str>) -> Option<bool> {
    let mut fine = both(rest, allowed)?;
    while take(rest, "OR") {
        fine |= both(rest, allowed)?;
    }
    Some(fine)
}

fn both(rest: &mut &[String], allowed: &BTreeSet<&str>) -> Option<bool> {
    let mut fine = one(rest, allowed)?;
    while take(rest, "AND") {
        fine &= one(rest, allowed)?;
    }
    Some(fine)
}

fn one(rest: &mut &[String], allowed: &BTreeSet<&str>) -> Option<bool> {
    if take(rest, "(") {
        let fine = either(rest, allowed)?;
        return take(rest, ")").then_some(fine);
    }
    let name = next(rest).filter(|name| !matches!(*name, ")" | "AND" | "OR" | "WITH"))?;
    if take(rest, "WITH") {
        let exception = next(rest)?;
        return Some(allowed.contains(format!("{name} WITH {exception}").as_str()));
    }
    Some(allowed.contains(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_read_as_spdx_has_them() {
        let allowed = BTreeSet::from(["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"]);
        for (expression, expected) in [
            ("MIT", Some(true)),
            ("Apache-2.0", Some(false)),
            ("MIT/Apache-2.0", Some(true)),
            ("Apache-2.0 / MIT", Some(true)),
            ("Apache-2.0 WITH LLVM-exception", Some(true)),
            ("GPL-3.0 OR MIT AND Zlib", Some(false)),
            ("(GPL-3.0 OR MIT) AND ISC", Some(true)),
            ("(GPL-3.0 OR MIT) AND Zlib", Some(false)),
            ("(MIT", None),
            ("MIT ISC", None),
            ("", None),
        ] {
            assert_eq!(satisfied(expression, &allowed), expected, "{expression}");
        }
        assert_eq!(names("(A OR B WITH c) AND D/E"), ["A", "B WITH c", "D", "E"]);
    }
}
