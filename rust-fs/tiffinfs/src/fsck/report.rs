// SPDX-License-Identifier: MIT OR Apache-2.0 OR GPL-2.0
//! The lines of the report.

use core::fmt::{Arguments, Write};
use libbentofs::{Errno, Result};

/// Problems that are told one by one; more are only counted.
const MOST: u64 = 1000;

/// Where problems go.
pub struct Report<'a> {
    out: &'a mut dyn Write,
    problems: u64,
}

impl<'a> Report<'a> {
    /// An empty report.
    pub fn new(out: &'a mut dyn Write) -> Report<'a> {
        Report { out, problems: 0 }
    }

    /// Adds a problem.
    pub fn problem(&mut self, what: Arguments<'_>) -> Result<()> {
        self.problems += 1;
        if self.problems > MOST {
            return Ok(());
        }
        writeln!(self.out, "{what}").map_err(|_| Errno::EIO)
    }

    /// EUCLEAN when there were problems.
    pub fn end(self) -> Result<()> {
        if self.problems > MOST {
            writeln!(self.out, "and {} more problems", self.problems - MOST).map_err(|_| Errno::EIO)?;
        }
        if self.problems == 0 { Ok(()) } else { Err(Errno::EUCLEAN) }
    }
}
