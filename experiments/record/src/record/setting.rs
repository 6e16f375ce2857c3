//! The values of axes, as trials have them.

use super::number::{self, Precision};

/// The value of an axis in one trial: of a hyperparameter, or of anything else that differs between trials.
///
/// Two settings are equal if their numbers are, however tables write them.
#[derive(Clone, Debug)]
pub enum Setting {
    /// A real number, such as a learning rate.
    Number(f64),
    /// An integer, such as a count of steps.
    Whole(f64),
    /// A number in a column that has names as well, such as a size of batches beside `full`. Its cell is `[16]`: a column
    /// that has numbers in its first rows, and names below them, is misread by who guesses from the first rows.
    Among(f64),
    /// One of several named choices, such as where ε is placed.
    Choice(String),
}

impl Setting {
    /// Its number, if it is one.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) | Self::Whole(number) | Self::Among(number) => Some(*number),
            Self::Choice(_) => None,
        }
    }

    /// Its text for people.
    pub fn text(&self) -> String {
        match self {
            Self::Number(number) | Self::Whole(number) | Self::Among(number) => number::short(*number),
            Self::Choice(name) => name.clone(),
        }
    }

    /// Its cell in tables. Settings are `f64`s whatever the precision of the training.
    pub fn cell(&self) -> String {
        match self {
            Self::Number(number) => Precision::F64.format(*number),
            Self::Among(number) => format!("[{}]", number::short(*number)),
            Self::Whole(_) | Self::Choice(_) => self.text(),
        }
    }

    /// Reads a cell: a number if it is one, else the name of a choice; nothing if it is empty.
    pub fn parse(cell: &str) -> Option<Self> {
        if cell.is_empty() {
            return None;
        }
        let among = || number::parse(cell.strip_prefix('[')?.strip_suffix(']')?).map(Self::Among);
        let is_whole = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        let number = number::parse(cell).map(|x| if is_whole(cell) { Self::Whole(x) } else { Self::Number(x) });
        Some(number.or_else(among).unwrap_or_else(|| Self::Choice(cell.to_owned())))
    }
}

impl PartialEq for Setting {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Choice(one), Self::Choice(other)) => one == other,
            _ => self.number().zip(other.number()).is_some_and(|(one, other)| one == other),
        }
    }
}

/// The settings of one axis, written alike: as real numbers if one is, and as names where there are names.
pub fn alike(settings: &mut [Option<Setting>]) {
    let all = || settings.iter().flatten();
    let has_names = all().any(|setting| setting.number().is_none());
    let is_real = all().any(|setting| matches!(setting, Setting::Number(_)));
    for setting in settings.iter_mut().flatten() {
        if let Some(number) = setting.number() {
            *setting = match () {
                () if has_names => Setting::Among(number),
                () if is_real => Setting::Number(number),
                () => Setting::Whole(number),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_says_what_kind_of_number_it_holds() {
        let choice = Setting::Choice("full".to_owned());
        for (setting, cell, text) in [
            (Setting::Number(1.0), "1.0", "1"),
            (Setting::Number(1e-5), "1e-5", "1e-5"),
            (Setting::Whole(-16.0), "-16", "-16"),
            (Setting::Among(16.0), "[16]", "16"),
            (choice.clone(), "full", "full"),
        ] {
            let read = Setting::parse(cell).unwrap();
            assert_eq!((setting.cell().as_str(), setting.text().as_str()), (cell, text));
            assert_eq!((format!("{read:?}"), read.cell()), (format!("{setting:?}"), cell.to_owned()));
        }
        assert_eq!(Setting::parse(""), None);
        assert_eq!(Setting::Whole(1.0), Setting::Among(1.0));
        assert_ne!(Setting::Whole(1.0), Setting::Choice("1".to_owned()));
    }

    #[test]
    fn a_column_is_of_one_kind() {
        let cells = |settings: &[Setting]| {
            let mut settings: Vec<Option<Setting>> = settings.iter().cloned().map(Some).chain([None]).collect();
            alike(&mut settings);
            settings.iter().flatten().map(Setting::cell).collect::<Vec<_>>()
        };
        assert_eq!(cells(&[Setting::Whole(0.0), Setting::Number(0.5)]), ["0.0", "0.5"]);
        assert_eq!(cells(&[Setting::Whole(16.0), Setting::Whole(64.0)]), ["16", "64"]);
        assert_eq!(cells(&[Setting::Whole(16.0), Setting::Choice("full".to_owned())]), ["[16]", "full"]);
    }
}
