//! Which firing of its window an element came with.

use crate::coder::CoderError;
use crate::coder::varint;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// When a pane fired, seen from the watermark.
///
/// ```
/// use heliostat::PaneTiming;
///
/// assert_eq!(PaneTiming::OnTime.to_string(), "ON_TIME");
/// assert_eq!(PaneTiming::Late as u8, 2);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PaneTiming {
    /// Before the watermark passed the end of the window: a guess.
    Early = 0,
    /// When the watermark passed the end of the window.
    OnTime = 1,
    /// After the on-time pane: a correction.
    Late = 2,
    /// No grouping made this element.
    Unknown = 3,
}

impl fmt::Display for PaneTiming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Early => "EARLY",
            Self::OnTime => "ON_TIME",
            Self::Late => "LATE",
            Self::Unknown => "UNKNOWN",
        })
    }
}

/// The place of a pane among all panes of its key and window.
///
/// The two indices count from 0. An early pane has a `non_speculative_index` of -1, and the wire
/// form counts on it; an [`Unknown`](PaneTiming::Unknown) one is always [`PaneInfo::NO_FIRING`]
/// but for its two flags.
///
/// ```
/// use heliostat::{PaneInfo, PaneTiming};
///
/// let correction = PaneInfo {
///     timing: PaneTiming::Late,
///     index: 3,
///     non_speculative_index: 1,
///     is_first: false,
///     is_last: true,
/// };
/// assert_eq!(correction.to_string(), "LATE 3/1 -L");
/// assert_eq!(PaneInfo::ON_TIME_AND_ONLY.to_string(), "ON_TIME 0/0 FL");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PaneInfo {
    /// When it fired.
    pub timing: PaneTiming,
    /// How many panes of this key and window came before.
    pub index: u64,
    /// How many of those were not early, or -1 on an early pane.
    pub non_speculative_index: i64,
    /// Whether no pane of this key and window came before.
    pub is_first: bool,
    /// Whether no pane of this key and window can follow.
    pub is_last: bool,
}

impl PaneInfo {
    /// What an element carries that no grouping made.
    ///
    /// ```
    /// assert_eq!(heliostat::PaneInfo::NO_FIRING.to_string(), "UNKNOWN 0/0 FL");
    /// ```
    pub const NO_FIRING: Self = Self {
        timing: PaneTiming::Unknown,
        index: 0,
        non_speculative_index: 0,
        is_first: true,
        is_last: true,
    };

    /// What a grouping over complete data makes: one pane, on time.
    ///
    /// ```
    /// use heliostat::{PaneInfo, PaneTiming};
    ///
    /// assert_eq!(PaneInfo::ON_TIME_AND_ONLY.timing, PaneTiming::OnTime);
    /// ```
    pub const ON_TIME_AND_ONLY: Self = Self { timing: PaneTiming::OnTime, ..Self::NO_FIRING };

    /// Appends Beam's wire form: one byte of flags, then the indices it cannot spell.
    ///
    /// ```
    /// use heliostat::PaneInfo;
    ///
    /// let mut bytes = Vec::new();
    /// PaneInfo::NO_FIRING.encode(&mut bytes);
    /// assert_eq!(bytes, [0x0f]);
    /// ```
    pub fn encode(&self, bytes: &mut Vec<u8>) {
        let form = self.form();
        let flags = u8::from(self.is_first) | u8::from(self.is_last) << 1;
        bytes.push(flags | (self.timing as u8) << 2 | (form as u8) << 4);
        match form {
            Form::NoIndex => {}
            Form::OneIndex => varint::encode(self.index, bytes),
            Form::TwoIndices => {
                varint::encode(self.index, bytes);
                varint::encode(self.non_speculative_index.cast_unsigned(), bytes);
            }
        }
    }

    /// Reads one pane in Beam's wire form and moves `bytes` behind it.
    ///
    /// # Errors
    /// If the bytes end too early or name a form that Beam does not have. `bytes` may have moved.
    ///
    /// ```
    /// use heliostat::{PaneInfo, PaneTiming};
    ///
    /// let mut bytes = [0x26, 0x1e, 0x28, 0xff].as_slice();
    /// let pane = PaneInfo::decode(&mut bytes).unwrap();
    /// assert_eq!(pane.to_string(), "ON_TIME 30/40 -L");
    /// assert_eq!(bytes, [0xff]);
    /// assert!(PaneInfo::decode(&mut bytes).is_err());
    /// ```
    pub fn decode(bytes: &mut &[u8]) -> Result<Self, CoderError> {
        let Some((&head, rest)) = bytes.split_first() else {
            return Err(CoderError::truncated("pane"));
        };
        *bytes = rest;
        let timing = match head >> 2 & 0b11 {
            0 => PaneTiming::Early,
            1 => PaneTiming::OnTime,
            2 => PaneTiming::Late,
            _ => PaneTiming::Unknown,
        };
        let (index, non_speculative_index) = match head >> 4 {
            0 => (0, implied(timing, 0)),
            1 => {
                let index = varint::decode(bytes)?;
                (index, implied(timing, index))
            }
            2 => (varint::decode(bytes)?, varint::decode(bytes)?.cast_signed()),
            form => return Err(CoderError::new("pane", format!("there is no form {form}"))),
        };
        let (is_first, is_last) = (head & 1 != 0, head & 2 != 0);
        Ok(Self { timing, index, non_speculative_index, is_first, is_last })
    }

    fn form(&self) -> Form {
        if self.timing == PaneTiming::Unknown || (self.index, self.non_speculative_index) == (0, 0)
        {
            Form::NoIndex
        } else if self.timing == PaneTiming::Early
            || self.non_speculative_index == self.index.cast_signed()
        {
            Form::OneIndex
        } else {
            Form::TwoIndices
        }
    }
}

/// How many indices follow the first byte of the wire form.
#[derive(Clone, Copy)]
enum Form {
    NoIndex = 0,
    OneIndex = 1,
    TwoIndices = 2,
}

/// The non-speculative index of a pane that is written with one index.
fn implied(timing: PaneTiming, index: u64) -> i64 {
    if timing == PaneTiming::Early { -1 } else { index.cast_signed() }
}

impl fmt::Display for PaneInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = if self.is_first { 'F' } else { '-' };
        let last = if self.is_last { 'L' } else { '-' };
        let Self { timing, index, non_speculative_index, .. } = self;
        write!(f, "{timing} {index}/{non_speculative_index} {first}{last}")
    }
}

/// The readable form, whose keys stand in the order people ask for them.
#[derive(Serialize, Deserialize)]
#[serde(rename = "PaneInfo", deny_unknown_fields)]
struct Readable {
    timing: PaneTiming,
    index: u64,
    /// Left out where it says nothing that the fields above do not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    non_speculative_index: Option<i64>,
    is_first: bool,
    is_last: bool,
}

/// The other form: every field, in the order of the struct.
type Compact = (PaneTiming, u64, i64, bool, bool);

impl Serialize for PaneInfo {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { timing, index, non_speculative_index, is_first, is_last } = *self;
        if !serializer.is_human_readable() {
            let compact: Compact = (timing, index, non_speculative_index, is_first, is_last);
            return compact.serialize(serializer);
        }
        let non_speculative_index =
            Some(non_speculative_index).filter(|stated| *stated != implied(timing, index));
        Readable { timing, index, non_speculative_index, is_first, is_last }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for PaneInfo {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if !deserializer.is_human_readable() {
            let (timing, index, non_speculative_index, is_first, is_last) =
                Compact::deserialize(deserializer)?;
            return Ok(Self { timing, index, non_speculative_index, is_first, is_last });
        }
        let Readable { timing, index, non_speculative_index, is_first, is_last } =
            Readable::deserialize(deserializer)?;
        let non_speculative_index = non_speculative_index.unwrap_or(implied(timing, index));
        Ok(Self { timing, index, non_speculative_index, is_first, is_last })
    }
}

#[cfg(test)]
mod tests {
    use super::{PaneInfo, PaneTiming};
    use PaneTiming::{Early, Late, OnTime, Unknown};

    const FIRST: (bool, bool) = (true, false);
    const MIDDLE: (bool, bool) = (false, false);
    const LAST: (bool, bool) = (false, true);
    const ONLY: (bool, bool) = (true, true);

    /// Timing, indices and flags, the wire form, and the readable form between its braces.
    type Row = (PaneTiming, u64, i64, (bool, bool), &'static [u8], &'static str);

    #[rustfmt::skip]
    const ROWS: [Row; 10] = [
        (Unknown, 0, 0, ONLY, &[0x0f],
            r#""timing":"UNKNOWN","index":0,"is_first":true,"is_last":true"#),
        (OnTime, 0, 0, ONLY, &[0x07],
            r#""timing":"ON_TIME","index":0,"is_first":true,"is_last":true"#),
        (OnTime, 0, 0, FIRST, &[0x05],
            r#""timing":"ON_TIME","index":0,"is_first":true,"is_last":false"#),
        (Early, 0, -1, FIRST, &[0x11, 0x00],
            r#""timing":"EARLY","index":0,"is_first":true,"is_last":false"#),
        (Early, 7, -1, MIDDLE, &[0x10, 0x07],
            r#""timing":"EARLY","index":7,"is_first":false,"is_last":false"#),
        (OnTime, 1, 0, MIDDLE, &[0x24, 0x01, 0x00], concat!(
            r#""timing":"ON_TIME","index":1,"non_speculative_index":0,"#,
            r#""is_first":false,"is_last":false"#)),
        (OnTime, 30, 40, LAST, &[0x26, 0x1e, 0x28], concat!(
            r#""timing":"ON_TIME","index":30,"non_speculative_index":40,"#,
            r#""is_first":false,"is_last":true"#)),
        (Late, 3, 1, LAST, &[0x2a, 0x03, 0x01], concat!(
            r#""timing":"LATE","index":3,"non_speculative_index":1,"#,
            r#""is_first":false,"is_last":true"#)),
        (Late, 200, 200, MIDDLE, &[0x18, 0xc8, 0x01],
            r#""timing":"LATE","index":200,"is_first":false,"is_last":false"#),
        (Late, 0, -1, FIRST,
            &[0x29, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], concat!(
            r#""timing":"LATE","index":0,"non_speculative_index":-1,"#,
            r#""is_first":true,"is_last":false"#)),
    ];

    #[test]
    fn every_form_survives_the_wire_and_both_kinds_of_serde() {
        for (timing, index, non_speculative_index, (is_first, is_last), wire, fields) in ROWS {
            let json = format!("{{{fields}}}");
            let pane = PaneInfo { timing, index, non_speculative_index, is_first, is_last };
            let mut bytes = Vec::new();
            pane.encode(&mut bytes);
            assert_eq!(bytes, wire, "wire form of {pane}");
            let mut rest = wire;
            assert_eq!(PaneInfo::decode(&mut rest).unwrap(), pane);
            assert!(rest.is_empty(), "{pane} leaves {rest:?}");
            for cut in 0..wire.len() {
                assert!(PaneInfo::decode(&mut &wire[..cut]).is_err(), "{pane} cut at {cut}");
            }
            assert_eq!(serde_json::to_string(&pane).unwrap(), json);
            assert_eq!(serde_json::from_str::<PaneInfo>(&json).unwrap(), pane);
            let compact = postcard::to_stdvec(&pane).unwrap();
            assert_eq!(postcard::from_bytes::<PaneInfo>(&compact).unwrap(), pane);
        }
    }

    #[test]
    fn another_sdk_may_write_a_first_early_pane_without_an_index() {
        let pane = PaneInfo::decode(&mut [0x01].as_slice()).unwrap();
        assert_eq!(pane.to_string(), "EARLY 0/-1 F-");
    }

    #[test]
    fn a_form_that_beam_does_not_have_is_refused() {
        for form in 3..16_u8 {
            let error = PaneInfo::decode(&mut [form << 4, 0, 0].as_slice()).unwrap_err();
            assert!(error.to_string().contains(&format!("there is no form {form}")), "{error}");
        }
    }
}
