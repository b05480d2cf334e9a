/**
 * What is going on when the fault strikes. Each history does its work to the end if it can; whether it could is for the judge to say.
 * A history that needs a command which this box does not have is left out.
 */
import type { Bed } from './bed.ts'

export interface Begun {
  /** Of the agent, where it is a process of its own. */
  readonly agentPid: number | undefined
  /** Never fails: what a fault broke off ends too. */
  readonly ended: Promise<void>
}

export interface History {
  readonly name: string
  /** What must be there before; without a fault. */
  readonly prepare?: (bed: Bed) => Promise<void>
  readonly begin: (bed: Bed) => Begun
}

const backup: History = {
  name: 'backup',
  begin(bed) {
    const started = bed.startBackup()
    return { agentPid: started.process.pid, ended: started.outcome().then(() => {}) }
  },
}

export const histories: readonly History[] = [backup]
