//! What a camera sees: one shade, as a picture of the format and size that were set, or of others.

/// Which format and size.
#[derive(Clone, Copy)]
pub(crate) struct Picture {
    pub(crate) fourcc: [u8; 4],
    pub(crate) size: (u32, u32),
}

impl Picture {
    /// Enough for a picture of either format.
    pub(crate) fn buffer_bytes(&self) -> u32 {
        self.size.0 * self.size.1 * 2
    }

    pub(crate) fn half(&self) -> Self {
        Self {
            size: (self.size.0 / 2, self.size.1 / 2),
            ..*self
        }
    }

    pub(crate) fn draw(&self, shade: u8) -> Vec<u8> {
        let (width, height) = self.size;
        let pixels = width as usize * height as usize;
        if self.fourcc != *b"MJPG" {
            return [shade, 128].repeat(pixels);
        }
        self.jpeg(shade, false)
    }

    fn jpeg(&self, shade: u8, progressive: bool) -> Vec<u8> {
        let (width, height) = self.size;
        let pixels = vec![shade; width as usize * height as usize];
        let mut jpeg = Vec::new();
        let mut encoder = jpeg_encoder::Encoder::new(&mut jpeg, 80);
        encoder.set_progressive(progressive);
        let luma = jpeg_encoder::ColorType::Luma;
        encoder
            .encode(&pixels, width as u16, height as u16, luma)
            .expect("a picture of fitting size");
        jpeg
    }

    /// A JPEG that says that it is coded by an arithmetic coder. Source: ITU-T T.81 table B.1.
    pub(crate) fn arithmetic(&self, shade: u8) -> Vec<u8> {
        let mut jpeg = self.jpeg(shade, false);
        let header = jpeg.windows(2).position(|pair| pair == [0xff, 0xc0]);
        jpeg[header.expect("a baseline JPEG") + 1] = 0xc9;
        jpeg
    }

    /// A JPEG that ends as a whole one does, with half of its blocks.
    pub(crate) fn cut(&self, shade: u8) -> Vec<u8> {
        let mut jpeg = self.jpeg(shade, false);
        let scan = jpeg.windows(2).position(|pair| pair == [0xff, 0xda]);
        let scan = scan.expect("a JPEG") + 10;
        jpeg.truncate(scan + (jpeg.len() - scan) / 2);
        // No half of a stuffed byte.
        jpeg.extend_from_slice(&[0, 0xff, 0xd9]);
        jpeg
    }

    /// A JPEG that says of its sides that they have so many pixels, and is of the kind that has to be held as a whole to be
    /// decoded. Source: ITU-T T.81 B.2.2.
    pub(crate) fn claiming(&self, side: u16, shade: u8) -> Vec<u8> {
        let mut jpeg = self.jpeg(shade, true);
        let header = jpeg.windows(2).position(|pair| pair == [0xff, 0xc2]);
        let at = header.expect("a progressive JPEG") + 5;
        jpeg[at..at + 2].copy_from_slice(&side.to_be_bytes());
        jpeg[at + 2..at + 4].copy_from_slice(&side.to_be_bytes());
        jpeg
    }
}
