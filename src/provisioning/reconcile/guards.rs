//! When nothing is changed: a source or a listing that is not whole, and more that would be taken away than anybody expects. Pure.

use super::report::Decision;
use crate::input::reconcile::Guards;

/// What is known before anything is changed.
pub struct Situation<'a> {
    /// What is to be done.
    pub decisions: &'a [Decision],
    /// How many resources are the job's own.
    pub own: usize,
    /// How many are desired.
    pub desired: usize,
    /// How many of these have nothing to recognise them by.
    pub unnamed: usize,
    /// Whether all there is was listed.
    pub complete: bool,
}

/// Why nothing is to be changed; none where all is well.
pub fn held_back(guards: &Guards, situation: &Situation<'_>) -> Option<String> {
    let Situation { decisions, own, desired, unnamed, complete } = *situation;
    let going = decisions.iter().filter(|decision| decision.action.takes_away()).count();
    let confirmed = guards.accept.map(|accept| accept as usize);
    if !complete {
        return Some(
            "the listing did not come to its end, so that nobody can be told to be missing; nothing was changed"
                .to_owned(),
        );
    }
    if desired == 0 && confirmed != Some(going) {
        return Some(format!(
            "no resources are described; nothing was changed. If that is meant, confirm those that would be deactivated or deleted: guards.accept: {going}"
        ));
    }
    if going > 0 && unnamed > 0 {
        return Some(format!(
            "{unnamed} of the desired resources have no value to recognise them by, so that nobody can be told to be missing; nothing was changed"
        ));
    }
    if let Some(accepted) = confirmed {
        return (going > accepted).then(|| {
            format!(
                "{going} would be deactivated or deleted, and {accepted} were confirmed; nothing was changed. Look at the plan again, and confirm with guards.accept: {going}"
            )
        });
    }
    let share = (going as f64) > guards.leavers * (own as f64);
    let which = match (going > guards.at_most as usize, share) {
        _ if going == 0 => return None,
        (true, _) => format!("guards.atMost allows {}", guards.at_most),
        (false, true) => format!("guards.leavers allows {} % of them", guards.leavers * 100.0),
        (false, false) => return None,
    };
    Some(format!(
        "{going} of the job's own {own} would be deactivated or deleted, and {which}; nothing was changed. A person confirms them with guards.accept: {going}"
    ))
}

#[cfg(test)]
mod tests {
    use super::super::report::Action;
    use super::*;

    #[test]
    fn each_guard_holds_back() {
        let held = |guards: &Guards, going: usize, own: usize, desired: usize, complete: bool| {
            let one = |index: usize| {
                let action = if index.is_multiple_of(2) { Action::Delete } else { Action::Deactivate };
                Decision::new(index.to_string(), action, "", None)
            };
            let decisions: Vec<Decision> = (0..going).map(one).collect();
            held_back(guards, &Situation { decisions: &decisions, own, desired, unnamed: 0, complete })
        };
        let usual = Guards::default();
        let accept = |count: u32| Guards { accept: Some(count), ..Guards::default() };
        // (guards, how many go, of how many, desired, complete, part of the reason)
        type Row<'a> = (&'a Guards, usize, usize, usize, bool, Option<&'a str>);
        let rows: [Row<'_>; 16] = [
            (&usual, 0, 10, 10, true, None),
            (&usual, 0, 0, 1, true, None),
            (&usual, 0, 10, 10, false, Some("did not come to its end")),
            (&usual, 0, 10, 0, true, Some("guards.accept: 0")),
            (&accept(0), 0, 10, 0, true, None),
            (&usual, 5, 100, 95, true, None),
            (&usual, 6, 100, 94, true, Some("guards.leavers allows 5 %")),
            (&usual, 1, 19, 18, true, Some("1 of the job's own 19")),
            (&usual, 100, 2000, 1900, true, None),
            (&usual, 101, 9000, 1900, true, Some("guards.atMost allows 100")),
            (&accept(6), 6, 100, 94, true, None),
            (&accept(7), 6, 100, 94, true, None),
            (&accept(5), 6, 100, 94, true, Some("and 5 were confirmed")),
            (&accept(6), 6, 100, 94, false, Some("did not come to its end")),
            (&accept(6), 6, 6, 0, true, None),
            (&accept(7), 6, 6, 0, true, Some("no resources are described")),
        ];
        for (guards, going, own, desired, complete, expected) in rows {
            let told = held(guards, going, own, desired, complete);
            let is = match (&told, expected) {
                (Some(told), Some(part)) => told.contains(part),
                (told, expected) => told.is_none() && expected.is_none(),
            };
            assert!(is, "{going} of {own}, {desired} desired: {told:?}");
        }
    }
}
