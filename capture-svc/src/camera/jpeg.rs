//! PURE: where a JPEG ends and how large its picture is. Walks markers and decodes nothing.

/// One whole JPEG at the beginning of some bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Jpeg {
    /// Bytes from its start marker to its end marker, both included.
    pub(super) len: usize,
    /// Pixels per row.
    pub(super) width: u32,
    /// Rows.
    pub(super) height: u32,
}

/// The JPEG that `bytes` begins with; `None` if it is not one, or not whole.
///
/// The first end marker after the scan counts: some cameras pad what follows, and what follows may hold the end of an
/// older picture.
pub(super) fn find(bytes: &[u8]) -> Option<Jpeg> {
    match Scan::default().go_on(bytes) {
        Progress::Whole(jpeg) => Some(jpeg),
        Progress::Unfinished | Progress::Broken { .. } => None,
    }
}

/// How far a [`Scan`] has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    Whole(Jpeg),
    /// A JPEG as far as the bytes go.
    Unfinished,
    /// No JPEG, whatever follows. The bytes before `resume` are its own, so that the next one begins there or later: what
    /// a segment holds (a thumbnail is a JPEG itself) is no picture, unless the segment's length was wrong.
    Broken {
        /// At least 2: past the start marker.
        resume: usize,
    },
}

/// Looks for the end of one JPEG, of which more and more is there: no byte is looked at twice.
#[derive(Debug, Default)]
pub(super) struct Scan {
    at: usize,
    /// Where the length of the last segment stands, for as long as nothing behind it has shown that it is right: it may be
    /// the next picture's start marker itself.
    doubtful: usize,
    size: Option<(u16, u16)>,
    in_entropy_data: bool,
}

impl Scan {
    /// Goes on with the same JPEG; `bytes` begin with its first byte.
    pub(super) fn go_on(&mut self, bytes: &[u8]) -> Progress {
        if self.at == 0 {
            match bytes {
                [0xff, 0xd8, ..] => (self.at, self.doubtful) = (2, 2),
                [] | [0xff] => return Progress::Unfinished,
                _ => return Progress::Broken { resume: 2 },
            }
        }
        while !self.in_entropy_data {
            if let Some(end) = self.segment(bytes) {
                return end;
            }
        }
        self.entropy_data(bytes)
    }

    /// How many of `len` bytes are this JPEG's own if nothing follows; see [`Progress::Broken`].
    pub(super) fn certain(&self, len: usize) -> usize {
        let inside = self.in_entropy_data && self.at <= len;
        if inside {
            self.at
        } else {
            self.doubtful.max(2)
        }
    }

    /// Steps over one segment of the header; the answer where there is no next one.
    fn segment(&mut self, bytes: &[u8]) -> Option<Progress> {
        let at = self.at;
        let doubted = Some(Progress::Broken {
            resume: self.doubtful,
        });
        let marker = match bytes.get(at..) {
            Some([0xff, marker, ..]) => *marker,
            Some([0xff] | []) | None => return Some(Progress::Unfinished),
            Some(_) => return doubted,
        };
        match marker {
            // Any number of fill bytes may stand before a marker. Source: ITU-T T.81 B.1.1.2.
            0xff => {
                self.at += 1;
                return None;
            }
            // Markers without a length. Source: ITU-T T.81 B.1.1.4.
            0x01 | 0xd0..=0xd7 => {
                self.at += 2;
                return None;
            }
            // The next picture begins inside this one, or this one ends without having been one.
            0xd8 => return Some(Progress::Broken { resume: at }),
            0xd9 => return Some(Progress::Broken { resume: at + 2 }),
            0x00 | 0x02..=0xbf => return doubted,
            _ => {}
        }
        let Some(&[high, low]) = bytes.get(at + 2..at + 4) else {
            return Some(Progress::Unfinished);
        };
        let length = usize::from(u16::from_be_bytes([high, low]));
        if length < 2 {
            return doubted;
        }
        if frame_header(marker) {
            let Some(&[height, height_low, width, width_low]) = bytes.get(at + 5..at + 9) else {
                return Some(Progress::Unfinished);
            };
            self.size = Some((
                u16::from_be_bytes([width, width_low]),
                u16::from_be_bytes([height, height_low]),
            ));
        }
        (self.at, self.doubtful) = (at + 2 + length, at + 2);
        self.in_entropy_data = marker == 0xda;
        let sizeless = self.in_entropy_data && self.size.is_none();
        sizeless.then_some(Progress::Broken {
            resume: self.doubtful,
        })
    }

    /// FF 00 is a stuffed FF, FF D0 to D7 a restart; other markers may begin a further scan.
    fn entropy_data(&mut self, bytes: &[u8]) -> Progress {
        loop {
            let rest = bytes.get(self.at..).unwrap_or_default();
            let Some(marker) = rest.iter().position(|byte| *byte == 0xff) else {
                self.at = self.at.max(bytes.len());
                return Progress::Unfinished;
            };
            self.at += marker;
            match bytes.get(self.at + 1) {
                Some(0xd9) => {
                    let (width, height) = self.size.unwrap_or_default();
                    return Progress::Whole(Jpeg {
                        len: self.at + 2,
                        width: width.into(),
                        height: height.into(),
                    });
                }
                Some(0xd8) => return Progress::Broken { resume: self.at },
                // A frame header stands in the next picture, whose start was taken for ours.
                Some(marker) if frame_header(*marker) => {
                    return Progress::Broken {
                        resume: self.doubtful,
                    };
                }
                Some(_) => self.at += 1,
                None => return Progress::Unfinished,
            }
        }
    }
}

/// Whether a marker begins a frame header, which says the picture's size. Source: ITU-T T.81 table B.1.
fn frame_header(marker: u8) -> bool {
    matches!(marker, 0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf)
}

#[cfg(test)]
mod tests;
