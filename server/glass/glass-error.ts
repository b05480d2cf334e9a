export const glassFaults = ['invalid-reason', 'not-found'] as const
export type GlassFault = (typeof glassFaults)[number]

export class GlassError extends Error {
  override readonly name = 'GlassError'
  readonly fault: GlassFault

  constructor(fault: GlassFault, message: string) {
    super(message)
    this.fault = fault
  }
}
