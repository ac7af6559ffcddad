"""An RTSP camera: white pictures as H.264, for one user, from GStreamer's own server.

Needs Debian's python3-gi, gir1.2-gst-rtsp-server-1.0 and the plugins of x264 and RTP. Prints its port.
"""

import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

Gst.init(None)
server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service(sys.argv[1])

token = GstRtspServer.RTSPToken()
token.set_string("media.factory.role", "viewer")
auth = GstRtspServer.RTSPAuth()
auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
auth.add_digest("me", "sesame", token)
server.set_auth(auth)

camera = GstRtspServer.RTSPMediaFactory()
camera.set_launch(
    "( videotestsrc is-live=true pattern=white ! video/x-raw,width=640,height=480,framerate=25/1"
    " ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=25 ! rtph264pay name=pay0 pt=96 )"
)
camera.set_shared(True)
permissions = GstRtspServer.RTSPPermissions()
permissions.add_permission_for_role("viewer", "media.factory.access", True)
permissions.add_permission_for_role("viewer", "media.factory.construct", True)
camera.set_permissions(permissions)
server.get_mount_points().add_factory("/stream", camera)

server.attach(None)
print("port", server.get_bound_port(), flush=True)
GLib.MainLoop().run()
