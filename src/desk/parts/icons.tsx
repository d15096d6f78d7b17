// Icons of the desk: 16 px, drawn with lines. Each stands beside a word, or is given a label.
import type { FC } from 'hono/jsx'

const PATHS = {
  today:
    'M8 1.5v2M8 12.5v2M1.5 8h2M12.5 8h2M3.4 3.4l1.4 1.4M11.2 11.2l1.4 1.4M3.4 12.6l1.4-1.4M11.2 4.8l1.4-1.4M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6',
  leads: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6M8 8h.01',
  customers:
    'M6 7.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5M1.5 13.5c0-2.5 2-4 4.5-4s4.5 1.5 4.5 4M10.5 2.8a2.5 2.5 0 0 1 0 4.4M12 9.8c1.6.5 2.5 1.8 2.5 3.7',
  tickets: 'M2 4.5h12v2.2a1.5 1.5 0 0 0 0 2.6v2.2H2V9.3a1.5 1.5 0 0 0 0-2.6zM9.5 4.5v1M9.5 7.5v1M9.5 10.5v1',
  import: 'M8 2v7.5M5 6.8l3 3 3-3M2.5 10.5v3h11v-3',
  team: 'M8 6.5a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4M3.5 13.5c0-2.6 2-4.3 4.5-4.3s4.5 1.7 4.5 4.3',
  settings:
    'M2 4.5h6M11 4.5h3M2 11.5h3M8 11.5h6M9.5 3a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3M6.5 10a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3',
  search: 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9M10.3 10.3l3.2 3.2',
  plus: 'M8 3v10M3 8h10',
  more: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  back: 'M9.5 3.5 5 8l4.5 4.5',
  next: 'M6.5 3.5 11 8l-4.5 4.5',
  list: 'M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4h.01M2.5 8h.01M2.5 12h.01',
  board: 'M2.5 2.5h3v11h-3zM6.5 2.5h3v7h-3zM10.5 2.5h3v9h-3z',
  call: 'M3 2.5h2.6l1.2 3-1.6 1.2a8 8 0 0 0 4.1 4.1l1.2-1.6 3 1.2V13c0 .6-.5 1-1 1A11 11 0 0 1 2 3.500c0-.5.4-1 1-1',
  mail: 'M2 3.500h12v9H2zM2 4l6 4.800L14 4',
  meeting: 'M2.5 3.500h11v10h-11zM2.5 6.500h11M5.5 2v2.500M10.5 2v2.5',
  note: 'M3 2.500h10v7.500l-3.5 3.500H3zM13 10H9.500v3.500M5.5 5.500h5M5.5 8h3',
  task: 'M2.5 2.500h11v11h-11zM5.3 8l2 2 3.5-4',
  done: 'M3 8.500l3.2 3.200L13 4.8',
  event: 'M8 6.500a1.5 1.5 0 1 0 0 3 1.5 1.5 0 0 0 0-3',
  enquiry: 'M2 3h12v8H8.500L5 13.500V11H2z',
  clock: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2M8 4.800V8l2.2 1.6',
  warn: 'M8 2.5 14.2 13.500H1.800zM8 6.500v3M8 11.500h.01',
  person: 'M8 7.500a2.7 2.7 0 1 0 0-5.4 2.7 2.7 0 0 0 0 5.400M2.8 14c0-2.9 2.3-4.7 5.2-4.700s5.2 1.8 5.2 4.7',
  close: 'M4 4l8 8M12 4l-8 8',
  down: 'M4.5 6.5 8 10l3.5-3.5',
} as const

export type IconName = keyof typeof PATHS

/** An icon. With a label it says something by itself, without one it only stands beside its word. */
export const Icon: FC<{ name: IconName; label?: string }> = ({ name, label }) => (
  <>
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
    {label && <span class="hidden">{label}</span>}
  </>
)
