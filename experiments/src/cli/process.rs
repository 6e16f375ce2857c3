//! Whether another process still runs.

#[cfg(unix)]
use nix::{errno::Errno, sys::signal::kill, unistd::Pid};

use crate::record::Holder;

/// What can be known of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Life {
    /// A process of its number runs on this machine.
    Runs,
    /// None does.
    Over,
    /// It is, or was, on another machine.
    Unknown,
}

/// What can be known of who holds a folder.
pub(super) fn life(holder: &Holder) -> Life {
    if holder.host == gethostname::gethostname().to_string_lossy() { of_process(holder.process) } else { Life::Unknown }
}

#[cfg(unix)]
fn of_process(number: u32) -> Life {
    match i32::try_from(number) {
        // No signal is sent: only whether one could be is looked at.
        Ok(number) if number > 0 => match kill(Pid::from_raw(number), None) {
            Err(Errno::ESRCH) => Life::Over,
            _ => Life::Runs,
        },
        _ => Life::Over,
    }
}

#[cfg(not(unix))]
fn of_process(_: u32) -> Life {
    Life::Unknown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_runs_and_others_may_not() {
        let host = gethostname::gethostname().to_string_lossy().into_owned();
        let holder = |process, host: &str| Holder { process, host: host.to_owned(), since: String::new() };
        if cfg!(unix) {
            assert_eq!(life(&holder(std::process::id(), &host)), Life::Runs);
            assert_eq!([0, u32::MAX].map(|process| life(&holder(process, &host))), [Life::Over; 2]);
        }
        assert_eq!(life(&holder(std::process::id(), &format!("not-{host}"))), Life::Unknown);
    }
}
