"""uvicorn and FastAPI as the original sends: a queue and a sender per viewer, one binary message per frame.

Frames come from NATS instead of a camera, so that every server in the comparison gets the same ones.
"""

import asyncio
import contextlib
import sys

import nats
import uvicorn
from fastapi import FastAPI, WebSocket, WebSocketDisconnect

viewers: dict[WebSocket, asyncio.Queue] = {}


@contextlib.asynccontextmanager
async def frames(_app):
    async def relay(message):
        for queue in viewers.values():
            queue.put_nowait(message.data)

    client = await nats.connect(sys.argv[2])
    await client.subscribe("frames.q80", cb=relay)
    yield
    await client.close()


app = FastAPI(lifespan=frames)


@app.websocket("/websocket/{quality}")
async def watch(socket: WebSocket, quality: int):
    await socket.accept()
    queue = viewers[socket] = asyncio.Queue()

    async def send():
        while True:
            await socket.send_bytes(await queue.get())

    sender = asyncio.create_task(send())
    try:
        while True:
            await socket.receive_text()
    except WebSocketDisconnect:
        pass
    finally:
        sender.cancel()
        del viewers[socket]


uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
