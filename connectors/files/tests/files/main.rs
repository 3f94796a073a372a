//! What files give and what they take, rule by rule.

mod bundles;
mod scratch;

mod csv;
mod json_lines;
mod text_lines;
mod gzip;
mod pieces;
mod patterns;
mod replay;
mod sinks;
