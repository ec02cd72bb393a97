//! SPDX licence expressions: `MIT OR (Apache-2.0 WITH LLVM-exception AND Zlib)`, and the old `MIT/Apache-2.0`.

/// Why an expression cannot be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(super) enum ExpressionError {
    #[error("a licence is expected, not `{0}`")]
    NoLicence(String),
    #[error("the expression ends too early")]
    EndsEarly,
    #[error("`{0}` is left over")]
    LeftOver(String),
}

/// Whether some choice that the expression offers needs allowed licences only.
///
/// # Errors
/// When it is not an SPDX expression.
pub(super) fn allows(expression: &str, allowed: &[String]) -> Result<bool, ExpressionError> {
    let spaced = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut reader = Reader {
        words: &words,
        allowed,
    };
    let answer = reader.either()?;
    match reader.words.first() {
        None => Ok(answer),
        Some(word) => Err(ExpressionError::LeftOver((*word).to_owned())),
    }
}

struct Reader<'a> {
    words: &'a [&'a str],
    allowed: &'a [String],
}

impl<'a> Reader<'a> {
    fn either(&mut self) -> Result<bool, ExpressionError> {
        let mut answer = self.both()?;
        while self.takes("OR") {
            answer |= self.both()?;
        }
        Ok(answer)
    }

    fn both(&mut self) -> Result<bool, ExpressionError> {
        let mut answer = self.one()?;
        while self.takes("AND") {
            answer &= self.one()?;
        }
        Ok(answer)
    }

    fn one(&mut self) -> Result<bool, ExpressionError> {
        if self.takes("(") {
            let answer = self.either()?;
            return if self.takes(")") {
                Ok(answer)
            } else {
                Err(ExpressionError::EndsEarly)
            };
        }
        let word = self.next().ok_or(ExpressionError::EndsEarly)?;
        if matches!(word, "OR" | "AND" | "WITH" | ")") {
            return Err(ExpressionError::NoLicence(word.to_owned()));
        }
        if !self.takes("WITH") {
            return Ok(self.allowed.iter().any(|allowed| allowed == word));
        }
        let exception = self.next().ok_or(ExpressionError::EndsEarly)?;
        let whole = format!("{word} WITH {exception}");
        Ok(self.allowed.contains(&whole))
    }

    fn next(&mut self) -> Option<&'a str> {
        let (first, rest) = self.words.split_first()?;
        self.words = rest;
        Some(first)
    }

    fn takes(&mut self, word: &str) -> bool {
        let is_next = self.words.first() == Some(&word);
        if is_next {
            self.words = &self.words[1..];
        }
        is_next
    }
}

#[cfg(test)]
mod tests {
    use super::{ExpressionError, allows};

    fn check(expression: &str) -> Result<bool, ExpressionError> {
        let allowed = ["MIT", "Zlib", "Apache-2.0 WITH LLVM-exception"].map(str::to_owned);
        allows(expression, &allowed)
    }

    #[test]
    fn one_allowed_choice_is_enough() {
        assert_eq!(check("MIT"), Ok(true));
        assert_eq!(check("GPL-3.0 OR MIT"), Ok(true));
        assert_eq!(check("Unlicense/MIT"), Ok(true));
        assert_eq!(check("GPL-3.0"), Ok(false));
    }

    #[test]
    fn all_of_a_conjunction_are_needed() {
        assert_eq!(check("MIT AND Zlib"), Ok(true));
        assert_eq!(check("MIT AND GPL-3.0"), Ok(false));
        assert_eq!(check("(GPL-3.0 OR Zlib) AND MIT"), Ok(true));
        assert_eq!(check("GPL-3.0 OR Zlib AND MIT"), Ok(true));
    }

    #[test]
    fn an_exception_belongs_to_its_licence() {
        assert_eq!(check("Apache-2.0 WITH LLVM-exception"), Ok(true));
        assert_eq!(check("Apache-2.0"), Ok(false));
        assert_eq!(check("MIT WITH LLVM-exception"), Ok(false));
    }

    #[test]
    fn nonsense_is_an_error() {
        assert_eq!(check(""), Err(ExpressionError::EndsEarly));
        assert_eq!(check("MIT OR"), Err(ExpressionError::EndsEarly));
        assert_eq!(
            check("OR MIT"),
            Err(ExpressionError::NoLicence("OR".to_owned()))
        );
        assert_eq!(
            check("MIT Zlib"),
            Err(ExpressionError::LeftOver("Zlib".to_owned()))
        );
    }
}
