// What the engine throws. A fault is a closed word that borders map to their own language (HTTP status, exit code);
// the message says what happened to what; the hint, where there is one, says what helps.

export const formatFaults = [
  'record-damaged',
  'pack-damaged',
  'snapshot-damaged',
  'tree-damaged',
  'note-damaged',
  'key-slot-damaged',
  'wrong-key',
  'wrong-repository',
  'unsupported-version',
  'limit-exceeded',
] as const
export type FormatFault = (typeof formatFaults)[number]

/** Bytes that are not what format 1 promises. Never worth a retry on the same bytes. */
export class FormatError extends Error {
  override readonly name = 'FormatError'
  readonly fault: FormatFault

  constructor(fault: FormatFault, message: string, options?: ErrorOptions) {
    super(message, options)
    this.fault = fault
  }
}

export const storageFaults = ['absent', 'exists-different', 'full', 'read-only', 'unreachable', 'denied', 'broken'] as const
export type StorageFault = (typeof storageFaults)[number]

/** A storage that did not do what was asked. */
export class StorageError extends Error {
  override readonly name = 'StorageError'
  readonly fault: StorageFault
  readonly hint: string | undefined

  constructor(fault: StorageFault, message: string, options?: ErrorOptions & { readonly hint?: string }) {
    super(message, options)
    this.fault = fault
    this.hint = options?.hint
  }

  get isWorthRetrying(): boolean {
    return this.fault === 'unreachable'
  }
}

/** The box said no, and why: its problem+json (RFC 9457), kept whole for the one who reads it. */
export interface Refusal {
  readonly code: string
  readonly title: string
  readonly status: number
  readonly detail?: string | undefined
  readonly hint?: string | undefined
  readonly who?: string | undefined
  readonly requestId?: string | undefined
}

/** A backup target refused what was asked; nothing was written. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError'
  readonly refusal: Refusal

  constructor(refusal: Refusal, options?: ErrorOptions) {
    super(refusal.detail ?? refusal.title, options)
    this.refusal = refusal
  }
}

/** Chunks that a version needs and no place has. */
export class MissingChunksError extends Error {
  override readonly name = 'MissingChunksError'
  readonly ids: readonly Buffer[]

  constructor(ids: readonly Buffer[], message: string) {
    super(message)
    this.ids = ids
  }
}

/** Whether what was read is damaged or nowhere. Everything else says that it could not be read now, and nothing of what it is. */
export function isLoss(error: unknown): error is FormatError | MissingChunksError {
  return error instanceof FormatError || error instanceof MissingChunksError
}
