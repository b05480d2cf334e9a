/** The part of Bree that is used here; the package brings no types. */
declare module 'bree' {
  export interface BreeOptions {
    readonly root: false
    readonly timezone: string
    readonly acceptedExtensions: readonly string[]
    readonly logger: Readonly<Record<'info' | 'warn' | 'error', (...said: readonly unknown[]) => void>>
    readonly jobs: readonly {
      readonly name: string
      readonly path: string
      readonly interval: number
      readonly timeout: false
    }[]
    readonly workerMessageHandler: (said: { readonly name: string; readonly message: unknown }) => void
    readonly errorHandler: (error: unknown) => void
  }

  export default class Bree {
    constructor(options: BreeOptions)
    start(name: string): Promise<void>
    run(name: string): Promise<void>
    stop(name: string): Promise<void>
  }
}
