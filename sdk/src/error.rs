//! What went wrong outside the model: in the author's code, in a file, in a coder.

use std::fmt;

/// The result of whatever an author or a connector writes.
///
/// ```
/// fn parse(text: &str) -> heliostat::Result<i64> {
///     Ok(text.parse::<i64>()?)
/// }
/// assert_eq!(parse("42").expect("digits parse"), 42);
/// assert!(parse("x").is_err());
/// ```
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error of user code or of the world, in words.
///
/// Every `std` error converts into it, so `?` works in a `DoFn`, a reader or the function that
/// builds a pipeline. The runner adds where it happened (see [`RunError`](crate::RunError)).
///
/// ```
/// use heliostat::Error;
///
/// let error = Error::new("the port is closed");
/// assert_eq!(error.to_string(), "the port is closed");
/// ```
pub struct Error {
    message: String,
}

impl Error {
    /// An error with these words: lower case, no full stop, what and why.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }

    /// The same error, told where it happened first: `context: message`.
    ///
    /// ```
    /// let error = heliostat::Error::new("no such file").context("cannot open `a.csv`");
    /// assert_eq!(error.to_string(), "cannot open `a.csv`: no such file");
    /// ```
    #[must_use]
    pub fn context(self, context: impl fmt::Display) -> Self {
        Self { message: format!("{context}: {}", self.message) }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

// `Error` itself is no `std::error::Error`, which is what makes this blanket conversion possible.
impl<E: std::error::Error> From<E> for Error {
    fn from(error: E) -> Self {
        let mut message = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            let cause_text = cause.to_string();
            if !message.contains(&cause_text) {
                message.push_str(": ");
                message.push_str(&cause_text);
            }
            source = cause.source();
        }
        Self { message }
    }
}
