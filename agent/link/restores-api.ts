// Restores that the box orders, as this computer takes them: what to get back, and what became of it. One request each.

import { type ApplianceLink, decodeSelectedItem, RefusedError, type SelectedItem } from '../../engine/index.ts'
import {
  type RehearsalCounters,
  type RestoreCounters,
  type RestoreMode,
  type RestoreRule,
  restoreModes,
  restoreRules,
} from '../../selection/restore-order.ts'
import { AnswerReader } from './answer-reader.ts'

export interface RestoreTask {
  readonly id: string
  readonly mode: RestoreMode
  readonly rule: RestoreRule
  /** Undefined: the original place. */
  readonly folder: Buffer | undefined
  readonly isStripped: boolean
  readonly version: { readonly id: string; readonly job: string }
  readonly items: readonly SelectedItem[]
  /** Selected, and nothing of the version has this path. */
  readonly absent: readonly Buffer[]
  /** Selected, and damaged on the box: nobody knows whether the version has it. */
  readonly lost: readonly Buffer[]
}

export interface RestoreReport {
  readonly state: 'done' | 'partly' | 'failed' | 'cancelled'
  readonly code: string | null
  readonly detail: string | null
  /** `snap_…`: the version that was made before a revert. */
  readonly before: string | null
  readonly counters: RestoreCounters
  readonly kept: readonly { readonly path: string; readonly reason: string }[]
  readonly beside: readonly { readonly path: string; readonly name: string }[]
  readonly failed: readonly { readonly path: string; readonly code: string; readonly detail: string }[]
  readonly notSet: readonly { readonly path: string; readonly what: string; readonly detail: string }[]
  readonly left: readonly string[]
}

export interface RehearsalReport extends RehearsalCounters {
  /** Null: this system does not tell. */
  readonly freeBytes: number | null
  /** The first of those that would be replaced. */
  readonly replaced: readonly string[]
  /** The first of those that a revert would take away. */
  readonly gone: readonly string[]
  readonly isWhole: boolean
}

export interface RestoresApi {
  /** Undefined: the order is not open any more, or was never this computer's. */
  task(id: string, signal: AbortSignal): Promise<RestoreTask | undefined>
  report(id: string, report: RestoreReport, signal: AbortSignal): Promise<void>
  tellRehearsal(id: string, rehearsal: RehearsalReport, signal: AbortSignal): Promise<void>
}

export function restoresApi(link: Pick<ApplianceLink, 'json'>): RestoresApi {
  const place = (id: string) => `/api/agent/v1/restores/${encodeURIComponent(id)}`
  return {
    async task(id, signal) {
      try {
        return readTask(new AnswerReader(await link.json('GET', place(id), { signal }), 'restore'))
      } catch (error) {
        if (error instanceof RefusedError && error.refusal.status === 404) return undefined
        throw error
      }
    },
    async report(id, report, signal) {
      await link.json('POST', place(id), { body: report, signal })
    },
    async tellRehearsal(id, rehearsal, signal) {
      await link.json('POST', `${place(id)}/rehearsal`, { body: rehearsal, signal })
    },
  }
}

function readTask(answer: AnswerReader): RestoreTask {
  const version = answer.object('version')
  const folder = answer.optionalText('folder')
  const bytes = (text: unknown) => Buffer.from(String(text), 'base64')
  return {
    id: answer.text('id'),
    mode: answer.oneOf('mode', restoreModes),
    rule: answer.oneOf('rule', restoreRules),
    folder: folder === undefined ? undefined : Buffer.from(folder, 'base64'),
    isStripped: answer.flag('isStripped'),
    version: { id: version.text('id'), job: version.text('job') },
    items: answer.values('items').map((item) => decodeSelectedItem(bytes(item))),
    absent: answer.values('absent').map(bytes),
    lost: answer.values('lost').map(bytes),
  }
}
