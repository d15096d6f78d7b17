// Charts as SVG made on the server, each with its title, its unit, and the same figures as a table.
import type { FC } from 'hono/jsx'
import type { Desk } from '../desk'
import { count as written } from './times'

export type Point = { label: string; value: number }

// With space above and below for text, which the style sheet enlarges where the chart is scaled down.
const WIDTH = 600
const HEIGHT = 184
const TOP = 28
const BASE = HEIGHT - 32
const [NAMES, LONGEST, ROW] = [136, 190, 40]

/** The next round figure for a scale: 1, 2 or 5 with zeros. */
function roundUp(value: number): number {
  const size = 10 ** Math.floor(Math.log10(Math.max(value, 1)))
  return [1, 2, 5, 10].map((step) => step * size).find((step) => step >= value) ?? size
}

type ColumnsProps = {
  desk: Desk
  id: string
  title: string
  unit: string
  /** A number of the unit, which agrees with it. */
  of: (n: number, text: string) => string
  points: Point[]
}

/** Figures over time as columns, with a line at the end of the scale. */
export const Columns: FC<ColumnsProps> = ({ desk, id, title, unit, of, points }) => {
  const count = (value: number) => written(value, desk)
  const top = roundUp(Math.max(...points.map(({ value }) => value), 1))
  const step = WIDTH / Math.max(points.length, 1)
  const total = points.reduce((sum, { value }) => sum + value, 0)
  const [first, last] = [points.at(0), points.at(-1)]
  return (
    <figure>
      <svg class="chart" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-labelledby={`${id}-title ${id}-text`}>
        <title id={`${id}-title`}>{title}</title>
        <desc id={`${id}-text`}>
          {desk.words.figures.chart(of(total, count(total)), first?.label ?? '', last?.label ?? '')}
        </desc>
        <line class="scale" x1="0" x2={WIDTH} y1={TOP} y2={TOP} />
        <text class="scale" x="0" y={TOP - 6}>
          {of(top, count(top))}
        </text>
        {points.map(({ label, value }, i) => {
          const height = (value / top) * (BASE - TOP)
          return (
            <rect
              class="bar"
              x={(i * step + step * 0.12).toFixed(1)}
              width={(step * 0.76).toFixed(1)}
              y={(BASE - height).toFixed(1)}
              height={height.toFixed(1)}
              rx="1.5"
            >
              <title>{`${label}: ${count(value)}`}</title>
            </rect>
          )
        })}
        <line class="base" x1="0" x2={WIDTH} y1={BASE} y2={BASE} />
        <text class="scale" x="0" y={HEIGHT - 8}>
          {first?.label}
        </text>
        <text class="scale end" x={WIDTH} y={HEIGHT - 8}>
          {last?.label}
        </text>
      </svg>
      <Figures desk={desk} title={title} unit={unit} points={points} />
    </figure>
  )
}

/** Figures side by side as bars, each with its name and a note. */
export const Bars: FC<{ desk: Desk; id: string; title: string; unit: string; points: (Point & { note: string })[] }> = (
  props,
) => {
  const { desk, id, title, unit, points } = props
  const count = (value: number) => written(value, desk)
  const top = Math.max(...points.map(({ value }) => value), 1)
  return (
    <figure>
      <svg
        class="chart"
        viewBox={`0 0 ${WIDTH} ${points.length * ROW}`}
        role="img"
        aria-labelledby={`${id}-title ${id}-text`}
      >
        <title id={`${id}-title`}>{title}</title>
        <desc id={`${id}-text`}>
          {`${unit}: ${points.map(({ label, value, note }) => `${label} ${count(value)}, ${note}`).join('; ')}.`}
        </desc>
        {points.map(({ label, value, note }, i) => (
          <>
            <text class="name" x="0" y={i * ROW + 27}>
              {label}
            </text>
            <rect
              class="bar"
              x={NAMES}
              y={i * ROW + 10}
              width={Math.max((value / top) * LONGEST, 1).toFixed(1)}
              height="20"
              rx="3"
            />
            <text class="value" x={(NAMES + 8 + (value / top) * LONGEST).toFixed(1)} y={i * ROW + 27}>
              {count(value)}
            </text>
            <text class="scale end" x={WIDTH} y={i * ROW + 27}>
              {note}
            </text>
          </>
        ))}
      </svg>
      <Figures desk={desk} title={title} unit={unit} points={points} />
    </figure>
  )
}

const Figures: FC<{ desk: Desk; title: string; unit: string; points: (Point & { note?: string })[] }> = ({
  desk,
  title,
  unit,
  points,
}) => (
  <details class="figures">
    <summary>
      {desk.words.figures.asTable}
      <span class="hidden">: {title}</span>
    </summary>
    <table>
      <caption class="hidden">{title}</caption>
      <thead>
        <tr>
          <th scope="col">&nbsp;</th>
          <th scope="col">{unit}</th>
          {points.some(({ note }) => note) && <th scope="col">{desk.words.figures.timeIn}</th>}
        </tr>
      </thead>
      <tbody>
        {points.map(({ label, value, note }) => (
          <tr>
            <th scope="row">{label}</th>
            <td>{written(value, desk)}</td>
            {note && <td>{note}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  </details>
)
