//! Automations, requests for them, and who serves which folder.

use super::*;

#[test]
fn automations_and_requests() {
    let (_folder, history) = history();
    let due = "2026-11-23T06:00:00Z".parse::<Timestamp>().unwrap();
    let (flow, other) = (FlowId::new(Path::new("flows"), "nightly"), FlowId::new(Path::new("other"), "nightly"));
    let file = Path::new("flows/n.yaml");
    let scheduled = Scheduled { flow: &flow, file, next_due: Some(due), last_run: None, note: None };
    assert!(!history.set_paused(&flow, true).unwrap(), "not known yet");
    history.upsert_automation(&scheduled).unwrap();
    assert!(history.set_paused(&flow, true).unwrap());
    history.upsert_automation(&Scheduled { note: Some("changed"), ..scheduled }).unwrap();
    let automations = history.automations().unwrap();
    assert_eq!((automations.len(), automations[0].paused, automations[0].next_due), (1, true, Some(due)));
    assert_eq!(automations[0].note.as_deref(), Some("changed"));
    assert!(history.paused(&flow).unwrap() && !history.paused(&other).unwrap());

    let ids: Vec<i64> =
        (0..20).map(|number| history.request_trigger(&flow, Some(&json!({"n": number}))).unwrap()).collect();
    history.request_trigger(&other, None).unwrap();
    // Several takers at once: each request is given to one of them.
    let takers: Vec<_> = (0..4)
        .map(|_| {
            let (path, folder) = (history.path().to_path_buf(), flow.folder.clone());
            std::thread::spawn(move || {
                let history = History::open(&path, Retention::default()).unwrap();
                history.take_requests(&folder, &["nightly"]).unwrap()
            })
        })
        .collect();
    let mut taken: Vec<Request> = takers.into_iter().flat_map(|taker| taker.join().unwrap()).collect();
    taken.sort_by_key(|request| request.id);
    assert_eq!(taken.iter().map(|request| request.id).collect::<Vec<_>>(), ids);
    assert_eq!(taken[3].input, Some(json!({"n": 3})));
    let run = begin(&history, "nightly");
    history.answer_request(ids[0], Some(run.run_id()), None).unwrap();
    let answered = history.request(ids[0]).unwrap().unwrap();
    assert!(answered.taken_at.is_some() && answered.run.as_ref() == Some(run.run_id()));
    history.remove_automation(&flow).unwrap();
    assert!(history.automations().unwrap().is_empty());
}

#[cfg(unix)]
#[test]
fn a_folder_has_one_daemon() {
    let (_folder, history) = history();
    let flows = Path::new("flows");
    assert_eq!(history.claim_folder(flows, Some("http://127.0.0.1:1")).unwrap(), None);
    assert_eq!(history.claim_folder(flows, None).unwrap(), None, "its own");
    // As if another process that runs had it.
    let mut other = Command::new("sleep").arg("60").spawn().unwrap();
    let process = Process::of(other.id()).unwrap();
    let query = "UPDATE daemons SET pid = ?1, token = ?2";
    history.with(|connection| connection.execute(query, (process.pid, &process.token))).unwrap();
    let there = history.claim_folder(flows, None).unwrap().unwrap();
    assert_eq!((there.process.pid, there.alive()), (other.id(), true));
    history.release_folder(flows).unwrap();
    assert_eq!(history.daemons().unwrap().len(), 1, "somebody else's is not released");
    other.kill().unwrap();
    other.wait().unwrap();
    assert!(!history.daemons().unwrap()[0].alive());
    assert_eq!(history.claim_folder(flows, None).unwrap(), None);
    history.daemon_beat(flows).unwrap();
    history.release_folder(flows).unwrap();
    assert!(history.daemons().unwrap().is_empty());
}

#[test]
fn flows_of_one_name_in_two_folders_are_two() {
    let (_file, history) = history();
    let place = crate::place::private_folder();
    let flows = ["a", "b"].map(|folder| {
        std::fs::create_dir(place.path().join(folder)).unwrap();
        FlowId::new(&place.path().join(folder), "nightly")
    });
    for flow in &flows {
        let file = flow.folder.join("nightly.yaml");
        history
            .upsert_automation(&Scheduled { flow, file: &file, next_due: None, last_run: None, note: None })
            .unwrap();
        let begin = Begin {
            flow: "nightly",
            version: "1.0.0",
            file: &file,
            text: "",
            trigger: Trigger::Manual,
            scheduled_for: None,
        };
        tell(&history.begin(&begin).unwrap(), &[run_ended(RunOutcome::Completed, None)]);
    }
    assert!(history.set_paused(&flows[0], true).unwrap());
    assert_eq!(flows.each_ref().map(|flow| history.paused(flow).unwrap()), [true, false]);
    history.request_trigger(&flows[1], None).unwrap();
    assert!(history.take_requests(&flows[0].folder, &["nightly"]).unwrap().is_empty());
    assert_eq!(history.take_requests(&flows[1].folder, &["nightly"]).unwrap()[0].automation, flows[1]);
    for flow in &flows {
        let runs = history.runs(&Filter::of(flow)).unwrap();
        assert_eq!((runs.len(), runs[0].folder.as_ref()), (1, Some(&flow.folder)));
        assert_eq!(history.automations_of(&flow.folder).unwrap().len(), 1);
    }
    assert_eq!(history.folders("nightly").unwrap(), flows.each_ref().map(|flow| flow.folder.clone()));
    history.remove_automation(&flows[0]).unwrap();
    assert_eq!(history.automations().unwrap()[0].flow, flows[1]);
}

#[test]
fn a_flow_is_paused_where_one_of_its_name_was_in_a_folder_that_is_gone() {
    let (_file, history) = history();
    let place = crate::place::private_folder();
    let made = |folder: &str| {
        std::fs::create_dir(place.path().join(folder)).unwrap();
        FlowId::new(&place.path().join(folder), "nightly")
    };
    let put = |flow: &FlowId| {
        let file = flow.folder.join("nightly.yaml");
        history
            .upsert_automation(&Scheduled { flow, file: &file, next_due: None, last_run: None, note: None })
            .unwrap();
    };
    let (old, other) = (made("old"), made("other"));
    put(&old);
    assert!(history.set_paused(&old, true).unwrap());
    history.request_trigger(&old, Some(&json!({"for": "old"}))).unwrap();
    assert_eq!(history.pause_as_before(&other).unwrap(), None, "the folder is still there");
    let away = place.path().join("away");
    std::fs::rename(&old.folder, &away).unwrap();
    assert_eq!(history.pause_as_before(&FlowId { name: "x".into(), ..other.clone() }).unwrap(), None);
    history.claim_folder(&old.folder, None).unwrap();
    assert_eq!(history.pause_as_before(&other).unwrap(), None, "somebody runs it, on another machine perhaps");
    history.release_folder(&old.folder).unwrap();
    assert_eq!(history.pause_as_before(&other).unwrap().as_ref(), Some(&old.folder));
    assert!(history.paused(&other).unwrap());
    assert_eq!(history.pause_as_before(&other).unwrap(), None, "once");
    // It was another flow: what the first was asked for is not its own, and the first is as it was when it comes back.
    assert!(history.take_requests(&other.folder, &["nightly"]).unwrap().is_empty());
    assert!(history.set_paused(&other, false).unwrap());
    std::fs::rename(&away, &old.folder).unwrap();
    assert!(history.paused(&old).unwrap());
    assert_eq!(history.take_requests(&old.folder, &["nightly"]).unwrap().len(), 1);
}
