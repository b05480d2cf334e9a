// What this computer tells its box besides backups, and the orders that it gets. Each call is one request: whoever calls decides what a
// failure means.

import { type ApplianceLink, RefusedError } from '../../engine/index.ts'
import type { RunReport } from '../runs/run-report.ts'
import { AnswerReader } from './answer-reader.ts'

/** As the box gives it; what this program does not know of stays `unknown`. */
export interface GivenOrder {
  readonly number: number
  readonly id: string
  readonly kind: string
  readonly body: object
  readonly expiresAtMs: number
}

export type OrderReport =
  | { readonly state: 'taken' }
  | { readonly state: 'done' }
  | { readonly state: 'failed'; readonly code: string; readonly detail: string }

export interface ToldProgress {
  readonly phase: string
  readonly filesDone: number
  readonly filesTotal: number | null
  readonly bytesDone: number
  readonly bytesTotal: number | null
  readonly bytesPerSecond: number
  readonly isEnded: boolean
}

export interface ProgressOf {
  readonly run: string
  readonly job: string
  /** Files come back by this order of the box. */
  readonly restore?: string
}

export interface TellingApi {
  orders(ask: {
    readonly after: number
    readonly waitSeconds: number
    readonly signal: AbortSignal
  }): Promise<readonly GivenOrder[]>
  reportOrder(id: string, report: OrderReport, signal: AbortSignal): Promise<void>
  tellJobs(jobs: object, signal: AbortSignal): Promise<void>
  reportRun(key: string, report: RunReport, signal: AbortSignal): Promise<void>
  openProgress(run: ProgressOf, signal: AbortSignal): Promise<string>
  /** Undefined: the box does not know the ticket any more. */
  tellProgress(ticket: string, told: ToldProgress, signal: AbortSignal): Promise<{ readonly isCancelled: boolean } | undefined>
}

const api = '/api/agent/v1'

export function tellingApi(link: Pick<ApplianceLink, 'json'>): TellingApi {
  return {
    async orders({ after, waitSeconds, signal }) {
      const answer = await link.json('GET', `${api}/orders`, { query: { after, wait: waitSeconds }, signal })
      return new AnswerReader(answer, 'orders').list('orders', (order) => ({
        number: order.number('number'),
        id: order.text('id'),
        kind: order.text('kind'),
        body: order.whole('order'),
        expiresAtMs: order.time('expiresAt'),
      }))
    },
    async reportOrder(id, report, signal) {
      await link.json('POST', `${api}/orders/${id}`, { body: report, signal })
    },
    async tellJobs(jobs, signal) {
      await link.json('PUT', `${api}/jobs`, { body: jobs, signal })
    },
    async reportRun(key, report, signal) {
      await link.json('PUT', `${api}/runs/${key}`, { body: report, signal })
    },
    async openProgress(run, signal) {
      return new AnswerReader(await link.json('POST', `${api}/progress`, { body: run, signal }), 'progress').text('ticket')
    },
    async tellProgress(ticket, told, signal) {
      try {
        const answer = await link.json('PUT', `${api}/progress/${ticket}`, { body: told, signal })
        return { isCancelled: new AnswerReader(answer, 'progress').flag('isCancelled') }
      } catch (error) {
        if (error instanceof RefusedError && error.refusal.status === 404) return undefined
        throw error
      }
    },
  }
}
