//! A JPEG as its segments, to be put together otherwise.

/// A JPEG cut at its seams.
#[derive(Clone)]
pub(crate) struct Parts {
    /// Marker and body of each segment up to SOS, and SOS.
    pub(crate) segments: Vec<(u8, Vec<u8>)>,
    /// What follows SOS.
    pub(crate) scan: Vec<u8>,
}

impl Parts {
    /// Of a clean JPEG with one scan, as `cjpeg` writes it.
    pub(crate) fn of(jpeg: &[u8]) -> Self {
        let (mut segments, mut rest) = (Vec::new(), &jpeg[2..]);
        while segments.last().is_none_or(|(marker, _)| *marker != 0xda) {
            let length = usize::from(u16::from_be_bytes([rest[2], rest[3]]));
            segments.push((rest[1], rest[4..2 + length].to_vec()));
            rest = &rest[2 + length..];
        }
        Self {
            segments,
            scan: rest.to_vec(),
        }
    }

    pub(crate) fn joined(&self) -> Vec<u8> {
        let mut jpeg = vec![0xff, 0xd8];
        for (marker, body) in &self.segments {
            jpeg.extend(segment(*marker, body));
        }
        jpeg.extend_from_slice(&self.scan);
        jpeg
    }

    /// With each segment's body changed.
    pub(crate) fn with(mut self, change: impl Fn(u8, &mut Vec<u8>)) -> Self {
        for (marker, body) in &mut self.segments {
            change(*marker, body);
        }
        self
    }

    /// Without the segments of a marker.
    pub(crate) fn without(mut self, unwanted: u8) -> Self {
        self.segments.retain(|(marker, _)| *marker != unwanted);
        self
    }

    /// With a segment before the first one of marker `place`.
    pub(crate) fn before(mut self, place: u8, marker: u8, body: &[u8]) -> Self {
        let found = self.segments.iter().position(|(other, _)| *other == place);
        let at = found.expect("a segment of that marker");
        self.segments.insert(at, (marker, body.to_vec()));
        self
    }

    /// The bodies of a marker's segments in one.
    pub(crate) fn merged(self, wanted: u8) -> Self {
        let of_it = self.segments.iter().filter(|(marker, _)| *marker == wanted);
        let all: Vec<u8> = of_it.flat_map(|(_, body)| body.clone()).collect();
        self.without(wanted).before(0xda, wanted, &all)
    }

    pub(crate) fn body(&self, wanted: u8) -> &[u8] {
        let found = self.segments.iter().find(|(marker, _)| *marker == wanted);
        &found.expect("a segment of that marker").1
    }
}

/// A segment with its length.
pub(crate) fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
    let length = (body.len() as u16 + 2).to_be_bytes();
    [&[0xff, marker], &length[..], body].concat()
}
