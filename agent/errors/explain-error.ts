import { ApplianceIdentityError, FormatError, MissingChunksError, RefusedError, StorageError } from '../../engine/index.ts'
import { type AgentCode, agentCatalogue } from './agent-catalogue.ts'
import { AgentError } from './agent-error.ts'

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
  if (error instanceof FormatError || error instanceof MissingChunksError) return explain('HF-STORED-DATA-DAMAGED', error.message)
  if (error instanceof Error && error.name === 'AbortError')
    return explain('HF-RUN-INTERRUPTED', 'It was stopped before it had finished.')
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

function explainStorageError(error: StorageError): Explanation {
  switch (error.fault) {
    case 'denied': {
      const shown = error.cause instanceof ApplianceIdentityError ? error.cause.shownPin : undefined
      return explain('HF-CERTIFICATE-UNKNOWN', error.message, error.hint, shown === undefined ? {} : { fingerprint: shown })
    }
    case 'unreachable':
      return explain('HF-SERVER-UNREACHABLE', error.message, error.hint)
    case 'broken':
    case 'absent':
    case 'exists-different':
      return explain('HF-ANSWER-UNEXPECTED', error.message, error.hint)
    case 'full':
    case 'read-only':
      return explain('HF-DESTINATION-UNUSABLE', error.message, error.hint)
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
