// /v1/jobs: how far work has come that goes on after the answer.
import { createRoute } from '@hono/zod-openapi'
import { errors, POST, READ } from '../errors'
import { IdParam } from '../field-schemas'
import { allow } from '../http/allow'
import { ctx } from '../http/context'
import { paged } from '../http/pagination'
import { createRouter, json } from '../http/router'
import { Job, JobPage, JobQuery } from './jobs.schemas'
import { cancelJob, getJob, listJobs } from './jobs.service'

const tags = ['Jobs']

const listJobsRoute = createRoute({
  method: 'get',
  path: '/',
  ...allow('jobs:read'),
  operationId: 'listJobs',
  tags,
  summary: 'List jobs',
  description:
    'What touches more records than one request may goes on as a job: the records of a member who leaves, of a customer who ' +
    'changes hands, is merged or is erased, of a deleted tag. Newest first. Kept for 30 days after the end.',
  request: { query: JobQuery },
  responses: { 200: json(JobPage, 'A page of jobs'), ...errors(...READ, 'invalid_cursor') },
})

const getJobRoute = createRoute({
  method: 'get',
  path: '/{id}',
  ...allow('jobs:read'),
  operationId: 'getJob',
  tags,
  summary: 'Get a job',
  description: 'How far it is, and what went wrong. It is over when `state` is no longer RUNNING.',
  request: { params: IdParam },
  responses: { 200: json(Job, 'The job'), ...errors(...READ, 'not_found') },
})

const cancelJobRoute = createRoute({
  method: 'post',
  path: '/{id}/cancel',
  ...allow('jobs:write'),
  operationId: 'cancelJob',
  tags,
  summary: 'Cancel a job',
  description:
    'What is done stays done. A job that finishes what has already happened, such as that a member left or that a person ' +
    'was erased, is done to the end: 409 `job_not_cancellable`.',
  request: { params: IdParam },
  responses: {
    200: json(Job, 'The job as it ended'),
    ...errors(...POST, 'not_found', 'job_over', 'job_not_cancellable'),
  },
})

export const jobRoutes = createRouter()
  .openapi(listJobsRoute, async (c) => {
    const page = await paged(c, c.req.valid('query'), (query) => listJobs(ctx(c), query))
    return c.json(JobPage.parse(page), 200)
  })
  .openapi(getJobRoute, async (c) => c.json(Job.parse(await getJob(ctx(c), c.req.valid('param').id)), 200))
  .openapi(cancelJobRoute, async (c) => c.json(Job.parse(await cancelJob(ctx(c), c.req.valid('param').id)), 200))
