//! A run: portions one after the other, and what is known of each operation.

use super::again::{self, Again, Names};
use super::clean;
use super::entry::{BulkEntry, Indexes, Ranges, index_of, is_error};
use super::lost::{self, Fate};
use super::order::Turn;
use super::plan::{self, Plan, unreadable};
use super::portion::{self, Lost, Pending, Verdict};
use super::source::BulkSource;
use super::{PORTION, PORTION_BYTES};
use crate::client::handle::Client;
use crate::client::outcome::CallContext;
use crate::error::{Error, FailureKind, Result};
use serde_json::{Map, Value, json};
use std::collections::{BTreeSet, HashMap, VecDeque};

/// What holds for all operations of a run.
#[derive(Debug, Clone, Default)]
pub struct BulkOptions {
    /// Stop after so many errors, 1 or more.
    pub fail_on_errors: Option<u32>,
    /// Names and identifiers of resources that were created earlier.
    pub known: Vec<(String, String)>,
    /// Further headers of every request.
    pub headers: Map<String, Value>,
}

/// How far a run is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BulkProgress {
    /// Operations in all.
    pub operations: u32,
    /// Those that have a result, of earlier runs too.
    pub done: u32,
    /// Those of them that failed.
    pub failed: u32,
    /// Those that were sent and whose answer was lost: a later run finds out what became of them.
    pub open: u32,
    /// Whether `failOnErrors` ended the run.
    pub stopped: bool,
}

/// A run; see [`Client::bulk_run`].
pub struct BulkRun {
    client: Client,
    source: Box<dyn BulkSource>,
    options: BulkOptions,
    plan: Plan,
    stage: Stage,
    /// The place that is read next.
    at: u32,
    /// What comes before it: taken back, or whose turn it is.
    ahead: VecDeque<Vec<Pending>>,
    turns: VecDeque<Turn>,
    /// While there are turns: the place that was reached, and the one behind it.
    back: Option<(u64, u64)>,
    most: usize,
    done: Indexes,
    open: Indexes,
    /// Which open changes of an earlier run are sent again, once that is known.
    again: Option<HashMap<u32, Again>>,
    /// What others refer to, once it is there.
    ids: HashMap<u32, (String, String)>,
    progress: BulkProgress,
    errors: u32,
    warnings: BTreeSet<String>,
}

enum Stage {
    /// Nothing was given yet.
    New,
    /// The next portion is to be put together.
    Between,
    /// These were announced.
    Announced(Vec<Pending>),
    /// The last entries were given, and this is why there are no more.
    Broken(Error),
    /// It is over.
    Over,
}

impl Client {
    /// Carries out any number of bulk operations, in portions and in memory that does not grow with them. All are checked here, before
    /// any is sent: an operation that refers to a later one (`bulkId:NAME`) waits for it.
    ///
    /// ```no_run
    /// # async fn example(client: scim_connector_host::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use scim_connector_host::bulk::{BulkEntry, BulkOptions, NdjsonFile};
    /// use std::io::Write;
    ///
    /// let mut run = client.bulk_run(NdjsonFile::open("operations.ndjson")?, BulkOptions::default()).await?;
    /// let mut journal = std::fs::File::create_new("results.ndjson")?;
    /// while let Some(entries) = run.next().await? {
    ///     // Kept before the run goes on: they are all that a later one has to go by (`BulkRun::resume`).
    ///     entries.iter().try_for_each(|entry| writeln!(journal, "{}", entry.to_json()))?;
    ///     journal.sync_data()?;
    /// }
    /// assert_eq!(run.progress().failed, 0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::Failure`] of kind `invalidInput` where operations are wrong, [`Error::Usage`] where they cannot be read.
    pub async fn bulk_run(&self, source: impl BulkSource + 'static, options: BulkOptions) -> Result<BulkRun> {
        if options.fail_on_errors == Some(0) {
            return Err(Error::Usage("failOnErrors: must be 1 or more; leave it out to carry on to the end".into()));
        }
        let mut source: Box<dyn BulkSource> = Box::new(source);
        let plan = plan::survey(&self.version().connector, &mut *source, &options.known).await?;
        source.seek(0).map_err(unreadable)?;
        Ok(BulkRun {
            client: self.clone(),
            source,
            options,
            progress: BulkProgress { operations: plan.operations, ..BulkProgress::default() },
            plan,
            stage: Stage::New,
            at: 0,
            ahead: VecDeque::new(),
            turns: VecDeque::new(),
            back: None,
            most: PORTION,
            done: Indexes::default(),
            open: Indexes::default(),
            again: None,
            ids: HashMap::new(),
            errors: 0,
            warnings: BTreeSet::new(),
        })
    }
}

impl BulkRun {
    /// What a run before this one gave, entry by entry and in order, before the first [`BulkRun::next`].
    ///
    /// # Errors
    /// [`Error::Usage`] where that run was about other operations or another service.
    pub fn resume(&mut self, entry: BulkEntry) -> Result<()> {
        match (&self.stage, entry) {
            (Stage::New, entry @ BulkEntry::Begun { .. }) if entry == self.begun() => self.stage = Stage::Between,
            (Stage::New, BulkEntry::Begun { .. }) => {
                return Err(Error::Usage("these results are of other operations, or of another service".into()));
            }
            (Stage::Between, BulkEntry::InFlight(ranges)) => self.mark(&ranges, true),
            (Stage::Between, BulkEntry::NotSent(ranges)) => self.mark(&ranges, false),
            (Stage::Between, BulkEntry::Result(result)) => self.settle(&result),
            _ => return Err(Error::Usage("these are no results of a bulk run".into())),
        }
        Ok(())
    }

    /// The next entries, which must be kept before this is called again; none at the end. A call that is given up leaves the
    /// operations in flight that were announced last.
    ///
    /// # Errors
    /// Why the run cannot go on. What was not sent and what is in flight, the entries say.
    pub async fn next(&mut self) -> Result<Option<Vec<BulkEntry>>> {
        // Whatever fails, or is given up, ends the run.
        match std::mem::replace(&mut self.stage, Stage::Over) {
            Stage::New => {
                self.stage = Stage::Between;
                Ok(Some(vec![self.begun()]))
            }
            Stage::Between => self.announce().await,
            Stage::Announced(portion) => self.send(portion).await.map(Some),
            Stage::Broken(error) => Err(error),
            Stage::Over => Ok(None),
        }
    }

    /// Ends the run before what was announced last is sent. What this gives is to be kept, too.
    pub fn withdraw(&mut self) -> Vec<BulkEntry> {
        match std::mem::replace(&mut self.stage, Stage::Over) {
            Stage::Announced(portion) => self.not_sent(&portion),
            _ => Vec::new(),
        }
    }

    /// How far it is.
    #[must_use]
    pub fn progress(&self) -> BulkProgress {
        BulkProgress { open: self.open.count(), ..self.progress }
    }

    /// What the caller should know besides, each once, since this was asked last.
    pub fn warnings(&mut self) -> BTreeSet<String> {
        std::mem::take(&mut self.warnings)
    }

    fn begun(&self) -> BulkEntry {
        let service_url = self.client.version().record.service_url.clone();
        BulkEntry::Begun { operations: self.plan.operations, sha256: self.plan.sha256.clone(), service_url }
    }

    fn mark(&mut self, ranges: &Ranges, open: bool) {
        for (first, last) in ranges {
            let all = *first..=(*last).min(self.plan.operations.saturating_sub(1));
            all.for_each(|index| self.open.set(index, open && !self.done.has(index)));
        }
    }

    /// That these were not sent. Those that an earlier run sent stay open.
    fn not_sent(&mut self, portion: &[Pending]) -> Vec<BulkEntry> {
        let ranges = portion::never_sent(portion);
        self.mark(&ranges, false);
        if ranges.is_empty() { Vec::new() } else { vec![BulkEntry::NotSent(ranges)] }
    }

    /// Takes note of a result.
    fn settle(&mut self, result: &Map<String, Value>) {
        let Some(index) = index_of(result).filter(|index| *index < self.plan.operations && !self.done.has(*index))
        else {
            return;
        };
        self.done.set(index, true);
        self.open.set(index, false);
        self.progress.done += 1;
        self.progress.failed += u32::from(result.contains_key("failure"));
        self.errors += u32::from(is_error(result));
        if self.plan.wanted.has(index)
            && let Some((_, name, id)) = portion::identity(result)
        {
            self.ids.insert(index, (name, id));
        }
    }

    fn settled(&mut self, result: Map<String, Value>) -> BulkEntry {
        self.settle(&result);
        BulkEntry::Result(result)
    }

    /// Puts the next portion together, and says what is in it. What is settled without being sent is told with it.
    async fn announce(&mut self) -> Result<Option<Vec<BulkEntry>>> {
        let mut entries = Vec::new();
        if self.again.is_none() {
            let names = |index| names(&self.plan, &self.ids, &self.options, index);
            let settled = (&self.done, &self.open);
            let changes = again::open_changes(&self.client, &mut *self.source, &self.plan, settled, &names).await?;
            self.again = Some(changes);
        }
        loop {
            if self.options.fail_on_errors.is_some_and(|most| self.errors >= most) {
                self.progress.stopped = true;
                return Ok(Some(entries).filter(|entries| !entries.is_empty()));
            }
            let mut portion = self.portion()?;
            if portion.is_empty() {
                return Ok(Some(entries).filter(|entries| !entries.is_empty()));
            }
            for pending in std::mem::take(&mut portion) {
                let fate = if pending.open { self.fate(&pending, true).await } else { Ok(Fate::Send) };
                match fate {
                    Ok(Fate::Settled(result)) => entries.push(self.settled(result)),
                    Ok(Fate::Send) => portion.push(pending),
                    Ok(Fate::Open) => {}
                    Err(error) if entries.is_empty() => return Err(error),
                    Err(error) => {
                        self.stage = Stage::Broken(error);
                        return Ok(Some(entries));
                    }
                }
            }
            self.hold_back(&mut portion, &mut entries);
            if !portion.is_empty() {
                let ranges = portion::indexes(&portion);
                self.mark(&ranges, true);
                entries.push(BulkEntry::InFlight(ranges));
                self.stage = Stage::Announced(portion);
                return Ok(Some(entries));
            }
            if !entries.is_empty() {
                self.stage = Stage::Between;
                return Ok(Some(entries));
            }
        }
    }

    async fn fate(&self, pending: &Pending, later: bool) -> Result<Fate> {
        let again = self.again.as_ref().and_then(|again| again.get(&pending.index).copied());
        let names = names(&self.plan, &self.ids, &self.options, pending.index);
        lost::fate(&self.client, pending, &names, later, again).await
    }

    /// Takes out what refers to something that is not there: what failed, or is open.
    fn hold_back(&mut self, portion: &mut Vec<Pending>, entries: &mut Vec<BulkEntry>) {
        loop {
            let here: BTreeSet<u32> = portion.iter().map(|pending| pending.index).collect();
            let missing = |target: &u32| !here.contains(target) && !self.ids.contains_key(target);
            let found = portion
                .iter()
                .enumerate()
                .find_map(|(place, it)| Some((place, self.plan.targets(it.index).find(missing)?)));
            let Some((place, target)) = found else { return };
            let pending = portion.remove(place);
            // One that is open may turn out to be there.
            if self.done.has(target) {
                let result = portion::blocked(&pending, target);
                entries.push(self.settled(result));
            }
        }
    }

    /// The next operations that are not done.
    fn portion(&mut self) -> Result<Vec<Pending>> {
        let (mut portion, mut bytes) = (Vec::new(), 0);
        loop {
            let Some(unit) = self.unit()? else { return Ok(portion) };
            let size: usize = unit.iter().map(|pending| pending.text.len()).sum();
            let full = portion.len() + unit.len() > self.most || bytes + size > PORTION_BYTES;
            if full && !portion.is_empty() {
                self.ahead.push_front(unit);
                return Ok(portion);
            }
            bytes += size;
            portion.extend(unit);
        }
    }

    /// The next operations that go together.
    fn unit(&mut self) -> Result<Option<Vec<Pending>>> {
        loop {
            if let Some(unit) = self.ahead.pop_front() {
                return Ok(Some(unit));
            }
            if let Some(unit) = self.turn()? {
                return Ok(Some(unit));
            }
            let Some(here) = self.source.read().map_err(unreadable)? else { return Ok(None) };
            let index = self.at;
            self.at += 1;
            if let Some(turns) = self.plan.turns.remove(&index) {
                self.turns = turns.into();
                self.back = Some((here.place, self.source.place()));
            } else if !self.plan.moved.has(index) && !self.done.has(index) {
                return Ok(Some(vec![self.pending(index, here.text)]));
            }
        }
    }

    /// The next operations whose turn came with the place that was reached last.
    fn turn(&mut self) -> Result<Option<Vec<Pending>>> {
        let Some((here, after)) = self.back else { return Ok(None) };
        let mut unit = Vec::new();
        while let Some(turn) = self.turns.pop_front_if(|turn| turn.joined || unit.is_empty()) {
            if self.done.has(turn.index) {
                continue;
            }
            let gone = || Error::Usage("the operations have changed since they were looked at".into());
            // That of the place itself refers to nothing that comes later, and may refer to nothing at all.
            let place = if turn.index + 1 == self.at { Some(here) } else { self.plan.place(turn.index) };
            self.source.seek(place.ok_or_else(gone)?).map_err(unreadable)?;
            let text = self.source.read().map_err(unreadable)?.ok_or_else(gone)?.text;
            unit.push(self.pending(turn.index, text));
        }
        if self.turns.is_empty() {
            self.source.seek(after).map_err(unreadable)?;
            self.back = None;
        }
        Ok(Some(unit).filter(|unit| !unit.is_empty()))
    }

    fn pending(&self, index: u32, text: String) -> Pending {
        Pending { index, text, open: self.open.has(index) }
    }

    /// Sends what was announced.
    async fn send(&mut self, portion: Vec<Pending>) -> Result<Vec<BulkEntry>> {
        let input = self.input(&portion);
        let verdicts = match self.client.invoke_with("bulk", &input, &CallContext::default()).await {
            Ok(mut outcome) => {
                clean::told(&input, &mut outcome);
                self.warnings.extend(outcome.warnings);
                portion::verdicts(&portion, outcome.output)?
            }
            Err(error) if error.class().maybe_applied => return Err(error),
            Err(error) => {
                self.stage = Stage::Between;
                return Ok(self.unsent(portion, error));
            }
        };
        self.stage = Stage::Between;
        let (mut entries, mut left, mut lost, mut why) = (Vec::new(), Vec::new(), Vec::new(), None);
        for (pending, verdict) in portion.into_iter().zip(verdicts) {
            match verdict {
                Verdict::Done(result) => entries.push(self.settled(result)),
                Verdict::Lost(told) => lost.push((pending, told)),
                Verdict::Stopped => left.push(pending),
                Verdict::Left(error) => {
                    why = Some(error);
                    left.push(pending);
                }
            }
        }
        if !lost.is_empty() {
            let ended = self.look_up(lost, &mut entries).await;
            entries.extend(self.not_sent(&left));
            match ended {
                // Something later would overtake what is open, or be lost as well.
                Some(error) if self.progress.done < self.plan.operations => self.stage = Stage::Broken(error),
                _ => left.into_iter().rev().for_each(|pending| self.ahead.push_front(vec![pending])),
            }
            return Ok(entries);
        }
        if !left.is_empty() {
            let moved = !entries.is_empty();
            entries.extend(self.not_sent(&left));
            match why {
                // Another call would come no further.
                Some(error) if !moved => self.stage = Stage::Broken(error),
                None if !moved => (self.stage, self.progress.stopped) = (Stage::Over, true),
                _ => left.into_iter().rev().for_each(|pending| self.ahead.push_front(vec![pending])),
            }
        }
        Ok(entries)
    }

    /// Looks up what became of operations whose answers were lost just now: why the run ends, unless all of them are there.
    async fn look_up(&mut self, lost: Vec<(Pending, Lost)>, entries: &mut Vec<BulkEntry>) -> Option<Error> {
        let (mut ended, mut reachable) = (None, true);
        for (pending, Lost { error, untold }) in lost {
            let mut result = untold;
            if reachable {
                match self.fate(&pending, false).await {
                    Ok(Fate::Settled(found)) => result = Some(found),
                    Ok(_) => {}
                    // So it is for the others; where it cannot be looked up, it stays open.
                    Err(_) => (reachable, result) = (false, None),
                }
            }
            if result.as_ref().is_none_or(|result| result.contains_key("failure")) {
                ended = Some(error);
            }
            if let Some(result) = result {
                entries.push(self.settled(result));
            }
        }
        ended
    }

    /// Nothing of a portion was sent: a smaller one may be, where it was too large.
    fn unsent(&mut self, portion: Vec<Pending>, error: Error) -> Vec<BulkEntry> {
        let mut entries = self.not_sent(&portion);
        let too_large = match &error {
            Error::OutOfMemory { .. } => true,
            Error::Failure { failure, .. } => matches!(failure.kind, FailureKind::TooLarge) && failure.status.is_none(),
            _ => false,
        };
        match portion.as_slice() {
            [alone] if too_large => {
                let mut result = portion::own(alone);
                result.insert("failure".into(), error.to_json());
                entries.push(self.settled(result));
            }
            [_, _, ..] if too_large => {
                self.most = portion.len() / 2;
                portion.into_iter().rev().for_each(|pending| self.ahead.push_front(vec![pending]));
            }
            _ => self.stage = Stage::Broken(error),
        }
        entries
    }

    /// The input of the call for a portion.
    fn input(&self, portion: &[Pending]) -> String {
        let here: BTreeSet<u32> = portion.iter().map(|pending| pending.index).collect();
        let targets = portion.iter().flat_map(|pending| self.plan.targets(pending.index));
        let earlier: BTreeSet<u32> = targets.filter(|target| !here.contains(target)).collect();
        let known = earlier.iter().filter_map(|target| self.ids.get(target)).chain(&self.options.known);
        let known: Map<String, Value> = known.map(|(name, id)| (name.clone(), id.as_str().into())).collect();
        let most = self.options.fail_on_errors.map(|most| most.saturating_sub(self.errors));
        let rest = json!({"known": known, "headers": self.options.headers, "failOnErrors": most});
        // Their text goes through as it is.
        let operations = plan::list(portion.iter().map(|pending| pending.text.as_str()));
        let rest = rest.to_string();
        format!("{{\"operations\":{operations},{}", rest.strip_prefix('{').unwrap_or("}"))
    }
}

/// The ids of what an operation refers to.
fn names(plan: &Plan, ids: &HashMap<u32, (String, String)>, options: &BulkOptions, index: u32) -> Names {
    plan.targets(index).filter_map(|target| ids.get(&target)).chain(&options.known).cloned().collect()
}
