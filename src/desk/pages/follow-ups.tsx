// Follow-ups: entries of a timeline, completed with what comes next, or deleted. They have no page of their own.
import { completeInteraction, deleteInteraction } from '../../interactions/interactions.service'
import { HOME } from '../desk'
import { whenOf } from '../desk.form'
import { page } from '../page'
import { relative } from '../parts/times'

export const followUpsPage = page({
  path: '/follow-ups/:id',
  needs: 'interactions:read',
  view: (desk) => desk.c.redirect(HOME, 303),
  actions: {
    done: {
      needs: 'interactions:write',
      isQuick: true,
      async run(desk) {
        const { ctx, id, form, words } = desk
        const followUpAt = whenOf(form, desk.at, desk.timeZone)
        const { body } = await completeInteraction(ctx, id, { next: followUpAt ? { followUpAt } : undefined })
        return {
          say: followUpAt
            ? words.due.completedNext(relative(followUpAt, desk))
            : words.due.completed(body.slice(0, 80)),
        }
      },
    },
    delete: {
      needs: 'interactions:write',
      isQuick: true,
      isAsked: true,
      async run({ ctx, id, words }) {
        await deleteInteraction(ctx, id)
        return { say: words.due.removed }
      },
    },
  },
})
