/** The few line icons, drawn in the page so that no request is made for them. */

const PATHS = {
  pause: "M8 5v14M16 5v14",
  play: "M7 5l12 7-12 7z",
  camera: "M4 8h3l2-3h6l2 3h3v11H4zM12 10.5a3 3 0 1 0 0 6 3 3 0 0 0 0-6",
  rewind: "M4 12a8 8 0 1 0 2.5-5.8M4 4v4h4M12 8v4l3 2",
  stats: "M4 19h16M7 16v-5M12 16V6M17 16v-8",
  fullscreen: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
  window: "M9 4v5H4M15 4v5h5M9 20v-5H4M15 20v-5h5",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  zoomIn: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14M16 16l5 5M8 11h6M11 8v6",
  zoomOut: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14M16 16l5 5M8 11h6",
  clip: "M3 6h12v12H3zM15 10l6-3v10l-6-3",
  share: "M12 15V4M8 7.5L12 4l4 3.5M6 11H5v9h14v-9h-1",
  clock: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16M12 8v4l3 2",
  copy: "M9 9h11v11H9zM15 9V4H4v11h5",
  bell: "M6 16v-5a6 6 0 0 1 12 0v5l2 2H4zM10 21h4",
  theme: "M12 4a8 8 0 1 0 0 16zM12 4a8 8 0 0 1 0 16M15 8v8M18 9.5v5",
  leave: "M14 4h6v16h-6M4 12h11M8 8l-4 4 4 4",
  fill: "M3 6h18v12H3zM7 9.5h10v5H7z",
  mirror: "M12 4v16M9 8l-5 8h5zM15 8l5 8h-5z",
  rotate: "M19 12a7 7 0 1 1-2.2-5.1M19 3v4h-4",
  pip: "M3 5h18v14H3zM12 12h6v4h-6z",
  keyboard: "M3 7h18v11H3zM7 11h.01M11 11h.01M15 11h.01M8 14.5h8",
  lock: "M6 11h12v9H6zM9 11V8a3 3 0 0 1 6 0v3",
  unplugged: "M9 7V3M15 7V3M7 7h10v3a5 5 0 0 1-10 0zM12 15v6M4 4l16 16",
  wait: "M12 4a8 8 0 1 0 8 8",
  stop: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M6 6l12 12",
  close: "M6 6l12 12M18 6L6 18",
  grid: "M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className={`icon icon-${name}`} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
