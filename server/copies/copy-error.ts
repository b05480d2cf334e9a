export const copyFaults = [
  'not-found',
  'invalid',
  'place-unusable',
  'place-taken',
  'wrong-place',
  'place-full',
  'source-lost',
  'copy-newer',
  'running',
] as const
export type CopyFault = (typeof copyFaults)[number]

/** A second copy that was refused. Nothing was written, or what was written is whole. */
export class CopyError extends Error {
  override readonly name = 'CopyError'
  readonly fault: CopyFault
  readonly hint: string | undefined

  constructor(fault: CopyFault, message: string, options?: ErrorOptions & { readonly hint?: string }) {
    super(message, options)
    this.fault = fault
    this.hint = options?.hint
  }
}
