//! Records from folders of criterion's, and revisions in turns, both of which are made up.

mod ab;
mod records;
