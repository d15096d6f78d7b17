// The pool and your own leads, asked again every three seconds, and claiming.
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import type { Schema } from 'edge-crm-client'
import { useState } from 'react'
import { crm, dataOf, Refusal, wordsFor } from './crm'

const EVERY_MS = 3000

function useLeads(owner: 'none' | 'me') {
  return useInfiniteQuery({
    queryKey: ['leads', owner],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam: cursor, signal }) =>
      dataOf(crm.GET('/v1/leads', { params: { query: { owner, limit: 20, cursor } }, signal })),
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    refetchInterval: EVERY_MS,
  })
}

function useClaim(say: (text: string) => void) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (lead: Schema<'Lead'>) =>
      dataOf(crm.POST('/v1/leads/{id}/claim', { params: { path: { id: lead.id } } })),
    onSuccess: (lead) => say(`${lead.name ?? lead.title} is yours.`),
    onError: (error) => {
      const isLate = error instanceof Refusal && error.problem.code === 'already_claimed'
      say(isLate ? `${error.problem.claimedBy?.name ?? 'A colleague'} was faster.` : wordsFor(error))
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['leads'] }),
  })
}

function Leads({
  title,
  owner,
  onClaim,
}: {
  title: string
  owner: 'none' | 'me'
  onClaim?: (lead: Schema<'Lead'>) => void
}) {
  const leads = useLeads(owner)
  const all = leads.data?.pages.flatMap(({ data }) => data) ?? []
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      {leads.error && <p role="alert">{wordsFor(leads.error)}</p>}
      {leads.isSuccess && all.length === 0 && <p>None.</p>}
      <ul>
        {all.map((lead) => (
          <li key={lead.id}>
            {lead.name ?? lead.title} <small>{lead.interest}</small>{' '}
            {onClaim && (
              <button type="button" onClick={() => onClaim(lead)}>
                Claim
              </button>
            )}
          </li>
        ))}
      </ul>
      {leads.hasNextPage && (
        <button type="button" onClick={() => leads.fetchNextPage()}>
          More
        </button>
      )}
    </section>
  )
}

/** The page of a member of the team. */
export function Pool() {
  const [notice, setNotice] = useState('')
  const claim = useClaim(setNotice)
  return (
    <>
      <p role="status">{notice}</p>
      <Leads title="Unclaimed" owner="none" onClaim={(lead) => claim.mutate(lead)} />
      <Leads title="Mine" owner="me" />
      <button type="button" onClick={() => crm.signOut().then(() => location.reload())}>
        Sign out
      </button>
    </>
  )
}
