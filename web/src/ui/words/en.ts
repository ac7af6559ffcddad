/** All that the page says, in English: the language that is there when no other is asked for. */

/** What is the matter with the camera, for each reason that its host may give. */
type CameraWords = Record<string, readonly [title: string, detail: string]>;

const camera: CameraWords = {
  unplugged: ["Camera unplugged", "Plug it in again; the picture comes back by itself."],
  busy: ["Camera in use", "Another program has the camera. Trying again."],
  permission: ["Camera not allowed", "Its host does not let the camera service open it."],
  not_found: ["No camera found", "Connect one to its host; it is found by itself."],
  stalled: ["Camera stopped", "It is there but delivers no pictures. Trying again."],
  exited: ["Camera program ended", "The program that reads it has ended. It is started again."],
  unsupported: ["Camera not supported", "It offers no picture format that can be used."],
  unreachable: ["Camera not reached", "It does not answer on the network. Trying again."],
  unauthorized: [
    "Camera wants a login",
    "User or password for the camera are missing or wrong on its host.",
  ],
  usb_bandwidth: ["USB is full", "Too many cameras on one USB bus. Try another socket."],
};

const state = {
  paused: "Paused",
  pausedAt: (time: string) => `Paused. This picture was taken at ${time}.`,
  lookingBack: "Looking back",
  stalled: "Stalled",
  noNewPictures: "No new pictures",
  nothingArrives: "The connection is open but nothing arrives. Trying again.",
  late: "Late",
  isLate: "The picture is late",
  oldWhenItArrives: (age: string) => `It is ${age} old when it arrives.`,
  live: "Live",
  carries: (carried: number, all: number) =>
    `Your connection carries ${carried} of ${all} pictures a second at the lowest quality.`,
  noPicture: "No picture",
  cannotBeShown: "The pictures cannot be shown",
  undecodable: (count: number) =>
    `Pictures arrive, and this browser could decode none of the last ${count}.`,
  waking: "Waking the camera",
  rests: "It rests while nobody watches.",
  connecting: "Connecting",
  privacy: "Privacy",
  privacyIsOn: "Privacy is on",
  privacyStays: "The camera is closed and stays so until it is switched off.",
  cutOff: "Gateway cut off",
  cannotKnow: "It has no connection to NATS; how the camera is it cannot know.",
  cameraOffline: "Camera offline",
  hostSilent: "Its host does not answer. The picture comes back by itself.",
  trouble: "Camera trouble",
  tryingAgain: "Trying again.",
  locked: "Locked",
  signIn: "Sign in",
  asksForToken: "This camera asks for its access token.",
  timeIsOver: "Your time to watch is over",
  signInToGoOn: "Sign in to go on.",
  refused: "Refused",
  qualityNotServed: "This quality is not served",
  pageMayNot: "This page may not show the camera",
  youMayNot: "You may not watch this camera",
  offline: "Offline",
  youAreOffline: "You are offline",
  noNetwork: "Your device has no network.",
  full: "Full",
  isFull: "Camera is full",
  asManyAs: "As many people watch as the gateway lets in.",
  reconnecting: "Reconnecting",
  connectionLost: "Connection lost",
};

const command = {
  pause: "Pause",
  play: "Play",
  snapshot: "Save this picture",
  back: "Look back",
  stats: "Stats",
  zoomIn: "Zoom in",
  zoomOut: "Zoom out",
  zoomWhole: "Whole picture",
  fit: "Fill screen",
  mirror: "Mirror",
  rotate: "Rotate",
  pip: "Picture in picture",
  help: "Keyboard",
  fullscreen: "Full screen",
  leaveFullscreen: "Leave full screen",
  clip: "Save the last ten seconds",
  copy: "Copy this picture",
  share: "Share",
  clock: "Date and time",
  diagnostics: "Copy diagnostics",
  notify: "Tell me when it goes off",
  theme: "Dark or light",
};

/** The list of keys: what a command does, where that is more than its name. */
const help = {
  pause: "Pause, play",
  back: "Look back up to 10 seconds",
  forward: "Forward again",
  escape: "Back to live, then to all cameras",
  better: "Higher quality",
  lower: "Lower quality",
  auto: "Automatic quality",
  pan: "Another part of an enlarged picture",
  another: "Another camera",
  help: "This list",
  held: (key: string) => `${key} held`,
  orDoubleClick: (key: string) => `${key} or double click`,
};

const reason = {
  warming: "measuring",
  steady: "steady",
  slow: "link is slow",
  recovering: "recovering",
  raised: "raised",
  ceiling: "at the link's limit",
  settling: "settling",
  floor: "lowest",
  manual: "chosen",
};

const stats = {
  title: "Stream stats",
  quality: "Quality",
  auto: (why: string) => `auto, ${why}`,
  chosen: "chosen",
  frameRate: "Frame rate",
  ofFps: (fps: string, source: string) => `${fps} of ${source} fps`,
  askedFor: (fps: string) => `${fps} asked for`,
  bitRate: "Bit rate",
  of: (rate: string) => `of ${rate}`,
  age: "Picture age",
  notKnown: "not known",
  size: "Size",
  skipped: "Skipped",
  corrupt: "Corrupt",
  decoding: "Decoding",
  longestGap: "Longest gap",
  inMotion: "In motion",
  watching: "Watching here",
  camera: "Camera",
  chart: ["fps", "age", "quality", "last minute"],
};

const list = {
  title: "Cameras",
  all: "All cameras",
  showSome: (count: number) => `Show ${count} side by side`,
  showAll: "Show all side by side",
  onTheWall: "On the wall",
  idle: "Sleeping",
  starting: "Waking",
  live: "On",
  error: "Trouble",
  offline: "Offline",
  watching: (count: number) => `${count} watching`,
  seen: (age: string) => `seen ${age} ago`,
  unknown: (camera: string) => `No camera is called ${camera}`,
  thereAre: "There are:",
  none: "The gateway knows no camera yet.",
  tile: (camera: string, state: string) => `${camera}, ${state}. Show it alone.`,
  titleOfWall: (count: number) => `${count} cameras`,
  titleOfUnknown: (camera: string) => `No camera ${camera}`,
};

const login = {
  token: "Access token",
  watch: "Watch",
  wrong: "This is not the token. It may be over.",
  tooMany: "Too many wrong tokens. Wait a minute.",
  said: (status: number) => `The gateway said ${status}. Try again.`,
  silent: "The gateway does not answer. Try again.",
  notKept:
    "The browser keeps no login for a page in another site's frame: that takes https, and the gateway's setting GATEWAY_EMBED_ORIGINS.",
  alone: "Open it on its own",
  out: "Sign out",
};

const page = {
  picture: "Picture",
  livePicture: "Live camera picture",
  quality: "Quality",
  auto: "Auto",
  autoNow: (quality: string) => `Auto · ${quality}`,
  size: { full: "", half: ", half size", quarter: ", quarter size" },
  more: "More",
  old: (age: string) => `${age} old`,
  enlarged: (times: string) => `Enlarged ${times} ×`,
  secondsAgo: "Seconds ago",
  takenAgo: (seconds: string, time: string) => `${seconds} seconds ago, taken at ${time}`,
  backToLive: "Back to live",
  nextTry: (seconds: number) => `Next try in ${seconds} s`,
  tryingNow: "Trying now",
  tryNow: "Try now",
  close: "Close",
  singleKeys: "Letters, digits and signs are commands",
  saved: (name: string) => `Saved ${name}`,
  nothingYet: "There is no picture yet",
  qualityIs: (quality: string) => `Quality: ${quality}`,
  automatic: "automatic",
  copied: "Copied",
  copyFailed: "This browser does not let the page copy",
  link: "Link",
  embed: "For another page",
  copyLink: "Copy link",
  copyEmbed: "Copy embed code",
  shareWith: "Share with…",
  signal: (bars: number) => `Signal ${bars} of 4`,
  broken: "The page has failed",
  brokenDetail: "Loading it again helps, unless its gateway is older or newer than the page.",
  reload: "Load again",
  units: { s: "s", min: "min" },
};

/** Also the name of the button, which leads to the next. */
const theme = {
  auto: "Dark or light: as the device",
  dark: "Dark or light: dark",
  light: "Dark or light: light",
};

const notice = {
  off: (camera: string) => `Camera ${camera} is off`,
  back: (camera: string) => `Camera ${camera} is back`,
  yes: "While this tab is hidden you are told when the camera goes off or comes back",
  no: "You are not told any more",
  denied: "This browser does not let the page tell you",
};

export const en = {
  ...{ camera, state, command, help, reason, stats, list, login, page },
  ...{ theme, notice },
};
export type Words = typeof en;
