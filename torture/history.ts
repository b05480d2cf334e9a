/** What a history is: work that is going on when a fault strikes, and what a person does after it. */
import type { Given } from '../server/cli/command.ts'
import type { Bed } from './bed.ts'

export interface Begun {
  /** Of the agent, where it is a process of its own. */
  readonly agentPid: number | undefined
  /** Never fails: what a fault broke off ends too. */
  readonly ended: Promise<void>
}

export interface History {
  readonly name: string
  /** Days pass while it is prepared: it comes half as often as the others. */
  readonly isSlow?: true
  /** What must be there before; without a fault. */
  readonly prepare?: (bed: Bed) => Promise<void>
  readonly begin: (bed: Bed) => Begun
  /** What a person does after a fall in the middle of it, where it does not go on by itself. */
  readonly finish?: (bed: Bed) => Promise<void>
}

export function command(bed: Bed, name: string, given: Given = {}): Begun {
  return commandless(bed.box.command(name, given))
}

/** A command whose box fell fails; what holds then is for the judge. */
export function commandless(work: Promise<unknown>): Begun {
  const ended = work.then(
    () => {},
    () => {},
  )
  return { agentPid: undefined, ended }
}
