/** Waiting for what may never come. */

/** `made`, or a failure after `ms` milliseconds; what comes later is closed. */
export function inTime<T extends { close(): void }>(made: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      reject(new Error("the decoder does not answer"));
    }, ms);
    made.then(
      (thing) => {
        clearTimeout(timer);
        if (late) thing.close();
        else resolve(thing);
      },
      (error) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}
