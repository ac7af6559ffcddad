//! The pictures in one answer of a camera: multipart in whatever state, pictures back to back, or a single one.

use std::time::{Duration, Instant};

use super::{
    super::{
        clock,
        jpeg_reader::{Found, JpegReader},
    },
    address::Place,
    connection::{Answer, deepest},
    error::HttpError,
};

/// A part larger than this is cut, and no picture: a 4K JPEG at quality 100 is smaller.
const PART_BYTES_MAX: usize = 16 << 20;

/// No byte for so long, and the camera is given up: a frozen one never ends the connection. Wireless ones pause for a
/// second or two and go on.
const HTTP_SILENCE_MAX: Duration = Duration::from_secs(5);

/// Bytes, and no picture whole or damaged in them for so long.
const HTTP_PICTURE_WITHIN: Duration = Duration::from_secs(10);

/// So much without a JPEG, of what does not claim to be pictures, and it holds none.
const OTHER_BYTES_MAX: u64 = 1 << 20;

/// Pictures that make way at a time for those behind them; more wait until the next look.
const PICTURES_SKIPPED_MAX: u32 = 8;

/// What came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Came {
    /// Whether there is a whole picture; else a damaged one was all.
    pub(super) whole: bool,
    /// Whole ones that had to make way for this one.
    pub(super) skipped: u32,
    /// Damaged ones, besides.
    pub(super) damaged: u32,
}

/// The reader of one answer.
pub(super) struct Pictures {
    answer: Answer,
    at: Place,
    reader: JpegReader,
    /// What the camera says that it sends.
    kind: String,
    whole: u64,
    heard_at: Instant,
    found_at: Instant,
    /// What [`newest`](Self::newest) has found so far; it may be cancelled while it asks for more.
    coming: Option<Came>,
    /// The picture of it.
    newest: Vec<u8>,
}

impl Pictures {
    pub(super) fn new(answer: Answer, at: Place) -> Self {
        let kind = answer.header(http::header::CONTENT_TYPE).next();
        let now = clock::now();
        Self {
            kind: kind.unwrap_or("bytes without a type").to_owned(),
            answer,
            at,
            reader: JpegReader::new(PART_BYTES_MAX),
            whole: 0,
            heard_at: now,
            found_at: now,
            coming: None,
            newest: Vec::new(),
        }
    }

    /// The newest picture, in `into`; waits for one that is not there yet. Cancelling loses nothing.
    ///
    /// # Errors
    /// Nothing more comes.
    pub(super) async fn newest(&mut self, into: &mut Vec<u8>) -> Result<Came, HttpError> {
        if self.coming.is_none() {
            let whole = self.find().await?;
            self.coming = Some(Came {
                whole,
                ..Came::default()
            });
            if whole {
                self.take_newest();
            }
        }
        while let Some(came) = &mut self.coming
            && came.whole
            && came.skipped + came.damaged < PICTURES_SKIPPED_MAX
        {
            match self.reader.find() {
                Some(Found::Whole(_)) => {
                    came.skipped += 1;
                    self.take_newest();
                }
                Some(Found::Damaged { .. }) => came.damaged += 1,
                None => match self.answer.at_hand().await {
                    Some(bytes) => self.reader.more().extend_from_slice(&bytes),
                    None => break,
                },
            }
        }
        let came = self.coming.take().unwrap_or_default();
        if came.whole {
            std::mem::swap(into, &mut self.newest);
        }
        Ok(came)
    }

    /// The next picture, in `into`; `false`: one that is damaged, and nothing in `into`.
    pub(super) async fn next(&mut self, into: &mut Vec<u8>) -> Result<bool, HttpError> {
        let whole = self.find().await?;
        if whole {
            self.take(into);
        }
        Ok(whole)
    }

    /// Waits until there is a whole picture to [`take`](Self::take), or `false`, a damaged one.
    async fn find(&mut self) -> Result<bool, HttpError> {
        loop {
            match self.reader.find() {
                Some(Found::Whole(_)) => return Ok(true),
                Some(Found::Damaged { .. }) => {
                    self.found_at = clock::now();
                    return Ok(false);
                }
                None if self.read().await? => {}
                None => return Ok(false),
            }
        }
    }

    fn take_newest(&mut self) {
        let mut newest = std::mem::take(&mut self.newest);
        self.take(&mut newest);
        self.newest = newest;
    }

    /// Takes what was found.
    fn take(&mut self, into: &mut Vec<u8>) {
        if let Some(Found::Whole(found)) = self.reader.find() {
            self.reader.take(found, into);
            self.whole += 1;
            self.found_at = clock::now();
        }
    }

    /// `false`: nothing follows, and a picture that had begun is damaged.
    async fn read(&mut self) -> Result<bool, HttpError> {
        let more = self.answer.more().await;
        let more = more.map_err(|error| HttpError::BrokeOff {
            at: self.at.clone(),
            why: deepest(&error),
        })?;
        let Some(bytes) = more else {
            return match self.reader.cut() {
                Some(_) => Ok(false),
                None => Err(self.ended()),
            };
        };
        self.heard_at = clock::now();
        self.reader.more().extend_from_slice(&bytes);
        if self.nothing_else_came() && !self.claims("multipart/") && !self.claims("image/") {
            return Err(self.no_pictures());
        }
        Ok(true)
    }

    fn nothing_else_came(&self) -> bool {
        self.whole == 0 && self.reader.done() > OTHER_BYTES_MAX
    }

    fn claims(&self, kind: &str) -> bool {
        let beginning = self.kind.get(..kind.len());
        beginning.is_some_and(|beginning| beginning.eq_ignore_ascii_case(kind))
    }

    /// Whether the camera is silent for too long.
    pub(super) fn silent(&self, now: Instant) -> Result<(), HttpError> {
        let (heard, found) = (now - self.heard_at, now - self.found_at);
        if heard < HTTP_SILENCE_MAX && found < HTTP_PICTURE_WITHIN {
            return Ok(());
        }
        Err(HttpError::Silent {
            at: self.at.clone(),
            silent: found,
        })
    }

    fn ended(&self) -> HttpError {
        let at = self.at.clone();
        match self.whole {
            0 if self.reader.came() == 0 => HttpError::BrokeOff {
                at,
                why: "the answer is empty".into(),
            },
            0 => self.no_pictures(),
            1 if self.claims("image/") => HttpError::OnePicture { at },
            _ => HttpError::BrokeOff {
                at,
                why: "the camera has ended the stream".into(),
            },
        }
    }

    fn no_pictures(&self) -> HttpError {
        HttpError::NoPictures {
            at: self.at.clone(),
            kind: self.kind.chars().take(60).collect(),
        }
    }
}
