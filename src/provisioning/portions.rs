//! Members sent in portions, and what is done where the provider refuses one or does something else than it was asked for: the rest
//! without those that are right already, the other style, or each by itself.

use super::members::{self, Plan, count, identity, other_style};
use super::membership::Group;
use super::safe_to_repeat;
use crate::failure::{Failure, Kind, Result};
use crate::operations::modify::lacks_method;
use crate::operations::output::Membership;
use crate::profile::MemberStyle;
use crate::scim::patch::{Op, Operation};
use crate::scim::resource::Resource;
use std::borrow::Cow;

/// How far the portions have come.
#[derive(Default)]
struct Portions {
    /// Members sent.
    sent: usize,
    /// Members that were right already.
    skipped: usize,
    /// Members that the last answer, or a look at the group after it, showed.
    shown: Option<Vec<Resource>>,
    /// Members that are there more than once, and that the provider does not let be put right.
    doubled: usize,
}

/// A failure, and how many members were sent before.
type Broken = (usize, Box<Failure>);

impl Group<'_> {
    /// Adds and removes in portions of these sizes.
    pub(super) fn by_portions(&self, plan: &Plan, most: Option<u32>, removals: Option<u32>) -> Result<Membership> {
        let knobs = &self.client.connection().profile.knobs;
        let total = plan.add.len() + plan.remove.len();
        let mut result = Membership { unchanged: plan.unchanged, ..Membership::default() };
        let (mut shown, mut twice) = (None, 0);
        let parts = [(Op::Add, &plan.add, most), (Op::Remove, &plan.remove, removals)];
        for (op, members, limit) in parts.into_iter().filter(|part| !part.1.is_empty()) {
            let by_replacing = op == Op::Remove && knobs.pathless_patch;
            let sent = if by_replacing { self.rest(members) } else { self.portions(op, members, limit) };
            let mut sent = match sent {
                Ok(portions) => portions,
                Err((0, failure)) if lacks_method(&failure) && knobs.put && result.added + result.removed == 0 => {
                    return self.put(plan);
                }
                Err((done, mut failure)) => {
                    let done = done + result.added as usize;
                    if done > 0 {
                        failure.detail =
                            format!("{done} of {total} changes of members were made; then {}", failure.detail);
                    }
                    return Err(safe_to_repeat(failure, done > 0));
                }
            };
            let doubled = match op {
                Op::Add => self.mend(members, &mut sent)?,
                _ => 0,
            };
            if op == Op::Add && plan.is_exchange() && sent.shown.is_none() {
                sent.shown = self.came(members)?;
            }
            twice += sent.doubled;
            let changed = count(sent.sent.saturating_sub(doubled));
            if op == Op::Add {
                result.added = changed
            } else {
                result.removed = changed
            }
            let right = sent.skipped + doubled;
            if right > 0 {
                result.unchanged = Some(result.unchanged.unwrap_or(0).saturating_add(count(right)));
            }
            shown = sent.shown;
        }
        if !plan.doubled.is_empty() {
            let (now, still) = self.once(&plan.doubled)?;
            shown = now.or(shown);
            if still > 0 {
                twice += still;
                self.client.warn(format!(
                    "{still} members are there more than once, and the provider does not let that be put right"
                ));
            }
        }
        let looked = shown.is_none();
        let now = self.after(shown)?;
        for (op, members) in [(Op::Add, &plan.add), (Op::Remove, &plan.remove)] {
            match now.as_deref().map(|now| members::unmet(op, members, now).len()) {
                // The group itself said so.
                Some(left) if looked && left > 0 => return Err(self.not_done(op, left)),
                _ => self.proven(op, members, now.as_deref())?,
            }
        }
        result.verified = now.is_some() && twice == 0;
        if let (Some(now), Some(wanted)) = (&now, &plan.wanted) {
            self.others(plan, now, wanted)?;
        }
        Ok(result)
    }

    /// Sends members in portions. Where the provider refuses one, because a member is there already or is not there any more, it goes
    /// on without those; where it does not do what it accepted, or does not take the style, in the other one.
    fn portions(&self, op: Op, members: &[Resource], limit: Option<u32>) -> std::result::Result<Portions, Broken> {
        let limit = limit.map_or(usize::MAX, |limit| limit.max(1) as usize);
        let (mut all, mut from) = (Cow::Borrowed(members), 0);
        let mut result = Portions::default();
        let mut style = self.client.connection().profile.knobs.member_style;
        let (mut looked, mut turned) = (false, false);
        // Who is there, as far as that was seen and nothing was changed since.
        let mut there: Option<Vec<Resource>> = None;
        while from < all.len() {
            let left = all.get(from..).unwrap_or_default();
            let portion = left.get(..limit.min(left.len())).unwrap_or_default();
            let sent = match turned {
                true => self.turned(style, op, portion, there.take()),
                false => self.patch(style, op, portion),
            };
            let mut failure = match sent {
                Ok(shown) => {
                    let unmet = shown.as_ref().is_some_and(|shown| !members::unmet(op, portion, shown).is_empty());
                    result.shown = shown;
                    if turned {
                        there.clone_from(&result.shown);
                    }
                    if !unmet {
                        result.sent += portion.len();
                        from += portion.len();
                        continue;
                    }
                    // An answer may be behind; the group itself says more.
                    let now = self.look().map_err(|failure| (result.sent, failure.maybe_applied()))?;
                    let open = now.as_ref().map(|now| members::unmet(op, portion, now));
                    there.clone_from(&now);
                    result.shown = now;
                    match open {
                        Some(open) if !open.is_empty() => self.not_done(op, open.len()),
                        _ => {
                            result.sent += portion.len();
                            from += portion.len();
                            continue;
                        }
                    }
                }
                Err(failure) => failure,
            };
            let accepted = failure.status.is_none() && failure.kind == Kind::Unsupported;
            let by_filter = op == Op::Remove && matches!(style, MemberStyle::Path | MemberStyle::Pathless);
            let hopeful =
                matches!(failure.kind, Kind::InvalidInput | Kind::NotFound | Kind::Conflict | Kind::NotModified);
            if hopeful && !looked {
                looked = true;
                let open = match self.look() {
                    Ok(Some(now)) => {
                        let open = members::unmet(op, left, &now);
                        there = Some(now);
                        open
                    }
                    // A group without members may leave them out; who cannot be added is not there in any case.
                    Ok(None) if op == Op::Add && self.shown() => left.to_vec(),
                    Ok(None) => return self.singly(style, op, left, result),
                    Err(found) if found.kind == Kind::NotFound => return Err((result.sent, failure)),
                    Err(other) => return Err((result.sent, other)),
                };
                if open.is_empty() {
                    result.shown.clone_from(&there);
                }
                if open.len() < left.len() {
                    result.skipped += left.len() - open.len();
                    (all, from) = (Cow::Owned(open), 0);
                    continue;
                }
                // Neither the group nor a member is what was not found.
                if is_bare(&failure) && there.is_some() {
                    failure.kind = Kind::Unsupported;
                    return Err((result.sent, failure));
                }
            }
            // The other style, once: where this one was accepted in vain, or where one that selects by a filter is refused.
            let by_style = accepted || by_filter && (hopeful || failure.status == Some(501));
            if turned || !by_style {
                return Err((result.sent, failure));
            }
            (style, turned) = (other_style(style, op), true);
            match self.turned(style, op, portion, there.take()) {
                Ok(shown) => {
                    result.sent += portion.len();
                    from += portion.len();
                    there.clone_from(&shown);
                    result.shown = shown;
                    self.client.warn(format!(
                        "the provider did not take the members as overrides.memberStyle has them, and took them as {:?} does",
                        style.name()
                    ));
                }
                // The first refusal says more.
                Err(other) if !other.maybe_applied => return Err((result.sent, failure)),
                Err(other) => return Err((result.sent, other)),
            }
        }
        Ok(result)
    }

    /// A portion in a style that the profile does not name, with a look before and after it: a provider that reads no further than
    /// the path would remove everybody. Whoever is missing is added again. `before` is who is there, where that was seen already.
    /// What the group shows then.
    fn turned(
        &self,
        style: MemberStyle,
        op: Op,
        portion: &[Resource],
        before: Option<Vec<Resource>>,
    ) -> Result<Option<Vec<Resource>>> {
        let before = match before {
            Some(before) => Some(before),
            None => self.look()?,
        };
        let Some(before) = before else {
            let detail = format!(
                "{}: the provider does not take members as overrides.memberStyle has them, and does not show them, so that no other way was tried",
                self.what
            );
            return Err(Failure::new(Kind::Unsupported, detail));
        };
        let others = if op == Op::Remove { members::without(&before, portion) } else { before };
        let is_right = |now: &[Resource]| {
            members::unmet(op, portion, now).is_empty() && members::unmet(Op::Add, &others, now).is_empty()
        };
        let changed = |failure: Box<Failure>| safe_to_repeat(failure, true);
        let mut now = self.patch(style, op, portion)?;
        if !now.as_deref().is_some_and(is_right) {
            now = self.look().map_err(changed)?;
        }
        let Some(now) = now else { return Err(self.not_done(op, portion.len())) };
        let lost = members::unmet(Op::Add, &others, &now);
        if !lost.is_empty() {
            let own = self.client.connection().profile.knobs.member_style;
            let mended = self.patch(own, Op::Add, &lost).is_ok();
            let end = if mended { "they were added again" } else { "and could not be added again" };
            let detail = format!(
                "{}: the provider removed {} other members with those that were named; {end}; set overrides.memberStyle to how it takes members",
                self.what,
                lost.len()
            );
            return Err(changed(Failure::new(Kind::Unsupported, detail)));
        }
        let open = members::unmet(op, portion, &now);
        if open.is_empty() { Ok(Some(now)) } else { Err(self.not_done(op, open.len())) }
    }

    /// Sends members one by one, passing over those that the provider says are right already.
    fn singly(
        &self,
        style: MemberStyle,
        op: Op,
        members: &[Resource],
        mut result: Portions,
    ) -> std::result::Result<Portions, Broken> {
        let mut exists = false;
        for member in members {
            let failure = match self.patch(style, op, std::slice::from_ref(member)) {
                Ok(shown) => {
                    result.sent += 1;
                    result.shown = shown;
                    continue;
                }
                Err(failure) => failure,
            };
            let right = match op {
                _ if failure.kind == Kind::NotModified => true,
                Op::Remove => failure.kind == Kind::NotFound || failure.scim_type.as_deref() == Some("noTarget"),
                _ => failure.kind == Kind::Conflict,
            };
            if right && !exists {
                self.exists().map_err(|failure| (result.sent, failure))?;
                exists = true;
            }
            if !right {
                return Err((result.sent, failure));
            }
            result.skipped += 1;
        }
        Ok(result)
    }

    /// Removes by replacing all members by those that stay, for a provider that knows no paths.
    fn rest(&self, members: &[Resource]) -> std::result::Result<Portions, Broken> {
        let knobs = &self.client.connection().profile.knobs;
        let before = self.look().map_err(|failure| (0, failure))?;
        let Some(before) = before.filter(|_| knobs.replace_members) else {
            let detail = format!(
                "{}: without a path (overrides.pathlessPatch) members are removed by replacing all of them, and this provider does not show them or does not replace them",
                self.what
            );
            return Err((0, Failure::new(Kind::Unsupported, detail)));
        };
        let open = members::unmet(Op::Remove, members, &before);
        let skipped = members.len() - open.len();
        if open.is_empty() {
            return Ok(Portions { skipped, shown: Some(before), ..Portions::default() });
        }
        let stays = members::without(&before, members);
        let shown = self.patch(knobs.member_style, Op::Replace, &stays).map_err(|failure| (0, failure))?;
        Ok(Portions { sent: open.len(), skipped, shown, ..Portions::default() })
    }

    /// Puts right who is there twice after an addition, which the answer shows: some providers add again who is there. How many
    /// that were.
    fn mend(&self, members: &[Resource], sent: &mut Portions) -> Result<usize> {
        let mut doubled = members::doubled(sent.shown.as_deref().unwrap_or_default());
        doubled.retain(|double| members.iter().any(|member| identity(member) == identity(double)));
        if !doubled.is_empty() {
            let (now, still) = self.once(&doubled)?;
            sent.shown = now.or(sent.shown.take());
            sent.doubled = still;
            let end = match still {
                0 => "they are there once now".to_owned(),
                still => {
                    format!("{still} of them are there more than once, and the provider does not let that be put right")
                }
            };
            self.client.warn(format!(
                "the provider added members again that were there already; {end}; set overrides.checkMembers to true, so that members are read before"
            ));
        }
        Ok(doubled.len())
    }

    /// Removes members and adds them again in one request, so that they are there once. Who is there then, where that was seen, and
    /// how many of these are there more than once all the same.
    fn once(&self, doubled: &[Resource]) -> Result<(Option<Vec<Resource>>, usize)> {
        let knobs = &self.client.connection().profile.knobs;
        let style = knobs.member_style;
        let by_path = matches!(style, MemberStyle::Path | MemberStyle::Pathless);
        // By path, each that goes is an operation; the addition is one more. In two requests somebody would not be there in between.
        let most = match knobs.patch_operations {
            None => usize::MAX,
            Some(0 | 1) => return Ok((None, doubled.len())),
            Some(most) if by_path => most as usize - 1,
            Some(_) => usize::MAX,
        };
        let changed = |failure: Box<Failure>| safe_to_repeat(failure, true);
        let mut now = None;
        for portion in doubled.chunks(most) {
            let mut operations: Vec<Operation> = members::written(style, Op::Remove, portion);
            operations.extend(members::written(style, Op::Add, portion));
            let shown = match self.send_patch(&operations) {
                // They are there twice then, which harms nobody; that they are there is looked at.
                Err(failure) if failure.maybe_applied || failure.kind == Kind::Unavailable => {
                    return Err(changed(failure));
                }
                sent => sent.unwrap_or_default(),
            };
            now = match shown {
                Some(shown) => Some(shown),
                None => self.look().map_err(changed)?,
            };
            self.proven(Op::Add, portion, now.as_deref())?;
        }
        let mut still = members::doubled(now.as_deref().unwrap_or_default());
        still.retain(|double| doubled.iter().any(|member| identity(member) == identity(double)));
        Ok((now, still.len()))
    }

    /// Whether those who were added are there, before anybody is removed. Where nobody who was there is wanted, the provider may
    /// show members under other values than the caller gives, and those who are to go may be those who have just come.
    fn came(&self, added: &[Resource]) -> Result<Option<Vec<Resource>>> {
        if !self.shown() {
            return Ok(None);
        }
        let now = self.look().map_err(|failure| safe_to_repeat(failure, true))?;
        let open = members::unmet(Op::Add, added, now.as_deref().unwrap_or_default()).len();
        if open == 0 {
            return Ok(now);
        }
        let mut failure = self.not_done(Op::Add, open);
        failure.detail.push_str(
            "; nobody was removed, since the group may show its members under other values than those that were given",
        );
        Err(failure)
    }

    /// Who is there besides those that are wanted, or is missing without having been to go: seen to once more, then told.
    fn others(&self, plan: &Plan, now: &[Resource], wanted: &[Resource]) -> Result<()> {
        let left = Plan { wanted: None, doubled: Vec::new(), ..Plan::between(now, wanted) };
        if left.is_empty() || plan.unchanged.is_none() {
            return Ok(());
        }
        self.client.warn(format!(
            "after the change the group had {} members that were not wanted and lacked {}; they were removed and added as well",
            left.remove.len(),
            left.add.len()
        ));
        let knobs = &self.client.connection().profile.knobs;
        self.by_portions(&left, knobs.members_per_request, self.removals_in_a_request()).map(|_| ())
    }
}

/// Whether a failure is a 404 that says nothing else.
fn is_bare(failure: &Failure) -> bool {
    failure.kind == Kind::NotFound && failure.status == Some(404) && failure.excerpt.is_none()
}
