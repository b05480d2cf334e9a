export const keyCareFaults = ['key-file-refused'] as const
export type KeyCareFault = (typeof keyCareFaults)[number]

export class KeyCareError extends Error {
  override readonly name = 'KeyCareError'
  readonly fault: KeyCareFault

  constructor(fault: KeyCareFault, message: string, options?: ErrorOptions) {
    super(message, options)
    this.fault = fault
  }
}
