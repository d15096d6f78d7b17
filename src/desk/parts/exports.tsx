// The menu of a list that offers it as a file, with the filters of the address.
import type { FC } from 'hono/jsx'
import type { Desk } from '../desk'
import { at } from '../page'
import { Icon } from './icons'
import { addressWith } from './lists'

type Props = { desk: Desk; path: string; formats: readonly ('csv' | 'json' | 'vcf')[] }

export const Exports: FC<Props> = ({ desk, path, formats }) =>
  desk.can('exports:read') ? (
    <details class="menu exports">
      <summary class="button">
        <Icon name="import" />
        {desk.words.files.export}
      </summary>
      <div>
        {formats.map((format) => (
          <a href={addressWith(at(path, 'export'), desk.query, { format })} download>
            {desk.words.files[format]}
          </a>
        ))}
      </div>
    </details>
  ) : null
