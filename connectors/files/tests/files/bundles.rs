//! Reads sources bundle by bundle, as a runner does.

use heliostat::{BadRow, Fill, Read, Reader, Result, Rows, Timestamp};

/// What one `fill` gave, and what holds behind it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Bundle<T, P> {
    pub(crate) rows: Vec<T>,
    pub(crate) times: Vec<Timestamp>,
    pub(crate) bad: Vec<BadRow>,
    pub(crate) watermark: Timestamp,
    pub(crate) position: P,
}

/// The one piece of a source.
pub(crate) fn piece<R: Read>(source: &R) -> Result<R::Restriction> {
    let mut pieces = source.split()?;
    assert_eq!(pieces.len(), 1, "a file is one piece");
    Ok(pieces.remove(0))
}

/// All bundles from `piece` on.
pub(crate) fn bundles_from<R: Read>(
    source: &R,
    piece: R::Restriction,
    limit: usize,
) -> Result<Vec<Bundle<R::Element, R::Restriction>>> {
    let mut reader = source.open(piece)?;
    let mut bundles = Vec::new();
    loop {
        let (mut rows, mut times, mut bad) = (Vec::new(), Vec::new(), Vec::new());
        let fill = reader.fill(&mut Rows::new(&mut rows, &mut times, &mut bad), limit)?;
        assert!(rows.len() <= limit && rows.len() == times.len());
        let (watermark, position) = (reader.watermark(), reader.position());
        bundles.push(Bundle { rows, times, bad, watermark, position });
        match fill {
            Fill::More => {}
            Fill::Done => return Ok(bundles),
            Fill::Idle(_) => panic!("a file never idles"),
        }
    }
}

pub(crate) fn bundles<R: Read>(
    source: &R,
    limit: usize,
) -> Result<Vec<Bundle<R::Element, R::Restriction>>> {
    bundles_from(source, piece(source)?, limit)
}

/// The rows of a source, and the line and reason of each bad one.
pub(crate) type Content<T> = (Vec<T>, Vec<(u64, String)>);

pub(crate) fn read<R: Read>(source: &R) -> Result<Content<R::Element>> {
    let (mut rows, mut bad) = (Vec::new(), Vec::new());
    for bundle in bundles(source, 100)? {
        rows.extend(bundle.rows);
        bad.extend(bundle.bad.into_iter().map(|row| (row.line, row.reason)));
    }
    Ok((rows, bad))
}
