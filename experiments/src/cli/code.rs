//! Exit codes: what an engine is to do with a process that ended.

use std::process::ExitCode;

use thalweg_benchmarks::BenchError;

use super::CliError;
use crate::drawing::DrawError;
use crate::record::RecordError;
use crate::sweep::run::RunError;
#[cfg(feature = "parquet")]
use crate::sweep::shards::ExportError;
use crate::sweep::shards::{AuditError, MergeError};

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    /// Results differ, or something became slower.
    Differ = 1,
    /// The command line is no command.
    Usage = 2,
    /// The spec, its data or what is in the folder is not what it should be: to run it again does not help. That of `EX_DATAERR`.
    Data = 65,
    /// Files cannot be written or read. That of `EX_IOERR`.
    Files = 74,
    /// There is more to do: to run it again goes on. That of `EX_TEMPFAIL`.
    Again = 75,
}

/// For `--help`.
pub(super) const CODES: &str = "Exit codes: 0 done · 75 stopped, or something is still missing: run it again · 65 a spec, data or \
results that are not as they should be: do not · 74 files cannot be read or written · 1 results differ · 2 no such command";

impl From<Code> for ExitCode {
    fn from(code: Code) -> Self {
        Self::from(code as u8)
    }
}

impl CliError {
    /// The exit code that says it.
    pub fn code(&self) -> Code {
        match self {
            Self::Run(error) => error.code(),
            Self::Merge(MergeError::Run(error)) => error.code(),
            Self::Audit(error) => of_audit(error),
            #[cfg(feature = "parquet")]
            Self::Export(error) => match error {
                ExportError::Audit(error) => of_audit(error),
                ExportError::Write { .. } => Code::Files,
                ExportError::Cell { .. } => Code::Data,
            },
            Self::Wrong { .. } | Self::Unequal { .. } | Self::NoProof { .. } => Code::Differ,
            Self::NoKey { .. } => Code::Usage,
            #[cfg(not(feature = "parquet"))]
            Self::NoParquet => Code::Usage,
            Self::Merge(MergeError::Differ { .. }) => Code::Differ,
            Self::Record(error) => of_record(error),
            Self::Draw(error) => of_drawing(error),
            Self::Bench(error) => match **error {
                BenchError::Read { .. } | BenchError::Write { .. } => Code::Files,
                _ => Code::Data,
            },
            Self::Figure(_) | Self::Page(_) => Code::Files,
            Self::Stopped { .. } | Self::ChunksLeft { .. } | Self::Gaps { .. } => Code::Again,
            Self::Differ { .. } | Self::Slower { .. } | Self::Changed { .. } => Code::Differ,
            Self::Isa(_) | Self::Shard(_) => Code::Usage,
            Self::Read { .. }
            | Self::Write { .. }
            | Self::Open { .. }
            | Self::Signal(_)
            | Self::Output(_)
            | Self::Hook(_) => Code::Files,
            _ => Code::Data,
        }
    }
}

impl RunError {
    fn code(&self) -> Code {
        match self {
            Self::Held { .. } => Code::Again,
            Self::OtherChunk { .. } => Code::Differ,
            Self::Files { .. } | Self::Hook(_) | Self::Threads(_) => Code::Files,
            Self::Draw(error) => of_drawing(error),
            Self::Record(error) => of_record(error),
            Self::Input(_)
            | Self::Occupied { .. }
            | Self::OtherPart { .. }
            | Self::Collision { .. }
            | Self::Foreign { .. } => Code::Data,
        }
    }
}

fn of_audit(error: &AuditError) -> Code {
    match error {
        AuditError::Run(error) => error.code(),
        AuditError::Missing { .. } | AuditError::Stopped(_) => Code::Again,
        AuditError::Changed(_) | AuditError::Renamed { .. } => Code::Differ,
        AuditError::Read { .. } => Code::Files,
        AuditError::Input(_) | AuditError::Other { .. } | AuditError::NoTable { .. } => Code::Data,
    }
}

fn of_record(error: &RecordError) -> Code {
    match error {
        RecordError::Write { .. } => Code::Files,
        RecordError::Read { source, .. } if source.is_io_error() => Code::Files,
        _ => Code::Data,
    }
}

fn of_drawing(error: &DrawError) -> Code {
    match error {
        DrawError::Input(_) | DrawError::Missing { .. } | DrawError::Altered { .. } => Code::Data,
        DrawError::Record(error) => of_record(error),
        DrawError::Figure(_) | DrawError::Undrawn { .. } | DrawError::Files { .. } => Code::Files,
    }
}
