/**
 * What the camera of the README's picture looks at: a yard in the evening, computed and not photographed, so
 * that it is nobody's and the command that makes the picture needs nothing from elsewhere.
 */

export const SCENE = { width: 1280, height: 720 };

/** Runs in a page: `count` moments of it as JPEGs in base64, with the grain that a camera has in the evening. */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: in the page there is nothing else of this file.
export async function photograph(count: number): Promise<string[]> {
  const [width, height] = [1280, 720];
  const canvas = new OffscreenCanvas(width, height);
  const to = canvas.getContext("2d") as OffscreenCanvasRenderingContext2D;
  let seed = 7;
  const random = () => {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff;
    return seed / 0x7fffffff;
  };
  const fade = (x: number, y: number, r: number, inner: string, outer: string) => {
    const light = to.createRadialGradient(x, y, 0, x, y, r);
    light.addColorStop(0, inner);
    light.addColorStop(1, outer);
    to.fillStyle = light;
    to.fillRect(x - r, y - r, 2 * r, 2 * r);
  };
  const area = (colour: string | CanvasGradient, ...points: [number, number][]) => {
    to.fillStyle = colour;
    to.beginPath();
    for (const [x, y] of points) to.lineTo(x, y);
    to.fill();
  };
  const down = (top: number, bottom: number, ...colours: string[]) => {
    const gradient = to.createLinearGradient(0, top, 0, bottom);
    colours.forEach((colour, i) => {
      gradient.addColorStop(i / (colours.length - 1), colour);
    });
    return gradient;
  };
  const sky = () => {
    const evening = down(0, 400, "#20304f", "#5d6a86", "#c9957a", "#e8b48a");
    area(evening, [0, 0], [width, 0], [width, 400], [0, 400]);
    for (let i = 0; i < 26; i++) {
      const [x, y] = [random() * width, 60 + random() * 210];
      fade(x, y, 60 + random() * 120, `rgb(255 214 190 / ${0.03 + random() * 0.06})`, "#fff0");
    }
  };
  const trees = (base: number, size: number, colour: string) => {
    for (let x = -40; x < width + 40; x += 14 + random() * 22)
      for (let i = 0; i < 16; i++) {
        to.fillStyle = colour;
        to.beginPath();
        const r = size * (0.12 + random() * 0.2);
        to.arc(x + (random() - 0.5) * size, base - random() * size, r, 0, 7);
        to.fill();
      }
  };
  const ground = () => {
    area(
      down(380, height, "#39412f", "#2b3226", "#191d17"),
      [0, 380],
      [width, 380],
      [width, height],
      [0, height],
    );
    area(
      down(390, height, "#6d655a", "#57514a", "#37342f"),
      [560, 392],
      [664, 392],
      [1010, height],
      [300, height],
    );
    for (let i = 0; i < 9_000; i++) {
      const y = 392 + random() ** 1.6 * 328;
      const depth = (y - 380) / 340;
      const x = random() * width;
      const onPath = Math.abs(x - 612 - (y - 392) * 0.13) < 52 + (y - 392) * 0.93;
      const tint = onPath ? "150 138 120" : "120 132 84";
      to.fillStyle = `rgb(${tint} / ${0.05 + random() * 0.16})`;
      to.fillRect(x, y, onPath ? 3 * depth + 1 : 1 + depth, onPath ? 1 + depth : 2 + 9 * depth);
    }
  };
  const house = () => {
    area(down(210, 420, "#6c5f58", "#4b423e"), [700, 250], [1110, 250], [1110, 424], [700, 424]);
    for (let y = 256; y < 424; y += 7)
      area("#0000001c", [700, y], [1110, y], [1110, y + 1.5], [700, y + 1.5]);
    area(down(150, 256, "#3a3338", "#2a2529"), [676, 258], [760, 160], [1056, 160], [1136, 258]);
    area("#4a3b38", [980, 128], [1016, 128], [1016, 190], [980, 190]);
    for (const [x, lit] of [
      [736, true],
      [846, false],
      [1010, true],
    ] as const) {
      area("#d9d2c6", [x - 4, 282], [x + 66, 282], [x + 66, 364], [x - 4, 364]);
      const pane = lit
        ? down(286, 360, "#ffdf9a", "#f6b65d")
        : down(286, 360, "#55637c", "#2d3547");
      area(pane, [x, 286], [x + 62, 286], [x + 62, 360], [x, 360]);
      area("#d9d2c6", [x + 29, 286], [x + 33, 286], [x + 33, 360], [x + 29, 360]);
      area("#d9d2c6", [x, 321], [x + 62, 321], [x + 62, 325], [x, 325]);
      if (lit) fade(x + 31, 330, 150, "rgb(255 190 90 / .26)", "rgb(255 190 90 / 0)");
    }
    area(down(300, 424, "#4f2f22", "#35201a"), [936, 300], [986, 300], [986, 424], [936, 424]);
    fade(961, 290, 120, "rgb(255 214 140 / .55)", "rgb(255 214 140 / 0)");
  };
  const fence = () => {
    for (let x = -10; x < 560; x += 23) {
      const lean = (random() - 0.5) * 4;
      area(
        down(356, 446, "#8c8376", "#5d564d"),
        [x, 362],
        [x + 7, 354],
        [x + 14, 362],
        [x + 14 + lean, 446],
        [x + lean, 446],
      );
    }
    for (const y of [378, 420]) area("#6f675c", [0, y], [566, y], [566, y + 7], [0, y + 7]);
  };
  const lamp = () => {
    area("#1c1d1f", [232, 170], [240, 170], [243, 500], [229, 500]);
    area("#1c1d1f", [214, 150], [258, 150], [250, 174], [222, 174]);
    fade(236, 186, 46, "#fff6dc", "rgb(255 226 160 / 0)");
    fade(236, 186, 330, "rgb(255 214 140 / .34)", "rgb(255 214 140 / 0)");
    to.save();
    to.scale(1, 0.3);
    fade(236, 1690, 300, "rgb(255 214 140 / .33)", "rgb(255 214 140 / 0)");
    to.restore();
  };
  const cat = (at: number) => {
    const [x, y] = [470 + at * 5, 588];
    fade(x + 30, y + 40, 60, "rgb(0 0 0 / .35)", "#0000");
    to.fillStyle = "#15130f";
    to.beginPath();
    to.ellipse(x + 30, y + 10, 38, 15, -0.05, 0, 7);
    to.ellipse(x + 72, y - 6, 14, 12, 0, 0, 7);
    to.fill();
    area("#15130f", [x + 62, y - 12], [x + 64, y - 28], [x + 72, y - 15]);
    area("#15130f", [x + 73, y - 15], [x + 82, y - 28], [x + 84, y - 10]);
    for (const leg of [0, 14, 46, 58]) {
      const step = Math.sin(at + leg) * 7;
      area(
        "#15130f",
        [x + leg, y + 12],
        [x + leg + 9, y + 12],
        [x + leg + 6 + step, y + 40],
        [x + leg + step, y + 40],
      );
    }
    to.strokeStyle = "#15130f";
    to.lineWidth = 7;
    to.lineCap = "round";
    to.beginPath();
    to.moveTo(x - 4, y + 6);
    to.quadraticCurveTo(x - 36, y - 2, x - 34, y - 36 + Math.sin(at) * 4);
    to.stroke();
  };
  const grain = () => {
    const picture = to.getImageData(0, 0, width, height);
    const { data } = picture;
    for (let i = 0; i < data.length; i += 4) {
      const noise = (random() + random() - 1) * 17;
      for (let channel = 0; channel < 3; channel++)
        data[i + channel] = (data[i + channel] as number) + noise;
    }
    to.putImageData(picture, 0, 0);
  };
  const taken: string[] = [];
  for (let moment = 0; moment < count; moment++) {
    seed = 7;
    sky();
    trees(392, 120, "#2c3a3a");
    trees(404, 80, "#1f2a26");
    ground();
    house();
    fence();
    lamp();
    cat(moment);
    const vignette = to.createRadialGradient(640, 340, 380, 640, 360, 860);
    vignette.addColorStop(0, "#0000");
    vignette.addColorStop(1, "#000b");
    to.fillStyle = vignette;
    to.fillRect(0, 0, width, height);
    seed = 1_000 + moment;
    grain();
    const jpeg = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.92 });
    const bytes = new Uint8Array(await jpeg.arrayBuffer());
    let text = "";
    for (let i = 0; i < bytes.length; i += 8192)
      text += String.fromCharCode(...bytes.subarray(i, i + 8192));
    taken.push(btoa(text));
  }
  return taken;
}
