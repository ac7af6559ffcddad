//! What a camera sees: one shade or one colour, as a picture of the format and size that were set, or of others.

use crate::behaviour::Behaviour;

/// Y, Cb, Cr: in RGB 172, 110, 45 where the weights are those of BT.601 and the range is limited.
const OCHRE: [u8; 3] = [120, 90, 160];

/// RGB 254, 0, 0 in BT.709 and limited range.
const RED_OF_BT709: [u8; 3] = [62, 102, 240];

/// What a camera sees: most the next shade of grey.
fn seen(behaviour: Behaviour, shade: u8, dark: bool) -> [u8; 3] {
    match behaviour {
        Behaviour::MultiPlanar | Behaviour::OddChroma => OCHRE,
        Behaviour::Bt709 | Behaviour::Bt709Colorspace => RED_OF_BT709,
        Behaviour::LyingRange => [40, 128, 128],
        Behaviour::Analogue if dark => [16, 128, 128],
        Behaviour::Analogue => [200, 128, 128],
        _ => [shade, 128, 128],
    }
}

/// Which format and size.
#[derive(Clone, Copy)]
pub(crate) struct Picture {
    pub(crate) fourcc: [u8; 4],
    pub(crate) size: (u32, u32),
}

impl Picture {
    /// Enough for a picture of any format, in one piece.
    pub(crate) fn buffer_bytes(&self) -> u32 {
        self.size.0 * self.size.1 * 2
    }

    /// In how many pieces a multi-planar camera hands it out.
    pub(crate) fn pieces(&self) -> u32 {
        if self.fourcc == *b"NM12" { 2 } else { 1 }
    }

    /// Bytes from row to row; of a JPEG none.
    pub(crate) fn stride(&self) -> u32 {
        match &self.fourcc {
            b"MJPG" => 0,
            b"YUYV" | b"YVYU" => self.size.0 * 2,
            _ => self.size.0,
        }
    }

    /// The planes of the frame of that number, as such a camera hands them out; of an analogue one without a signal if `dark`.
    pub(crate) fn taken(&self, behaviour: Behaviour, number: u32, dark: bool) -> Vec<Vec<u8>> {
        let half = match behaviour {
            Behaviour::SizeFlips => number % 10 >= 7,
            Behaviour::SizeChanges => number >= 10,
            _ => false,
        };
        let shade = 16 + (number % 200) as u8;
        let colour = seen(behaviour, shade, dark);
        let mut planes = match behaviour {
            _ if half => self.half().draw(colour),
            Behaviour::HugeHeader if number % 5 == 4 => vec![self.claiming(8192, shade)],
            Behaviour::ArithmeticJpeg => vec![self.arithmetic(shade)],
            Behaviour::DamagedJpeg => vec![self.cut(shade)],
            _ => self.draw(colour),
        };
        if behaviour == Behaviour::HiddenDamage && number % 10 == 9 {
            let bits = planes[0].len() - 100..planes[0].len() - 2;
            planes[0][bits].fill(0x55);
        }
        planes
    }

    fn half(&self) -> Self {
        Self {
            size: (self.size.0 / 2, self.size.1 / 2),
            ..*self
        }
    }

    /// A plane after the other, of one colour, Y, Cb, Cr; a JPEG is grey. Sides are even.
    fn draw(&self, [y, cb, cr]: [u8; 3]) -> Vec<Vec<u8>> {
        let (width, height) = self.size;
        let pixels = width as usize * height as usize;
        let luma = vec![y; pixels];
        match &self.fourcc {
            b"MJPG" => vec![self.jpeg(y, false)],
            b"YVYU" => vec![[y, cr, y, cb].repeat(pixels / 2)],
            b"NV12" | b"NM12" => vec![luma, [cb, cr].repeat(pixels / 4)],
            b"NV21" => vec![luma, [cr, cb].repeat(pixels / 4)],
            b"NV16" => vec![luma, [cb, cr].repeat(pixels / 2)],
            b"YV12" => vec![luma, vec![cr; pixels / 4], vec![cb; pixels / 4]],
            _ => vec![[y, cb, y, cr].repeat(pixels / 2)],
        }
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
    fn arithmetic(&self, shade: u8) -> Vec<u8> {
        let mut jpeg = self.jpeg(shade, false);
        let header = jpeg.windows(2).position(|pair| pair == [0xff, 0xc0]);
        jpeg[header.expect("a baseline JPEG") + 1] = 0xc9;
        jpeg
    }

    /// A JPEG that ends as a whole one does, with half of its blocks.
    fn cut(&self, shade: u8) -> Vec<u8> {
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
    fn claiming(&self, side: u16, shade: u8) -> Vec<u8> {
        let mut jpeg = self.jpeg(shade, true);
        let header = jpeg.windows(2).position(|pair| pair == [0xff, 0xc2]);
        let at = header.expect("a progressive JPEG") + 5;
        jpeg[at..at + 2].copy_from_slice(&side.to_be_bytes());
        jpeg[at + 2..at + 4].copy_from_slice(&side.to_be_bytes());
        jpeg
    }
}
