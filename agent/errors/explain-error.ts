import {
  ApplianceIdentityError,
  BackupError,
  FormatError,
  MissingChunksError,
  RefusedError,
  RestoreError,
  StorageError,
} from '../../engine/index.ts'
import { type AgentCode, agentCatalogue } from './agent-catalogue.ts'
import { AgentError } from './agent-error.ts'
import { findConnectionWords } from './connection-words.ts'

/** An error as people and programs are told of it: what, why, who can fix it, what to do. */
export interface Explanation {
  readonly code: string
  readonly title: string
  readonly detail: string
  readonly who: string
  readonly hint: string
  readonly exitCode: 1 | 2
  /** The box's number of the request, for whoever reads its log. */
  readonly requestId?: string | undefined
  readonly members: Readonly<Record<string, unknown>>
}

/** The one table between what is thrown and what is shown. */
export function explainError(error: unknown): Explanation {
  if (error instanceof AgentError) return explain(error.code, error.message, error.hint, error.members)
  if (error instanceof RefusedError) return explainRefusal(error)
  if (error instanceof StorageError) return explainStorageError(error)
  if (error instanceof BackupError) return explainBackupError(error)
  if (error instanceof RestoreError) return explainRestoreError(error)
  if (error instanceof FormatError || error instanceof MissingChunksError) return explain('HF-STORED-DATA-DAMAGED', error.message)
  if (error instanceof Error && error.name === 'AbortError') return explain('HF-RUN-INTERRUPTED', stoppedSentence)
  if (hasCode(error, 'ENOSPC') || hasCode(error, 'EDQUOT')) return explain('HF-DISK-FULL-HERE', error.message)
  return explain('HF-AGENT-INTERNAL', error instanceof Error ? error.message : String(error))
}

/** The box's words stay the box's words. */
function explainRefusal({ refusal }: RefusedError): Explanation {
  const { code, title, detail, hint, who, requestId, status, ...members } = refusal as typeof refusal & Record<string, unknown>
  return {
    code,
    title,
    detail: detail ?? title,
    who: who ?? 'administrator',
    hint: hint ?? '',
    exitCode: 1,
    requestId,
    members: { ...members, status },
  }
}

const stoppedSentence = 'It was stopped before it had finished.'

function explainBackupError(error: BackupError): Explanation {
  switch (error.fault) {
    case 'no-sources':
      return explain('HF-SOURCE-MISSING', sentence(error.message))
    case 'cancelled':
      return explain('HF-RUN-INTERRUPTED', stoppedSentence)
    case 'chunks-lost':
      return explain('HF-STORED-DATA-DAMAGED', sentence(error.message))
    default:
      return error.fault satisfies never
  }
}

function explainRestoreError(error: RestoreError): Explanation {
  switch (error.fault) {
    case 'cancelled':
      return explain('HF-RUN-INTERRUPTED', stoppedSentence, 'Start it again when you like. What has come back already is whole.')
    case 'ambiguous-selection':
      return explain('HF-USAGE', sentence(error.message))
    case 'destination-unusable':
      return explain('HF-DESTINATION-UNUSABLE', sentence(error.message))
    case 'too-much':
      return explain('HF-USAGE', sentence(error.message))
    case 'version-unreadable':
      return explain('HF-STORED-DATA-DAMAGED', sentence(error.message))
    default:
      return error.fault satisfies never
  }
}

/** The engine's messages begin small and end open, to be part of others. */
function sentence(message: string): string {
  return `${message.charAt(0).toUpperCase()}${message.slice(1).replace(/\.$/, '')}.`
}

function explainStorageError(error: StorageError): Explanation {
  switch (error.fault) {
    case 'denied': {
      const shown = error.cause instanceof ApplianceIdentityError ? error.cause.shownPin : undefined
      return explain(
        'HF-CERTIFICATE-UNKNOWN',
        sentence(error.message),
        error.hint,
        shown === undefined ? {} : { fingerprint: shown },
      )
    }
    case 'unreachable': {
      const known = findConnectionWords(error.cause)
      return explain('HF-SERVER-UNREACHABLE', sentence(error.message), error.hint ?? known?.hint)
    }
    case 'broken':
    case 'absent':
    case 'exists-different':
      return explain('HF-ANSWER-UNEXPECTED', sentence(error.message), error.hint)
    case 'full':
    case 'read-only':
      return explain('HF-DESTINATION-UNUSABLE', sentence(error.message), error.hint)
    default:
      return error.fault satisfies never
  }
}

function explain(
  code: AgentCode,
  detail: string,
  hint: string | undefined = undefined,
  members: Readonly<Record<string, unknown>> = {},
): Explanation {
  const entry = agentCatalogue[code]
  return { code, title: entry.title, detail, who: entry.who, hint: hint ?? entry.hint, exitCode: entry.exitCode, members }
}

function hasCode(error: unknown, code: string): error is Error & { readonly code: string } {
  return error instanceof Error && 'code' in error && error.code === code
}
