/** `over`: the link was right, and does not work any more, or not now. */
export const shareFaults = [
  'invalid',
  'nothing-chosen',
  'too-many',
  'not-allowed',
  'not-in-plan',
  'version-gone',
  'over',
  'not-found',
] as const
export type ShareFault = (typeof shareFaults)[number]

export class ShareError extends Error {
  override readonly name = 'ShareError'
  readonly fault: ShareFault
  /** Of the form, where one of its fields is to blame. */
  readonly field: string | undefined

  constructor(fault: ShareFault, message: string, options: ErrorOptions & { readonly field?: string } = {}) {
    super(message, options)
    this.fault = fault
    this.field = options.field
  }
}
