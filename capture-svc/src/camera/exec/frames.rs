//! PURE: frames of one size one after the other, raw or as y4m, out of bytes that come as they come. The newest whole one
//! is kept.

/// Longer a frame's head line is not: `FRAME` and some parameters.
const FRAME_LINE_MAX: usize = 1024;

/// A y4m stream whose frames do not follow one another.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct LostFrame;

/// The frame that is being filled, and the newest whole one.
pub(super) struct Frames {
    /// Bytes of one frame.
    bytes: usize,
    /// Whether each frame has a line in front.
    with_lines: bool,
    /// Of the line in front of the next frame; empty once it has been read.
    line: Vec<u8>,
    in_line: bool,
    filling: Vec<u8>,
    newest: Vec<u8>,
    whole: bool,
    skipped: u32,
}

impl Frames {
    pub(super) fn raw(bytes: usize) -> Self {
        Self {
            bytes,
            with_lines: false,
            line: Vec::new(),
            in_line: false,
            filling: Vec::new(),
            newest: Vec::new(),
            whole: false,
            skipped: 0,
        }
    }

    /// Behind the header of a y4m stream.
    pub(super) fn y4m(bytes: usize) -> Self {
        Self {
            with_lines: true,
            in_line: true,
            ..Self::raw(bytes)
        }
    }

    /// # Errors
    /// When what comes is no frame.
    pub(super) fn feed(&mut self, mut bytes: &[u8]) -> Result<(), LostFrame> {
        while !bytes.is_empty() {
            if self.in_line {
                bytes = self.feed_line(bytes)?;
                continue;
            }
            let missing = self.bytes - self.filling.len();
            let (now, later) = bytes.split_at(missing.min(bytes.len()));
            self.filling.extend_from_slice(now);
            bytes = later;
            if self.filling.len() == self.bytes {
                std::mem::swap(&mut self.filling, &mut self.newest);
                self.filling.clear();
                self.skipped += u32::from(std::mem::replace(&mut self.whole, true));
                self.in_line = self.with_lines;
            }
        }
        Ok(())
    }

    /// Reads the line in front of a frame; what is left of `bytes`.
    fn feed_line<'a>(&mut self, bytes: &'a [u8]) -> Result<&'a [u8], LostFrame> {
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let (part, rest) = bytes.split_at(end.map_or(bytes.len(), |end| end + 1));
        self.line.extend_from_slice(part);
        let begins = self.line.len().min(5);
        if self.line.len() > FRAME_LINE_MAX || self.line[..begins] != b"FRAME"[..begins] {
            return Err(LostFrame);
        }
        if end.is_some() {
            self.line.clear();
            self.in_line = false;
        }
        Ok(rest)
    }

    /// Puts the newest frame that was not taken yet into `into`: how many older ones had to make way for it, if there is
    /// one.
    pub(super) fn take(&mut self, into: &mut Vec<u8>) -> Option<u32> {
        if !std::mem::take(&mut self.whole) {
            return None;
        }
        std::mem::swap(&mut self.newest, into);
        Some(std::mem::take(&mut self.skipped))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(frames: &mut Frames) -> Option<(Vec<u8>, u32)> {
        let mut into = Vec::new();
        frames.take(&mut into).map(|skipped| (into, skipped))
    }

    #[test]
    fn frames_come_out_whole_however_their_bytes_come() {
        for step in 1..=20 {
            let mut raw = Frames::raw(4);
            let mut y4m = Frames::y4m(4);
            let (mut of_raw, mut of_y4m) = (Vec::new(), Vec::new());
            for part in b"aaaabbbbccccdd".chunks(step) {
                raw.feed(part).unwrap();
                of_raw.extend(taken(&mut raw));
            }
            for part in b"FRAME\naaaaFRAME Ip\nbbbbFRAME\ncccc".chunks(step) {
                y4m.feed(part).unwrap();
                of_y4m.extend(taken(&mut y4m));
            }
            for all in [of_raw, of_y4m] {
                let skipped: u32 = all.iter().map(|(_, skipped)| skipped).sum();
                assert_eq!(all.last().unwrap().0, b"cccc");
                assert_eq!(all.len() as u32 + skipped, 3, "{step}");
            }
        }
    }

    #[test]
    fn the_newest_frame_wins_and_those_before_it_are_counted() {
        let mut frames = Frames::raw(2);
        frames.feed(b"aabbc").unwrap();
        assert_eq!(taken(&mut frames), Some((b"bb".to_vec(), 1)));
        assert_eq!(taken(&mut frames), None, "taken once");
        frames.feed(b"c").unwrap();
        assert_eq!(taken(&mut frames), Some((b"cc".to_vec(), 0)));
    }

    #[test]
    fn a_y4m_stream_that_loses_its_frames_is_told_at_the_first_wrong_byte() {
        let mut frames = Frames::y4m(2);
        assert_eq!(frames.feed(b"FRAME\naaFRO"), Err(LostFrame));
        let mut endless = Frames::y4m(2);
        assert_eq!(
            endless.feed(&[b"FRAME".to_vec(), vec![b'x'; 2000]].concat()),
            Err(LostFrame)
        );
    }
}
