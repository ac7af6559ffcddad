/**
 * Has the gateway send what this viewer's link carries and its screen shows: `adapt.ts` and `needs.ts`
 * decide, `session.ts` tells. What a rendition is made of and how it is drawn is not known here.
 */

import { Adapt } from "./adapt";
import { type Dimensions, fullSize, type Needs, wantsOf } from "./needs";
import type { CameraStatus, ServerMessage } from "./protocol";
import { FULL_LADDER, sameRendition } from "./rendition";
import type { Session } from "./session";
import type { Stamp } from "./stamp";
import type { EngineConfig } from "./view_model";

/** Something that stops for a moment has not gone. */
const MOVING_FOR_MS = 3_000;
/** As long as that is known it need not be seen again in every picture. */
const LOOK_AGAIN_MS = 1_000;

export class Steering {
  readonly adapt: Adapt;
  readonly #session: Session;
  #needs: Needs;
  #status: CameraStatus | null = null;
  #picture: Dimensions = { width: 0, height: 0 };
  /** The camera's full size; null until it is known. */
  camera: Dimensions | null = null;
  #movedAt = Number.NEGATIVE_INFINITY;
  #greeted = false;
  #run: string | null = null;

  constructor(session: Session, config: EngineConfig, now: number) {
    this.#session = session;
    this.#needs = config.needs;
    this.adapt = new Adapt(config.start);
    this.#want(now);
    this.begin(config, now);
  }

  get needs(): Needs {
    return this.#needs;
  }

  /** What to start with, and whether that is a choice, remembered, or a guess. */
  begin({ start, by }: Pick<EngineConfig, "start" | "by">, now: number): void {
    if (by === "choice") this.adapt.choose(start);
    else this.adapt.auto(seconds(now), start);
    if (by === "guess") this.adapt.explore(seconds(now));
  }

  open(): void {
    this.#greeted = false;
    this.#session.open(this.adapt.rendition, this.adapt.rate);
  }

  heard(message: ServerMessage, now: number): void {
    if (message.type === "quality") this.adapt.switched(seconds(now));
    if (message.type === "hello") {
      this.#greeted = true;
      this.adapt.arrivals.announce(message.fps);
      this.adapt.permit(message.ladder, message.sizes);
    }
    if (message.type !== "status") return;
    this.#status = message;
    if (message.fps !== null) this.adapt.arrivals.announce(message.fps);
    if (message.state !== "live") this.#cameraAway();
    this.#measureCamera(now);
  }

  arrived(stamp: Stamp | null, now: number): void {
    // Without a hello nobody knows here of sizes and rates.
    if (!this.#greeted) this.adapt.permit(FULL_LADDER, false);
    if (stamp && stamp.run !== this.#run) {
      this.#run = stamp.run;
      this.#cameraAway();
    }
    const at = seconds(now);
    this.adapt.arrived(
      stamp ? { at, seq: stamp.seq, capturedAt: stamp.capturedAtMs / 1000 } : { at },
    );
  }

  /** A picture of this size is on screen. */
  drew(picture: Dimensions, now: number): void {
    const { width, height } = this.#picture;
    if (picture.width === width && picture.height === height) return;
    this.#picture = picture;
    this.#measureCamera(now);
  }

  /** Whether it is worth the effort to see in the next picture if something moves. */
  looks(now: number): boolean {
    return !this.#needs.attended && now - this.#movedAt >= LOOK_AGAIN_MS;
  }

  /** Something moves in the picture. */
  moved(now: number): void {
    const was = this.#isMoving(now);
    this.#movedAt = now;
    if (!was) this.#want(now);
  }

  need(needs: Needs, now: number): void {
    this.#needs = needs;
    this.#want(now);
  }

  /** A few times a second; `due` once a second, and only while pictures come. */
  tick(now: number, due: boolean): void {
    this.#want(now);
    if (due) this.adapt.ask(seconds(now));
    this.adapt.exploreNow(seconds(now));
  }

  /** Makes an open stream be what was decided; true where that is another rendition. */
  apply(): boolean {
    const { rendition, rate } = this.adapt;
    const same = sameRendition(rendition, this.#session.rendition);
    // At a plain server by a new connection; the picture on screen and the window of arrivals stay.
    if (!same) this.#session.switchTo(rendition);
    this.#session.pace(rate);
    return !same;
  }

  /** The link has no part in it that nothing came. */
  #cameraAway(): void {
    this.adapt.excuse();
    this.adapt.reset();
  }

  #isMoving(now: number): boolean {
    return now - this.#movedAt < MOVING_FOR_MS;
  }

  #measureCamera(now: number): void {
    const { size } = this.#session.rendition;
    this.camera = fullSize(this.#status, this.#picture, size) ?? this.camera;
    this.#want(now);
  }

  #want(now: number): void {
    const wants = wantsOf(this.#needs, this.camera, this.#isMoving(now));
    this.adapt.want(wants, seconds(now));
  }
}

/** What a page may show of it. */
export const steeringView = ({ adapt }: Steering) => ({
  quality: adapt.rendition.quality,
  size: adapt.rendition.size,
  ladder: adapt.given,
  top: adapt.top,
  auto: !adapt.manual,
  reason: adapt.reason,
  fewer: adapt.fewer,
  rate: adapt.rate,
  sourceFps: adapt.arrivals.sourceFps,
});

const seconds = (ms: number) => ms / 1000;
