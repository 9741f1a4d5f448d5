//! Draws a flow.
