//! `effective_lr.csv`: quantiles over the weights of the factors by which an update multiplied their gradients.

use std::io::Write;

use super::leading::{self, Leading};
use super::number::Precision;

/// Writes the header of `effective_lr.csv`: the columns of every table of trials, `step`, and for each share of the
/// weights the quantile's name, such as `effective_lr_q05` for 0.05.
///
/// # Errors
/// Those of the writer.
pub fn write_rates_header<W: Write>(
    writer: &mut csv::Writer<W>,
    settings: &[String],
    shares: &[f64],
) -> csv::Result<()> {
    leading::write_names(writer, settings)?;
    let quantiles = shares.iter().map(|share| format!("effective_lr_q{:02}", (100.0 * share).round()));
    writer.write_record(["step".to_owned()].into_iter().chain(quantiles))
}

/// Writes a row of `effective_lr.csv`: the quantiles of an update, at a step of the trial with these leading cells.
///
/// # Errors
/// Those of the writer.
pub fn write_rates<W: Write>(
    writer: &mut csv::Writer<W>,
    leading: &Leading,
    step: u64,
    quantiles: &[f64],
    precision: Precision,
) -> csv::Result<()> {
    let quantiles = quantiles.iter().map(|rate| precision.format(*rate));
    leading.write(writer)?;
    writer.write_record([step.to_string()].into_iter().chain(quantiles))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_named_in_whole_percent() {
        let mut writer = csv::Writer::from_writer(Vec::new());
        // 100 × 0.07 is 7.000000000000001, and 100 × 0.29 is 28.999999999999996.
        write_rates_header(&mut writer, &[], &[0.07, 0.29, 0.5]).unwrap();
        let header = String::from_utf8(writer.into_inner().unwrap()).unwrap();
        assert_eq!(header, "key,problem,optimizer,step,effective_lr_q07,effective_lr_q29,effective_lr_q50\n");
    }
}
