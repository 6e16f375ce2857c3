//! Rows survive the way through CSV, and files that are not such tables are refused with the place of the mistake.

use std::error::Error;
use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;
use thalweg::record::{
    Curve, Leading, Precision, RecordError, Run, Runs, Setting, Status, read_curves, read_runs, write_curve,
    write_curve_header, write_runs,
};

fn run() -> Run {
    Run {
        key: "00ff00ff00ff00ff".into(),
        problem: "two moons, \"noisy\"".into(),
        optimizer: "adam".into(),
        settings: vec![Some(Setting::Number(1e-5)), None, Some(Setting::Choice("paper".into()))],
        init_seed: u64::MAX,
        order_seed: 0,
        status: Status::Ok,
        steps: 500,
        gradients: 1000,
        diverged_at: None,
        initial_train_loss: Some(f64::from(0.7f32)),
        final_train_loss: Some(f64::from(1.1e-7f32)),
        best_train_loss: Some(f64::from(1e-7f32)),
        best_step: Some(490),
        final_validation_loss: Some(f64::INFINITY),
        final_test_loss: Some(f64::NEG_INFINITY),
        final_train_accuracy: Some(1.0),
        final_validation_accuracy: Some(-0.0),
        final_test_accuracy: None,
        steps_to_target: None,
        extra: vec![Some(-1.5)],
    }
}

fn diverged() -> Run {
    let unfinished = Run { status: Status::Diverged, diverged_at: Some(3), final_train_loss: None, ..run() };
    let settings = vec![None, Some(Setting::Number(0.9)), None];
    Run { settings, best_step: None, extra: vec![None], ..unfinished }
}

fn runs(precision: Precision) -> Runs {
    let hyperparameters = ["lr", "momentum", "convention"].map(str::to_owned).to_vec();
    let target = Run { status: Status::Target, steps_to_target: Some(120), ..run() };
    Runs { hyperparameters, extra: vec!["start_x0".into()], rows: vec![run(), diverged(), target], precision }
}

fn folder_and_path() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("runs.csv");
    (folder, path)
}

#[test]
fn runs_read_back_as_they_were_written() {
    let (_folder, path) = folder_and_path();
    write_runs(&path, &runs(Precision::F64)).unwrap();
    assert_eq!(read_runs(&path).unwrap(), runs(Precision::F64));
}

#[test]
fn a_rewritten_file_is_the_same_file() {
    let (_folder, path) = folder_and_path();
    write_runs(&path, &runs(Precision::F32)).unwrap();
    let bytes = fs::read(&path).unwrap();
    write_runs(&path, &read_runs(&path).unwrap()).unwrap();
    assert_eq!(fs::read(&path).unwrap(), bytes);
}

#[test]
fn the_bytes_are_these() {
    let (_folder, path) = folder_and_path();
    write_runs(&path, &runs(Precision::F32)).unwrap();
    let expected = "\
key,problem,optimizer,lr,momentum,convention,init_seed,order_seed,status,steps,gradients,diverged_at,initial_train_loss,\
final_train_loss,best_train_loss,best_step,final_validation_loss,final_test_loss,final_train_accuracy,\
final_validation_accuracy,final_test_accuracy,steps_to_target,start_x0
00ff00ff00ff00ff,\"two moons, \"\"noisy\"\"\",adam,1e-5,,paper,18446744073709551615,0,ok,500,1000,,0.7,1.1e-7,1e-7,490,inf,-inf,1.0,-0.0,,,-1.5
00ff00ff00ff00ff,\"two moons, \"\"noisy\"\"\",adam,,0.9,,18446744073709551615,0,diverged,500,1000,3,0.7,,1e-7,,inf,-inf,1.0,-0.0,,,
00ff00ff00ff00ff,\"two moons, \"\"noisy\"\"\",adam,1e-5,,paper,18446744073709551615,0,target,500,1000,,0.7,1.1e-7,1e-7,490,inf,-inf,1.0,-0.0,,120,-1.5
";
    assert_eq!(fs::read_to_string(&path).unwrap(), expected);
}

#[test]
fn a_row_with_another_number_of_settings_is_not_written() {
    let (folder, path) = folder_and_path();
    let mut runs = runs(Precision::F64);
    runs.rows[1].settings.pop();
    assert!(matches!(write_runs(&path, &runs), Err(RecordError::Write { .. })));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn curves_read_back_as_they_were_written() {
    let (_folder, path) = folder_and_path();
    let first = Curve {
        key: "00".into(),
        step: 0,
        train_loss: Some(0.1),
        validation_loss: None,
        test_loss: Some(f64::INFINITY),
        train_accuracy: Some(0.5),
        validation_accuracy: None,
        test_accuracy: None,
        grad_norm: None,
        update_norm: None,
    };
    let curves = [first.clone(), Curve { step: 10, grad_norm: Some(1e-30), update_norm: Some(2.5), ..first }];
    let leading = Leading::new("00", "two moons, \"noisy\"", "adam", &[Some(Setting::Number(1.0)), None]);
    for curves in [&curves[..], &[]] {
        let mut writer = csv::Writer::from_path(&path).unwrap();
        write_curve_header(&mut writer, &["lr", "convention"].map(str::to_owned), &[]).unwrap();
        curves.iter().for_each(|curve| write_curve(&mut writer, &leading, curve, &[], Precision::F64).unwrap());
        writer.flush().unwrap();
        assert_eq!(read_curves(&path).unwrap(), curves);
    }
}

#[test]
fn nan_reads_back_as_nan() {
    let (_folder, path) = folder_and_path();
    let mut runs = runs(Precision::F64);
    runs.rows[0].final_train_loss = Some(f64::NAN);
    write_runs(&path, &runs).unwrap();
    assert!(fs::read_to_string(&path).unwrap().contains(",NaN,"));
    assert!(read_runs(&path).unwrap().rows[0].final_train_loss.unwrap().is_nan());
}

/// The message for a file whose text is `change`d.
fn message(change: impl Fn(String) -> String) -> String {
    let (_folder, path) = folder_and_path();
    write_runs(&path, &runs(Precision::F32)).unwrap();
    fs::write(&path, change(fs::read_to_string(&path).unwrap())).unwrap();
    let error = read_runs(&path).unwrap_err();
    error.to_string().replace(&path.display().to_string(), "runs.csv")
}

#[test]
fn mistakes_are_named_with_line_and_column() {
    assert_eq!(
        message(|text| text.replace("diverged,500", "lost,500")),
        "runs.csv:3: column `status`: expected `ok`, `target` or `diverged`, found `lost`"
    );
    assert_eq!(
        message(|text| text.replace("ok,500,1000,,0.7,", "ok,500,1000,,0.7x,")),
        "runs.csv:2: column `initial_train_loss`: expected a number, `inf`, `-inf`, `NaN`, or nothing, found `0.7x`"
    );
    assert_eq!(
        message(|text| text.replace("target,500", "target,-1")),
        "runs.csv:4: column `steps`: expected a whole number from 0 on, found `-1`"
    );
    assert_eq!(message(|text| text + "00ff,moons\n"), "runs.csv:5: 2 fields, but the header has 23");
    assert_eq!(
        message(|text| text.replace("best_step", "best_stop")),
        "runs.csv:1: expected column `best_step`, found `best_stop`"
    );
    assert_eq!(message(|_| String::new()), "runs.csv:1: expected column `key`, found the end of the line");
    assert_eq!(
        message(|text| text.lines().map(|line| format!("{line},1\n")).collect()),
        "runs.csv:1: unexpected column `1` after `start_x0`"
    );
}

#[test]
fn a_missing_file_is_named_with_its_cause() {
    let (_folder, path) = folder_and_path();
    let error = read_runs(&path).unwrap_err();
    assert!(error.to_string().ends_with("runs.csv"));
    assert!(error.source().is_some());
}
