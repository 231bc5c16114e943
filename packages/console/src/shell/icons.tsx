/** Drawn by strokes of one width on a grid of 16. */
const PATHS = {
  overview: <path d="M2.5 3.5h4v4h-4zm7 0h4v4h-4zm-7 6h4v3h-4zm7 0h4v3h-4z" />,
  gates: <path d="M3.5 13V3.5M12.5 13V3.5M3.5 8h9M8 6v4" />,
  artifacts: <path d="m8 2 5.2 2.9v6.2L8 14l-5.2-2.9V4.9zM2.8 4.9 8 7.8l5.2-2.9M8 7.8V14" />,
  feed: <path d="M2.5 4h11M2.5 8h7m-7 4h9" />,
  receivers: <path d="M8 2v6m-3-3 3 3 3-3M2.5 9.5v4h11v-4" />,
  groups: <path d="M2.5 5.5 8 2.8l5.5 2.7L8 8.2zm0 5L8 13.2l5.5-2.7M2.5 8 8 10.7 13.5 8" />,
  delivery: <path d="M2.5 13.5h11M4.5 11V7.5M8 11V3m3.5 8V5.5" />,
  operations: <path d="M1.8 8.5h3l2-5 2.5 9 2-4h3" />,
  access: (
    <path d="M10.5 9.5a4 4 0 1 0-3.4-1.9L2.5 12.2v1.3h2v-1.5H6v-1.5h1.5l1-1a4 4 0 0 0 2 .5zM11 5h.01" />
  ),
  search: <path d="m10.3 10.3 3.2 3.2M11.5 7a4.5 4.5 0 1 1-9 0 4.5 4.5 0 0 1 9 0z" />,
  sun: (
    <path d="M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6zM8 1.5v1.3m0 10.4v1.3M1.5 8h1.3m10.4 0h1.3M3.4 3.4l.9.9m7.4 7.4.9.9m0-9.2-.9.9m-7.4 7.4-.9.9" />
  ),
  moon: <path d="M13.2 9.6A5.6 5.6 0 0 1 6.4 2.8a5.6 5.6 0 1 0 6.8 6.8z" />,
  system: <path d="M2.5 3.5h11v7h-11zM6 13.5h4m-2-3v3" />,
} as const

export type IconName = keyof typeof PATHS

export function Icon({ name }: { name: IconName }) {
  return (
    <svg
      width="16"
      height="16"
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.35"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {PATHS[name]}
    </svg>
  )
}
