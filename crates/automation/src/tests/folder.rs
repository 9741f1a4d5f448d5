//! Files that come, change and go.

use super::{flow, folder};
use crate::folder::{Folder, Found};
use std::fs;

fn new(name: &str) -> Found {
    Found::New { name: name.into() }
}

fn texts(folder: &Folder) -> Vec<String> {
    folder.automations().map(|automation| automation.flow.document.text.clone()).collect()
}

#[test]
fn flows_come_change_and_go() {
    let place = crate::place::private_folder();
    let file = |name: &str| place.path().join(name);
    let mut folder = folder(place.path());
    assert_eq!(folder.look().unwrap(), []);
    fs::write(file("a.yaml"), flow("a", "", "every: PT1H")).unwrap();
    fs::write(file("b.yml"), flow("b", "", "")).unwrap();
    fs::write(file(".hidden.yaml"), "no").unwrap();
    fs::write(file("notes.txt"), "no").unwrap();
    fs::create_dir(file("more.yaml")).unwrap();
    assert_eq!(folder.look().unwrap(), [new("a"), new("b")]);
    assert_eq!(folder.look().unwrap(), []);
    // The same length, and so soon that the file's time may be the same.
    fs::write(file("a.yaml"), flow("a", "", "every: PT2H")).unwrap();
    assert_eq!(folder.look().unwrap(), [Found::Changed { name: "a".into() }]);
    fs::write(file("a.yaml"), flow("a", "", "every: PT2H")).unwrap();
    assert_eq!(folder.look().unwrap(), [], "written again with what was there");
    fs::remove_file(file("b.yml")).unwrap();
    assert_eq!(folder.look().unwrap(), [], "it may come back at once");
    assert_eq!(folder.look().unwrap(), [Found::Gone { name: "b".into() }]);
    assert_eq!(folder.automations().count(), 1);
}

#[test]
fn an_editor_that_takes_a_file_away_for_a_moment_loses_nothing() {
    let place = crate::place::private_folder();
    let file = place.path().join("a.yaml");
    let mut folder = folder(place.path());
    fs::write(&file, flow("a", "", "")).unwrap();
    folder.look().unwrap();
    fs::remove_file(&file).unwrap();
    folder.look().unwrap();
    assert_eq!(folder.automations().count(), 1);
    fs::write(&file, flow("a", "", "every: PT1H")).unwrap();
    assert_eq!(folder.look().unwrap(), [Found::Changed { name: "a".into() }]);
}

#[test]
fn the_last_good_version_stays_while_the_file_has_problems() {
    let place = crate::place::private_folder();
    let file = place.path().join("a.yaml");
    let mut folder = folder(place.path());
    let good = flow("a", "", "every: PT1H");
    fs::write(&file, &good).unwrap();
    folder.look().unwrap();
    let rows = [
        ("document: [", None),
        (&*flow("a", "missed: never", "every: PT1H"), Some("must be skip, once or all")),
        (&*flow("a", "", "crno: x"), Some("crno is no schedule")),
        (&*format!("{good}# wrong"), Some("8:3: is wrong")),
    ];
    for (text, expected) in rows {
        fs::write(&file, text).unwrap();
        let found = folder.look().unwrap();
        let [Found::Bad { problems, .. }] = found.as_slice() else { panic!("{text}: {found:?}") };
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].starts_with(&format!("{}:", file.display())), "{problems:?}");
        assert!(expected.is_none_or(|expected| problems[0].contains(expected)), "{problems:?}");
        assert_eq!(texts(&folder), std::slice::from_ref(&good));
        assert_eq!(folder.problems().count(), 1);
        assert_eq!(folder.look().unwrap(), [], "said once");
    }
    fs::write(&file, flow("a", "", "every: PT3H")).unwrap();
    assert_eq!(folder.look().unwrap(), [Found::Changed { name: "a".into() }]);
    assert_eq!(folder.problems().count(), 0);
}

#[test]
fn of_two_files_with_one_name_the_one_that_was_there_counts() {
    let place = crate::place::private_folder();
    let file = |name: &str| place.path().join(name);
    let mut folder = folder(place.path());
    fs::write(file("b.yaml"), flow("a", "", "")).unwrap();
    folder.look().unwrap();
    fs::write(file("a.yaml"), flow("a", "", "every: PT1H")).unwrap();
    let found = folder.look().unwrap();
    let [Found::Bad { file: bad, problems }] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(bad, &file("a.yaml"));
    let other = file("b.yaml");
    assert!(problems[0].contains(&format!("{} has the name a as well", other.display())), "{problems:?}");
    assert_eq!(texts(&folder), [flow("a", "", "")]);
    // Where none was there before, none counts.
    let mut new = super::folder(place.path());
    assert_eq!(new.look().unwrap().len(), 2);
    assert_eq!(new.automations().count(), 0);
    // Put right, the other one comes.
    fs::write(file("a.yaml"), flow("c", "", "")).unwrap();
    assert_eq!(folder.look().unwrap(), [Found::New { name: "c".into() }]);
}

#[test]
fn a_file_that_is_renamed_keeps_its_flow() {
    let place = crate::place::private_folder();
    let file = |name: &str| place.path().join(name);
    let mut folder = folder(place.path());
    fs::write(file("a.yaml"), flow("a", "", "")).unwrap();
    folder.look().unwrap();
    fs::rename(file("a.yaml"), file("b.yaml")).unwrap();
    assert_eq!(folder.look().unwrap(), [Found::Changed { name: "a".into() }]);
    assert_eq!(folder.automations().count(), 1);
    assert_eq!(folder.look().unwrap(), []);
}

#[test]
fn a_folder_that_is_away_changes_nothing() {
    let place = crate::place::private_folder();
    let path = place.path().join("flows");
    fs::create_dir(&path).unwrap();
    fs::write(path.join("a.yaml"), flow("a", "", "")).unwrap();
    let mut folder = folder(&path);
    folder.look().unwrap();
    fs::rename(&path, place.path().join("elsewhere")).unwrap();
    assert!(folder.look().unwrap_err().to_string().contains("cannot be read"));
    assert_eq!(folder.automations().count(), 1);
}
