"""Takes a lease on quality 80 and saves frames: save_frames.py nats://127.0.0.1:4222 10"""

import asyncio
import pathlib
import sys

import nats


async def main(url, count):
    client = await nats.connect(url)
    frames = await client.subscribe("frames.q80")
    demand = await client.jetstream().key_value("demand")

    async def renew():
        while True:
            await demand.put("q80.save-frames", b"1")
            await asyncio.sleep(1.5)

    renewing = asyncio.create_task(renew())
    for number in range(count):
        frame = await frames.next_msg(timeout=10)
        pathlib.Path(f"frame-{number}.jpg").write_bytes(frame.data)
    renewing.cancel()
    await demand.delete("q80.save-frames")
    await client.close()


asyncio.run(main(sys.argv[1], int(sys.argv[2])))
