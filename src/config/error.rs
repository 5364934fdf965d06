//! What is wrong with a configuration, for the person who has to mend it.

use std::fmt;

use super::near_miss::NearMiss;

/// One problem: the variable (or file), and what is wrong with it. Never its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    variable: &'static str,
    message: String,
}

impl Problem {
    pub(super) fn new(variable: &'static str, message: impl Into<String>) -> Self {
        Self {
            variable,
            message: message.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.variable, self.message)
    }
}

/// All problems of a configuration together, one a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    pub(super) problems: Vec<Problem>,
    /// What may be behind one that says that a variable is not set.
    pub(super) near_misses: Vec<NearMiss>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the configuration cannot be used:")?;
        for problem in &self.problems {
            write!(f, "\n  {problem}")?;
        }
        for near_miss in &self.near_misses {
            write!(f, "\n  {near_miss}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}
