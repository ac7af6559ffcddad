"""Takes a lease on quality 80 and saves frames: save_frames.py [--nkey SEED_FILE] [--name NAME] nats://127.0.0.1:4222 10"""
import argparse
import asyncio
import pathlib

import nats

async def main(url, count, name, nkey):
    # With a key of `deploy/keys.sh --consumer NAME`; it takes pip install 'nats-py[nkeys]'.
    login = {"nkeys_seed": nkey, "inbox_prefix": f"_INBOX_consumer.{name}"} if nkey else {}
    client = await nats.connect(url, **login)
    frames = await client.subscribe("frames.q80")
    demand = await client.jetstream().key_value("demand")
    renewed = 0
    for number in range(count):
        if asyncio.get_running_loop().time() > renewed + 1.5:
            renewed = asyncio.get_running_loop().time()
            await demand.put(f"q80.{name}", b"1")
        frame = await frames.next_msg(timeout=10)
        pathlib.Path(f"frame-{number}.jpg").write_bytes(frame.data)
    await demand.delete(f"q80.{name}")

arguments = argparse.ArgumentParser(description=__doc__)
arguments.add_argument("--nkey")
arguments.add_argument("--name", default="save-frames")
arguments.add_argument("url")
arguments.add_argument("count", type=int)
asyncio.run(main(**vars(arguments.parse_args())))
