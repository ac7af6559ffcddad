/** Parts of the client that a test runs in a page of its own. */

import { pack } from "../../src/stream/pack";
import { Rebuild } from "../../src/stream/rebuild";
import { readStamp } from "../../src/stream/stamp";

export { pack, Rebuild, readStamp };
