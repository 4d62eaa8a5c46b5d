// Line icons on a 24 px grid. They repeat what a word beside them says, so they are hidden from
// assistive technology.
const PATHS = {
  overview: "M4 4h7v9H4zM14 4h6v5h-6zM14 12h6v8h-6zM4 16h7v4H4z",
  bell: "M6 10a6 6 0 0 1 12 0c0 5 2 6 2 7H4c0-1 2-2 2-7M10 20.5h4",
  phone: "M7 3h10a1 1 0 0 1 1 1v16a1 1 0 0 1-1 1H7a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zM11 18h2",
  shield: "M12 3l7 3v5.5c0 4.3-2.9 7.6-7 9.5-4.1-1.9-7-5.2-7-9.5V6zM9 12l2.2 2.2L15.2 10",
  shieldEye: "M12 3l7 3v5.5c0 4.3-2.9 7.6-7 9.5-4.1-1.9-7-5.2-7-9.5V6zM12 10v4M12 9.9v.1",
  audit: "M7 3h7l4 4v14H7zM14 3v4h4M10 12h5M10 16h5",
  plus: "M12 5v14M5 12h14",
  search: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5L20 20",
  help: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM9.6 9.2a2.5 2.5 0 1 1 3.6 2.3c-.8.4-1.2.9-1.2 1.8M12 16.5v.1",
  connect: "M9 3v5M15 3v5M6 8h12v3a6 6 0 0 1-12 0zM12 17v4",
  settings: "M4 7h9M17 7h3M4 17h3M11 17h9M15 9.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4zM9 19.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4z",
  moon: "M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z",
  sun: "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 2.8v2M12 19.2v2M2.8 12h2M19.2 12h2M5.5 5.5l1.4 1.4M17.1 17.1l1.4 1.4M5.5 18.5l1.4-1.4M17.1 6.9l1.4-1.4",
  out: "M14 4H6v16h8M11 12h9M17 8.5l3.5 3.5-3.5 3.5",
  check: "M5 12.5l4.5 4.5L19 7.5",
  close: "M6 6l12 12M18 6L6 18",
  okCircle: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8.5 12.3l2.4 2.4 4.6-4.9",
  badCircle: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM9.2 9.2l5.6 5.6M14.8 9.2l-5.6 5.6",
  askCircle: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM9.8 9.6a2.3 2.3 0 1 1 3.3 2.1c-.7.4-1.1.8-1.1 1.6M12 16.3v.1",
  warn: "M12 4.2L21 19.5H3zM12 10v4.5M12 17v.1",
  info: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5.5M12 7.8v.1",
  waiting: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5.2l3.2 2",
  nobody: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM5.8 5.8l12.4 12.4",
  app: "M4 4h6v6H4zM4 14h6v6H4zM14 14h6v6h-6zM17 4v6M14 7h6",
  link: "M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.7-5.7l-1 1M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.7 5.7l1-1",
  message: "M4 5h16v11h-9l-4 4v-4H4zM8 9.2h8M8 12.2h5",
  network: "M3.5 9.5a12.5 12.5 0 0 1 17 0M6.6 13a8 8 0 0 1 10.8 0M9.7 16.4a3.6 3.6 0 0 1 4.6 0M12 19.4v.1",
  certificate: "M12 14a5 5 0 1 0 0-10 5 5 0 0 0 0 10zM8.8 13l-1.3 8 4.5-2.3 4.5 2.3-1.3-8",
  agent: "M12 3v4M7 7h10v9a5 5 0 0 1-10 0zM10 11v1.5M14 11v1.5M4 10v4M20 10v4",
  android: "M7 10v7h10v-7zM7 10a5 5 0 0 1 10 0M8.5 5.8L7.3 4M15.5 5.8L16.7 4M4.5 11v4M19.5 11v4M9.5 17v3M14.5 17v3",
  ios: "M12 8c1-2.7 3-3.5 3-3.5M8.6 7.9C6 8 4.5 10.3 4.5 13c0 3.7 2.5 7.5 4.6 7.5 1.1 0 1.7-.7 2.9-.7s1.8.7 2.9.7c1.6 0 3.3-2.3 4-4.5-3.3-1.4-3.3-5.2-.4-6.6-1-1.2-2.3-1.5-3.5-1.5-1.5 0-2 .7-3 .7s-1.9-.7-3.4-.7z",
  nothing: "M4 5h16l-6 7.5V19l-4-2v-4.5zM4 20L20 4",
  cloudOff: "M7 18a4 4 0 0 1-.6-8A6 6 0 0 1 9 6.6M11.5 6a5.5 5.5 0 0 1 5.8 4.2A4 4 0 0 1 20 16.5M4 4l16 16",
  retry: "M19.5 12a7.5 7.5 0 1 1-2.3-5.4M19.5 4v4h-4",
  qr: "M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2.5v2.5H14zM18 18h2M20 14v1M14 20h1",
  upload: "M12 16V5M7 10l5-5 5 5M4 19.5h16",
  menu: "M4 7h16M4 12h16M4 17h16",
  copy: "M9 9h11v11H9zM15 9V4H4v11h5",
  arrow: "M5 12h14M13 6l6 6-6 6",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5c.6-4 3.7-6 7.5-6s6.9 2 7.5 6",
  history: "M4.5 12a7.5 7.5 0 1 0 2.3-5.4M4.5 4v4h4M12 8v4.3l3 1.7",
  thumbDown: "M8 4h8.5l3 8H14v5.5a2 2 0 0 1-2 2L8 13zM8 4H4.5v9H8",
  enter: "M19 6v6a2 2 0 0 1-2 2H5M9 10l-4 4 4 4",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z",
  eyeOff: "M9.8 5.8A9 9 0 0 1 12 5.5c6 0 9.5 6.5 9.5 6.5a17 17 0 0 1-2.6 3.3M6.3 7.5A16 16 0 0 0 2.5 12S6 18.5 12 18.5a9 9 0 0 0 4.3-1.1M4 4l16 16",
  key: "M8 15.5a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM11.5 11.5H21V15M17.5 11.5V14",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg
      aria-hidden="true"
      focusable="false"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={size <= 14 ? 2 : 1.7}
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}

export function Logo({ size = 22 }: { size?: number }) {
  return (
    <svg aria-hidden="true" focusable="false" width={size} height={size} viewBox="0 0 24 24">
      <path
        fill="currentColor"
        fillRule="evenodd"
        d="M4 3h3.2v2.6h2.6V3h4.4v2.6h2.6V3H20v6.2l-1.8 1.9v5.2L12 21.5l-6.2-5.2v-5.2L4 9.2zm8 7.2a1.5 1.5 0 0 0-1.5 1.5v3.4h3v-3.4a1.5 1.5 0 0 0-1.5-1.5z"
      />
    </svg>
  );
}
