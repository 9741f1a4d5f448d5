//! What ran: runs, their steps, and what happened to whom, in SQLite. It stores what [`crate::flow::event`] tells and knows
//! nothing of how flows run.
