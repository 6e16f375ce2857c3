//! Which configurations are an optimizer's defaults.

use super::labels;
use super::options::{Selection, is_meant};
use thalweg_record::record::Setting;
use thalweg_record::stats::Configuration;

/// The default settings of optimizers among configurations.
pub struct Defaults<'a> {
    known: &'a [Selection],
    /// The settings of each series that vary in it.
    varying: Vec<(&'a str, Vec<&'a str>)>,
}

impl<'a> Defaults<'a> {
    /// Those that are `known`, one selection for each optimizer.
    pub fn of(all: &[Configuration<'a>], known: &'a [Selection]) -> Self {
        let mut varying: Vec<(&str, Vec<&str>)> = Vec::new();
        for one in all {
            if !varying.iter().any(|(series, _)| *series == one.series()) {
                varying.push((one.series(), labels::varying(all, one.series(), &[])));
            }
        }
        Self { known, varying }
    }

    /// Whether all settings that vary in a configuration's series have the default value there; those with one value are what
    /// the series was meant to be.
    pub fn are(&self, one: &Configuration<'_>) -> bool {
        let is_own = |known: &&Selection| known.optimizer.as_deref() == Some(one.optimizer());
        let varying = self.varying.iter().find(|(series, _)| *series == one.series());
        let (Some(known), Some((_, varying))) = (self.known.iter().find(is_own), varying) else { return false };
        varying.iter().all(|name| {
            let default = known.settings.iter().find(|(known, _)| known == name).map(|(_, setting)| setting);
            match (default, one.setting(name)) {
                (Some(Setting::Choice(default)), Some(Setting::Choice(own))) => *default == own,
                (Some(default), Some(own)) => {
                    default.number().zip(own.number()).is_some_and(|(default, own)| is_meant(default, own))
                }
                _ => false,
            }
        })
    }
}
