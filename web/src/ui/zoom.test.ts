import { describe, expect, it } from "vitest";
import { panBy, WHOLE, wheelFactor, type Zoom, zoomAt } from "./zoom";

const BOX = { width: 400, height: 200 };
/** Where in the unzoomed picture a point of the box lies. */
const under = ({ scale, x, y }: Zoom, at: { x: number; y: number }) => ({
  x: (at.x - x) / scale,
  y: (at.y - y) / scale,
});

describe("zoom", () => {
  it("keeps what is under the finger there", () => {
    const at = { x: 90, y: -40 };
    const zoom = zoomAt(zoomAt(WHOLE, 2, at, BOX), 1.5, at, BOX);
    expect(zoom.scale).toBe(3);
    expect(under(zoom, at).x).toBeCloseTo(90);
    expect(under(zoom, at).y).toBeCloseTo(-40);
  });

  it("never shows beyond the picture's edge, and never less than all of it", () => {
    expect(panBy({ scale: 2, x: 0, y: 0 }, { x: 1000, y: -1000 }, BOX)).toEqual({
      ...{ scale: 2, x: 200, y: -100 },
    });
    expect(zoomAt({ scale: 3, x: 400, y: 200 }, 0.1, { x: 0, y: 0 }, BOX)).toEqual(WHOLE);
    expect(panBy(WHOLE, { x: 50, y: 50 }, BOX)).toEqual(WHOLE);
  });

  it("ends at eight times", () => {
    expect(zoomAt(WHOLE, 100, { x: 0, y: 0 }, BOX).scale).toBe(8);
  });

  it("a turn of the wheel and one back cancel each other", () => {
    expect(wheelFactor(120) * wheelFactor(-120)).toBeCloseTo(1);
    expect(wheelFactor(-120)).toBeGreaterThan(1);
  });
});
