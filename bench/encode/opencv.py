"""Encodes on request with OpenCV and says how much CPU time of its thread that took."""
import sys
import time

import cv2
import numpy as np

cv2.setNumThreads(1)
frame, is_mjpeg = None, False
for line in sys.stdin.buffer:
    command, *arguments = line.decode().split()
    if command in ("yuyv", "mjpeg"):
        width, height, length = map(int, arguments)
        frame = np.frombuffer(sys.stdin.buffer.read(length), np.uint8)
        is_mjpeg = command == "mjpeg"
        if not is_mjpeg:
            frame = frame.reshape(height, width, 2)
        print("ok", flush=True)
    else:
        qualities = [int(q) for q in arguments[0].split(",")]
        start = time.thread_time_ns()
        bgr = cv2.imdecode(frame, cv2.IMREAD_COLOR) if is_mjpeg else cv2.cvtColor(frame, cv2.COLOR_YUV2BGR_YUYV)
        files = [cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, q])[1] for q in qualities]
        spent = time.thread_time_ns() - start
        print(sum(map(len, files)), spent / 1e6, flush=True)
