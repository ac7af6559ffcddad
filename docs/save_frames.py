"""Takes a lease on quality 80 and saves frames: save_frames.py nats://127.0.0.1:4222 10"""
import asyncio
import pathlib
import sys

import nats

async def main(url, count):
    client = await nats.connect(url)
    frames = await client.subscribe("frames.q80")
    demand = await client.jetstream().key_value("demand")
    renewed = 0
    for number in range(count):
        if asyncio.get_running_loop().time() > renewed + 1.5:
            renewed = asyncio.get_running_loop().time()
            await demand.put("q80.save-frames", b"1")
        frame = await frames.next_msg(timeout=10)
        pathlib.Path(f"frame-{number}.jpg").write_bytes(frame.data)
    await demand.delete("q80.save-frames")

asyncio.run(main(sys.argv[1], int(sys.argv[2])))
