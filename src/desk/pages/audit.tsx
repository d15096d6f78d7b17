// Settings: the audit trail.

import { EventQuery } from '../../events/events.schemas'
import { listEvents } from '../../events/events.service'
import { paged } from '../../http/pagination'
import { namesOf } from '../desk.names'
import { questionOf } from '../desk.question'
import { at, page } from '../page'
import { Activity, toldIn } from '../parts/activity'
import { Empty, Pages } from '../parts/lists'
import { Settings } from '../parts/settings'

export const auditPage = page({
  path: '/settings/audit',
  needs: 'events:read',
  load: (desk) => ({
    list: paged(desk.c, questionOf(desk, EventQuery, { limit: '50' }), (query) => listEvents(desk.ctx, query)),
  }),
  more: async ({ ctx }, { list }) => ({ names: await namesOf(ctx, toldIn(list.data)) }),
  view: (desk, { list, names }) => {
    const { audit } = desk.words.settings
    return {
      title: desk.words.nav.settings,
      content: (
        <Settings desk={desk} part="audit">
          {list.data.length === 0 ? (
            <Empty text={audit.empty} />
          ) : (
            <Activity desk={desk} events={list.data} names={names} title={audit.title} />
          )}
          <Pages desk={desk} path={at('settings/audit')} shown={list.data.length} {...list} of={audit.of} />
        </Settings>
      ),
    }
  },
})
