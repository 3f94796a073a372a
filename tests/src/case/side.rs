//! What a stream that is a side input is read as.

use super::cursor::Cursor;
use super::error::CaseError;

/// What each element reads of a side input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SideView {
    /// `as_iterable`: all values, gone through.
    Iterable,
    /// `as_list`: all values, found by number.
    List,
    /// `as_singleton`: the one value; an error if there is none, or several.
    Singleton,
    /// `as_singleton default=N`: the one value, or this if there is none.
    SingletonOr(i64),
    /// `as_map`: the value of the element's own key, if there is one.
    Map,
    /// `as_multimap`: the values of the element's own key.
    Multimap,
    /// `latest`: the value with the greatest timestamp, if there is one.
    Latest,
}

const VIEWS: [(&str, SideView); 6] = [
    ("as_iterable", SideView::Iterable),
    ("as_list", SideView::List),
    ("as_singleton", SideView::Singleton),
    ("as_map", SideView::Map),
    ("as_multimap", SideView::Multimap),
    ("latest", SideView::Latest),
];

/// Reads `as_list`, `as_singleton default=0` and their like.
pub(super) fn parse_view(cursor: &mut Cursor<'_>) -> Result<SideView, CaseError> {
    let view = cursor.choose("what a side input is read as", &VIEWS)?;
    if view != SideView::Singleton || !cursor.eat_word("default") {
        return Ok(view);
    }
    cursor.expect('=')?;
    let word = cursor.word("a default")?;
    word.parse().map(SideView::SingletonOr).map_err(|_| {
        cursor.error(format!("`{word}` is not a whole number; write as_singleton default=0"))
    })
}

/// The view as a case writes it.
pub(crate) fn render_view(view: SideView) -> String {
    if let SideView::SingletonOr(default) = view {
        return format!("as_singleton default={default}");
    }
    let named = VIEWS.iter().find(|(_, of_name)| *of_name == view);
    named.expect("the table of views names each of them").0.to_owned()
}
